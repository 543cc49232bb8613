/* SPDX-License-Identifier: MIT */
/* Goal: a local day has the beginning and the length that the people who live there would tell, and a zone's name is a
 * name, never a path. Expected instants are zdump's. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linkpond/base/zone.h"
#include "zone_system.h"

static const struct zone *zone_of(const char *name)
{
    const struct zone *zone = zone_find(str_from_c(name));

    if (zone == NULL) {
        fail_msg("tzdata has no %s", name);
    }
    return zone;
}

static int64_t ms_of(const char *rfc3339)
{
    int64_t ms = 0;

    assert_true(timestamp_parse(str_from_c(rfc3339), &ms));
    return ms;
}

static int64_t day_of(const char *date)
{
    int64_t days = 0;

    assert_true(date_parse(str_from_c(date), &days));
    return days;
}

static void zone__knows_names_of_tzdata_and_refuses_everything_else(void **state)
{
    static const char *const bad[] = {"",
                                      "Mars/Olympus",
                                      "asia/shanghai",
                                      "/etc/localtime",
                                      "/usr/share/zoneinfo/Asia/Shanghai",
                                      "../zoneinfo/UTC",
                                      "Asia/../UTC",
                                      "Asia/./Shanghai",
                                      "Asia//Shanghai",
                                      "Asia/Shanghai/",
                                      "Asia",
                                      "Asia/",
                                      "localtime",
                                      "posixrules",
                                      "posix/UTC",
                                      "right/UTC",
                                      "tzdata.zi",
                                      "zone.tab",
                                      "+08:00",
                                      "CST-8",
                                      "Z",
                                      "EST5EDT,M3.2.0,M11.1.0",
                                      "Asia Shanghai",
                                      "Asia/Shanghai\n",
                                      "UTC0123456789012345678901234567890123456789012345678901234567890123456789"};
    static const char *const good[] = {"UTC",
                                       "Etc/UTC",
                                       "Asia/Shanghai",
                                       "Asia/Urumqi",
                                       "PRC",
                                       "Etc/GMT-8",
                                       "GMT+0",
                                       "America/Argentina/ComodRivadavia",
                                       "America/Port-au-Prince"};
    str nul = {"UTC\0", 4};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (zone_find(str_from_c(bad[i])) != NULL) {
            fail_msg("took \"%s\"", bad[i]);
        }
    }
    assert_null(zone_find(nul));
    assert_null(zone_find((str){NULL, 0}));
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(str_eq(zone_name(zone_of(good[i])), str_from_c(good[i])));
        assert_ptr_equal(zone_of(good[i]), zone_of(good[i])); /* one object for life */
    }
}

static void zone__tells_the_offset_in_force_at_an_instant(void **state)
{
    static const struct {
        const char *zone;
        const char *at;
        int offset_s;
    } rows[] = {
        {"UTC", "2026-11-22T00:00:00Z", 0},
        {"Asia/Shanghai", "2026-11-22T00:00:00Z", 8 * 3600},
        {"Asia/Shanghai", "1988-07-01T00:00:00Z", 9 * 3600}, /* China's summer time, 1986-1991 */
        {"Asia/Kathmandu", "2026-11-22T00:00:00Z", 5 * 3600 + 45 * 60},
        {"Etc/GMT-8", "2026-11-22T00:00:00Z", 8 * 3600},
        {"America/New_York", "2024-03-10T06:59:59.999Z", -5 * 3600},
        {"America/New_York", "2024-03-10T07:00:00Z", -4 * 3600},
        {"America/New_York", "2024-11-03T05:59:59.999Z", -4 * 3600},
        {"America/New_York", "2024-11-03T06:00:00Z", -5 * 3600},
        {"America/New_York", "2055-07-01T00:00:00Z", -4 * 3600}, /* by the rule, past the last stored transition */
        {"America/New_York", "1969-12-31T23:59:59.5Z", -5 * 3600},
        {"Australia/Lord_Howe", "2018-10-06T15:29:59Z", 10 * 3600 + 30 * 60},
        {"Australia/Lord_Howe", "2018-10-06T15:30:00Z", 11 * 3600},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int offset_s = zone_offset_s(zone_of(rows[i].zone), ms_of(rows[i].at));

        if (offset_s != rows[i].offset_s) {
            fail_msg("%s at %s: %d, not %d", rows[i].zone, rows[i].at, offset_s, rows[i].offset_s);
        }
    }
}

