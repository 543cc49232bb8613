/* SPDX-License-Identifier: MIT */
/* Goal: what folds counted of links and did not bring home yet is part of their figures and days wherever these are
 * read, each of it once; and what is damaged is not taken for nothing. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/link.h"

#include "assert_str.h"
#include "db_sqlite.h"
#include "templink.h"
#include "waiting.h"

#define PART (1 << GAIN_PART_SHIFT)

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    tempdb_domain(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static struct link_stat some(int64_t link_id, int64_t times, int64_t last_ms)
{
    return (struct link_stat){.link_id = link_id,
                              .clicks = 3 * times,
                              .visitors = 2 * times,
                              .bots = times,
                              .total = 4 * times,
                              .scans = times,
                              .last_ms = last_ms};
}

static void wait_for(struct tempdb *self, int64_t link_id, int64_t times, int64_t last_ms)
{
    const struct link_stat gain = some(link_id, times, last_ms);

    waiting_add(self->db, &gain, 0, STR(""));
}

static void assert_stat(struct tempdb *self, int64_t link_id, int64_t times, int64_t last_ms)
{
    const struct link_stat expected = some(link_id, times, last_ms);
    struct link_stat got;

    assert_int_equal(sums_stat_find(self->db, link_id, &got), OK);
    assert_memory_equal(&got, &expected, sizeof got);
}

static void gains__are_added_to_what_is_at_home(void **state)
{
    struct tempdb *self = *state;
    const struct link_stat home = some(5, 1, 700);

    wait_for(self, 5, 10, 600);
    assert_stat(self, 5, 10, 600); /* nothing is at home */
    assert_int_equal(sums_stat_add(self->db, &home), OK);
    assert_stat(self, 5, 11, 700);
    wait_for(self, 5, 100, 800);
    wait_for(self, 4, 7, TIME_NONE);
    wait_for(self, 6, 9, 1);
    wait_for(self, PART + 5, 8, 1);
    assert_stat(self, 5, 111, 800);
    assert_stat(self, 4, 7, TIME_NONE);
    assert_stat(self, 3, 0, TIME_NONE);
    assert_stat(self, 7, 0, TIME_NONE);
    assert_int_equal(gains_delete(self->db, 0), OK);
    assert_stat(self, 5, 1, 700);
    assert_stat(self, PART + 5, 8, 1);
}

static void gains__are_part_of_the_walk_over_all(void **state)
{
    static const int64_t ids[] = {2, 5, 9, PART, 3 * PART + 1, 5 * PART};
    static const int64_t times[] = {1, 12, 40, 50, 3, 60};
    struct tempdb *self = *state;
    struct link_stat got;

    for (size_t i = 0; i < 3; i++) {
        static const int64_t at_home[] = {2, 5, 3 * PART + 1};
        const struct link_stat home = some(at_home[i], 1 + (int64_t)i, 10);
        assert_int_equal(sums_stat_add(self->db, &home), OK);
    }
    wait_for(self, 9, 30, 10);
    wait_for(self, 5, 10, 10);
    wait_for(self, 9, 10, 10);
    wait_for(self, PART, 50, 10);
    wait_for(self, 5 * PART, 60, 10);
    struct sums_stats *stats = sums_stats_begin(self->db);
    assert_non_null(stats);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        const struct link_stat expected = some(ids[i], times[i], 10);
        assert_true(sums_stats_next(stats, &got));
        assert_memory_equal(&got, &expected, sizeof got);
    }
    assert_false(sums_stats_next(stats, &got));
    assert_int_equal(sums_stats_end(stats), OK);
    stats = sums_stats_begin(self->db);
    assert_true(sums_stats_next(stats, &got));
    assert_int_equal(sums_stats_end(stats), OK); /* left early */
}

