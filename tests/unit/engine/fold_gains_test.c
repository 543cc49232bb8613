/* SPDX-License-Identifier: MIT */
/* Goal: what folds of many links counted waits beside them and comes home part by part; at every moment a link's
 * figures and days are those of its clicks, and what takes something away finds nothing that waits. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fold_gains.h"
#include "fold_rows.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"
#include "linkpond/model/link.h"
#include "rewriter_private.h"
#include "tempdb.h"

#define LINKS 10000 /* three parts, the last one not full */
#define PARTS ((LINKS >> GAIN_PART_SHIFT) + 1)
#define DAYS  6

static uint64_t seed;
static int64_t clicks[LINKS + 1][DAYS], lasts[LINKS + 1];

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int setup(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    seed = 17;
    memset(clicks, 0, sizeof clicks);
    memset(lasts, 0, sizeof lasts);
    tempdb_init(self);
    assert_int_equal(db_begin(self->db, false), OK);
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    struct tempdb *self = *state;

    db_rollback(self->db);
    tempdb_done(self);
    free(self);
    return 0;
}

static struct click_facts click_of(int64_t link_id, int64_t day, unsigned signals)
{
    return (struct click_facts){.link_id = link_id,
                                .time_ms = day * MS_PER_DAY + (int64_t)roll(96) * MS_PER_QUARTER + 1,
                                .class = CLASS_HUMAN,
                                .outcome = OUTCOME_REDIRECT,
                                .signals = signals};
}

static void count(struct fold_rows *rows, int64_t link_id, int64_t day, unsigned signals)
{
    const struct click_facts click = click_of(link_id, day, signals);

    assert_int_equal(fold_rows_add(rows, &click), OK);
    clicks[link_id][day]++;
    lasts[link_id] = click.time_ms > lasts[link_id] ? click.time_ms : lasts[link_id];
}

static const struct fold_opts as_measured = {.rows_max = FOLD_ROWS_MAX};

/* One fold of a click of each of so many links, mostly of the day and some of a day before. */
static void fold(struct tempdb *self, size_t links, int64_t day, unsigned signals)
{
    struct fold_rows rows;

    fold_rows_init(&rows, &as_measured);
    for (size_t i = 0; i < links; i++) {
        count(&rows, 1 + (int64_t)roll(LINKS), roll(20) ? day : (int64_t)roll((uint64_t)day + 1), signals);
    }
    assert_int_equal(fold_rows_store(&rows, self->db), OK);
    fold_rows_done(&rows);
}

static int64_t waiting_links(struct tempdb *self)
{
    int64_t links = 0;

    for (int64_t part = 0; part < PARTS; part++) {
        struct gains_waiting waiting;
        assert_int_equal(gains_waiting(self->db, part, &waiting), OK);
        links += waiting.links;
    }
    return links;
}

static int64_t of_link(int64_t link_id)
{
    int64_t sum = 0;

    for (size_t day = 0; day < DAYS; day++) {
        sum += clicks[link_id][day];
    }
    return sum;
}

static void assert_figures(struct tempdb *self)
{
    struct sums_stats *stats = sums_stats_begin(self->db);
    int64_t before = 0;
    struct link_stat stat;

    while (sums_stats_next(stats, &stat)) {
        for (int64_t id = before + 1; id < stat.link_id; id++) {
            assert_int_equal(of_link(id), 0);
        }
        before = stat.link_id;
        assert_int_equal(stat.clicks, of_link(stat.link_id));
        assert_int_equal(stat.total, stat.clicks);
        assert_int_equal(stat.last_ms, lasts[stat.link_id]);
    }
    assert_int_equal(sums_stats_end(stats), OK);
    assert_true(before > LINKS - 100);
}

static void assert_days(struct tempdb *self)
{
    static struct sums_cell cells[SUMS_LIST_CELLS];
    static int64_t left[LINKS + 1][DAYS];
    struct sums_days rows = sums_all_link_days(self->db, INT64_MIN, INT64_MAX);
    int64_t id = 0, day = 0;
    str bytes = {0};

    memcpy(left, clicks, sizeof left);
    while (sums_all_days_next(&rows, &id, &day, &bytes)) {
        size_t found = 0;
        assert_true(sums_unpack(bytes, cells, &found));
        for (size_t i = 0; i < found; i++) {
            left[id][day] -= cells[i].count;
        }
    }
    assert_int_equal(stmt_err(rows.stmt), OK);
    for (id = 1; id <= LINKS; id++) {
        for (day = 0; day < DAYS; day++) {
            assert_int_equal(left[id][day], 0);
        }
    }
}

static void assert_same(struct tempdb *self)
{
    assert_figures(self);
    assert_days(self);
}

