/* SPDX-License-Identifier: MIT */
/* Goal: whatever order clicks of many days come and go in, the days of each link are those of its clicks: whether they
 * stand in the row of its figures, packed, or have gone to rows of their own. */
#include "assert_str.h"
#include "fold_rows.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"
#include "linkpond/model/link.h"
#include "tempdb.h"

#define LINKS 5
#define DAYS  60

static uint64_t seed;
static int64_t clicks[LINKS][DAYS];

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int setup(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    seed = 11;
    memset(clicks, 0, sizeof clicks);
    tempdb_init(self);
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static void count(struct fold_rows *rows, size_t link, size_t day, int sign)
{
    const struct click_facts click = {.link_id = (int64_t)link + 1,
                                      .time_ms = (int64_t)day * MS_PER_DAY + (int64_t)roll(4) * MS_PER_QUARTER,
                                      .class = CLASS_HUMAN,
                                      .outcome = OUTCOME_REDIRECT};

    assert_int_equal(fold_rows_count(rows, &click, sign), OK);
    clicks[link][day] += sign;
}

static int64_t clicks_of(str bytes)
{
    static struct sums_cell cells[SUMS_LIST_CELLS];
    size_t found = 0;
    int64_t sum = 0;

    assert_true(sums_unpack(bytes, cells, &found));
    for (size_t i = 0; i < found; i++) {
        sum += cells[i].count;
    }
    return sum;
}

static void assert_days(struct tempdb *self)
{
    struct sums_days rows = sums_all_link_days(self->db, 0, DAYS);
    int64_t id = 0, day = 0;
    str bytes = {0};

    for (size_t link = 0; link < LINKS; link++) {
        for (size_t i = 0; i < DAYS; i++) {
            if (clicks[link][i] == 0) {
                continue;
            }
            assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
            assert_int_equal(id, link + 1);
            assert_int_equal(day, i);
            assert_int_equal(clicks_of(bytes), clicks[link][i]);
        }
    }
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_int_equal(stmt_err(rows.stmt), OK);
}

static void store(struct tempdb *self, struct fold_rows *rows)
{
    assert_int_equal(fold_rows_store(rows, self->db), OK);
    fold_rows_done(rows);
    assert_days(self);
}

static int64_t rows_of_their_own(struct tempdb *self, int64_t link_id)
{
    int64_t found = 0;

    for (int64_t day = 0; day < DAYS; day++) {
        str bytes = {0};
        found += sums_link_day_find(self->db, &self->arena, link_id, day, &bytes) == OK;
    }
    return found;
}

static void days__stay_with_their_link_while_they_are_few(void **state)
{
    struct tempdb *self = *state;
    struct fold_rows rows;

    for (size_t day = 0; day < 10; day++) {
        fold_rows_init(&rows, NULL);
        count(&rows, 0, day, 1);
        store(self, &rows);
    }
    assert_int_equal(rows_of_their_own(self, 1), 0);
    for (size_t day = 10; day < DAYS; day++) {
        fold_rows_init(&rows, NULL);
        count(&rows, 0, day, 1);
        store(self, &rows);
    }
    assert_true(rows_of_their_own(self, 1) > DAYS / 2);
}

static void days__late_clicks_find_theirs(void **state)
{
    struct tempdb *self = *state;
    struct fold_rows rows;

    for (size_t fold = 0; fold < 300; fold++) {
        size_t newest = fold * DAYS / 300;
        fold_rows_init(&rows, NULL);
        for (size_t i = roll(6); i < 6; i++) {
            size_t late = roll(5) ? 0 : roll(newest + 1);
            count(&rows, roll(LINKS), newest - late, 1);
        }
        store(self, &rows);
    }
}

static void days__that_come_to_nothing_are_gone(void **state)
{
    struct tempdb *self = *state;
    struct fold_rows rows;
    const struct click_facts at = {.class = CLASS_HUMAN, .outcome = OUTCOME_REDIRECT};
    struct click_facts left[200];
    size_t count_left = 0;

    while (count_left < ARRAY_LEN(left)) {
        fold_rows_init(&rows, NULL);
        for (size_t i = 0; i < 4; i++) {
            struct click_facts *click = &left[count_left];
            size_t day = count_left * DAYS / ARRAY_LEN(left), link = roll(LINKS);
            *click = at;
            click->link_id = (int64_t)link + 1;
            click->time_ms = (int64_t)day * MS_PER_DAY;
            assert_int_equal(fold_rows_count(&rows, click, 1), OK);
            clicks[link][day]++;
            count_left++;
        }
        store(self, &rows);
    }
    while (count_left > 0) {
        size_t taken = roll(3) ? count_left - 1 : roll(count_left); /* mostly the newest */
        const struct click_facts click = left[taken];
        left[taken] = left[--count_left];
        fold_rows_init(&rows, NULL);
        assert_int_equal(fold_rows_count(&rows, &click, -1), OK);
        clicks[click.link_id - 1][click.time_ms / MS_PER_DAY]--;
        store(self, &rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(days__stay_with_their_link_while_they_are_few, setup, teardown),
        cmocka_unit_test_setup_teardown(days__late_clicks_find_theirs, setup, teardown),
        cmocka_unit_test_setup_teardown(days__that_come_to_nothing_are_gone, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
