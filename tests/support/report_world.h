/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_REPORT_WORLD_H
#define LINKPOND_TESTS_SUPPORT_REPORT_WORLD_H

#include "ledger.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/model/sums.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/terms.h"
#include "linkpond/store/users.h"
#include "linkpond/store/utm_values.h"

#define ROWS   1600
#define LINKS  6
#define START  INT64_C(1772841600000) /* 2026-03-07T00:00:00Z: New York's clocks go forward the day after */
#define AUTUMN INT64_C(1761955200000) /* 2025-11-01T00:00:00Z: and back the day after */
#define SPAN   (4 * MS_PER_DAY)

/*
 * A small ledger of random clicks, in chunks, in the tail and folded or not, that remembers what it holds; random
 * questions about it; and what each click says to each dimension, told without the code under test.
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
static const char *const channels[] = {"", "group-a", "poster"};
static const char *const groups_of_channels[] = {"", "community", "offline"};
static int64_t campaign_ids[3], owner_ids[3] = {0, USER_ADMIN, 0}, domain_ids[2], link_ids_of[LINKS + 1];

/* Dimensions that are a word of the click. */
static const struct {
    enum dim dim;
    enum click_column column;
    const char *words[4];
} world_words[] = {
    {DIM_DOMAIN, CLICK_HOST, {"s.example.com", "t.example.com", "s.example.com", "t.example.com"}},
    {DIM_CHANNEL, CLICK_CHANNEL, {"", "group-a", "poster", ""}},
    {DIM_CHANNEL_GROUP, CLICK_CHANNEL, {"", "community", "offline", ""}},
    {DIM_SOURCE, CLICK_SOURCE, {"", "wechat", "baidu", "direct"}},
    {DIM_UTM_SOURCE, CLICK_UTM_SOURCE, {"", "news", "NEWS ", "other"}},
    {DIM_UTM_MEDIUM, CLICK_UTM_MEDIUM, {"", "cpc", "email", "CPC"}},
    {DIM_UTM_CAMPAIGN, CLICK_UTM_CAMPAIGN, {"", "c1", "c2", "c3"}},
    {DIM_UTM_TERM, CLICK_UTM_TERM, {"", "t1", "t2", "t3"}},
    {DIM_UTM_CONTENT, CLICK_UTM_CONTENT, {"", "v1", "v2", "v3"}},
    {DIM_UTM_ID, CLICK_UTM_ID, {"", "1", "2", "3"}},
    {DIM_APP, CLICK_APP, {"", "wechat", "qq", "douyin"}},
    {DIM_APP_VERSION, CLICK_APP_VERSION, {"", "8.0", "7.0", "6.7"}},
    {DIM_MINI_PROGRAM, CLICK_MINI_PROGRAM, {"", "wx0123456789abcdef", "wxcb459ae1e3e8f9f2", "wx00"}},
    {DIM_OS, CLICK_OS, {"", "ios", "android", "windows"}},
    {DIM_DEVICE, CLICK_DEVICE, {"", "phone", "tablet", "desktop"}},
    {DIM_BROWSER, CLICK_BROWSER, {"", "safari", "chrome", "edge"}},
    {DIM_LANGUAGE, CLICK_LANGUAGE, {"", "zh-CN", "en", "de"}},
    {DIM_NET, CLICK_NET, {"", "wifi", "4g", "5g"}},
    {DIM_COUNTRY, CLICK_COUNTRY, {"", "CN", "US", "DE"}},
    {DIM_REGION, CLICK_REGION, {"", "r1", "r2", "r3"}},
    {DIM_CITY, CLICK_CITY, {"", "x1", "x2", "x3"}},
    {DIM_CARRIER, CLICK_CARRIER, {"", "telecom", "unicom", "mobile"}},
    {DIM_REFERRER, CLICK_REFERRER_HOST, {"", "a.example", "b.example", "c.example"}},
    {DIM_AD_CLICK_SOURCE, CLICK_AD_CLICK_SOURCE, {"", "gdt", "baidu", "google"}},
    {DIM_TARGET, CLICK_TARGET, {"", "a", "b", "c"}},
};
#define WORDS_COUNT ARRAY_LEN(world_words)
static int64_t world_terms[WORDS_COUNT][4];

struct world_link {
    unsigned campaign, owner, domain;
    unsigned tags; /* bits: a, b */
};
static struct world_link world_links[LINKS + 1] = {{0},          {1, 1, 0, 1}, {1, 2, 1, 2}, {2, 1, 0, 3},
                                                   {0, 0, 0, 0}, {2, 2, 1, 1}, {1, 0, 1, 0}};
