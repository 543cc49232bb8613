/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/clock.h"
#include "linkpond/model/sums.h"

/* Goal: a day's sums come back from their bytes exactly, stay small, and damaged bytes are told from good ones. */

/* 2026-11-22T00:00:00Z */
#define DAY INT64_C(1795305600000)

static char memory[SUMS_DAY_BYTES_MAX];

static str encoded(const struct sums_day *day)
{
    struct buf out;

    buf_init_fixed(&out, memory, sizeof(memory));
    sums_encode(day, &out);
    assert_false(out.overflow);
    return buf_str(&out);
}

static void sums__a_click_lands_in_its_quarter_hour(void **state)
{
    (void)state;
    static struct sums_day day;
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, false, 1);
    sums_add(&day, DAY + MS_PER_QUARTER - 1, CLASS_HUMAN, OUTCOME_REDIRECT, false, 1);
    sums_add(&day, DAY + MS_PER_QUARTER, CLASS_BOT, OUTCOME_EXPIRED, false, 1);
    sums_add(&day, DAY + MS_PER_DAY - 1, CLASS_HUMAN, OUTCOME_GATE, true, 1);
    assert_int_equal(day.quarters[0].cells[CLASS_HUMAN * OUTCOME_COUNT + OUTCOME_REDIRECT], 2);
    assert_int_equal(day.quarters[1].cells[CLASS_BOT * OUTCOME_COUNT + OUTCOME_EXPIRED], 1);
    assert_int_equal(day.quarters[95].cells[CLASS_HUMAN * OUTCOME_COUNT + OUTCOME_GATE], 1);
    assert_int_equal(day.quarters[95].scans, 1);
}

static void sums__times_before_1970_have_quarters_too(void **state)
{
    (void)state;
    static struct sums_day day;
    sums_add(&day, -1, CLASS_HUMAN, OUTCOME_REDIRECT, false, 1);
    assert_int_equal(sums_quarter_clicks(&day.quarters[95]), 1);
}

static void sums__only_pv_are_scans_and_clicks(void **state)
{
    (void)state;
    static struct sums_day day;
    sums_add(&day, DAY, CLASS_BOT, OUTCOME_REDIRECT, true, 1);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_EXPIRED, true, 1);
    assert_int_equal(day.quarters[0].scans, 0);
    assert_int_equal(sums_quarter_clicks(&day.quarters[0]), 0);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, true, 1);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_FALLBACK, false, 2);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_PAGE, false, 3);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_GATE, false, 4);
    assert_int_equal(day.quarters[0].scans, 1);
    assert_int_equal(sums_quarter_clicks(&day.quarters[0]), 10);
}

static void sums__taking_away_stops_at_zero(void **state)
{
    (void)state;
    static struct sums_day day;
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, true, 2);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, true, -1);
    assert_int_equal(sums_quarter_clicks(&day.quarters[0]), 1);
    assert_int_equal(day.quarters[0].scans, 1);
    sums_add(&day, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, true, -5);
    assert_int_equal(sums_quarter_clicks(&day.quarters[0]), 0);
}

static void sums__an_empty_day_is_no_bytes(void **state)
{
    (void)state;
    static struct sums_day day, back;
    assert_int_equal(encoded(&day).len, 0);
    assert_true(sums_decode((str){0}, &back));
    assert_memory_equal(&day, &back, sizeof(day));
}

static void sums__a_quiet_quarter_takes_four_bytes(void **state)
{
    (void)state;
    static struct sums_day day;
    sums_add(&day, DAY + 40 * MS_PER_QUARTER, CLASS_HUMAN, OUTCOME_REDIRECT, false, 7);
    /* 40 quarters skipped, one entry, key 1, count 7: the stored form, which must stay readable for ever */
    str bytes = encoded(&day);
    assert_int_equal(bytes.len, 4);
    assert_memory_equal(bytes.ptr, "\x28\x01\x01\x07", 4);
}

