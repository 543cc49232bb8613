/* SPDX-License-Identifier: MIT */
/* Goal: what lists read by columns is what the tables say: before the columns are made, after, and whatever was changed
 * since, by an edit, by a fold or while folds are put into the columns. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/store/labels.h"
#include "linkpond/store/link_columns.h"

#include "db_sqlite.h"
#include "templink.h"
#include "waiting.h"

#define LINKS  2000
#define BLOCKS (LINKS >> LINK_BLOCK_SHIFT) /* full ones */
#define ALL    ((1U << LINK_COLUMNS) - 1)

struct fixture {
    struct tempdb tmp;
    int64_t campaign, tags[3];
};

static void begin(struct fixture *self)
{
    assert_int_equal(db_begin(self->tmp.db, false), OK);
}

static void commit(struct fixture *self)
{
    assert_int_equal(db_commit(self->tmp.db), OK);
}

static int set_up(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);

    tempdb_init(&self->tmp);
    tempdb_domain(&self->tmp);
    begin(self);
    assert_int_equal(labels_ensure(self->tmp.db, LABEL_CAMPAIGN, STR("c"), 1, &self->campaign), OK);
    for (size_t i = 0; i < ARRAY_LEN(self->tags); i++) {
        str key = arena_f(&self->tmp.arena, "t%zu", i);
        assert_int_equal(labels_ensure(self->tmp.db, LABEL_TAG, key, 1, &self->tags[i]), OK);
    }
    for (int i = 1; i <= LINKS; i++) {
        struct link link = templink_new(&self->tmp);
        link.title = i % 3 ? arena_f(&self->tmp.arena, "春季 %d", i * 7919 % 1000) : STR("");
        link.campaign_id = i % 4 ? self->campaign : 0;
        link.created_ms = 1700000000000 - (int64_t)i * 86400000 % 100000000000;
        link.valid_until_ms = i % 11 ? TIME_NONE : 1800000000000 + i;
        link.max_clicks = i % 13 ? 0 : i;
        link.enabled = i % 17 > 0;
        link.archived = i % 19 == 0;
        templink_add(&self->tmp, &link);
        for (size_t tag = 0; tag < (size_t)i % 4; tag++) {
            assert_int_equal(links_tags_add(self->tmp.db, link.id, self->tags[tag]), OK);
        }
    }
    commit(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *self = *state;

    tempdb_done(&self->tmp);
    free(self);
    return 0;
}

static size_t make(struct fixture *self)
{
    size_t made = 1, all = 0;

    begin(self);
    while (made > 0) {
        assert_int_equal(link_columns_make(self->tmp.db, 7, &made), OK);
        all += made;
    }
    commit(self);
    return all;
}

static void same_tags(struct fixture *self, const struct link_blocks *blocks, unsigned i, const struct link *link)
{
    assert_int_equal(link_blocks_tags(blocks, i), link->tags.count);
    for (size_t tag = 0; tag < link->tags.count; tag++) {
        int64_t id = 0;
        assert_int_equal(labels_ensure(self->tmp.db, LABEL_TAG, link->tags.items[tag], 1, &id), OK);
        assert_int_equal(link_blocks_tag(blocks, i, tag), id);
    }
}

static void same_link(struct fixture *self, const struct link_blocks *blocks, unsigned i, const struct link *link)
{
    int64_t flags = LINK_FLAG_HERE | (link->deleted_ms != TIME_NONE ? LINK_FLAG_BIN : 0) |
                    (link->archived ? LINK_FLAG_ARCHIVED : 0) | (link->enabled ? 0 : LINK_FLAG_OFF) |
                    (link->valid_until_ms != TIME_NONE ? LINK_FLAG_UNTIL : 0);

    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_FLAGS, i), flags);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_CREATED_MS, i), link->created_ms);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_UPDATED_MS, i), link->updated_ms);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_CAMPAIGN, i), link->campaign_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_CHANNEL, i), link->channel_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_OWNER, i), link->owner_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_DOMAIN, i), link->domain_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_MAX_CLICKS, i), link->max_clicks);
    if (link->valid_until_ms != TIME_NONE) {
        assert_int_equal(link_blocks_fact(blocks, LINK_FACT_UNTIL_MS, i), link->valid_until_ms);
    }
    assert_true(str_eq(link_blocks_title(blocks, i), link->title));
    same_tags(self, blocks, i, link);
}