static void gains__wait_and_come_home_when_there_are_many(void **state)
{
    struct tempdb *self = *state;
    int waited = 0, came_home = 0;
    int64_t before = 0;

    for (int i = 0; i < 24; i++) {
        fold(self, 3000, i * DAYS / 24, 0);
        int64_t now = waiting_links(self);
        waited += now > before;
        came_home += now < before;
        before = now;
        assert_in_range(now, 0, PARTS * 8000);
        if (i % 4 == 0 && i > 4) {
            assert_same(self);
        }
    }
    assert_true(waited > 4 && came_home > 2);
    assert_same(self);
}

static void gains__of_few_links_are_stored_at_once(void **state)
{
    struct tempdb *self = *state;
    bool any = false;

    for (int i = 0; i < 40; i++) {
        fold(self, 1000, i * DAYS / 40, 0);
        assert_int_equal(gains_any(self->db, &any), OK);
        assert_false(any);
    }
    assert_same(self);
}

/* Clicks that took one of max_clicks are at home at once, for the redirect asks for them. */
static void gains__never_hold_what_limits_a_link(void **state)
{
    struct tempdb *self = *state;
    int64_t link_id = 0, reserved = 0, sum = 0;

    fold(self, 3000, 0, 0);
    assert_true(waiting_links(self) > 2000);
    fold(self, 2000, 1, SIGNAL_RESERVED_LIMIT);
    assert_int_equal(waiting_links(self), 0);
    struct stmt *rows = sums_reserved_each(self->db);
    while (sums_reserved_next(rows, &link_id, &reserved)) {
        sum += reserved;
    }
    assert_int_equal(sum, 2000);
    fold(self, 9000, 2, 0);
    assert_same(self);
}

static void gains__in_a_quiet_time_come_home_by_themselves(void **state)
{
    struct tempdb *self = *state;
    bool any = true;
    int rounds = 0;

    fold(self, 9000, 1, 0);
    for (; any; rounds++) {
        assert_int_equal(fold_gains_home_first(self->db, &as_measured), OK);
        assert_same(self);
        assert_int_equal(gains_any(self->db, &any), OK);
    }
    assert_in_range(rounds, 2, PARTS);
    assert_int_equal(fold_gains_home_first(self->db, &as_measured), OK);
}

/* One less is right only where all that was counted is at hand. */
static void gains__are_at_home_before_something_is_taken(void **state)
{
    struct tempdb *self = *state;
    struct fold_rows rows;
    int taken = 0;

    for (int i = 0; i < 4; i++) {
        fold(self, 2500, i, 0);
    }
    assert_true(waiting_links(self) > 2000);
    fold_rows_init(&rows, NULL);
    for (int64_t id = 1; id <= LINKS; id += 7) {
        int64_t day = (int64_t)roll(4);
        if (clicks[id][day] > 0) {
            static struct sums_cell cells[SUMS_LIST_CELLS];
            struct sums_days days = sums_link_days(self->db, id, day, day + 1);
            struct click_facts click = click_of(id, day, 0);
            str bytes = {0};
            size_t found = 0;
            assert_true(sums_days_next(&days, &day, &bytes));
            assert_true(sums_unpack(bytes, cells, &found) && found > 0);
            click.time_ms = day * MS_PER_DAY + cells[0].quarter * MS_PER_QUARTER + 1;
            stmt_reset(days.stmt);
            assert_int_equal(fold_rows_count(&rows, &click, -1), OK);
            clicks[id][day]--;
            taken++;
        }
    }
    assert_true(taken > 100);
    assert_int_equal(fold_rows_store(&rows, self->db), OK);
    fold_rows_done(&rows);
    assert_int_equal(waiting_links(self), 0); /* links of each part lost some */
    assert_days(self);
    fold(self, 3000, 4, 0);
    assert_days(self);
}

/* A last click that waits is put right too, though the one at home is another. */
static void gains__are_at_home_before_the_last_click_is_put_right(void **state)
{
    struct tempdb *self = *state;
    struct link_stat stat;

    fold(self, 3000, 0, 0);
    fold(self, 3000, 2, 0);
    assert_true(waiting_links(self) > 2000);
    for (int64_t id = 1; id <= LINKS; id += 3001) {
        struct rewrite_subject link = {.subject = id, .detail = lasts[id]};
        int64_t last_ms = lasts[id] - 1;
        const struct rewrite_lasts put = {.links = &link, .last_ms = &last_ms, .count = 1};
        if (lasts[id] > 0) {
            assert_int_equal(rewrite_lasts_store(self->db, 1, &put, 0, 1), OK);
            assert_int_equal(sums_stat_find(self->db, id, &stat), OK);
            assert_int_equal(stat.last_ms, last_ms);
            lasts[id] = last_ms;
        }
    }
    fold(self, 9000, 3, 0);
    assert_same(self);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gains__wait_and_come_home_when_there_are_many),
        TEST(gains__of_few_links_are_stored_at_once),
        TEST(gains__never_hold_what_limits_a_link),
        TEST(gains__in_a_quiet_time_come_home_by_themselves),
        TEST(gains__are_at_home_before_something_is_taken),
        TEST(gains__are_at_home_before_the_last_click_is_put_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
