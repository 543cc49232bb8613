/* SPDX-License-Identifier: MIT */
/* Goal: lists give exactly the links that match, in the order asked for, every one once over all pages; and a page
 * costs about what it shows, however many links there are. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/store/labels.h"
#include "linkpond/store/link_columns.h"
#include "linkpond/store/sums.h"
#include "linkpond/store/users.h"

#include "db_sqlite.h"
#include "templink.h"
#include "waiting.h"

#define LINKS 40
#define MANY  20000 /* more than LINKS_FEW */

struct fixture {
    struct tempdb tmp;
    int64_t campaign, channel, tag, owner;
    bool waits; /* folds left beside the links some of what they counted */
};

static int set_up(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);
    struct user user = {.key = STR("wang"), .role = STR("editor"), .created_ms = 1, .updated_ms = 1};

    tempdb_init(&self->tmp);
    tempdb_domain(&self->tmp);
    assert_int_equal(users_insert(self->tmp.db, &user), OK);
    self->owner = user.id;
    assert_int_equal(labels_ensure(self->tmp.db, LABEL_CAMPAIGN, STR("c"), 1, &self->campaign), OK);
    assert_int_equal(labels_ensure(self->tmp.db, LABEL_CHANNEL, STR("h"), 1, &self->channel), OK);
    assert_int_equal(labels_ensure(self->tmp.db, LABEL_TAG, STR("t"), 1, &self->tag), OK);
    *state = self;
    return 0;
}

static int set_up_waiting(void **state)
{
    int result = set_up(state);
    struct fixture *self = *state;

    self->waits = true;
    return result;
}

static int tear_down(void **state)
{
    struct fixture *self = *state;

    tempdb_done(&self->tmp);
    free(self);
    return 0;
}

/* Where some wait, a third of links has all of them at home, a third none, the others wait for one of them. */
static void add_clicks(struct fixture *self, const struct link_stat *stat)
{
    struct link_stat home = *stat, gain = *stat;
    int64_t kind = self->waits ? stat->link_id % 3 : 0;

    gain.clicks = gain.total = kind == 1 ? stat->clicks : kind == 2;
    home.clicks -= gain.clicks;
    home.total -= gain.total;
    home.last_ms = kind == 0 ? stat->last_ms : kind == 1 ? TIME_NONE : 1;
    if (kind != 1) {
        assert_int_equal(sums_stat_add(self->tmp.db, &home), OK);
    }
    if (kind != 0) {
        waiting_add(self->tmp.db, &gain, 0, STR(""));
    }
}

/* Link i: campaign when i % 2, channel when i % 3 == 0, owner when i % 4 == 0, tag when i % 5 == 0, i % 7 clicks. */
static void add_links(struct fixture *self, int count)
{
    assert_int_equal(db_begin(self->tmp.db, false), OK);
    for (int i = 1; i <= count; i++) {
        struct link link = templink_new(&self->tmp);
        link.title = arena_f(&self->tmp.arena, "title %d", i % 11);
        link.campaign_id = i % 2 ? self->campaign : 0;
        link.channel_id = i % 3 == 0 ? self->channel : 0;
        link.owner_id = i % 4 == 0 ? self->owner : 0;
        link.updated_ms = 1000 + i % 13;
        templink_add(&self->tmp, &link);
        if (i % 5 == 0) {
            assert_int_equal(links_tags_add(self->tmp.db, link.id, self->tag), OK);
        }
        if (i % 7 > 0) {
            struct link_stat stat = {.link_id = link.id, .clicks = i % 7, .total = i % 7, .last_ms = 5000 - i % 6};
            add_clicks(self, &stat);
        }
    }
    assert_int_equal(db_commit(self->tmp.db), OK);
}

static struct links_filter any(enum links_sort sort, size_t limit)
{
    return (struct links_filter){
        .bounds = BOUNDS_ALL, .state = -1, .archived = -1, .now_ms = 2000, .sort = sort, .limit = limit};
}

static size_t matches(struct fixture *self, const struct links_filter *filter, struct link **links)
{
    struct links_page page;
    struct links_total total;

    assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, filter, &page, &total), OK);
    if (filter->after.id == 0) {
        assert_int_equal(page.more, (int64_t)page.count < total.count);
    }
    assert_true(!page.more || page.count == filter->limit);
    *links = page.links;
    return page.count;
}