struct world_row {
    struct click_facts facts;
    unsigned link, visitor;
    unsigned words[CLICK_COLUMNS]; /* which of the column's words */
    unsigned unlike;               /* utm_term of its own instead of a word; 0 = none */
    bool gone;
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

/* The same words as terms and inline. */
static inline void put_words(struct world_row *row, struct click_row *click, char memory[32])
{
    for (size_t at = 0; at < WORDS_COUNT; at++) {
        struct click_value *value = &click->values[world_words[at].column];
        if (world_words[at].dim == DIM_CHANNEL_GROUP) {
            continue;
        }
        unsigned word = row->words[world_words[at].column] = (unsigned)(roll(3) == 0 ? roll(4) : roll(2));
        const char *text = world_words[at].words[word];
        *value = roll(3) == 0 && text[0] != '\0' ? (struct click_value){.term = world_terms[at][word]}
                                                 : (struct click_value){.text = str_from_c(text)};
    }
    row->unlike = roll(2) ? (unsigned)(1 + roll(100000)) : 0;
    if (row->unlike > 0) {
        snprintf(memory, 32, "own%u", row->unlike);
        click->values[CLICK_UTM_TERM] = (struct click_value){.text = str_from_c(memory)};
    }
}

/* Else chunks would reach over all times, for a segment's clicks are sealed in their order. */
static bool world_in_order;

static inline int64_t some_time(size_t i)
{
    const size_t half = ROWS / 2;

    if (!world_in_order) {
        return (roll(3) ? START : AUTUMN) + (int64_t)roll((uint64_t)SPAN);
    }
    return (i < half ? AUTUMN : START) + (int64_t)(i % half) * (SPAN - MS_PER_HOUR) / (int64_t)half +
           (int64_t)roll((uint64_t)MS_PER_HOUR);
}

/* Only now and then, for a fold with such a click leaves nothing beside its links. */
static inline bool limits_count(size_t i)
{
    return i % 400 < 60;
}

static inline void insert_row(struct click_batch *batch, size_t i, int64_t id)
{
    struct world_row *row = &world_rows[i];
    struct click_row click = {0};
    char memory[32];

    row->link = (unsigned)roll(LINKS + 1);
    row->facts = (struct click_facts){
        .id = id,
        .time_ms = some_time(i),
        .link_id = link_ids_of[row->link],
        .class = roll(3) > 0 ? CLASS_HUMAN : (enum click_class)roll(CLASS_COUNT),
        .outcome = row->link == 0 ? OUTCOME_UNKNOWN
                   : roll(3) > 0  ? OUTCOME_REDIRECT
                                  : (enum click_outcome)roll(OUTCOME_COUNT),
        .signals = (roll(5) == 0 && limits_count(i) ? SIGNAL_RESERVED_LIMIT : 0U) | (roll(6) == 0 ? SIGNAL_TEST : 0U),
        .flags = (unsigned)roll(16),
        .visitor_by = (enum visitor_by)(1 + roll(2)),
        .source_by = (enum click_by)roll(BY_COUNT),
        .scene = (enum click_scene)roll(SCENE_COUNT),
    };
    row->visitor = row->facts.class == CLASS_HUMAN ? (unsigned)(1 + roll(40)) : 0;
    row->facts.visitor = row->visitor + (row->visitor > 30 ? INT64_C(1) << 40 : 0); /* these were made from hashes */
    click.facts = row->facts;
    put_words(row, &click, memory);
    assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
}

static inline void make_terms(void)
{
    int64_t last = 0;

    for (size_t i = 0; i < WORDS_COUNT * 4; i++) {
        const char *text = world_words[i / 4].words[i % 4];
        int64_t *term = &world_terms[i / 4][i % 4];
        if (text[0] != '\0' && terms_find(ledger.db.db, str_from_c(text), term) == ERR_NOT_FOUND) {
            *term = ++last;
            assert_int_equal(terms_insert(ledger.db.db, *term, str_from_c(text)), OK);
        }
    }
}

/* "NEWS " and "CPC" are other spellings of "news" and "cpc". */
static inline void make_dictionary(void)
{
    struct utm_value news = {.field = UTM_SOURCE, .value = STR("news"), .created_ms = 1, .updated_ms = 1};
    struct utm_value cpc = {.field = UTM_MEDIUM, .value = STR("cpc"), .created_ms = 1, .updated_ms = 1};

    assert_int_equal(utm_values_insert(ledger.db.db, &news), OK);
    assert_int_equal(utm_values_insert(ledger.db.db, &cpc), OK);
}

static inline void make_rows(void)
{
    struct db *db = ledger.db.db;
    struct click_batch batch;

    click_batch_init(&batch);
    assert_int_equal(db_begin(db, false), OK);
    make_terms();
    make_dictionary();
    for (size_t i = 0; i < ROWS; i++) {
        int64_t id = click_id_make(LEDGER_NODE, 1 + i / 500, 64 + i % 500 * 64);
        insert_row(&batch, i, id);
        assert_int_equal(segments_ingested(db, segment_id_of_click(id), (int64_t)click_id_offset(id) + 64, false, 1,
                                           world_rows[i].facts.time_ms, world_rows[i].facts.time_ms),
                         OK);
    }
    assert_int_equal(click_batch_flush(&batch, db), OK);
    assert_int_equal(db_commit(db), OK);
}

/* As in a large world: mostly what is counted of links waits beside them, and comes home sooner or later. */
static inline struct fold_opts fold_of_world(size_t rows)
{
    return (struct fold_opts){.rows_max = rows,
                              .links_many = roll(4) > 0 ? 1 : 0,
                              .part_many = 1 + (size_t)roll(3),
                              .part_due = 1 + (size_t)roll(40)};
}

static inline void fold_rows_of_world(size_t rows)
{
    const struct fold_opts opts = fold_of_world(rows);
    size_t folded = 0;

    assert_int_equal(fold_run(ledger.db.db, &opts, &folded), OK);
    assert_in_range(folded, 1, rows);
}

/* All that is folded, in chunks of that many. */
static inline void seal_world(size_t chunk_rows)
{
    struct sealing sealed;

    do {
        assert_int_equal(sealer_run(ledger.db.db, chunk_rows, INT64_MAX, NULL, &sealed), OK);
    } while (sealed.rows > 0);
}

static inline void make_tail(void)
{
    ledger_init(&ledger);
    make_labels();
    make_links();
    make_rows();
}

/* Chunks of several sizes, folded and unfolded tail. */
static inline int make_world(void **state)
{
    struct sealing sealed;

    (void)state;
    make_tail();
    fold_rows_of_world(1100); /* ends inside a segment */
    assert_int_equal(sealer_run(ledger.db.db, 400, INT64_MIN, NULL, &sealed), OK);
    assert_int_equal(sealer_run(ledger.db.db, 300, INT64_MIN, NULL, &sealed), OK);
    assert_int_equal(sealed.rows, 300);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sealer_run(ledger.db.db, 70, INT64_MIN, NULL, &sealed), OK);
    }
    return 0;
}