static void gains__are_seen_with_their_link(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self), found;

    templink_add(self, &link);
    assert_int_equal(links_find(self->db, &self->arena, BOUNDS_ALL, link.id, &found), OK);
    assert_int_equal(found.counts.last_ms, TIME_NONE);
    wait_for(self, link.id, 10, 600);
    wait_for(self, link.id + 1, 7, 900);
    wait_for(self, link.id, 1, 500);
    assert_int_equal(links_find(self->db, &self->arena, BOUNDS_ALL, link.id, &found), OK);
    assert_int_equal(found.counts.clicks, 33);
    assert_int_equal(found.counts.visitors, 22);
    assert_int_equal(found.counts.bots, 11);
    assert_int_equal(found.counts.total, 44);
    assert_int_equal(found.counts.scans, 11);
    assert_int_equal(found.counts.last_ms, 600);
    assert_int_equal(found.used_clicks, 0);
}

struct day {
    int64_t id, day;
    const char *quarters;
};

static void assert_days(struct sums_days rows, const struct day *days, size_t count)
{
    int64_t id = 0, day = 0;
    str bytes;

    for (size_t i = 0; i < count; i++) {
        assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
        assert_int_equal(id, days[i].id);
        assert_int_equal(day, days[i].day);
        assert_str_same(bytes, str_from_c(days[i].quarters));
    }
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_int_equal(stmt_err(rows.stmt), OK);
}

static void gains__days_come_behind_those_at_home(void **state)
{
    static const struct day of_seven[] = {{7, 10, "a"}, {7, 20, "b"}, {7, 19, "w"}, {7, 20, "x"}};
    static const struct day all[] = {{7, 10, "a"}, {7, 20, "b"}, {7, 19, "w"},
                                     {7, 20, "x"}, {9, 20, "y"}, {PART, 11, "z"}};
    static const struct day late[] = {{7, 20, "b"}, {7, 20, "x"}, {9, 20, "y"}};
    struct tempdb *self = *state;
    const struct link_stat seven = some(7, 1, 5), nine = some(9, 1, 5), other = some(PART, 1, 5);
    struct gains_waiting none = {0};
    struct gains gains;

    assert_int_equal(sums_link_day_put(self->db, 7, 10, STR("a")), OK);
    assert_int_equal(sums_link_day_put(self->db, 7, 20, STR("b")), OK);
    gains_init(&gains);
    gains_add_link(&gains, &seven);
    gains_add_day(&gains, 19, STR("w"));
    gains_add_day(&gains, 20, STR("x"));
    gains_add_link(&gains, &nine);
    gains_add_day(&gains, 20, STR("y"));
    assert_int_equal(gains_store(&gains, self->db, 0, &none), OK);
    gains_done(&gains);
    waiting_add(self->db, &other, 11, STR("z"));
    assert_days(sums_link_days(self->db, 7, INT64_MIN, INT64_MAX), of_seven, ARRAY_LEN(of_seven));
    assert_days(sums_link_days(self->db, 9, INT64_MIN, INT64_MAX), all + 4, 1);
    assert_days(sums_link_days(self->db, 8, INT64_MIN, INT64_MAX), NULL, 0);
    assert_days(sums_link_days(self->db, PART, 0, 11), NULL, 0);
    assert_days(sums_all_link_days(self->db, INT64_MIN, INT64_MAX), all, ARRAY_LEN(all));
    assert_days(sums_all_link_days(self->db, 20, 21), late, ARRAY_LEN(late));
}