static size_t count_of(struct fixture *self, const struct links_filter *filter)
{
    struct link *links;

    return matches(self, filter, &links);
}

static bool in_order(const struct link *a, const struct link *b, enum links_sort sort)
{
    struct links_after x = links_after(a, sort);
    struct links_after y = links_after(b, sort);
    int titles = str_cmp(x.title, y.title);

    if (sort == LINKS_BY_CREATED_ASC || sort == LINKS_BY_ID) {
        return x.key < y.key || (x.key == y.key && x.id < y.id);
    }
    if (sort == LINKS_BY_TITLE) {
        return titles < 0 || (titles == 0 && x.id < y.id);
    }
    return x.key > y.key || (x.key == y.key && x.id > y.id);
}

static void list__pages_give_every_link_once_in_any_order(void **state)
{
    struct fixture *self = *state;

    add_links(self, LINKS);
    for (enum links_sort sort = LINKS_BY_CREATED; sort <= LINKS_BY_ID; sort++) {
        struct links_filter filter = any(sort, 7);
        struct link *last = NULL;
        bool seen[LINKS + 1] = {false};
        size_t total = 0;
        struct link *page;
        for (size_t count = 7; count == 7; total += count) {
            count = matches(self, &filter, &page);
            for (size_t i = 0; i < count; i++) {
                assert_false(seen[page[i].id]);
                seen[page[i].id] = true;
                assert_true(!last || in_order(last, &page[i], sort));
                last = &page[i];
            }
            filter.after = links_after(last, sort);
        }
        if (total != LINKS) {
            fail_msg("order %d: %zu links", (int)sort, total);
        }
    }
}

static void list__filters_agree_with_the_rule_for_each(void **state)
{
    struct fixture *self = *state;

    add_links(self, LINKS);
    for (int mask = 0; mask < 16; mask++) {
        struct links_filter filter = any(LINKS_BY_CREATED, 100);
        size_t expected = 0;
        filter.campaign_id = mask & 1 ? self->campaign : 0;
        filter.channel_id = mask & 2 ? self->channel : 0;
        filter.owner_id = mask & 4 ? self->owner : 0;
        filter.tag_id = mask & 8 ? self->tag : 0;
        for (int i = 1; i <= LINKS; i++) {
            expected +=
                !((mask & 1 && i % 2 == 0) || (mask & 2 && i % 3) || (mask & 4 && i % 4) || (mask & 8 && i % 5));
        }
        assert_int_equal(count_of(self, &filter), expected);
    }
    struct links_filter nobody = any(LINKS_BY_CLICKS, 100);
    nobody.campaign_id = -1;
    assert_int_equal(count_of(self, &nobody), 0);
    nobody = any(LINKS_BY_CLICKS, 100);
    nobody.domain_id = -1;
    assert_int_equal(count_of(self, &nobody), 0);
}

static void list__bounds_are_kept_whatever_is_asked(void **state)
{
    struct fixture *self = *state;
    struct bounds bounds = {.by_owner = true, .owner_id = self->owner};
    struct bounds nobody = {.by_owner = true};
    int64_t ids[LINKS];
    size_t count;

    add_links(self, LINKS);
    for (enum links_sort sort = LINKS_BY_CREATED; sort <= LINKS_BY_TITLE; sort++) {
        struct links_filter filter = any(sort, 100);
        filter.bounds = &bounds;
        assert_int_equal(count_of(self, &filter), LINKS / 4);
        filter.tag_id = self->tag;
        assert_int_equal(count_of(self, &filter), LINKS / 20);
        filter.bounds = &nobody;
        assert_int_equal(count_of(self, &filter), 0);
        filter.tag_id = 0;
        assert_int_equal(count_of(self, &filter), 0);
        filter.owner_id = self->owner;
        assert_int_equal(count_of(self, &filter), 0);
    }
    struct links_filter filter = any(LINKS_BY_CREATED, 1);
    filter.bounds = &bounds;
    assert_int_equal(links_list_ids(self->tmp.db, &self->tmp.arena, &filter, 0, ids, LINKS, &count), OK);
    assert_int_equal(count, LINKS / 4);
    assert_int_equal(links_list_ids(self->tmp.db, &self->tmp.arena, &filter, ids[4], ids, 3, &count), OK);
    assert_int_equal(count, 3);
    assert_int_equal(ids[0], 24);
}