static void sums__the_fullest_day_fits_and_comes_back(void **state)
{
    (void)state;
    static struct sums_day day, back;
    for (size_t q = 0; q < QUARTERS_PER_DAY; q++) {
        for (size_t i = 0; i < SUMS_CELLS; i++) {
            day.quarters[q].cells[i] = UINT32_MAX - (uint32_t)i;
        }
        day.quarters[q].scans = UINT32_MAX;
    }
    assert_true(sums_decode(encoded(&day), &back));
    assert_memory_equal(&day, &back, sizeof(day));
}

static void sums__random_days_come_back(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u; /* xorshift64, Marsaglia 2003 */
    for (int round = 0; round < 200; round++) {
        static struct sums_day day, back;
        memset(&day, 0, sizeof(day));
        memset(&back, 0, sizeof(back));
        for (int i = 0; i < round; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            sums_add(&day, DAY + (int64_t)(seed % (uint64_t)MS_PER_DAY), (enum click_class)((seed >> 32) % CLASS_COUNT),
                     (enum click_outcome)((seed >> 40) % OUTCOME_COUNT), seed >> 63, (int)((seed >> 48) % 9999) + 1);
        }
        assert_true(sums_decode(encoded(&day), &back));
        assert_memory_equal(&day, &back, sizeof(day));
    }
}

static void sums__decoding_adds_and_merging_adds_the_same(void **state)
{
    (void)state;
    static struct sums_day a, b, decoded, merged;
    sums_add(&a, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, true, 3);
    sums_add(&b, DAY, CLASS_HUMAN, OUTCOME_REDIRECT, false, 4);
    sums_add(&b, DAY + MS_PER_HOUR, CLASS_PREVIEW, OUTCOME_UNKNOWN, false, 1);
    assert_true(sums_decode(encoded(&a), &decoded));
    assert_true(sums_decode(encoded(&b), &decoded));
    sums_merge(&merged, &a);
    sums_merge(&merged, &b);
    assert_memory_equal(&decoded, &merged, sizeof(merged));
    assert_int_equal(sums_quarter_clicks(&merged.quarters[0]), 7);
}

static void sums__damaged_bytes_are_refused(void **state)
{
    (void)state;
    static const str DAMAGED[] = {
        STR_INIT("\x00"),                             /* cut after the gap */
        STR_INIT("\x00\x00"),                         /* no entries */
        STR_INIT("\x00\x01\x01"),                     /* cut in an entry */
        STR_INIT("\x00\x01\x01\x00"),                 /* an entry of nothing */
        STR_INIT("\x60\x01\x01\x01"),                 /* quarter 96 */
        STR_INIT("\x5F\x01\x01\x01\x00\x01\x01\x01"), /* a quarter after the last */
        STR_INIT("\x00\x01\x0B\x01"),                 /* outcome 10 of class 0 */
        STR_INIT("\x00\x01\x71\x01"),                 /* class 7 */
        STR_INIT("\x00\x01\x01\xFF\xFF\xFF\xFF\x1F"), /* a count over 32 bits */
        STR_INIT("\x00\x01\x01\x80\x80\x80\x80\x80\x01"),
        STR_INIT("\x80"),
    };
    for (size_t i = 0; i < ARRAY_LEN(DAMAGED); i++) {
        struct sums_day day = {0};
        assert_false(sums_decode(DAMAGED[i], &day));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums__a_click_lands_in_its_quarter_hour),
        cmocka_unit_test(sums__times_before_1970_have_quarters_too),
        cmocka_unit_test(sums__only_pv_are_scans_and_clicks),
        cmocka_unit_test(sums__taking_away_stops_at_zero),
        cmocka_unit_test(sums__an_empty_day_is_no_bytes),
        cmocka_unit_test(sums__a_quiet_quarter_takes_four_bytes),
        cmocka_unit_test(sums__the_fullest_day_fits_and_comes_back),
        cmocka_unit_test(sums__random_days_come_back),
        cmocka_unit_test(sums__decoding_adds_and_merging_adds_the_same),
        cmocka_unit_test(sums__damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