static inline int end_world(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

/* Retention, as far as clicks are in the sums. Days are Shanghai's. */
static inline void retain_world(int64_t before_ms)
{
    const struct rewriter_opts opts = {.chunk_rows = 100, .zone = zone_find(STR("Asia/Shanghai"))};
    bool asked = false;

    assert_int_equal(db_begin(ledger.db.db, false), OK);
    assert_int_equal(rewriter_ask_retain(ledger.db.db, before_ms, 1, &asked), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    assert_int_equal(rewriter_work_off(&opts, ledger.db.db), OK);
}

/* ---- counting by hand */

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline const char *link_value_of(const struct world_row *row, enum dim dim, char out[2][64], size_t *count)
{
    const struct world_link *link = &world_links[row->link];

    switch (dim) {
    case DIM_LINK:
        snprintf(out[0], 64, "%d", (int)row->facts.link_id);
        return out[0];
    case DIM_CAMPAIGN:
        return campaigns[link->campaign];
    case DIM_OWNER:
        return owners[link->owner];
    default:
        *count = link->tags == 3 ? 2 : 1;
        snprintf(out[1], 64, "b");
        return link->tags & 1 ? "a" : link->tags & 2 ? "b" : "";
    }
}

static inline const char *word_of(const struct world_row *row, const struct report_query *query, enum dim dim,
                                  char out[64])
{
    for (size_t at = 0; at < WORDS_COUNT; at++) {
        if (world_words[at].dim == dim) {
            const char *word = world_words[at].words[row->words[world_words[at].column]];
            snprintf(out, 64, "own%u", row->unlike);
            bool spelled = (dim == DIM_UTM_SOURCE && strcmp(word, "NEWS ") == 0) ||
                           (dim == DIM_UTM_MEDIUM && strcmp(word, "CPC") == 0);
            return dim == DIM_UTM_TERM && row->unlike > 0 ? out
                   : spelled && !query->raw_utm           ? world_words[at].words[1]
                                                          : word;
        }
    }
    fail_msg("the world has no %s", dim_name(dim).ptr);
    return "";
}

static inline void value_of(const struct world_row *row, const struct report_query *query, enum dim dim,
                            char out[2][64], size_t *count)
{
    int64_t local = row->facts.time_ms + zone_offset_s(query->zone, row->facts.time_ms) * INT64_C(1000);
    char memory[2][64];
    const char *text = memory[0];

    *count = 1;
    switch (dim) {
    case DIM_LINK:
    case DIM_CAMPAIGN:
    case DIM_OWNER:
    case DIM_TAG:
        text = link_value_of(row, dim, memory, count);
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
    case DIM_SOURCE_BY:
        text = click_by_name(row->facts.source_by).ptr;
        break;
    case DIM_QR:
        text = row->facts.flags & CLICK_FLAG_QR ? "true" : "false";
        break;
    case DIM_TEST:
        text = row->facts.signals & SIGNAL_TEST ? "true" : "false";
        break;
    case DIM_HOUR:
        snprintf(memory[0], 64, "%d", (int)(floor_div(local, MS_PER_HOUR) % 24));
        break;
    case DIM_WEEKDAY:
        snprintf(memory[0], 64, "%d", (int)((floor_div(local, MS_PER_DAY) + 3) % 7 + 1));
        break;
    default:
        text = word_of(row, query, dim, memory[0]);
    }
    snprintf(out[0], 64, "%.63s", text);
    if (*count > 1) {
        snprintf(out[1], 64, "%.63s", memory[1]);
    }
}

static inline bool filter_takes(const struct world_row *row, const struct report_query *query,
                                const struct report_filter *filter)
{
    char values[2][64];
    size_t count = 0;
    bool found = false;

    value_of(row, query, filter->dim, values, &count);
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

    if (row->gone || row->facts.time_ms < query->from_ms || row->facts.time_ms >= query->to_ms ||
        (query->owner_bound && (link->owner == 0 || owner_ids[link->owner] != query->owner_id)) ||
        (query->domain_bound && (row->link == 0 || domain_ids[link->domain] != query->domain_id))) {
        return false;
    }
    for (size_t i = 0; i < query->filters_count; i++) {
        if (query->filters[i].dim != skip && !filter_takes(row, query, &query->filters[i])) {
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
static str filter_words[REPORT_FILTERS_MAX][4];
static char filter_memory[REPORT_FILTERS_MAX][4][2][64];

static inline void ask_filter(struct report_query *query)
{
    size_t at = query->filters_count++;
    struct report_filter *filter = &query->filters[at];

    *filter = (struct report_filter){.dim = roll(8) ? (enum dim)roll(DIM_COUNT) : DIM_LINK, .exclude = roll(4) == 0};
    filter->values = (struct str_list){.items = filter_words[at], .count = 1 + roll(3)};
    for (size_t i = 0; i < filter->values.count; i++) { /* words that occur, some twice */
        size_t count = 0;
        value_of(&world_rows[roll(ROWS)], query, filter->dim, filter_memory[at][i], &count);
        filter_words[at][i] = str_from_c(filter_memory[at][i][0]);
    }
}

static inline void ask(struct report_query *query)
{
    static const char *const zones[] = {"UTC",
                                        "Asia/Shanghai",
                                        "Asia/Kolkata",
                                        "America/New_York",
                                        "Asia/Kathmandu",
                                        "America/St_Johns",
                                        "Pacific/Chatham",
                                        "Australia/Lord_Howe"};
    const int64_t quarter = 15 * MS_PER_MINUTE;
    int64_t from = (roll(3) ? START : AUTUMN) - MS_PER_DAY + (int64_t)roll((uint64_t)SPAN);
    int64_t to = from + (int64_t)roll((uint64_t)SPAN);

    *query = (struct report_query){.zone = zone_find(str_from_c(zones[roll(ARRAY_LEN(zones))])), .limit = 1000};
    query->interval = (enum interval)roll(5);
    if (roll(10) == 0 && query->interval != INTERVAL_HOUR) {
        from = AUTUMN - MS_PER_DAY;
        to = START + SPAN;
    }
    query->raw_utm = roll(4) == 0;
    int64_t row_ms = world_rows[roll(ROWS)].facts.time_ms;
    bool whole = roll(3) > 0;
    query->from_ms = whole ? from - from % quarter : from;
    query->to_ms = whole ? to - to % quarter + quarter : to + 1;
    if (roll(8) == 0 && row_ms < query->to_ms && row_ms + SPAN > query->to_ms) {
        query->from_ms = row_ms; /* that one is in */
    } else if (roll(8) == 0 && row_ms > query->from_ms && row_ms - SPAN < query->from_ms) {
        query->to_ms = row_ms; /* that one is not */
    }
    query->want_visitors = roll(3) == 0;
    query->want_scans = roll(2) == 0;
    query->all_classes = roll(3) == 0;
    for (size_t i = roll(3); i > 0; i--) {
        ask_filter(query);
    }
    query->group_count = roll(3);
    query->group_by[0] = roll(6) ? (enum dim)roll(DIM_COUNT) : DIM_TAG; /* of which a link may have several */
    query->group_by[1] = (enum dim)roll(DIM_COUNT);
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