static void list__wildcards_are_plain_characters(void **state)
{
    struct fixture *self = *state;
    const struct {
        str q;
        size_t count;
    } rows[] = {
        {STR("100%"), 1}, {STR("100_"), 1}, {STR("a\\b"), 1}, {STR("%"), 1},    {STR("_"), 1},  {STR("\\"), 1},
        {STR("100"), 3},  {STR("群"), 1},   {STR("NOTE"), 1}, {STR("Word"), 1}, {STR("c2"), 1}, {STR(""), 5},
    };
    const struct {
        str title, notes;
    } links[] = {
        {STR("100% off"), STR("")}, {STR("100_off"), STR("")}, {STR("100 off"), STR("")},
        {STR("a\\b"), STR("note")}, {STR("华东3群"), STR("")},
    };

    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        struct link link = templink_new(&self->tmp);
        link.title = links[i].title;
        link.notes = links[i].notes;
        templink_add(&self->tmp, &link);
    }
    struct link_alias alias = {1, self->tmp.domain_id, STR("sword"), STR("sword"), 0};
    assert_int_equal(links_alias_add(self->tmp.db, &alias, 1), OK);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct links_filter filter = any(LINKS_BY_CREATED, 100);
        filter.q = rows[i].q;
        if (count_of(self, &filter) != rows[i].count) {
            fail_msg("\"%.*s\" gives %zu", STR_ARG(rows[i].q), count_of(self, &filter));
        }
    }
}

/* One link for each state, and a second reason further down the order for most. */
static void list__states_are_those_the_api_shows(void **state)
{
    struct fixture *self = *state;
    struct link link = templink_new(&self->tmp);

    link.archived = true;
    link.enabled = false;
    templink_add(&self->tmp, &link); /* archived */
    link = templink_new(&self->tmp);
    link.enabled = false;
    link.valid_from_ms = 3000;
    templink_add(&self->tmp, &link); /* disabled */
    link = templink_new(&self->tmp);
    link.valid_from_ms = 2001;
    templink_add(&self->tmp, &link); /* scheduled */
    link = templink_new(&self->tmp);
    link.valid_from_ms = 2000;
    link.valid_until_ms = 2001;
    templink_add(&self->tmp, &link); /* active */
    link = templink_new(&self->tmp);
    link.valid_until_ms = 2000;
    link.max_clicks = 1;
    templink_add(&self->tmp, &link); /* expired */
    for (int used = 2; used <= 3; used++) {
        link = templink_new(&self->tmp);
        link.max_clicks = 3;
        templink_add(&self->tmp, &link); /* active, used up */
        struct link_stat stat = {.link_id = link.id, .reserved = used, .last_ms = TIME_NONE};
        assert_int_equal(sums_stat_add(self->tmp.db, &stat), OK);
    }
    const size_t expected[LINK_STATE_COUNT] = {[LINK_SCHEDULED] = 1, [LINK_ACTIVE] = 2,   [LINK_EXPIRED] = 1,
                                               [LINK_USED_UP] = 1,   [LINK_DISABLED] = 1, [LINK_ARCHIVED] = 1};
    for (int i = 0; i < LINK_STATE_COUNT; i++) {
        struct links_filter filter = any(LINKS_BY_CREATED, 100);
        filter.state = i;
        filter.archived = 0;
        assert_int_equal(count_of(self, &filter), expected[i]);
    }
    struct links_filter filter = any(LINKS_BY_CREATED, 100);
    filter.archived = 0;
    assert_int_equal(count_of(self, &filter), 6);
    filter.archived = 1;
    assert_int_equal(count_of(self, &filter), 1);
}