/* As bringing home reads them. */
static void gains__of_a_part_are_one_row_of_links(void **state)
{
    static const int64_t ids[] = {3, 7, 8, 9}, times[] = {1, 12, 4, 105};
    static const char *const days_of[] = {"", "19w 20x 20q 21r ", "", "20o 20y "};
    struct tempdb *self = *state;
    const struct link_stat three = some(3, 1, 5), eight = some(8, 4, 5), nine = some(9, 100, 5), seven = some(7, 10, 5);
    struct gains_waiting before;
    struct gains gains;
    struct link_stat got;

    gains_init(&gains);
    gains_add_link(&gains, &(struct link_stat){.link_id = 7, .last_ms = TIME_NONE});
    gains_add_day(&gains, 19, STR("w"));
    gains_add_day(&gains, 20, STR("x"));
    gains_add_link(&gains, &nine);
    gains_add_day(&gains, 20, STR("o"));
    assert_int_equal(gains_waiting(self->db, 0, &before), OK);
    assert_int_equal(before.links, 0);
    assert_int_equal(gains_store(&gains, self->db, 0, &before), OK);
    gains_reset(&gains);
    gains_add_link(&gains, &three);
    gains_add_link(&gains, &seven);
    gains_add_day(&gains, 20, STR("q"));
    gains_add_day(&gains, 21, STR("r"));
    assert_int_equal(gains_waiting(self->db, 0, &before), OK);
    assert_int_equal(before.links, 2);
    assert_int_equal(before.rows, 1);
    assert_int_equal(gains_store(&gains, self->db, 0, &before), OK);
    gains_reset(&gains);
    const struct link_stat more = some(7, 2, 5), five = some(9, 5, 5);
    gains_add_link(&gains, &more);
    gains_add_link(&gains, &eight);
    gains_add_link(&gains, &five);
    gains_add_day(&gains, 20, STR("y"));
    struct gains_part *part = gains_part_new(self->db);
    assert_int_equal(gains_part_read(part, 0, &gains), OK);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        const struct link_stat expected = some(ids[i], times[i], 5);
        char said[64] = "";
        int64_t day = 0;
        str quarters;
        assert_true(gains_part_next(part, &got));
        assert_memory_equal(&got, &expected, sizeof got);
        while (gains_part_next_day(part, &day, &quarters)) {
            snprintf(said + strlen(said), sizeof said - strlen(said), "%d%.*s ", (int)day, (int)quarters.len,
                     quarters.ptr);
        }
        assert_string_equal(said, days_of[i]);
    }
    assert_false(gains_part_next(part, &got));
    assert_int_equal(gains_part_err(part), OK);
    assert_int_equal(gains_part_of_own(part, &gains), OK); /* what waits is left alone */
    assert_true(gains_part_next(part, &got));
    assert_int_equal(got.clicks, 6);
    gains_part_free(part);
    gains_done(&gains);
    assert_int_equal(gains_waiting(self->db, 0, &before), OK);
    assert_int_equal(before.links, 4);
    assert_int_equal(before.rows, 2);
}

static void gains__that_are_damaged_are_said_to_be(void **state)
{
    static const char *const damages[] = {"numbers = x'07'", "numbers = x''", "numbers = zeroblob(200)",
                                          "numbers = substr(numbers, 1, length(numbers) - 9)"};
    struct tempdb *self = *state;
    struct link_stat stat;
    char sql[128];

    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        assert_int_equal(gains_delete_all(self->db), OK);
        for (int64_t id = 1; id < 9; id++) {
            wait_for(self, id, 1000 * id, 5);
        }
        snprintf(sql, sizeof sql, "UPDATE link_gain SET %s", damages[i]);
        assert_int_equal(sqlite3_exec(self->db->raw, sql, NULL, NULL, NULL), SQLITE_OK);
        struct sums_days rows = sums_link_days(self->db, 3, INT64_MIN, INT64_MAX);
        struct gains_part *part = gains_part_new(self->db);
        int64_t day;
        str bytes;
        enum err err = gains_part_read(part, 0, NULL);
        err = err ? err : gains_part_next(part, &stat) ? OK : gains_part_err(part);
        bool zeros = i == 2; /* no links: that is a table like any other */
        assert_int_equal(err, zeros ? OK : ERR_CORRUPT);
        assert_int_equal(sums_stat_find(self->db, 3, &stat), zeros ? OK : ERR_CORRUPT);
        assert_false(sums_days_next(&rows, &day, &bytes));
        assert_int_equal(stmt_err(rows.stmt), zeros ? OK : ERR_CORRUPT);
        gains_part_free(part);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gains__are_added_to_what_is_at_home),   TEST(gains__are_part_of_the_walk_over_all),
        TEST(gains__are_seen_with_their_link),       TEST(gains__days_come_behind_those_at_home),
        TEST(gains__of_a_part_are_one_row_of_links), TEST(gains__that_are_damaged_are_said_to_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