static void zone__begins_each_local_day_at_its_first_instant(void **state)
{
    static const struct {
        const char *zone;
        const char *date;
        const char *start;
        int length_s;
    } rows[] = {
        {"UTC", "1970-01-01", "1970-01-01T00:00:00Z", 86400},
        {"UTC", "1969-12-31", "1969-12-31T00:00:00Z", 86400},
        {"Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00Z", 86400},
        {"Asia/Kathmandu", "2026-11-22", "2026-11-21T18:15:00Z", 86400},
        {"America/New_York", "2024-03-10", "2024-03-10T05:00:00Z", 23 * 3600},
        {"America/New_York", "2024-11-03", "2024-11-03T04:00:00Z", 25 * 3600},
        {"Australia/Lord_Howe", "2018-10-07", "2018-10-06T13:30:00Z", 86400 - 1800},
        {"Australia/Lord_Howe", "2018-04-01", "2018-03-31T13:00:00Z", 86400 + 1800},
        /* Clocks jump from 00:00 to 01:00: the day begins at one o'clock. */
        {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23 * 3600},
        {"Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", 23 * 3600},
        /* Clocks go back from 24:00 to 23:00: the last hour comes twice, midnight once. */
        {"America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25 * 3600},
        {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", 86400},
        /* Clocks go back from 00:01 to 23:01: midnight comes twice and the first counts. */
        {"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", 25 * 3600},
        /* Samoa crossed the date line and had no 30 December 2011. */
        {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 86400},
        {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0},
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 86400},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct zone *zone = zone_of(rows[i].zone);
        int64_t start = zone_day_start(zone, day_of(rows[i].date));
        int64_t next = zone_day_start(zone, day_of(rows[i].date) + 1);

        if (start != ms_of(rows[i].start) || next - start != rows[i].length_s * MS_PER_SECOND) {
            fail_msg("%s %s: begins at %lld ms and lasts %lld ms", rows[i].zone, rows[i].date, (long long)start,
                     (long long)(next - start));
        }
    }
}

static void zone__gives_the_civil_day_and_second_of_an_instant(void **state)
{
    int second = -1;

    (void)state;
    assert_int_equal(zone_civil_day(zone_of("Asia/Shanghai"), ms_of("2026-11-21T16:00:00Z"), &second),
                     day_of("2026-11-22"));
    assert_int_equal(second, 0);
    assert_int_equal(zone_civil_day(zone_of("Asia/Shanghai"), ms_of("2026-11-21T15:59:59.999Z"), &second),
                     day_of("2026-11-21"));
    assert_int_equal(second, 86399);
    assert_int_equal(zone_civil_day(zone_of("UTC"), -1, &second), -1);
    assert_int_equal(second, 86399);
    assert_int_equal(zone_civil_day(zone_of("America/Sao_Paulo"), ms_of("2018-11-04T03:00:00Z"), &second),
                     day_of("2018-11-04"));
    assert_int_equal(second, 3600);
    assert_int_equal(zone_civil_day(zone_of("Asia/Kathmandu"), 0, NULL), 0);
}

/* Whatever a zone does: a day's first instant lies in that day or (for a day left out) a later one, and the
 * millisecond before lies in an earlier one. */
static void zone__has_no_instant_of_a_day_before_its_start(void **state)
{
    static const char *const names[] = {"Asia/Shanghai", "America/New_York",    "America/Sao_Paulo",
                                        "Africa/Cairo",  "Australia/Lord_Howe", "Pacific/Apia",
                                        "Asia/Gaza",     "America/Havana",      "Europe/London",
                                        "Asia/Tehran",   "Antarctica/Troll",    "Africa/Casablanca"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct zone *zone = zone_of(names[i]);

        for (int64_t day = day_of("2005-01-01"); day < day_of("2030-01-01"); day++) {
            int64_t start = zone_day_start(zone, day);

            if (zone_civil_day(zone, start, NULL) < day || zone_civil_day(zone, start - 1, NULL) >= day) {
                fail_msg("%s, day %lld", names[i], (long long)day);
            }
        }
    }
}

static void zone__tells_the_systems_name_by_the_first_good_witness(void **state)
{
    char folder[] = "/tmp/linkpond-zone-XXXXXX", file[64], garbage[64], link[64], out[64];
    const char *none = "/nonexistent";

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/timezone", folder);
    snprintf(garbage, sizeof garbage, "%s/garbage", folder);
    snprintf(link, sizeof link, "%s/localtime", folder);
    FILE *stream = fopen(file, "w");
    fputs("Europe/Paris\n", stream);
    fclose(stream);
    stream = fopen(garbage, "w");
    fputs("../../etc/passwd\n", stream);
    fclose(stream);
    assert_int_equal(symlink("../usr/share/zoneinfo/Asia/Tokyo", link), 0);

    assert_true(str_eq(zone_name_tell("Asia/Shanghai", file, link, out), STR("Asia/Shanghai")));
    assert_true(str_eq(zone_name_tell(":Asia/Shanghai", file, link, out), STR("Asia/Shanghai")));
    assert_true(str_eq(zone_name_tell(":/usr/share/zoneinfo/PRC", file, link, out), STR("PRC")));
    assert_true(str_eq(zone_name_tell("", file, link, out), STR("UTC")));
    assert_true(str_eq(zone_name_tell("CST-8", file, link, out), STR("Europe/Paris")));
    assert_true(str_eq(zone_name_tell(NULL, file, link, out), STR("Europe/Paris")));
    assert_true(str_eq(zone_name_tell(NULL, garbage, link, out), STR("Asia/Tokyo")));
    assert_true(str_eq(zone_name_tell(NULL, none, link, out), STR("Asia/Tokyo")));
    assert_true(str_eq(zone_name_tell(NULL, none, none, out), STR("UTC")));
    assert_true(str_eq(zone_name_tell(NULL, none, file, out), STR("UTC"))); /* a copy, not a link */
    assert_string_equal(out, "UTC");
    assert_non_null(zone_find(zone_system_name(out)));
    unlink(file);
    unlink(garbage);
    unlink(link);
    rmdir(folder);
}

static const char *const contested[] = {"Europe/Berlin", "Europe/Rome", "Europe/Madrid",
                                        "No/Such",       "Asia/Seoul",  "UTC"};

static void *contest_run(void *arg)
{
    const struct zone **found = arg;

    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < ARRAY_LEN(contested); i++) {
            found[i] = zone_find(str_from_c(contested[i]));
            if (found[i] != NULL) {
                zone_day_start(found[i], 20000 + round);
            }
        }
    }
    return NULL;
}

static void zone__is_one_object_for_all_threads(void **state)
{
    enum { THREADS = 4 };
    const struct zone *found[THREADS][ARRAY_LEN(contested)];
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, contest_run, found[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (size_t j = 0; j < ARRAY_LEN(contested); j++) {
        for (int i = 0; i < THREADS; i++) {
            assert_ptr_equal(found[i][j], zone_find(str_from_c(contested[j])));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone__is_one_object_for_all_threads), /* first, while nothing is cached */
        cmocka_unit_test(zone__knows_names_of_tzdata_and_refuses_everything_else),
        cmocka_unit_test(zone__tells_the_offset_in_force_at_an_instant),
        cmocka_unit_test(zone__begins_each_local_day_at_its_first_instant),
        cmocka_unit_test(zone__gives_the_civil_day_and_second_of_an_instant),
        cmocka_unit_test(zone__has_no_instant_of_a_day_before_its_start),
        cmocka_unit_test(zone__tells_the_systems_name_by_the_first_good_witness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