static void list__the_bin_is_apart(void **state)
{
    struct fixture *self = *state;
    struct links_filter filter = any(LINKS_BY_CREATED, 100);

    add_links(self, LINKS);
    assert_int_equal(links_bin(self->tmp.db, BOUNDS_ALL, 3, 1500), OK);
    assert_int_equal(links_bin(self->tmp.db, BOUNDS_ALL, 4, 1500), OK);
    assert_int_equal(links_tombstone(self->tmp.db, 4, 1500, false), OK);
    assert_int_equal(count_of(self, &filter), LINKS - 2);
    filter.bin = true;
    assert_int_equal(count_of(self, &filter), 1);
    filter.bounds = &(struct bounds){.by_owner = true, .owner_id = self->owner};
    assert_int_equal(count_of(self, &filter), 0);
}

static void list__refuses_impossible_pages(void **state)
{
    struct fixture *self = *state;
    struct links_filter filter = any(LINKS_BY_CREATED, 0);
    struct links_page page;

    assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, &filter, &page, NULL), ERR_INVALID);
    filter.limit = LIMIT_PAGE + 1;
    assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, &filter, &page, NULL), ERR_INVALID);
}

/* Links looked at for a page. */
static int looks_for(struct fixture *self, const struct links_filter *filter)
{
    struct links_page page;

    sqlite3_stmt_status(db_stmt(self->tmp.db, SQL_LINK_LIST_CHECK)->raw, SQLITE_STMTSTATUS_RUN, 1);
    assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, filter, &page, NULL), OK);
    assert_int_equal(page.count, filter->limit);
    return sqlite3_stmt_status(self->tmp.db->stmts[SQL_LINK_LIST_CHECK].raw, SQLITE_STMTSTATUS_RUN, 0);
}

/* More links than can be put in order for each page, whose times do not follow their ids. */
static void add_many(struct fixture *self)
{
    assert_int_equal(db_begin(self->tmp.db, false), OK);
    for (int i = 1; i <= MANY; i++) {
        struct link link = templink_new(&self->tmp);
        link.campaign_id = i % 50 ? self->campaign : 0;
        link.channel_id = i % 1000 == 0 ? self->channel : 0;
        link.enabled = i % 2000 > 0;
        link.created_ms = 1000 + i * 7919 % MANY;
        link.updated_ms = 1000 + i * 104729 % MANY;
        templink_add(&self->tmp, &link);
        if (i % 4 == 0) {
            struct link_stat stat = {
                .link_id = link.id, .clicks = i % 1000, .total = i % 1000, .last_ms = 5000 + i % 60};
            assert_int_equal(sums_stat_add(self->tmp.db, &stat), OK);
        }
        arena_reset(&self->tmp.arena);
    }
    assert_int_equal(db_commit(self->tmp.db), OK);
}

static void list__a_page_in_an_order_with_an_index_looks_at_what_it_shows(void **state)
{
    struct fixture *self = *state;
    const enum links_sort sorts[] = {LINKS_BY_CREATED, LINKS_BY_CREATED_ASC, LINKS_BY_ID};

    add_many(self);
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        struct links_filter filter = any(sorts[i], 10);
        assert_in_range(looks_for(self, &filter), 1, 11);
        filter.after = (struct links_after){.id = MANY / 2, .key = 1000 + MANY / 2};
        assert_in_range(looks_for(self, &filter), 1, 11);
        filter.campaign_id = self->campaign; /* nearly all have it */
        assert_in_range(looks_for(self, &filter), 11, 30);
    }
    struct links_filter filter = any(LINKS_BY_CLICKS, 10); /* no index: by the columns */
    assert_int_equal(looks_for(self, &filter), 0);
}

static void list__a_condition_that_few_meet_is_looked_up_in_any_order(void **state)
{
    struct fixture *self = *state;

    add_many(self);
    for (enum links_sort sort = LINKS_BY_CREATED; sort <= LINKS_BY_ID; sort++) {
        struct links_filter filter = any(sort, 5);
        filter.channel_id = self->channel;
        filter.campaign_id = 0;
        assert_in_range(looks_for(self, &filter), 5, MANY / 1000);
        filter.channel_id = 0;
        filter.created_from_ms = 2000;
        filter.created_to_ms = 2100;
        assert_in_range(looks_for(self, &filter), 5, 100);
    }
}

