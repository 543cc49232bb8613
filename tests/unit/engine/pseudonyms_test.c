/* SPDX-License-Identifier: MIT */
/* Goal: a visitor keeps its number for the day over batches and restarts, a number never names two visitors, and what
 * was rolled back or has expired is gone. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/clock.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/visitors.h"
#include "pseudonyms.h"
#include "tempdb.h"

#define T0 INT64_C(1772416800000) /* 2026-03-02T10:00 in Shanghai */

static struct tempdb db;
static struct pseudonyms *self;

static void open_again(void)
{
    pseudonyms_free(self);
    self = NULL;
    const struct pseudonyms_opts opts = {
        .zone = zone_find(STR("Asia/Shanghai")), .repeat_window_ms = 1000, .now_ms = T0};
    assert_int_equal(pseudonyms_open(db.db, &opts, &self), OK);
}

static int setup(void **state)
{
    (void)state;
    tempdb_init(&db);
    open_again();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pseudonyms_free(self);
    self = NULL;
    tempdb_done(&db);
    return 0;
}

static void begin(void)
{
    assert_int_equal(db_begin(db.db, false), OK);
}

static void commit(void)
{
    assert_int_equal(pseudonyms_save(self, db.db), OK);
    assert_int_equal(db_commit(db.db), OK);
    pseudonyms_committed(self);
}

static void roll_back(void)
{
    db_rollback(db.db);
    pseudonyms_rolled_back(self);
}

static struct pseudonym find_with(unsigned host, int64_t days, int64_t cookie, unsigned signals)
{
    const struct record record = {
        .time_ms = T0 + days * MS_PER_DAY,
        .link_id = 1,
        .visitor = cookie,
        .signals = signals,
        .ip = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, (uint8_t)(host >> 8), (uint8_t)host}},
    };
    const struct visit_agent agent = {.text = STR("Mozilla/5.0 (iPhone)"), .digest = {1, 2}};
    struct pseudonym who;

    assert_int_equal(pseudonyms_find(self, db.db, &record, &agent, true, &who), OK);
    return who;
}

static struct pseudonym find(unsigned host, int64_t days)
{
    return find_with(host, days, 0, 0);
}

/* A number that the redirect plane gave just now, or that a browser sent back. */
static int64_t given(unsigned host, int64_t days, int64_t cookie)
{
    struct pseudonym who = find_with(host, days, cookie, 0);

    assert_int_equal(who.by, VISITOR_BY_COOKIE);
    assert_int_equal(who.new_visitor, who.number == cookie);
    return who.number;
}

static int64_t sent_back(unsigned host, int64_t days, int64_t cookie)
{
    struct pseudonym who = find_with(host, days, cookie, SIGNAL_COOKIE);

    assert_false(who.new_visitor);
    return who.number;
}

static int64_t number(unsigned host, int64_t days)
{
    return find(host, days).number;
}

static int64_t rows(void)
{
    int64_t count = 0;
    struct stmt *stmt = NULL;

    for (int64_t day = T0 / MS_PER_DAY - 2; day < T0 / MS_PER_DAY + 9; day++) {
        stmt = db_stmt(db.db, SQL_VISITOR_EACH);
        stmt_bind_i64(stmt, "day", day);
        while (stmt_next(stmt)) {
            count++;
        }
        assert_int_equal(stmt_err(stmt), OK);
    }
    return count;
}

static void pseudonyms__a_batch_costs_one_row_and_outlives_a_restart(void **state)
{
    (void)state;
    begin();
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(number(i, 0), 1 + i);
    }
    commit();
    assert_int_equal(rows(), 1);
    begin();
    assert_int_equal(number(1000, 0), 1001);
    assert_int_equal(number(999, 0), 1000);
    commit();
    begin();
    assert_int_equal(number(7, 0), 8);
    commit();
    assert_int_equal(rows(), 2);
    open_again();
    begin();
    for (unsigned i = 0; i <= 1000; i++) {
        struct pseudonym who = find(i, 0);
        assert_int_equal(who.number, 1 + i);
        assert_false(who.new_visitor);
    }
    assert_int_equal(number(1001, 0), 1002);
    roll_back();
}

static void pseudonyms__a_batch_over_midnight_is_found_on_both_days(void **state)
{
    (void)state;
    int64_t numbers[2][50];
    begin();
    for (unsigned i = 0; i < 50; i++) {
        numbers[0][i] = number(i, 0);
        numbers[1][i] = i % 7 ? number(i, 1) : 0;
    }
    commit();
    open_again();
    begin();
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(number(i, 0), numbers[0][i]);
        assert_true(numbers[0][i] != numbers[1][i]);
        if (numbers[1][i] != 0) {
            assert_int_equal(number(i, 1), numbers[1][i]);
        }
    }
    roll_back();
}

/* An old journal read late: the day that had to leave memory comes back within the batch that met its visitors. */
static void pseudonyms__a_day_comes_back_with_the_visitors_of_the_same_batch(void **state)
{
    (void)state;
    begin();
    int64_t second = number(1, 2);
    number(1, 3);
    number(1, 4);
    number(1, 1); /* takes the place of the oldest in memory */
    struct pseudonym again = find(1, 2);
    assert_int_equal(again.number, second);
    assert_false(again.new_visitor);
    commit();
    open_again();
    begin();
    assert_int_equal(number(1, 2), second);
    roll_back();
}

