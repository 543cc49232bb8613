/* SPDX-License-Identifier: MIT */
/* Goal: one pass finds exactly what a naive search per needle finds, whatever overlaps, in the order promised. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/match.h"

struct hit {
    size_t needle;
    size_t end;
};

struct hits {
    struct hit list[4096];
    size_t count;
    size_t stop_after;
};

static bool collect(void *arg, size_t needle, size_t end)
{
    struct hits *hits = arg;

    assert_true(hits->count < ARRAY_LEN(hits->list));
    hits->list[hits->count++] = (struct hit){needle, end};
    return hits->stop_after == 0 || hits->count < hits->stop_after;
}

static void assert_hits(const struct hits *hits, const struct hit *expected, size_t count)
{
    assert_int_equal(hits->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hits->list[i].needle, expected[i].needle);
        assert_int_equal(hits->list[i].end, expected[i].end);
    }
}

/* The example of Aho and Corasick's paper. */
static void match__reports_overlapping_needles_longest_first(void **state)
{
    const str needles[] = {STR("he"), STR("she"), STR("his"), STR("hers")};
    const struct hit expected[] = {{1, 4}, {0, 4}, {3, 6}};
    struct match *match = match_new(needles, ARRAY_LEN(needles));
    static struct hits hits;

    (void)state;
    hits = (struct hits){0};
    match_run(match, STR("ushers"), collect, &hits);
    assert_hits(&hits, expected, ARRAY_LEN(expected));
    match_free(match);
    match_free(NULL);
}

static void match__reports_equal_needles_by_index(void **state)
{
    const str needles[] = {STR("bot"), STR("x"), STR("BOT"), STR("robot"), STR("bot")};
    const struct hit expected[] = {{3, 5}, {0, 5}, {2, 5}, {4, 5}};
    struct match *match = match_new(needles, ARRAY_LEN(needles));
    static struct hits hits;

    (void)state;
    hits = (struct hits){0};
    match_run(match, STR("Robot"), collect, &hits);
    assert_hits(&hits, expected, ARRAY_LEN(expected));
    match_free(match);
}

static void match__folds_ascii_letters_and_nothing_else(void **state)
{
    const str needles[] = {STR("MicroMessenger/"), STR("["), STR("\xc3\xa9"), STR("\x00z")};
    const struct hit expected[] = {{0, 15}, {0, 30}, {2, 35}, {3, 38}};
    const str text = {"micromessenger/MICROMESSENGER/{\xc3\x89\xc3\xa9\x00\x00Z", 38};
    struct match *match = match_new(needles, ARRAY_LEN(needles));
    static struct hits hits;

    (void)state;
    hits = (struct hits){0};
    match_run(match, text, collect, &hits);
    assert_hits(&hits, expected, ARRAY_LEN(expected));
    match_free(match);
}

static void match__stops_when_told(void **state)
{
    const str needles[] = {STR("a"), STR("aa")};
    const struct hit expected[] = {{0, 1}, {1, 2}};
    struct match *match = match_new(needles, ARRAY_LEN(needles));
    static struct hits hits;

    (void)state;
    hits = (struct hits){.stop_after = 2};
    match_run(match, STR("aaaa"), collect, &hits);
    assert_hits(&hits, expected, ARRAY_LEN(expected));
    match_free(match);
}

static void match__takes_no_needles_and_no_text(void **state)
{
    const str needle = STR("a");
    struct match *none = match_new(NULL, 0);
    struct match *one = match_new(&needle, 1);
    static struct hits hits;

    (void)state;
    hits = (struct hits){0};
    match_run(none, STR("anything"), collect, &hits);
    match_run(one, (str){NULL, 0}, collect, &hits);
    match_run(one, STR("bcd"), collect, &hits);
    assert_int_equal(hits.count, 0);
    match_free(none);
    match_free(one);
}

/* 128-byte needles over all 230 foldable byte values would need more than the maximum. */
static void match__refuses_a_table_past_its_maximum(void **state)
{
    enum { COUNT = 1000, LEN = 128 };
    char *bytes = malloc((size_t)COUNT * LEN);
    str *needles = malloc(COUNT * sizeof *needles);

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < LEN; j++) {
            bytes[i * LEN + j] = (char)(i * 7 + j * 31);
        }
        needles[i] = (str){bytes + i * LEN, LEN};
    }
    assert_null(match_new(needles, COUNT));
    free(needles);
    free(bytes);
}

static uint64_t random_state;

static size_t random_below(size_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % limit;
}

static bool needle_ends_at(str needle, str text, size_t end)
{
    if (needle.len > end) {
        return false;
    }
    for (size_t i = 0; i < needle.len; i++) {
        char a = needle.ptr[i], b = text.ptr[end - needle.len + i];

        a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
        b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
        if (a != b) {
            return false;
        }
    }
    return true;
}

/* Expected hits by brute force: by end, then by length downwards, then by index. */
static size_t brute_force(const str *needles, size_t count, str text, struct hit *out)
{
    size_t hits = 0;

    for (size_t end = 1; end <= text.len; end++) {
        for (size_t len = 8; len > 0; len--) {
            for (size_t i = 0; i < count; i++) {
                if (needles[i].len == len && needle_ends_at(needles[i], text, end)) {
                    out[hits++] = (struct hit){i, end};
                }
            }
        }
    }
    return hits;
}

/* A small alphabet, so that needles share prefixes and suffixes and failure links matter. */
static void match__agrees_with_a_naive_search_on_random_texts(void **state)
{
    static const char alphabet[] = "abABc";
    static struct hits hits;
    static struct hit expected[4096];

    (void)state;
    random_state = 20261122;
    for (int round = 0; round < 500; round++) {
        char bytes[20][8], text_bytes[100];
        str needles[20], text = {text_bytes, random_below(sizeof text_bytes + 1)};
        size_t count = 1 + random_below(ARRAY_LEN(needles));

        for (size_t i = 0; i < count; i++) {
            needles[i] = (str){bytes[i], 1 + random_below(8)};
            for (size_t j = 0; j < needles[i].len; j++) {
                bytes[i][j] = alphabet[random_below(5)];
            }
        }
        for (size_t j = 0; j < text.len; j++) {
            text_bytes[j] = alphabet[random_below(5)];
        }
        struct match *match = match_new(needles, count);
        hits = (struct hits){0};
        match_run(match, text, collect, &hits);
        assert_hits(&hits, expected, brute_force(needles, count, text, expected));
        match_free(match);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match__reports_overlapping_needles_longest_first),
        cmocka_unit_test(match__reports_equal_needles_by_index),
        cmocka_unit_test(match__folds_ascii_letters_and_nothing_else),
        cmocka_unit_test(match__stops_when_told),
        cmocka_unit_test(match__takes_no_needles_and_no_text),
        cmocka_unit_test(match__refuses_a_table_past_its_maximum),
        cmocka_unit_test(match__agrees_with_a_naive_search_on_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