static void make_columns(struct fixture *self)
{
    size_t made = 1;

    assert_int_equal(db_begin(self->tmp.db, false), OK);
    while (made > 0) {
        assert_int_equal(link_columns_make(self->tmp.db, 100, &made), OK);
    }
    assert_int_equal(db_commit(self->tmp.db), OK);
}

/* Reads all pages: each link once, in order. */
static size_t read_pages(struct fixture *self, struct links_filter filter, bool *seen, struct links_total *total)
{
    struct links_page page;
    struct link last = {0};
    size_t count = 0;

    memset(seen, 0, MANY + 1);
    do {
        assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, &filter, &page, count ? NULL : total), OK);
        for (size_t i = 0; i < page.count; i++) {
            assert_false(seen[page.links[i].id]);
            seen[page.links[i].id] = true;
            assert_true(last.id == 0 || in_order(&last, &page.links[i], filter.sort));
            last = page.links[i];
        }
        count += page.count;
        if (page.count > 0) {
            filter.after = links_after(&last, filter.sort);
            last.title = STR("");
            filter.after.title = STR("");
        }
        arena_reset(&self->tmp.arena);
    } while (page.more);
    return count;
}

static void list__many_links_are_given_once_in_any_order(void **state)
{
    struct fixture *self = *state;
    static bool seen[MANY + 1];

    add_many(self);
    for (int made = 0; made < 2; made++) {
        for (enum links_sort sort = LINKS_BY_CREATED; sort <= LINKS_BY_ID; sort++) {
            struct links_total total = {0};
            assert_int_equal(read_pages(self, any(sort, LIMIT_PAGE), seen, &total), MANY);
            assert_int_equal(total.count, MANY);
            assert_true(total.exact);
        }
        make_columns(self);
    }
}

/* The same links whichever way they are found: by an index, by a walk, by their columns, and with a text. */
static void list__conditions_that_many_meet_are_kept_in_any_order(void **state)
{
    struct fixture *self = *state;
    static bool seen[MANY + 1];

    add_many(self);
    make_columns(self);
    for (enum links_sort sort = LINKS_BY_CREATED; sort <= LINKS_BY_ID; sort++) {
        struct links_filter filter = any(sort, 900);
        struct links_total total = {0};
        filter.campaign_id = self->campaign;
        filter.state = LINK_ACTIVE;
        size_t expected = 0;
        for (int i = 1; i <= MANY; i++) {
            expected += i % 50 && i % 2000;
        }
        assert_int_equal(read_pages(self, filter, seen, &total), expected);
        assert_int_equal(total.count, expected);
        for (int i = 1; i <= MANY; i++) {
            assert_int_equal(seen[i], i % 50 && i % 2000);
        }
        filter.q = STR("c777"); /* in codes: c777, c7770 to c7779 */
        assert_int_equal(read_pages(self, filter, seen, &total), 11);
        filter.q = STR("77");
        expected = read_pages(self, filter, seen, &total);
        assert_int_equal(total.count, expected);
        filter.campaign_id = 0;
        filter.state = LINK_DISABLED;
        filter.q = STR("");
        assert_int_equal(read_pages(self, filter, seen, &total), MANY / 2000);
    }
}

