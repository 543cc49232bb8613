/* SPDX-License-Identifier: MIT */
/* Goal: an operator is told of trouble once a day while it lasts, of lost visits every hour that has some, and of
 * nothing while all is well. */
#include "assert_str.h"

#include "alarms.h"

#define NOON INT64_C(1763784000000) /* 2025-11-22 12:00 in Shanghai is 04:00 UTC */

static size_t due(struct alarms *self, struct alarm_figures figures, int64_t now_ms, struct alarm out[ALARMS_MAX])
{
    figures.subject = STR("https://s.test");
    return alarms_due(self, &figures, zone_find(STR("Asia/Shanghai")), now_ms, out);
}

static void alarms__say_nothing_while_all_is_well(void **state)
{
    struct alarms self = {0};
    struct alarm out[ALARMS_MAX];
    struct alarm_figures well = {
        .free_bytes = INT64_C(1) << 40, .newest_backup_ms = NOON - MS_PER_DAY, .backs_up = true};

    (void)state;
    assert_int_equal(due(&self, well, NOON, out), 0);
    well.free_bytes = -1;
    assert_int_equal(due(&self, well, NOON, out), 0);
}

static void alarms__tell_of_lasting_trouble_once_a_day(void **state)
{
    struct alarms self = {0};
    struct alarm out[ALARMS_MAX];
    struct alarm_figures full = {.free_bytes = 1000, .backs_up = true};

    (void)state;
    assert_int_equal(due(&self, full, NOON, out), 2);
    assert_int_equal(out[0].notice.kind, NOTICE_DISK);
    assert_int_equal(out[0].notice.facts[NOTICE_FACT_FREE_BYTES].number, 1000);
    assert_int_equal(out[1].notice.kind, NOTICE_BACKUP_OVERDUE);
    assert_false(out[1].notice.facts[NOTICE_FACT_SINCE].set);
    char dedupe[64];
    memcpy(dedupe, out[0].dedupe, sizeof dedupe);
    assert_int_equal(due(&self, full, NOON + MS_PER_HOUR, out), 0);
    struct alarms restarted = {0};
    assert_int_equal(due(&restarted, full, NOON + MS_PER_HOUR, out), 2);
    assert_string_equal(out[0].dedupe, dedupe); /* the outbox knows it */
    assert_int_equal(due(&self, full, NOON + MS_PER_DAY, out), 2);
    assert_string_not_equal(out[0].dedupe, dedupe);
    full.backs_up = false;
    assert_int_equal(due(&restarted, full, NOON + 2 * MS_PER_DAY, out), 1);
}

static void alarms__count_lost_visits(void **state)
{
    struct alarms self = {0};
    struct alarm out[ALARMS_MAX];
    struct alarm_figures lost = {.free_bytes = -1, .dropped = 7};

    (void)state;
    assert_int_equal(due(&self, lost, NOON, out), 1);
    assert_int_equal(out[0].notice.kind, NOTICE_CLICKS_DROPPED);
    assert_int_equal(out[0].notice.facts[NOTICE_FACT_COUNT].number, 7);
    assert_int_equal(due(&self, lost, NOON + 2 * MS_PER_HOUR, out), 0);
    lost.dropped = 10;
    assert_int_equal(due(&self, lost, NOON + 2 * MS_PER_HOUR, out), 1);
    assert_int_equal(out[0].notice.facts[NOTICE_FACT_COUNT].number, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarms__say_nothing_while_all_is_well),
        cmocka_unit_test(alarms__tell_of_lasting_trouble_once_a_day),
        cmocka_unit_test(alarms__count_lost_visits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
