/* SPDX-License-Identifier: MIT */
/* Goal: RFC 3339 times are read strictly, written canonically, and dates follow the proleptic Gregorian calendar. */
#include "assert_str.h"

#include "linkpond/base/clock.h"

static int64_t parsed(str text)
{
    int64_t ms = INT64_MIN;

    if (!timestamp_parse(text, &ms)) {
        print_error("refused: " STR_FMT "\n", STR_ARG(text));
        fail();
    }
    return ms;
}

static void timestamp__reads_the_examples_of_rfc_3339(void **state)
{
    (void)state;
    assert_int_equal(parsed(STR("1970-01-01T00:00:00Z")), 0);
    assert_int_equal(parsed(STR("1985-04-12T23:20:50.52Z")), INT64_C(482196050520));
    assert_int_equal(parsed(STR("1996-12-19T16:39:57-08:00")), INT64_C(851042397000));
    assert_int_equal(parsed(STR("1937-01-01T12:00:27.87+00:20")), INT64_C(-1041337172130));
    /* A leap second is the last millisecond of its minute. */
    assert_int_equal(parsed(STR("1990-12-31T23:59:60Z")), INT64_C(662687999999));
    assert_int_equal(parsed(STR("1990-12-31T15:59:60-08:00")), INT64_C(662687999999));
}

static void timestamp__takes_space_lower_case_and_any_fraction(void **state)
{
    (void)state;
    assert_int_equal(parsed(STR("1970-01-01 00:00:01Z")), 1000);
    assert_int_equal(parsed(STR("1970-01-01t00:00:01z")), 1000);
    assert_int_equal(parsed(STR("1970-01-01T00:00:00.1Z")), 100);
    assert_int_equal(parsed(STR("1970-01-01T00:00:00.0019999999999999999999Z")), 1);
    assert_int_equal(parsed(STR("1970-01-01T00:00:00-00:00")), 0);
    assert_int_equal(parsed(STR("1970-01-01T23:59:00+23:59")), 0);
    assert_int_equal(parsed(STR("1969-12-31T23:59:59.999Z")), -1);
}

static void timestamp__refuses_everything_else(void **state)
{
    (void)state;
    static const str bad[] = {
        STR_INIT(""),
        STR_INIT("1970-01-01"),
        STR_INIT("1970-01-01T00:00:00"),
        STR_INIT("1970-01-01T00:00Z"),
        STR_INIT("1970-01-01T00:00:00.Z"),
        STR_INIT("1970-01-01T00:00:00,5Z"),
        STR_INIT("1970-01-01T24:00:00Z"),
        STR_INIT("1970-01-01T00:60:00Z"),
        STR_INIT("1970-01-01T00:00:61Z"),
        STR_INIT("1970-13-01T00:00:00Z"),
        STR_INIT("1970-00-01T00:00:00Z"),
        STR_INIT("1970-01-00T00:00:00Z"),
        STR_INIT("1970-01-32T00:00:00Z"),
        STR_INIT("1970-04-31T00:00:00Z"),
        STR_INIT("2023-02-29T00:00:00Z"),
        STR_INIT("1900-02-29T00:00:00Z"),
        STR_INIT("0000-01-01T00:00:00Z"),
        STR_INIT("-001-01-01T00:00:00Z"),
        STR_INIT("-2026-01-01T00:00:00Z"),
        STR_INIT("+2026-01-01T00:00:00Z"),
        STR_INIT("12026-01-01T00:00:00Z"),
        STR_INIT("1970-1-1T00:00:00Z"),
        STR_INIT("1970-01-01T00:00:00+0800"),
        STR_INIT("1970-01-01T00:00:00+08"),
        STR_INIT("1970-01-01T00:00:00+24:00"),
        STR_INIT("1970-01-01T00:00:00+00:60"),
        STR_INIT("1970-01-01T00:00:00Z "),
        STR_INIT(" 1970-01-01T00:00:00Z"),
        STR_INIT("1970-01-01X00:00:00Z"),
        STR_INIT("1970/01/01T00:00:00Z"),
        STR_INIT("0001-01-01T00:00:00+00:01"),
        STR_INIT("9999-12-31T23:59:59-00:01"),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t ms = 77;
        if (timestamp_parse(bad[i], &ms)) {
            print_error("taken: " STR_FMT "\n", STR_ARG(bad[i]));
            fail();
        }
        assert_int_equal(ms, 77);
    }
}

static void timestamp__writes_utc_with_milliseconds(void **state)
{
    (void)state;
    char out[TIMESTAMP_TEXT_MAX];

    assert_str(timestamp_utc(0, out), "1970-01-01T00:00:00.000Z");
    assert_str(timestamp_utc(-1, out), "1969-12-31T23:59:59.999Z");
    assert_str(timestamp_utc(INT64_C(951827696007), out), "2000-02-29T12:34:56.007Z");
    assert_str(timestamp_utc(INT64_MIN, out), "0001-01-01T00:00:00.000Z");
    assert_str(timestamp_utc(INT64_MAX, out), "9999-12-31T23:59:59.999Z");
    assert_string_equal(out, "9999-12-31T23:59:59.999Z");
}