/* Lists do not see it; reports still know what it belonged to. */
static void same_tombstone(struct fixture *self, const struct link_blocks *blocks, unsigned i, int64_t id)
{
    struct link_ids ids = {0};
    enum err err = links_ids(self->tmp.db, id, &ids);

    assert_true(err == OK || err == ERR_NOT_FOUND);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_FLAGS, i) & LINK_FLAG_HERE, 0);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_CAMPAIGN, i), ids.campaign_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_OWNER, i), ids.owner_id);
    assert_int_equal(link_blocks_fact(blocks, LINK_FACT_DOMAIN, i), ids.domain_id);
}

static void same_figures(struct fixture *self, const struct link_blocks *blocks, unsigned i, int64_t id)
{
    struct link_stat stat;

    assert_int_equal(sums_stat_find(self->tmp.db, id, &stat), OK);
    const int64_t figures[LINK_FIGURES] = {stat.clicks,
                                           stat.visitors,
                                           stat.bots,
                                           stat.total,
                                           stat.scans,
                                           stat.reserved,
                                           stat.last_ms == TIME_NONE ? 0 : stat.last_ms};
    for (enum link_figure figure = 0; figure < LINK_FIGURES; figure++) {
        assert_int_equal(link_blocks_figure(blocks, figure, i), figures[figure]);
    }
}

/* Everything; and gives how many blocks were read from the tables. */
static size_t assert_same(struct fixture *self)
{
    struct link_blocks *blocks = link_blocks_new(self->tmp.db, &self->tmp.arena, ALL, NULL);
    int64_t seen = 0;

    assert_non_null(blocks);
    while (link_blocks_next(blocks)) {
        for (unsigned i = 0; i < LINK_BLOCK_LINKS; i++) {
            int64_t id = link_blocks_first_id(blocks) + i;
            struct arena arena;
            struct link link;
            arena_init(&arena, 1 << 20);
            enum err err = links_find(self->tmp.db, &arena, BOUNDS_ALL, id, &link);
            if (err == OK) {
                same_link(self, blocks, i, &link);
                same_figures(self, blocks, i, id);
                seen++;
            } else {
                same_tombstone(self, blocks, i, id);
            }
            arena_done(&arena);
        }
    }
    size_t unmade = link_blocks_unmade(blocks);
    assert_int_equal(link_blocks_end(blocks), OK);
    assert_true(seen > 0);
    arena_reset(&self->tmp.arena);
    return unmade;
}

/* As a fold does: `every` so many links gain. */
static void fold(struct fixture *self, int every, int64_t now_ms)
{
    struct link_figures figures = {0};

    buf_init_heap(&figures.bytes, 1 << 20);
    begin(self);
    for (int id = every; id <= LINKS; id += every) {
        struct link_sums sums;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        assert_int_equal(sums_link_find(self->tmp.db, &arena, id, &sums), OK);
        sums.stat.clicks += id;
        sums.stat.total += 2 * id;
        sums.stat.visitors += 1;
        sums.stat.last_ms = now_ms;
        assert_int_equal(sums_link_put(self->tmp.db, &sums), OK);
        link_figures_add(&figures, &sums.stat);
        arena_done(&arena);
    }
    assert_int_equal(link_figures_store(&figures, self->tmp.db), OK);
    commit(self);
    buf_done(&figures.bytes);
}

/* As one that leaves beside what it counted. */
static void fold_beside(struct fixture *self, int every, int64_t now_ms)
{
    begin(self);
    for (int id = every; id <= LINKS; id += every) {
        const struct link_stat gain = {.link_id = id, .clicks = id, .bots = 2, .total = id + 2, .last_ms = now_ms};
        waiting_add(self->tmp.db, &gain, 0, STR(""));
    }
    commit(self);
}

