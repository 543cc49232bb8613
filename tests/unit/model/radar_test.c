/* SPDX-License-Identifier: MIT */
/* Goal: what sales are told of visits: the first, one after a gap, one by somebody else, and so many within so many
 * days, each no more often than it happened. */
#include "assert_str.h"
#include "linkpond/model/radar.h"

#define T0 INT64_C(1700000000000)

static const struct radar_seen unopened = {.first_ms = INT64_MIN};

static enum radar_news by_cookie(struct radar_seen *seen, int64_t after_ms, int64_t visitor)
{
    return radar_judge(
        seen, &(struct radar_visit){.time_ms = T0 + after_ms, .visitor = visitor, .by = VISITOR_BY_COOKIE, .day = 1});
}

static enum radar_news by_hash(struct radar_seen *seen, int64_t after_ms, int64_t visitor, int64_t day)
{
    return radar_judge(
        seen, &(struct radar_visit){.time_ms = T0 + after_ms, .visitor = visitor, .by = VISITOR_BY_HASH, .day = day});
}

static void radar__tells_the_first_opening_once(void **state)
{
    struct radar_seen seen = unopened;

    (void)state;
    assert_int_equal(by_cookie(&seen, 0, 7), RADAR_FIRST);
    assert_int_equal(by_cookie(&seen, 1000, 7), RADAR_NOTHING);
    assert_int_equal(by_cookie(&seen, RADAR_OPEN_MS + 2000, 7), RADAR_NOTHING);
    assert_true(seen.first_ms == T0);
}

static void radar__tells_an_opening_after_exactly_the_gap(void **state)
{
    struct radar_seen seen = unopened;

    (void)state;
    by_cookie(&seen, 0, 7);
    assert_int_equal(by_cookie(&seen, RADAR_GAP_MS - 1, 7), RADAR_NOTHING);
    /* the gap is since the last visit, told or not */
    assert_int_equal(by_cookie(&seen, 2 * RADAR_GAP_MS - 2, 7), RADAR_NOTHING);
    assert_int_equal(by_cookie(&seen, 3 * RADAR_GAP_MS - 2, 7), RADAR_AGAIN);
    assert_int_equal(by_cookie(&seen, 3 * RADAR_GAP_MS, 7), RADAR_NOTHING);
}

static void radar__tells_a_second_visitor_once(void **state)
{
    struct radar_seen seen = unopened;

    (void)state;
    by_cookie(&seen, 0, 7);
    assert_int_equal(by_cookie(&seen, 1000, 8), RADAR_FORWARD);
    assert_int_equal(by_cookie(&seen, 2000, 8), RADAR_NOTHING);
    assert_int_equal(by_cookie(&seen, 3000, 9), RADAR_NOTHING);
    assert_int_equal(by_cookie(&seen, 3000 + RADAR_GAP_MS, 8), RADAR_AGAIN);
}

static void radar__takes_nobody_for_another_whom_it_cannot_tell_apart(void **state)
{
    struct radar_seen seen = unopened;

    (void)state;
    assert_int_equal(by_hash(&seen, 0, 7, 1), RADAR_FIRST);
    assert_int_equal(by_hash(&seen, 1000, 8, 2), RADAR_NOTHING); /* another day, another hash */
    assert_int_equal(by_cookie(&seen, 2000, 9), RADAR_NOTHING);  /* a cookie says nothing of a hash */
    assert_int_equal(by_hash(&seen, 3000, 0, 2), RADAR_NOTHING);
    assert_int_equal(by_hash(&seen, 4000, 10, 2), RADAR_FORWARD);
}

static bool count(struct radar_openings *openings, int64_t after_ms)
{
    return radar_count(openings, 3, 7, T0 + after_ms);
}

static void radar__counts_openings_within_days(void **state)
{
    struct radar_openings openings = {.count = 0};

    (void)state;
    assert_false(count(&openings, 0));
    assert_false(count(&openings, 6 * MS_PER_DAY));
    assert_false(count(&openings, 7 * MS_PER_DAY)); /* the first is a week ago to the millisecond */
    assert_true(count(&openings, 8 * MS_PER_DAY));
    assert_false(count(&openings, 8 * MS_PER_DAY + 1000)); /* still the same opening */
    assert_int_equal(openings.count, 1);
}

static void radar__begins_to_count_anew_after_it_was_told(void **state)
{
    struct radar_openings openings = {.count = 0};
    const int64_t hour = MS_PER_HOUR;

    (void)state;
    assert_false(count(&openings, 0));
    assert_false(count(&openings, RADAR_OPEN_MS)); /* a repeat */
    assert_false(count(&openings, hour + 1));
    assert_true(count(&openings, 2 * hour + 2));
    assert_false(count(&openings, 3 * hour + 3));
    assert_false(count(&openings, 4 * hour + 4));
    assert_true(count(&openings, 5 * hour + 5));
}

