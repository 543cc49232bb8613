/* SPDX-License-Identifier: MIT */
/* Goal: rows come out in order of their keys, the first before the second; equal ones as they came; whatever numbers
 * the keys are. Held against a sort by comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/order.h"

#define ROWS_MAX 5000
#define KEYS     3

static uint64_t seed = 5;
/* Two keys stand side by side, one by itself. */
static struct pair {
    int64_t first, second;
} pairs[ROWS_MAX];
static int64_t thirds[ROWS_MAX];
static const struct order_key keys[KEYS] = {
    {&pairs[0].first, sizeof *pairs},
    {&pairs[0].second, sizeof *pairs},
    {thirds, sizeof *thirds},
};
static uint32_t order[ROWS_MAX], spare[ROWS_MAX], expected[ROWS_MAX];

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int64_t *number(size_t key, size_t row)
{
    return key == 0 ? &pairs[row].first : key == 1 ? &pairs[row].second : &thirds[row];
}

static int by_keys(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    for (size_t k = 0; k < KEYS; k++) {
        if (*number(k, a) != *number(k, b)) {
            return *number(k, a) < *number(k, b) ? -1 : 1;
        }
    }
    return (a > b) - (a < b);
}

static void assert_ordered(size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        expected[i] = (uint32_t)i;
    }
    qsort(expected, rows, sizeof *expected, by_keys);
    order_rows(keys, KEYS, rows, order, spare);
    assert_memory_equal(order, expected, rows * sizeof *order);
}

static void rows__come_in_order_of_all_keys(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t rows = 1 + roll(round % 10 ? 200 : ROWS_MAX);
        for (size_t k = 0; k < KEYS; k++) {
            uint64_t kinds = UINT64_MAX >> roll(64);
            int64_t base = (int64_t)(roll(UINT64_MAX) >> roll(64));
            for (size_t i = 0; i < rows; i++) { /* wraps, so negative ones occur */
                *number(k, i) = (int64_t)((uint64_t)base + roll(kinds));
            }
        }
        assert_ordered(rows);
    }
}

static void rows_in_order__stay_as_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS_MAX; i++) {
        *number(0, i) = 7;
        *number(1, i) = (int64_t)i / 3;
        *number(2, i) = INT64_MIN + (int64_t)i;
    }
    assert_ordered(ROWS_MAX);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        assert_int_equal(order[i], i);
    }
}

static void the_widest_numbers__are_in_order(void **state)
{
    static const int64_t wide[] = {0, INT64_MAX, INT64_MIN, -1, 1, INT64_MAX - 1, INT64_MIN + 1};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
        *number(0, i) = wide[i];
        *number(1, i) = wide[ARRAY_LEN(wide) - 1 - i];
        *number(2, i) = 0;
    }
    assert_ordered(ARRAY_LEN(wide));
    assert_ordered(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__come_in_order_of_all_keys),
        cmocka_unit_test(rows_in_order__stay_as_they_are),
        cmocka_unit_test(the_widest_numbers__are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