static int64_t runs_of(struct fixture *self)
{
    struct stmt *row = db_stmt(self->tmp.db, SQL_LINK_FIGURES_ABOUT);

    assert_true(stmt_next(row));
    int64_t count = stmt_i64(row, 0);
    stmt_reset(row);
    return count;
}

static void columns__say_what_the_tables_say(void **state)
{
    struct fixture *self = *state;

    assert_int_equal(assert_same(self), BLOCKS);
    assert_int_equal(make(self), BLOCKS * LINK_COLUMNS);
    assert_int_equal(assert_same(self), 0);
    assert_int_equal(make(self), 0);
}

static void columns__an_edit_is_seen_at_once(void **state)
{
    struct fixture *self = *state;
    struct link link;

    make(self);
    assert_int_equal(links_find(self->tmp.db, &self->tmp.arena, BOUNDS_ALL, 5, &link), OK);
    link.title = STR("other");
    link.campaign_id = 0;
    assert_int_equal(links_update(self->tmp.db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_bin(self->tmp.db, BOUNDS_ALL, 300, 7), OK);
    assert_int_equal(links_tags_set(self->tmp.db, 700, self->tags, 3), OK);
    assert_int_equal(links_tags_set(self->tmp.db, 703, NULL, 0), OK);
    assert_int_equal(links_tombstone(self->tmp.db, 1100, 8, true), OK);
    assert_int_equal(links_tombstone(self->tmp.db, 1101, 8, false), OK);
    assert_int_equal(assert_same(self), 3);
    make(self);
    assert_int_equal(assert_same(self), 0);
    assert_int_equal(labels_merge(self->tmp.db, self->tags[0], self->tags[1], 9), OK);
    assert_same(self);
}

static void columns__a_fold_is_seen_at_once(void **state)
{
    struct fixture *self = *state;

    fold(self, 3, 1000);
    make(self);
    fold(self, 7, 2000);
    assert_int_equal(assert_same(self), 0);
    fold_beside(self, 5, 2500);
    assert_int_equal(assert_same(self), 0);
    fold(self, 2, 3000);
    fold_beside(self, 11, 2600);
    assert_same(self);
    assert_int_equal(sums_stat_set_last(self->tmp.db, 42, 3000, 2500), OK);
    assert_int_equal(sums_link_delete(self->tmp.db, 600), OK);
    assert_int_equal(
        sums_stat_add(self->tmp.db, &(struct link_stat){.link_id = 900, .clicks = -1, .last_ms = TIME_NONE}), OK);
    assert_same(self);
    make(self);
    fold(self, 5, 4000);
    fold_beside(self, 3, 5000);
    assert_same(self);
    begin(self);
    assert_int_equal(sums_reset(self->tmp.db), OK);
    commit(self);
    assert_same(self);
    assert_int_equal(runs_of(self), 0);
}

static void columns__folds_are_put_into_them_while_others_come(void **state)
{
    struct fixture *self = *state;
    struct link_merge merge = {0};
    bool done = false;

    make(self);
    begin(self);
    assert_int_equal(link_figures_merge(&merge, self->tmp.db, 3, &done), OK);
    assert_true(done); /* nothing is due */
    commit(self);
    for (int i = 0; i < 20; i++) {
        fold(self, 2 + i, 1000 + i);
    }
    while (!done || merge.block != 0 || runs_of(self) >= 20) {
        begin(self);
        assert_int_equal(link_figures_merge(&merge, self->tmp.db, 3, &done), OK);
        commit(self);
        assert_same(self);
        if (!done) {
            fold_beside(self, 300, 6000);
            fold(self, 11, 5000 + merge.block); /* is not lost by what follows */
            assert_same(self);
        }
    }
    assert_in_range(runs_of(self), 1, BLOCKS);
    assert_int_equal(assert_same(self), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns__say_what_the_tables_say),
        TEST(columns__an_edit_is_seen_at_once),
        TEST(columns__a_fold_is_seen_at_once),
        TEST(columns__folds_are_put_into_them_while_others_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