/* What a plan says of each table it reads, one after the other. */
/* More links than are put in order for a search, of which one has the text, and nothing yet that leaves out blocks. */
static void list__a_rare_text_of_very_many_links_is_found_in_little_memory(void **state)
{
    struct fixture *self = *state;
    struct links_filter filter = any(LINKS_BY_CREATED, 50);
    struct links_page page;
    struct links_total total;
    struct arena arena;
    int64_t rare = 0;

    assert_int_equal(db_begin(self->tmp.db, false), OK);
    for (int i = 1; i <= 90000; i++) {
        struct link link = templink_new(&self->tmp);
        link.title = i == 77 ? STR("a needle") : STR("hay");
        templink_add(&self->tmp, &link);
        rare = i == 77 ? link.id : rare;
        arena_reset(&self->tmp.arena);
    }
    assert_int_equal(db_commit(self->tmp.db), OK);
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    filter.q = STR("needle");
    assert_int_equal(links_list(self->tmp.db, &arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.links[0].id, rare);
    assert_int_equal(total.count, 1);
    assert_true(total.exact);
    arena_done(&arena);
}

static void plan_of(struct fixture *self, enum sql_id id, char *out, size_t cap)
{
    char text[4096];
    sqlite3_stmt *plan;
    size_t len = 0;

    snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql_text[id]);
    assert_int_equal(sqlite3_prepare_v2(self->tmp.db->raw, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        len += (size_t)snprintf(out + len, cap - len, "%s; ", (const char *)sqlite3_column_text(plan, 3));
        assert_true(len < cap);
    }
    sqlite3_finalize(plan);
}

static void list__walks_and_sources_read_one_index_and_sort_nothing(void **state)
{
    struct fixture *self = *state;
    const struct {
        enum sql_id id;
        const char *plan;
    } rows[] = {
        {SQL_LINK_WALK_ID, "SEARCH link USING INTEGER PRIMARY KEY (rowid>?); "},
        {SQL_LINK_WALK_CREATED_BESIDE, "SEARCH link USING COVERING INDEX link_created (created_ms=? AND rowid<?); "},
        {SQL_LINK_WALK_CREATED, "SEARCH link USING COVERING INDEX link_created (created_ms>? AND created_ms<?); "},
        {SQL_LINK_WALK_CREATED_ASC_BESIDE,
         "SEARCH link USING COVERING INDEX link_created (created_ms=? AND rowid>?); "},
        {SQL_LINK_WALK_CREATED_ASC, "SEARCH link USING COVERING INDEX link_created (created_ms>? AND created_ms<?); "},
        {SQL_LINK_SOURCE_TAG, "SEARCH link_tag USING COVERING INDEX link_tag_tag (tag_id=? AND link_id>?); "},
        {SQL_LINK_SOURCE_CHANNEL, "SEARCH link USING COVERING INDEX link_channel (channel_id=? AND rowid>?); "},
        {SQL_LINK_SOURCE_CAMPAIGN, "SEARCH link USING COVERING INDEX link_campaign (campaign_id=? AND rowid>?); "},
        {SQL_LINK_SOURCE_OWNER,
         "SEARCH link USING COVERING INDEX link_owner (owner_id=? AND tombstone=? AND rowid>?); "},
        {SQL_LINK_SOURCE_BIN, "SEARCH link USING INDEX link_bin (deleted_ms>?); "},
        {SQL_LINK_SOURCE_CREATED, "SEARCH link USING COVERING INDEX link_created (created_ms>? AND created_ms<?); "},
    };
    char plan[512];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        plan_of(self, rows[i].id, plan, sizeof plan);
        assert_string_equal(plan, rows[i].plan);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define WAITING(name)                                                                                                  \
    {                                                                                                                  \
#name "_and_some_waits", name, set_up_waiting, tear_down, NULL                                                 \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(list__pages_give_every_link_once_in_any_order),
        TEST(list__filters_agree_with_the_rule_for_each),
        TEST(list__bounds_are_kept_whatever_is_asked),
        TEST(list__wildcards_are_plain_characters),
        TEST(list__states_are_those_the_api_shows),
        TEST(list__the_bin_is_apart),
        TEST(list__refuses_impossible_pages),
        TEST(list__a_page_in_an_order_with_an_index_looks_at_what_it_shows),
        TEST(list__a_condition_that_few_meet_is_looked_up_in_any_order),
        TEST(list__many_links_are_given_once_in_any_order),
        TEST(list__conditions_that_many_meet_are_kept_in_any_order),
        TEST(list__a_rare_text_of_very_many_links_is_found_in_little_memory),
        TEST(list__walks_and_sources_read_one_index_and_sort_nothing),
        WAITING(list__pages_give_every_link_once_in_any_order),
        WAITING(list__filters_agree_with_the_rule_for_each),
        WAITING(list__a_condition_that_few_meet_is_looked_up_in_any_order),
        WAITING(list__many_links_are_given_once_in_any_order),
        WAITING(list__conditions_that_many_meet_are_kept_in_any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
