/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_REPORT_WORLD_H
#define LINKPOND_TESTS_SUPPORT_REPORT_WORLD_H

#include "ledger.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/model/sums.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/terms.h"
#include "linkpond/store/users.h"
#include "sealer.h"

#define ROWS  1600
#define LINKS 6
#define START INT64_C(1772841600000) /* 2026-03-07T00:00:00Z: New York's clocks go forward the day after */
#define SPAN  (4 * MS_PER_DAY)

/*
 * A small ledger of random clicks, half of them folded, that remembers what it holds; random questions about it; and
 * what each click says to each dimension, told without the code under test.
 */
static struct ledger ledger;
static uint64_t seed = 20260307;

static inline uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* ---- the world: everything the counting by hand needs to know */
static const char *const campaigns[] = {"", "spring", "autumn"};
static const char *const owners[] = {"", "admin", "li"};
static const char *const hosts[] = {"s.example.com", "t.example.com"};
static const char *const apps[] = {"", "wechat", "qq"};
static const char *const channels[] = {"", "group-a", "poster"};
static const char *const groups_of_channels[] = {"", "community", "offline"};
static int64_t campaign_ids[3], owner_ids[3] = {0, USER_ADMIN, 0}, domain_ids[2], link_ids_of[LINKS + 1];

struct world_link {
    unsigned campaign, owner, domain;
    unsigned tags; /* bits: a, b */
};
static struct world_link world_links[LINKS + 1] = {{0},          {1, 1, 0, 1}, {1, 2, 1, 2}, {2, 1, 0, 3},
                                                   {0, 0, 0, 0}, {2, 2, 1, 1}, {1, 0, 1, 0}};
struct world_row {
    struct click_facts facts;
    unsigned link, app, channel, host;
    bool utm;
};
static struct world_row world_rows[ROWS];

static inline void make_labels(void)
{
    struct db *db = ledger.db.db;
    struct user li = {.key = STR("li"), .role = STR("editor"), .created_ms = 1, .updated_ms = 1};
    struct domain second = {.host = STR("t.example.com"),
                            .scheme = STR("https"),
                            .enabled = true,
                            .shareable = true,
                            .created_ms = 1,
                            .updated_ms = 1};

    assert_int_equal(users_insert(db, &li), OK);
    assert_int_equal(domains_insert(db, &second), OK);
    owner_ids[2] = li.id;
    domain_ids[0] = ledger.db.domain_id;
    domain_ids[1] = second.id;
    for (size_t i = 1; i < 3; i++) {
        struct label channel = {.kind = LABEL_CHANNEL,
                                .key = str_from_c(channels[i]),
                                .channel_group = str_from_c(groups_of_channels[i]),
                                .created_ms = 1,
                                .updated_ms = 1};
        assert_int_equal(labels_ensure(db, LABEL_CAMPAIGN, str_from_c(campaigns[i]), 1, &campaign_ids[i]), OK);
        assert_int_equal(labels_insert(db, &channel), OK);
    }
}

static inline void make_links(void)
{
    struct db *db = ledger.db.db;
    int64_t tag_a = 0, tag_b = 0;

    assert_int_equal(labels_ensure(db, LABEL_TAG, STR("a"), 1, &tag_a), OK);
    assert_int_equal(labels_ensure(db, LABEL_TAG, STR("b"), 1, &tag_b), OK);
    for (size_t i = 1; i <= LINKS; i++) {
        const struct world_link *link = &world_links[i];
        const struct link_ids ids = {.domain_id = domain_ids[link->domain],
                                     .campaign_id = campaign_ids[link->campaign],
                                     .owner_id = owner_ids[link->owner]};
        link_ids_of[i] = ledger_link(&ledger, &ids);
        if (link->tags & 1) {
            assert_int_equal(links_tags_add(db, link_ids_of[i], tag_a), OK);
        }
        if (link->tags & 2) {
            assert_int_equal(links_tags_add(db, link_ids_of[i], tag_b), OK);
        }
    }
}

