/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/model/holidays.h"

/* Goal: the days that rules count otherwise are those that the tables say, an earlier table before a later one. */

static struct holidays *holidays;

static int tear_down(void **state)
{
    (void)state;
    holidays_free(holidays);
    holidays = NULL;
    return 0;
}

static enum err compile(const char *own, const char *text, struct fault *fault)
{
    const struct holidays_table tables[] = {{"own", str_from_c(own)}, {"table", str_from_c(text)}};

    holidays_free(holidays);
    holidays = NULL;
    return holidays_compile(tables, ARRAY_LEN(tables), &holidays, fault);
}

/* 'o', 'w', or '-' for an ordinary day. */
static char kind(const char *date)
{
    size_t count;
    const struct rule_holiday *list = holidays_list(holidays, &count);
    int64_t day;
    char found = '-';

    assert_true(date_parse(str_from_c(date), &day));
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || list[i - 1].civil_day < list[i].civil_day);
        if (list[i].civil_day == day) {
            found = list[i].kind == HOLIDAY_OFF ? 'o' : 'w';
        }
    }
    return found;
}

static void holidays__runs_and_single_days_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(compile("", "# x\nwork\t2026-10-10\noff\t2026-09-30\t2026-10-02\tname\n", NULL), OK);
    assert_int_equal(kind("2026-09-29"), '-');
    assert_int_equal(kind("2026-09-30"), 'o');
    assert_int_equal(kind("2026-10-01"), 'o');
    assert_int_equal(kind("2026-10-02"), 'o');
    assert_int_equal(kind("2026-10-03"), '-');
    assert_int_equal(kind("2026-10-10"), 'w');
}

static void holidays__an_earlier_table_has_the_word(void **state)
{
    (void)state;
    assert_int_equal(compile("work\t2026-10-01\nordinary\t2026-10-02\noff\t2026-12-24\n",
                             "off\t2026-10-01\t2026-10-03\nordinary\t2026-12-24\n", NULL),
                     OK);
    assert_int_equal(kind("2026-10-01"), 'w');
    assert_int_equal(kind("2026-10-02"), '-');
    assert_int_equal(kind("2026-10-03"), 'o');
    assert_int_equal(kind("2026-12-24"), 'o');
}

static void holidays__mistakes_name_file_and_line(void **state)
{
    (void)state;
    static const char *const BAD[] = {"holiday\t2026-10-01",
                                      "off",
                                      "off\t2026-02-30",
                                      "off\t2026-10-01\t2026-09-30",
                                      "off\t2026-10-01\ttomorrow",
                                      "off\t2026-10-01\t2026-10-03\nwork\t2026-10-02",
                                      "off\t2026-10-01\t9999-12-31"};

    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct fault fault = {0};
        assert_int_equal(compile("", BAD[i], &fault), ERR_INVALID);
        assert_non_null(strstr(fault.message, "table:"));
        assert_null(holidays);
    }
    assert_int_equal(compile("", "off\t2026-10-01\t2037-12-18\n", NULL), ERR_INVALID);
}

static void holidays__as_many_days_as_are_allowed(void **state)
{
    (void)state;
    struct fault fault = {0};

    assert_int_equal(compile("off\t2020-01-01\t2031-03-19\n", "", NULL), OK); /* 4096 */
    assert_int_equal(compile("off\t2020-01-01\t2031-03-19\n", "off\t2031-03-20\n", &fault), ERR_INVALID);
    assert_non_null(strstr(fault.message, "too many"));
}

/* State Council General Office, document 7 of 2025: 33 days off, and six weekend days on which people work. */
static void holidays__the_table_built_in_is_that_of_2026(void **state)
{
    (void)state;
    size_t count, off = 0, weekdays_off = 0;

    holidays = holidays_builtin();
    const struct rule_holiday *list = holidays_list(holidays, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t weekday = (list[i].civil_day + 3) % 7;
        off += list[i].kind == HOLIDAY_OFF;
        weekdays_off += list[i].kind == HOLIDAY_OFF && weekday < 5;
        assert_true(list[i].kind == HOLIDAY_OFF || weekday >= 5); /* nobody makes up on a working day */
    }
    assert_int_equal(off, 33);
    assert_int_equal(count - off, 6);
    assert_int_equal(weekdays_off - 6, 13); /* the statutory 13 days, of which those on weekends are moved */
    assert_int_equal(kind("2026-02-15"), 'o');
    assert_int_equal(kind("2026-02-14"), 'w');
    assert_int_equal(kind("2026-10-07"), 'o');
    assert_int_equal(kind("2026-10-08"), '-');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(holidays__runs_and_single_days_in_any_order, tear_down),
        cmocka_unit_test_teardown(holidays__an_earlier_table_has_the_word, tear_down),
        cmocka_unit_test_teardown(holidays__mistakes_name_file_and_line, tear_down),
        cmocka_unit_test_teardown(holidays__as_many_days_as_are_allowed, tear_down),
        cmocka_unit_test_teardown(holidays__the_table_built_in_is_that_of_2026, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