static void radar__one_visit_may_be_enough(void **state)
{
    struct radar_openings openings = {.count = 0};

    (void)state;
    assert_true(radar_count(&openings, 1, 1, T0));
    assert_false(radar_count(&openings, 1, 1, T0 + RADAR_OPEN_MS));
    assert_true(radar_count(&openings, 1, 1, T0 + 2 * RADAR_OPEN_MS + 1));
}

static const struct radar_person nobody = {.last_ms = INT64_MIN, .told_ms = INT64_MIN};

static void radar__tells_so_many_visits_once_in_their_days(void **state)
{
    const struct radar_condition three = {RADAR_VISITS, 3, 7};
    struct radar_person person = nobody;
    const int64_t hour = MS_PER_HOUR;

    (void)state;
    assert_false(radar_holds(&three, &person, T0));
    assert_false(radar_holds(&three, &person, T0 + RADAR_OPEN_MS));
    assert_false(radar_holds(&three, &person, T0 + 2 * hour));
    assert_true(radar_holds(&three, &person, T0 + 4 * hour));
    for (int i = 5; i < 7 * 24 + 4; i++) { /* an opening every hour, for days */
        assert_false(radar_holds(&three, &person, T0 + i * hour));
    }
    assert_false(radar_holds(&three, &person, T0 + 7 * MS_PER_DAY + 4 * hour));
    assert_false(radar_holds(&three, &person, T0 + 7 * MS_PER_DAY + 6 * hour));
    assert_true(radar_holds(&three, &person, T0 + 7 * MS_PER_DAY + 8 * hour));
}

static void radar__tells_a_return_after_exactly_its_days(void **state)
{
    const struct radar_condition month = {RADAR_RETURN, 0, 30};
    struct radar_person person = nobody;

    (void)state;
    assert_false(radar_holds(&month, &person, T0));
    assert_false(radar_holds(&month, &person, T0 + 30 * MS_PER_DAY - 1));
    assert_true(radar_holds(&month, &person, T0 + 60 * MS_PER_DAY - 1));
    assert_false(radar_holds(&month, &person, T0 + 60 * MS_PER_DAY));
    assert_false(radar_holds(&month, &person, T0)); /* out of order: the last visit stays the last */
    assert_false(radar_holds(&month, &person, T0 + 89 * MS_PER_DAY));
}

static void radar__tells_each_event_or_one_in_its_days(void **state)
{
    const struct radar_condition each = {RADAR_EVENT, 0, 0}, weekly = {RADAR_EVENT, 0, 7};
    struct radar_person of_each = nobody, of_weekly = nobody;

    (void)state;
    assert_true(radar_holds(&each, &of_each, T0));
    assert_true(radar_holds(&each, &of_each, T0));
    assert_true(radar_holds(&each, &of_each, T0 - 1));
    assert_true(radar_holds(&weekly, &of_weekly, T0));
    assert_false(radar_holds(&weekly, &of_weekly, T0 + 7 * MS_PER_DAY - 1));
    assert_true(radar_holds(&weekly, &of_weekly, T0 + 7 * MS_PER_DAY));
}

static void radar__refuses_conditions_that_cannot_be(void **state)
{
    static const struct {
        struct radar_condition condition;
        bool fine;
    } cases[] = {
        {{RADAR_VISITS, 1, 1}, true},    {{RADAR_VISITS, 100, 90}, true}, {{RADAR_VISITS, 0, 7}, false},
        {{RADAR_VISITS, 101, 7}, false}, {{RADAR_VISITS, 3, 0}, false},   {{RADAR_VISITS, 3, 91}, false},
        {{RADAR_RETURN, 0, 365}, true},  {{RADAR_RETURN, 1, 7}, false},   {{RADAR_RETURN, 0, 0}, false},
        {{RADAR_RETURN, 0, 366}, false}, {{RADAR_EVENT, 0, 0}, true},     {{RADAR_EVENT, 0, -1}, false},
        {{RADAR_EVENT, 0, 366}, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fault fault = {0};
        assert_int_equal(radar_condition_check(&cases[i].condition, &fault), cases[i].fine ? OK : ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(radar__tells_the_first_opening_once),
        cmocka_unit_test(radar__tells_an_opening_after_exactly_the_gap),
        cmocka_unit_test(radar__tells_a_second_visitor_once),
        cmocka_unit_test(radar__takes_nobody_for_another_whom_it_cannot_tell_apart),
        cmocka_unit_test(radar__counts_openings_within_days),
        cmocka_unit_test(radar__begins_to_count_anew_after_it_was_told),
        cmocka_unit_test(radar__one_visit_may_be_enough),
        cmocka_unit_test(radar__tells_so_many_visits_once_in_their_days),
        cmocka_unit_test(radar__tells_a_return_after_exactly_its_days),
        cmocka_unit_test(radar__tells_each_event_or_one_in_its_days),
        cmocka_unit_test(radar__refuses_conditions_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