/* Such a day holds what the batch had stored before: it goes when that is taken back. */
static void pseudonyms__a_day_that_came_back_goes_with_its_batch(void **state)
{
    (void)state;
    begin();
    for (int64_t day = 2; day <= 4; day++) {
        number(9, day);
    }
    commit(); /* their salts stay */
    begin();
    number(1, 2);
    number(1, 1);
    assert_false(find(1, 2).new_visitor);
    roll_back();
    begin();
    struct pseudonym anew = find(1, 2);
    assert_true(anew.new_visitor);
    commit();
    open_again();
    begin();
    assert_int_equal(number(1, 2), anew.number);
    roll_back();
}

static void pseudonyms__a_rolled_back_batch_leaves_nothing(void **state)
{
    (void)state;
    begin();
    assert_int_equal(number(1, 0), 1);
    commit();
    begin();
    assert_int_equal(number(2, 0), 2);
    assert_int_equal(number(3, 0), 3);
    assert_int_equal(number(3, 1), 4);
    assert_int_equal(pseudonyms_save(self, db.db), OK);
    roll_back();
    assert_int_equal(rows(), 1);
    begin();
    assert_int_equal(number(2, 0), 2);
    roll_back(); /* before it was saved */
    begin();
    struct pseudonym first = find(9, 0);
    assert_int_equal(first.number, 2);
    assert_true(first.new_visitor && first.first_here);
    commit();
    open_again();
    begin();
    assert_int_equal(number(9, 0), 2);
    assert_int_equal(number(2, 0), 3);
    roll_back();
}

static void pseudonyms__no_number_is_given_twice_after_the_counter_was_lost(void **state)
{
    (void)state;
    begin();
    for (unsigned i = 0; i < 40; i++) {
        number(i, 0);
    }
    commit();
    begin();
    assert_int_equal(meta_delete(db.db, STR("visitor_next")), OK);
    assert_int_equal(db_commit(db.db), OK);
    open_again();
    begin();
    assert_int_equal(number(40, 0), 41);
    commit();
}

static void pseudonyms__days_before_yesterday_leave_no_trace(void **state)
{
    (void)state;
    struct arena arena;
    str salts = {0};
    begin();
    int64_t first = number(1, 0), yesterday = number(1, 1);
    commit();
    assert_int_equal(rows(), 2);
    begin();
    assert_int_equal(pseudonyms_expire(self, db.db, T0 + 2 * MS_PER_DAY), OK);
    assert_int_equal(db_commit(db.db), OK);
    assert_int_equal(rows(), 1);
    arena_init(&arena, 4096);
    assert_int_equal(meta_get_blob(db.db, &arena, STR("visitor_salts"), &salts), OK);
    assert_int_equal(salts.len, 24); /* yesterday's */
    arena_done(&arena);
    begin();
    assert_int_equal(number(1, 1), yesterday);
    assert_true(number(1, 0) > first);
    roll_back();
}

static void pseudonyms__a_browser_that_drops_cookies_is_one_visitor_of_the_day(void **state)
{
    (void)state;
    begin();
    assert_int_equal(given(1, 0, 1001), 1001);
    assert_int_equal(given(1, 0, 1002), 1001);
    assert_int_equal(given(2, 0, 1003), 1003); /* from another address */
    commit();
    begin();
    assert_int_equal(given(1, 0, 1004), 1001);
    assert_int_equal(given(1, 1, 1005), 1005); /* on another day */
    assert_true(find_with(1, 0, 1006, 0).repeat);
    roll_back();
}

static void pseudonyms__beside_one_that_keeps_its_cookie_others_are_others(void **state)
{
    (void)state;
    begin();
    assert_int_equal(given(1, 0, 1001), 1001);
    assert_int_equal(sent_back(1, 0, 1001), 1001);
    assert_int_equal(given(1, 0, 1002), 1002);
    assert_int_equal(given(1, 0, 1003), 1002);
    assert_int_equal(sent_back(7, 0, 1002), 1002); /* in another network by then */
    assert_int_equal(given(1, 0, 1004), 1004);
    assert_int_equal(sent_back(1, 0, 500), 500); /* of another day */
    commit();
}

static void pseudonyms__a_rolled_back_cookie_was_given_to_nobody(void **state)
{
    (void)state;
    begin();
    assert_int_equal(given(1, 0, 1001), 1001);
    commit();
    begin();
    assert_int_equal(sent_back(1, 0, 1001), 1001);
    assert_int_equal(given(2, 0, 1002), 1002);
    roll_back();
    begin();
    assert_int_equal(given(1, 0, 1003), 1001);
    assert_int_equal(given(2, 0, 1004), 1004);
    commit();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pseudonyms__a_batch_costs_one_row_and_outlives_a_restart),
        TEST(pseudonyms__a_batch_over_midnight_is_found_on_both_days),
        TEST(pseudonyms__a_day_comes_back_with_the_visitors_of_the_same_batch),
        TEST(pseudonyms__a_day_that_came_back_goes_with_its_batch),
        TEST(pseudonyms__a_rolled_back_batch_leaves_nothing),
        TEST(pseudonyms__no_number_is_given_twice_after_the_counter_was_lost),
        TEST(pseudonyms__a_browser_that_drops_cookies_is_one_visitor_of_the_day),
        TEST(pseudonyms__beside_one_that_keeps_its_cookie_others_are_others),
        TEST(pseudonyms__a_rolled_back_cookie_was_given_to_nobody),
        TEST(pseudonyms__days_before_yesterday_leave_no_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