static inline void insert_row(struct click_batch *batch, size_t i, int64_t id)
{
    struct world_row *row = &world_rows[i];
    struct click_row click = {0};

    row->link = (unsigned)roll(LINKS + 1);
    row->host = (unsigned)roll(2);
    row->app = (unsigned)roll(3);
    row->channel = (unsigned)roll(3);
    row->utm = roll(2);
    row->facts = (struct click_facts){
        .id = id,
        .time_ms = START + (int64_t)roll((uint64_t)SPAN),
        .link_id = link_ids_of[row->link],
        .class = roll(3) > 0 ? CLASS_HUMAN : (enum click_class)roll(CLASS_COUNT),
        .outcome = row->link == 0 ? OUTCOME_UNKNOWN
                   : roll(3) > 0  ? OUTCOME_REDIRECT
                                  : (enum click_outcome)roll(OUTCOME_COUNT),
        .signals = roll(5) == 0 ? SIGNAL_RESERVED_LIMIT : 0,
        .flags = (unsigned)roll(16),
        .visitor_by = (enum visitor_by)(1 + roll(2)),
        .scene = (enum click_scene)roll(SCENE_COUNT),
    };
    row->facts.visitor = row->facts.class == CLASS_HUMAN ? (int64_t)(1 + roll(40)) : 0;
    click.facts = row->facts;
    /* the same words as terms and inline */
    click.values[CLICK_APP] = row->app == 0  ? (struct click_value){0}
                              : roll(3) == 0 ? (struct click_value){.text = str_from_c(apps[row->app])}
                                             : (struct click_value){.term = row->app};
    click.values[CLICK_CHANNEL] = row->channel == 0 ? (struct click_value){0}
                                  : roll(2) == 0    ? (struct click_value){.term = 10 + row->channel}
                                                    : (struct click_value){.text = str_from_c(channels[row->channel])};
    click.values[CLICK_HOST].text = str_from_c(hosts[row->host]);
    click.values[CLICK_UTM_SOURCE].text = row->utm ? STR("news") : STR("");
    assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
}

