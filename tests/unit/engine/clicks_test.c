/* SPDX-License-Identifier: MIT */
/* Goal: the raw ledger pages through every row once in order of time, also where the ids of several threads interleave,
 * and filters as reports do. */
#include <stdlib.h>

#include "report_world.h"

struct collected {
    size_t count;
    int64_t ids[ROWS];
    struct click last;
};

static bool collect(void *arg, const struct click *click)
{
    struct collected *self = arg;

    self->ids[self->count++] = click->id;
    self->last = *click;
    assert_true(click->app.len == 0 || str_eq(click->app, STR("wechat")) || str_eq(click->app, STR("qq")) ||
                str_eq(click->app, STR("douyin")));
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct click_facts *left = &((const struct world_row *)a)->facts,
                             *right = &((const struct world_row *)b)->facts;
    int by_ms = (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);

    return by_ms ? by_ms : (left->id > right->id) - (left->id < right->id);
}

/* The rows as they must come. */
static struct world_row *in_order(void)
{
    static struct world_row rows[ROWS];

    memcpy(rows, world_rows, sizeof rows);
    qsort(rows, ROWS, sizeof *rows, by_time);
    return rows;
}

static void clicks__pages_in_either_order_give_every_row_once(void **state)
{
    (void)state;
    static struct collected all, page;
    const struct world_row *rows = in_order();
    for (int descending = 0; descending < 2; descending++) {
        struct click_query query = {.filter = {.from_ms = AUTUMN, .to_ms = START + SPAN, .zone = zone_find(STR("UTC"))},
                                    .descending = descending,
                                    .limit = 97};
        all.count = 0;
        do {
            page.count = 0;
            assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, collect, &page), OK);
            for (size_t i = 0; i < page.count; i++) {
                all.ids[all.count++] = query.after_id = page.ids[i];
            }
        } while (page.count == 97);
        assert_int_equal(all.count, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            assert_int_equal(all.ids[i], rows[descending ? ROWS - 1 - i : i].facts.id);
        }
    }
}

static void clicks__the_same_filters_as_reports(void **state)
{
    (void)state;
    static struct collected found;
    const struct world_row *rows = in_order();
    for (int q = 0; q < 100; q++) {
        struct click_query query = {.limit = ROWS};
        size_t expected = 0;
        ask(&query.filter);
        found.count = 0;
        assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, collect, &found), OK);
        for (size_t i = 0; i < ROWS; i++) {
            if (takes(&rows[i], &query.filter, DIM_COUNT)) {
                assert_int_equal(found.ids[expected], rows[i].facts.id);
                expected++;
            }
        }
        assert_int_equal(found.count, expected);
    }
}

static bool nothing(void *arg, const struct click *click)
{
    (void)arg;
    (void)click;
    return true;
}

static void clicks__cannot_go_on_from_a_click_that_is_gone(void **state)
{
    (void)state;
    struct click_query query = {
        .filter = {.to_ms = INT64_MAX, .zone = zone_find(STR("UTC"))}, .after_id = 12345, .limit = 1};
    assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, nothing, NULL), ERR_NOT_FOUND);
    query.after_ms = START;
    assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, nothing, NULL), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clicks__pages_in_either_order_give_every_row_once),
        cmocka_unit_test(clicks__cannot_go_on_from_a_click_that_is_gone),
        cmocka_unit_test(clicks__the_same_filters_as_reports),
    };

    return cmocka_run_group_tests(tests, make_world, end_world);
}
