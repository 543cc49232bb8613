/* SPDX-License-Identifier: MIT */
/* Goal: the raw ledger pages through every row once in either order, and filters as reports do. */
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
    assert_true(click->app.len == 0 || str_eq(click->app, STR("wechat")) || str_eq(click->app, STR("qq")));
    return true;
}

static void clicks__pages_in_either_order_give_every_row_once(void **state)
{
    (void)state;
    static struct collected all, page;
    for (int descending = 0; descending < 2; descending++) {
        struct click_query query = {.filter = {.from_ms = START, .to_ms = START + SPAN, .zone = zone_find(STR("UTC"))},
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
            assert_int_equal(all.ids[i], world_rows[descending ? ROWS - 1 - i : i].facts.id);
        }
    }
}

static void clicks__the_same_filters_as_reports(void **state)
{
    (void)state;
    static struct collected found;
    for (int q = 0; q < 100; q++) {
        struct click_query query = {.limit = ROWS};
        size_t expected = 0;
        ask(&query.filter);
        found.count = 0;
        assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, collect, &found), OK);
        for (size_t i = 0; i < ROWS; i++) {
            if (takes(&world_rows[i], &query.filter, DIM_COUNT)) {
                assert_int_equal(found.ids[expected], world_rows[i].facts.id);
                expected++;
            }
        }
        assert_int_equal(found.count, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clicks__pages_in_either_order_give_every_row_once),
        cmocka_unit_test(clicks__the_same_filters_as_reports),
    };

    return cmocka_run_group_tests(tests, make_world, end_world);
}
