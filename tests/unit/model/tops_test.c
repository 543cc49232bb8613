/* SPDX-License-Identifier: MIT */
/* Goal: what is kept of a day adds up to the day, whatever is cut and however often it is merged; damage is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/tops.h"

static struct arena arena;
static uint64_t seed = 5;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* Values "v0".. of which low numbers are frequent; each once. */
static struct tops some(size_t values, int64_t *clicks)
{
    struct tops tops = {.items = ARENA_ARRAY(&arena, struct top, values)};

    for (size_t i = 0; i < values; i++) {
        int64_t count = 1 + (int64_t)roll(10000 / (i + 1) + 1);
        tops.items[tops.count++] = (struct top){arena_f(&arena, "v%d", (int)i), count, count + 2, count / 2};
        *clicks += count;
    }
    return tops;
}

static int64_t sum_of(const struct tops *tops)
{
    int64_t sum = tops->other.clicks;

    for (size_t i = 0; i < tops->count; i++) {
        sum += tops->items[i].clicks;
    }
    return sum;
}

static int64_t count_of(const struct tops *tops, const char *text)
{
    for (size_t i = 0; i < tops->count; i++) {
        if (str_eq(tops->items[i].text, str_from_c(text))) {
            return tops->items[i].clicks;
        }
    }
    return 0;
}

static void merging__adds_up_and_keeps_the_most_frequent(void **state)
{
    (void)state;
    struct tops day = {0};
    int64_t clicks = 0, first = 0;

    for (int piece = 0; piece < 20; piece++) {
        struct tops fresh = some(300, &clicks);
        first += fresh.items[0].clicks;
        assert_int_equal(tops_merge(&arena, &day, &fresh, TOPS_KEPT, &day), OK);
        assert_int_equal(day.count, TOPS_KEPT);
        assert_int_equal(sum_of(&day), clicks);
    }
    assert_int_equal(count_of(&day, "v0"), first);
    for (size_t i = 1; i < day.count; i++) {
        assert_true(day.items[i - 1].clicks >= day.items[i].clicks);
    }
}

static void bytes__give_back_what_went_in(void **state)
{
    (void)state;
    struct tops tops, back;
    struct buf bytes;
    int64_t clicks = 0;

    tops = some(150, &clicks);
    tops.items[7].text = STR("");
    tops.items[8].text = STR("\xe7\xa4\xbe\xe7\xbe\xa4");
    tops.other = (struct top){.clicks = INT64_MAX / 4, .total = INT64_MAX / 2, .scans = 3};
    buf_init_heap(&bytes, 1 << 20);
    tops_encode(&tops, &bytes);
    assert_true(tops_decode(&arena, buf_str(&bytes), &back));
    assert_int_equal(back.count, tops.count);
    for (size_t i = 0; i < tops.count; i++) {
        assert_true(str_eq(back.items[i].text, tops.items[i].text));
        assert_int_equal(back.items[i].clicks, tops.items[i].clicks);
        assert_int_equal(back.items[i].total, tops.items[i].total);
        assert_int_equal(back.items[i].scans, tops.items[i].scans);
    }
    assert_int_equal(back.other.total, tops.other.total);
    for (size_t len = 0; len < bytes.len; len++) { /* cut anywhere */
        assert_false(tops_decode(&arena, str_slice(buf_str(&bytes), 0, len), &back));
        arena_reset(&arena);
    }
    buf_add_char(&bytes, 0);
    assert_false(tops_decode(&arena, buf_str(&bytes), &back));
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(merging__adds_up_and_keeps_the_most_frequent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes__give_back_what_went_in, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
