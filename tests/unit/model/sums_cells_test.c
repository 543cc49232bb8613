/* SPDX-License-Identifier: MIT */
/* Goal: the list of a day's cells and the full table are two readings of the same bytes. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"
#include "linkpond/model/sums.h"

static uint64_t seed = 3;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static void random_day(struct sums_day *day, int clicks)
{
    memset(day, 0, sizeof *day);
    for (int i = 0; i < clicks; i++) {
        sums_add(day, (int64_t)roll((uint64_t)MS_PER_DAY), (enum click_class)roll(CLASS_COUNT),
                 (enum click_outcome)roll(OUTCOME_COUNT), roll(3) == 0, 1 + (int)roll(300));
    }
}

static str packed(const struct sums_cell *cells, size_t count, char memory[SUMS_DAY_BYTES_MAX])
{
    struct buf out;

    buf_init_fixed(&out, memory, SUMS_DAY_BYTES_MAX);
    sums_pack(cells, count, &out);
    assert_false(out.overflow);
    return buf_str(&out);
}

static str encoded(const struct sums_day *day, char memory[SUMS_DAY_BYTES_MAX])
{
    struct buf out;

    buf_init_fixed(&out, memory, SUMS_DAY_BYTES_MAX);
    sums_encode(day, &out);
    return buf_str(&out);
}

static void sums__a_list_packs_to_the_bytes_of_the_table(void **state)
{
    (void)state;
    static struct sums_day day;
    static struct sums_cell cells[SUMS_LIST_CELLS];
    static char bytes[SUMS_DAY_BYTES_MAX], again[SUMS_DAY_BYTES_MAX];
    for (int i = 0; i < 60; i++) {
        size_t count = 0;
        random_day(&day, (int)roll(i < 50 ? 40 : 20000));
        str text = encoded(&day, bytes);
        assert_true(sums_unpack(text, cells, &count));
        str back = packed(cells, count, again);
        assert_int_equal(back.len, text.len);
        assert_memory_equal(back.ptr, text.ptr, text.len);
    }
}

static void sums__adding_lists_is_adding_tables(void **state)
{
    (void)state;
    static struct sums_day a, b;
    static struct sums_cell a_cells[SUMS_LIST_CELLS], b_cells[SUMS_LIST_CELLS], sum[2 * SUMS_LIST_CELLS];
    static char a_bytes[SUMS_DAY_BYTES_MAX], b_bytes[SUMS_DAY_BYTES_MAX], both[SUMS_DAY_BYTES_MAX],
        listed[SUMS_DAY_BYTES_MAX];
    for (int i = 0; i < 60; i++) {
        size_t a_count = 0, b_count = 0;
        random_day(&a, (int)roll(300));
        random_day(&b, (int)roll(300));
        assert_true(sums_unpack(encoded(&a, a_bytes), a_cells, &a_count));
        assert_true(sums_unpack(encoded(&b, b_bytes), b_cells, &b_count));
        size_t count = sums_cells_add(a_cells, a_count, b_cells, b_count, sum);
        sums_merge(&a, &b);
        str table = encoded(&a, both), list = packed(sum, count, listed);
        assert_int_equal(list.len, table.len);
        assert_memory_equal(list.ptr, table.ptr, table.len);
        for (size_t n = 0; n < b_count; n++) {
            b_cells[n].count = -b_cells[n].count;
        }
        static struct sums_cell back[3 * SUMS_LIST_CELLS];
        list = packed(back, sums_cells_add(sum, count, b_cells, b_count, back), listed);
        assert_int_equal(list.len, packed(a_cells, a_count, both).len);
        assert_memory_equal(list.ptr, both, list.len);
    }
}

static void sums__keys_are_of_a_class_and_an_outcome(void **state)
{
    (void)state;
    enum click_class class = CLASS_BOT;
    enum click_outcome outcome = OUTCOME_PAGE;
    for (int c = 0; c < CLASS_COUNT; c++) {
        for (int o = 0; o < OUTCOME_COUNT; o++) {
            assert_true(sums_key_split(sums_key((enum click_class)c, (enum click_outcome)o), &class, &outcome));
            assert_int_equal(class, c);
            assert_int_equal(outcome, o);
        }
    }
    assert_false(sums_key_split(SUMS_KEY_SCANS, &class, &outcome));
    assert_false(sums_key_split(sums_key(CLASS_COUNT - 1, OUTCOME_COUNT - 1) + 1, &class, &outcome));
}

static void sums__cut_bytes_are_damaged(void **state)
{
    (void)state;
    static struct sums_day day, table;
    static struct sums_cell cells[SUMS_LIST_CELLS];
    static char bytes[SUMS_DAY_BYTES_MAX];
    random_day(&day, 200);
    str text = encoded(&day, bytes);
    for (size_t cut = 0; cut <= text.len; cut++) {
        size_t count = 0;
        memset(&table, 0, sizeof table);
        assert_int_equal(sums_unpack(str_slice(text, 0, cut), cells, &count),
                         sums_decode(str_slice(text, 0, cut), &table));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums__a_list_packs_to_the_bytes_of_the_table),
        cmocka_unit_test(sums__adding_lists_is_adding_tables),
        cmocka_unit_test(sums__keys_are_of_a_class_and_an_outcome),
        cmocka_unit_test(sums__cut_bytes_are_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