static inline void make_rows(void)
{
    struct db *db = ledger.db.db;
    struct click_batch batch;
    size_t folded = 0;

    click_batch_init(&batch);
    assert_int_equal(db_begin(db, false), OK);
    for (unsigned i = 1; i < 3; i++) {
        assert_int_equal(terms_insert(db, i, str_from_c(apps[i])), OK);
        assert_int_equal(terms_insert(db, 10 + i, str_from_c(channels[i])), OK);
    }
    for (size_t i = 0; i < ROWS; i++) {
        int64_t id = click_id_make(LEDGER_NODE, 1 + i / 500, 64 + i % 500 * 64);
        insert_row(&batch, i, id);
        assert_int_equal(segments_ingested(db, segment_id_of_click(id), (int64_t)click_id_offset(id) + 64, false, 1,
                                           world_rows[i].facts.time_ms, world_rows[i].facts.time_ms),
                         OK);
    }
    assert_int_equal(click_batch_flush(&batch, db), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(fold_run(db, 1100, &folded), OK); /* ends inside a segment */
    assert_int_equal(folded, 1100);
    struct sealing sealed;
    assert_int_equal(sealer_run(db, 400, INT64_MIN, &sealed),
                     OK); /* so the ledger is chunks, folded and unfolded tail */
    assert_int_equal(sealer_run(db, 300, INT64_MIN, &sealed), OK);
    assert_int_equal(sealed.rows, 300);
}

static inline int make_world(void **state)
{
    (void)state;
    ledger_init(&ledger);
    make_labels();
    make_links();
    make_rows();
    return 0;
}

static inline int end_world(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

/* ---- counting by hand */

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline void value_of(const struct world_row *row, enum dim dim, const struct zone *zone, char out[2][64],
                            size_t *count)
{
    const struct world_link *link = &world_links[row->link];
    int64_t local = row->facts.time_ms + zone_offset_s(zone, row->facts.time_ms) * INT64_C(1000);
    const char *text = "";
    static char number[64];

    *count = 1;
    switch (dim) {
    case DIM_LINK:
        snprintf(number, sizeof number, "%d", (int)row->facts.link_id);
        text = number;
        break;
    case DIM_CAMPAIGN:
        text = campaigns[link->campaign];
        break;
    case DIM_OWNER:
        text = owners[link->owner];
        break;
    case DIM_DOMAIN:
        text = hosts[row->host];
        break;
    case DIM_TAG:
        *count = link->tags == 3 ? 2 : 1;
        snprintf(out[1], 64, "b");
        text = link->tags & 1 ? "a" : link->tags & 2 ? "b" : "";
        break;
    case DIM_APP:
        text = apps[row->app];
        break;
    case DIM_CHANNEL:
        text = channels[row->channel];
        break;
    case DIM_CHANNEL_GROUP:
        text = groups_of_channels[row->channel];
        break;
    case DIM_UTM_SOURCE:
        text = row->utm ? "news" : "";
        break;
    case DIM_CLASS:
        text = click_class_name(row->facts.class).ptr;
        break;
    case DIM_OUTCOME:
        text = click_outcome_name(row->facts.outcome).ptr;
        break;
    case DIM_SCENE:
        text = click_scene_name(row->facts.scene).ptr;
        break;
    case DIM_QR:
        text = row->facts.flags & CLICK_FLAG_QR ? "true" : "false";
        break;
    case DIM_HOUR:
        snprintf(number, sizeof number, "%d", (int)(floor_div(local, MS_PER_HOUR) % 24));
        text = number;
        break;
    case DIM_WEEKDAY:
        snprintf(number, sizeof number, "%d", (int)((floor_div(local, MS_PER_DAY) + 3) % 7 + 1));
        text = number;
        break;
    default:
        fail_msg("the world has no %s", dim_name(dim).ptr);
    }
    snprintf(out[0], 64, "%s", text);
}

static inline bool filter_takes(const struct world_row *row, const struct report_filter *filter,
                                const struct zone *zone)
{
    char values[2][64];
    size_t count = 0;
    bool found = false;

    value_of(row, filter->dim, zone, values, &count);
    for (size_t v = 0; v < count; v++) {
        for (size_t i = 0; i < filter->values.count; i++) {
            found = found || str_eq(filter->values.items[i], str_from_c(values[v]));
        }
    }
    return found != filter->exclude;
}

/* Passes time, bounds and all filters but those on `skip` (DIM_COUNT: none is skipped). */
static inline bool takes(const struct world_row *row, const struct report_query *query, enum dim skip)
{
    const struct world_link *link = &world_links[row->link];

    if (row->facts.time_ms < query->from_ms || row->facts.time_ms >= query->to_ms ||
        (query->owner_bound && (link->owner == 0 || owner_ids[link->owner] != query->owner_id)) ||
        (query->domain_bound && (row->link == 0 || domain_ids[link->domain] != query->domain_id))) {
        return false;
    }
    for (size_t i = 0; i < query->filters_count; i++) {
        if (query->filters[i].dim != skip && !filter_takes(row, &query->filters[i], query->zone)) {
            return false;
        }
    }
    return true;
}

static inline bool asks(const struct report_query *query, enum dim dim)
{
    for (size_t i = 0; i < query->filters_count; i++) {
        if (query->filters[i].dim == dim) {
            return true;
        }
    }
    return false;
}

static inline bool groups_by(const struct report_query *query, enum dim dim)
{
    return (query->group_count > 0 && query->group_by[0] == dim) ||
           (query->group_count > 1 && query->group_by[1] == dim);
}

static inline bool counted(const struct world_row *row, const struct report_query *query)
{
    if (!takes(row, query, DIM_COUNT)) {
        return false;
    }
    if (query->all_classes || asks(query, DIM_CLASS) || groups_by(query, DIM_CLASS) || groups_by(query, DIM_OUTCOME)) {
        return true;
    }
    return asks(query, DIM_OUTCOME) ? row->facts.class == CLASS_HUMAN
                                    : click_counts(row->facts.class, row->facts.outcome);
}

static inline bool is_scan(const struct world_row *row)
{
    return (row->facts.flags & CLICK_FLAG_QR) && click_counts(row->facts.class, row->facts.outcome);
}

/* ---- questions */
static const enum dim dims[] = {DIM_LINK,    DIM_CAMPAIGN,      DIM_OWNER,      DIM_DOMAIN, DIM_TAG,
                                DIM_CLASS,   DIM_OUTCOME,       DIM_APP,        DIM_SCENE,  DIM_QR,
                                DIM_CHANNEL, DIM_CHANNEL_GROUP, DIM_UTM_SOURCE, DIM_HOUR,   DIM_WEEKDAY};
static str filter_words[REPORT_FILTERS_MAX][4];
static char filter_memory[REPORT_FILTERS_MAX][4][2][64];

static inline void ask_filter(struct report_query *query)
{
    size_t at = query->filters_count++;
    struct report_filter *filter = &query->filters[at];

    *filter = (struct report_filter){.dim = dims[roll(ARRAY_LEN(dims))], .exclude = roll(4) == 0};
    filter->values = (struct str_list){.items = filter_words[at], .count = 1 + roll(3)};
    for (size_t i = 0; i < filter->values.count; i++) { /* words that occur, some twice */
        size_t count = 0;
        value_of(&world_rows[roll(ROWS)], filter->dim, query->zone, filter_memory[at][i], &count);
        filter_words[at][i] = str_from_c(filter_memory[at][i][0]);
    }
}

static inline void ask(struct report_query *query)
{
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Asia/Kathmandu"};
    const int64_t quarter = 15 * MS_PER_MINUTE;
    int64_t from = START - MS_PER_DAY + (int64_t)roll((uint64_t)SPAN), to = from + (int64_t)roll((uint64_t)SPAN);

    *query = (struct report_query){.zone = zone_find(str_from_c(zones[roll(ARRAY_LEN(zones))])), .limit = 1000};
    bool whole = roll(3) > 0;
    query->from_ms = whole ? from - from % quarter : from;
    query->to_ms = whole ? to - to % quarter + quarter : to + 1;
    query->interval = (enum interval)roll(5);
    query->want_visitors = roll(3) == 0;
    query->all_classes = roll(3) == 0;
    for (size_t i = roll(3); i > 0; i--) {
        ask_filter(query);
    }
    query->group_count = roll(3);
    query->group_by[0] = dims[roll(ARRAY_LEN(dims))];
    query->group_by[1] = dims[roll(ARRAY_LEN(dims))];
    if (roll(4) == 0) {
        query->owner_bound = true;
        query->owner_id = owner_ids[roll(3)];
    }
    if (roll(5) == 0) {
        query->domain_bound = true;
        query->domain_id = domain_ids[roll(2)];
    }
}

#endif