static void timestamp__writes_offsets(void **state)
{
    (void)state;
    char out[TIMESTAMP_TEXT_MAX];

    assert_str(timestamp_offset(0, 8 * 3600, out), "1970-01-01T08:00:00+08:00");
    assert_str(timestamp_offset(123, 8 * 3600, out), "1970-01-01T08:00:00.123+08:00");
    assert_str(timestamp_offset(0, -(3 * 3600 + 1800), out), "1969-12-31T20:30:00-03:30");
    assert_str(timestamp_offset(0, 0, out), "1970-01-01T00:00:00+00:00");
    assert_str(timestamp_offset(0, 1000000, out), "1970-01-01T23:59:00+23:59");
}

static void timestamp__an_offset_with_seconds_keeps_the_instant(void **state)
{
    (void)state;
    char out[TIMESTAMP_TEXT_MAX];

    /* Shanghai before 1901 was 8:05:43 ahead. */
    str text = timestamp_offset(INT64_C(-2500000000000), 29143, out);
    assert_int_equal(parsed(text), INT64_C(-2500000000000));
    text = timestamp_offset(INT64_C(-2500000000000), -29143, out);
    assert_int_equal(parsed(text), INT64_C(-2500000000000));
}

static void timestamp__what_is_written_is_read_back(void **state)
{
    (void)state;
    char out[TIMESTAMP_TEXT_MAX];

    for (int64_t ms = INT64_C(-62000000000000); ms < INT64_C(250000000000000); ms += INT64_C(98765432109)) {
        assert_int_equal(parsed(timestamp_utc(ms, out)), ms);
        assert_int_equal(parsed(timestamp_offset(ms, -12600, out)), ms);
    }
}

static void date__must_exist_and_be_whole(void **state)
{
    (void)state;
    int64_t days = 77;

    assert_true(date_parse(STR("2024-02-29"), &days));
    assert_int_equal(days, 19782);
    assert_true(date_parse(STR("0001-01-01"), &days));
    assert_int_equal(days, -719162);
    assert_true(date_parse(STR("9999-12-31"), &days));
    assert_int_equal(days, 2932896);
    assert_true(date_parse(STR("2000-02-29"), &days)); /* every 400 years the century leaps */
    assert_int_equal(days, 11016);
    days = 77;
    assert_false(date_parse(STR("2026-02-29"), &days));
    assert_false(date_parse(STR("2100-02-29"), &days));
    assert_false(date_parse(STR("2026-1-01"), &days));
    assert_false(date_parse(STR("2026-01-01 "), &days));
    assert_false(date_parse(STR("0000-12-31"), &days));
    assert_false(date_parse(STR("20260101"), &days));
    assert_int_equal(days, 77);
}

static void civil__every_day_follows_the_one_before(void **state)
{
    (void)state;
    int year = 0, month = 12, day = 31;

    for (int64_t days = -719162; days < -719162 + 146097 + 800; days++) {
        int last_month = month, last_day = day, last_year = year;
        civil_from_days(days, &year, &month, &day);
        assert_int_equal(days_from_civil(year, month, day), days);
        if (day == 1) {
            assert_true(last_day >= 28);
            assert_int_equal(month, last_month % 12 + 1);
            assert_int_equal(year, last_year + (month == 1));
        } else {
            assert_int_equal(day, last_day + 1);
            assert_int_equal(month, last_month);
        }
    }
}

static void clock__monotonic_does_not_go_back(void **state)
{
    (void)state;
    int64_t before = clock_mono_ns();

    assert_true(clock_mono_ns() >= before);
    assert_true(clock_now_ms() > INT64_C(1700000000000)); /* later than the writing of this test's first line */
}

static void clock__stands_where_it_was_set_and_goes_on_when_let_go(void **state)
{
    (void)state;
    int64_t before = clock_now_ms();

    clock_set_ms(INT64_C(1000000000000));
    assert_int_equal(clock_now_ms(), INT64_C(1000000000000));
    clock_set_ms(INT64_C(999999999999));
    assert_int_equal(clock_now_ms(), INT64_C(999999999999));
    clock_set_ms(0);
    assert_in_range(clock_now_ms(), before, before + MS_PER_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamp__reads_the_examples_of_rfc_3339),
        cmocka_unit_test(timestamp__takes_space_lower_case_and_any_fraction),
        cmocka_unit_test(timestamp__refuses_everything_else),
        cmocka_unit_test(timestamp__writes_utc_with_milliseconds),
        cmocka_unit_test(timestamp__writes_offsets),
        cmocka_unit_test(timestamp__an_offset_with_seconds_keeps_the_instant),
        cmocka_unit_test(timestamp__what_is_written_is_read_back),
        cmocka_unit_test(date__must_exist_and_be_whole),
        cmocka_unit_test(civil__every_day_follows_the_one_before),
        cmocka_unit_test(clock__monotonic_does_not_go_back),
        cmocka_unit_test(clock__stands_where_it_was_set_and_goes_on_when_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
