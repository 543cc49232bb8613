/* SPDX-License-Identifier: MIT */
/* Goal: a notice is tried again when the schedule says, no robot is told more than 20 times in any minute, and quiet
 * hours end when the clock on the wall says so, also where it jumps. */
#include "assert_str.h"

#include "linkpond/model/delivery.h"

static void delivery__waits_as_standard_webhooks_says(void **state)
{
    static const int64_t expected_s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};

    (void)state;
    for (int tries = 1; tries < DELIVERY_TRIES; tries++) {
        int64_t base = expected_s[tries - 1] * MS_PER_SECOND;
        assert_int_equal(delivery_wait_ms(tries, 0), base);
        for (uint64_t entropy = 1; entropy < 1000; entropy += 37) {
            int64_t wait = delivery_wait_ms(tries, entropy * 0x9E3779B97F4A7C15);
            assert_true(wait >= base && wait <= base + base / 10);
        }
    }
    assert_int_equal(delivery_wait_ms(DELIVERY_TRIES, 0), -1);
    assert_int_equal(delivery_wait_ms(DELIVERY_TRIES + 5, 0), -1);
}

/* Whoever always sends as soon as it may: in no window of 60 s more than 20. */
static void pace__lets_20_through_in_any_minute(void **state)
{
    int64_t sent[200], pace = 0, now = 1763776800123;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sent); i++) {
        now = pace_next_ms(pace, now);
        assert_true(pace_allows(pace, now) > 0);
        pace = pace_charge(pace, now);
        sent[i] = now;
        if (i >= 20) {
            assert_true(sent[i] - sent[i - 20] >= 60000);
        }
    }
    assert_int_equal(sent[4] - sent[0], 0); /* a burst */
    assert_int_equal(sent[199] - sent[198], PACE_EVERY_MS);
}

static void pace__is_fresh_after_rest_and_survives_a_clock_set_back(void **state)
{
    int64_t now = 1763776800000, pace = 0;

    (void)state;
    assert_int_equal(pace_allows(0, now), PACE_BURST);
    for (int i = 0; i < PACE_BURST; i++) {
        pace = pace_charge(pace, now);
    }
    assert_int_equal(pace_allows(pace, now), 0);
    assert_int_equal(pace_next_ms(pace, now), now + PACE_EVERY_MS);
    assert_int_equal(pace_allows(pace, now + PACE_EVERY_MS), 1);
    assert_int_equal(pace_allows(pace, now + MS_PER_MINUTE), PACE_BURST);
    assert_int_equal(pace_next_ms(pace, now - MS_PER_DAY), now - MS_PER_DAY + PACE_EVERY_MS);
}

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(timestamp_parse(str_from_c(text), &ms));
    return ms;
}

static void assert_until(const char *zone, int from, int to, const char *now, const char *expected)
{
    struct quiet_hours quiet = {from, to, zone_find(str_from_c(zone))};
    char text[TIMESTAMP_TEXT_MAX];

    str until = timestamp_utc(quiet_until_ms(&quiet, at(now)), text);
    assert_str_same(until, str_from_c(expected));
}

static void quiet__ends_in_the_morning(void **state)
{
    (void)state;
    assert_until("Asia/Shanghai", 1320, 480, "2026-11-22T14:00:00Z", "2026-11-23T00:00:00.000Z"); /* 22:00 */
    assert_until("Asia/Shanghai", 1320, 480, "2026-11-22T13:59:59Z", "2026-11-22T13:59:59.000Z"); /* 21:59 */
    assert_until("Asia/Shanghai", 1320, 480, "2026-11-22T23:59:59.5Z", "2026-11-23T00:00:00.000Z");
    assert_until("Asia/Shanghai", 1320, 480, "2026-11-23T00:00:00Z", "2026-11-23T00:00:00.000Z");
    assert_until("Asia/Shanghai", 720, 840, "2026-11-22T05:00:00Z", "2026-11-22T06:00:00.000Z"); /* noon */
    assert_until("Asia/Shanghai", 600, 600, "2026-11-22T02:00:00Z", "2026-11-22T02:00:00.000Z"); /* none */
}

/* New York: 2026-03-08 02:00 becomes 03:00, 2026-11-01 02:00 becomes 01:00. */
static void quiet__follows_the_clock_on_the_wall_where_it_jumps(void **state)
{
    (void)state;
    assert_until("America/New_York", 1320, 480, "2026-03-08T04:00:00Z", "2026-03-08T12:00:00.000Z"); /* 08:00 EDT */
    assert_until("America/New_York", 1320, 480, "2026-11-01T04:00:00Z", "2026-11-01T13:00:00.000Z"); /* 08:00 EST */
    /* An end that is left out that night: when the clock has jumped past it. */
    assert_until("America/New_York", 0, 150, "2026-03-08T06:00:00Z", "2026-03-08T07:00:00.000Z");
    /* Half-hour zones, and a day of 23.5 hours. */
    assert_until("Australia/Lord_Howe", 1320, 480, "2026-10-03T14:00:00Z", "2026-10-03T21:00:00.000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivery__waits_as_standard_webhooks_says),
        cmocka_unit_test(pace__lets_20_through_in_any_minute),
        cmocka_unit_test(pace__is_fresh_after_rest_and_survives_a_clock_set_back),
        cmocka_unit_test(quiet__ends_in_the_morning),
        cmocka_unit_test(quiet__follows_the_clock_on_the_wall_where_it_jumps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
