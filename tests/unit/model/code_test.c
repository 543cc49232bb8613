/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/model/code.h"

/* Goal: codes are unique, come back to their id, look unrelated to it, and aliases never collide with our own paths. */

static const uint8_t KEY[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static int setup(void **state)
{
    *state = code_cipher_new(KEY);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    code_cipher_free(*state);
    return 0;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, 7);
}

static void code__a_hundred_thousand_ids_are_unique_and_reversible(void **state)
{
    enum { IDS = 100000 };
    char(*codes)[7] = calloc(IDS, 7);
    assert_non_null(codes);
    for (int64_t id = 1; id <= IDS; id++) {
        char out[LIMIT_CODE_MAX + 2];
        str code;
        int64_t back = 0;
        assert_true(code_encode(*state, CODE_RANDOM, 7, id, out, &code));
        assert_int_equal(code.len, 7);
        assert_true(code_decode(*state, CODE_RANDOM, code, &back));
        assert_int_equal(back, id);
        memcpy(codes[id - 1], code.ptr, 7);
    }
    qsort(codes, IDS, 7, compare);
    for (size_t i = 1; i < IDS; i++) {
        assert_memory_not_equal(codes[i - 1], codes[i], 7);
    }
    free(codes);
}

static void code__neighbours_do_not_look_alike(void **state)
{
    /* Of 1,000 neighbouring pairs only a handful may share a first or a last digit by chance (1 in 62 each). */
    int shared = 0;
    char before[LIMIT_CODE_MAX + 2] = "";
    for (int64_t id = 1; id <= 1000; id++) {
        char out[LIMIT_CODE_MAX + 2];
        str code;
        assert_true(code_encode(*state, CODE_RANDOM, 7, id, out, &code));
        shared += (out[0] == before[0]) + (out[6] == before[6]);
        memcpy(before, out, sizeof(before));
    }
    assert_true(shared < 100);
}

static void code__every_length_holds_its_first_and_last_id(void **state)
{
    int64_t end = 1;
    for (size_t length = 1; length <= LIMIT_CODE_MAX; length++) {
        char out[LIMIT_CODE_MAX + 2];
        str code;
        int64_t back = 0;
        end *= 62;
        if (length < LIMIT_CODE_MIN) {
            assert_false(code_encode(*state, CODE_RANDOM, length, 1, out, &code));
            continue;
        }
        assert_true(code_encode(*state, CODE_RANDOM, length, end - 1, out, &code));
        assert_true(code_decode(*state, CODE_RANDOM, code, &back));
        assert_int_equal(back, end - 1);
        assert_true(code_encode(*state, CODE_RANDOM, length, 1, out, &code));
        assert_true(code_decode(*state, CODE_RANDOM, code, &back));
        assert_int_equal(back, 1);
        assert_false(code_encode(*state, CODE_RANDOM, length, end, out, &code));
        assert_false(code_encode(*state, CODE_RANDOM, length, 0, out, &code));
        assert_false(code_encode(*state, CODE_RANDOM, length, -1, out, &code));
    }
    char out[LIMIT_CODE_MAX + 2];
    str code;
    assert_false(code_encode(*state, CODE_RANDOM, LIMIT_CODE_MAX + 1, 1, out, &code));
}

static void code__other_lengths_and_bytes_stand_for_no_id_of_ours(void **state)
{
    int64_t id = 42;
    assert_false(code_decode(*state, CODE_RANDOM, STR(""), &id));
    assert_false(code_decode(*state, CODE_RANDOM, STR("abcd"), &id));
    assert_false(code_decode(*state, CODE_RANDOM, STR("abcdefghijk"), &id));
    assert_false(code_decode(*state, CODE_RANDOM, STR("abc-efg"), &id));
    assert_false(code_decode(*state, CODE_RANDOM, STR("abc%efg"), &id));
    assert_int_equal(id, 42);
    /* The tweak is the length: a longer or shorter code is no neighbour of the same id. The stored code settles it. */
    for (int64_t live = 1; live <= 1000; live++) {
        char out[LIMIT_CODE_MAX + 2], again[LIMIT_CODE_MAX + 2];
        str code, other;
        assert_true(code_encode(*state, CODE_RANDOM, 7, live, out, &code));
        if (code_decode(*state, CODE_RANDOM, str_slice(code, 0, 6), &id)) {
            assert_true(code_encode(*state, CODE_RANDOM, 7, id, again, &other));
            assert_false(str_eq(other, str_slice(code, 0, 6)));
        }
    }
}

static void code__another_key_makes_other_codes(void **state)
{
    static const uint8_t OTHER[16] = {0};
    struct code_cipher *other = code_cipher_new(OTHER);
    char a[LIMIT_CODE_MAX + 2], b[LIMIT_CODE_MAX + 2];
    str code_a, code_b;
    assert_non_null(other);
    assert_true(code_encode(*state, CODE_RANDOM, 7, 1, a, &code_a));
    assert_true(code_encode(other, CODE_RANDOM, 7, 1, b, &code_b));
    assert_false(str_eq(code_a, code_b));
    code_cipher_free(other);
}

static void code__sequential_is_plain_base62(void **state)
{
    static const struct {
        int64_t id;
        str code;
    } CASES[] = {{1, STR_INIT("1")}, {61, STR_INIT("z")}, {62, STR_INIT("10")}, {INT64_MAX, STR_INIT("AzL8n0Y58m7")}};
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        char out[LIMIT_CODE_MAX + 2];
        str code;
        int64_t id = 0;
        assert_true(code_encode(*state, CODE_SEQUENTIAL, 7, CASES[i].id, out, &code));
        assert_true(str_eq(code, CASES[i].code));
        assert_true(code_decode(*state, CODE_SEQUENTIAL, code, &id));
        assert_int_equal(id, CASES[i].id);
    }
    int64_t id = 0;
    assert_false(code_decode(*state, CODE_SEQUENTIAL, STR("01"), &id)); /* one spelling per id */
    assert_false(code_decode(*state, CODE_SEQUENTIAL, STR("0"), &id));
    assert_false(code_decode(*state, CODE_SEQUENTIAL, STR("AzL8n0Y58m8"), &id)); /* 2^63 */
    assert_false(code_decode(*state, CODE_SEQUENTIAL, STR("zzzzzzzzzzzz"), &id));
    assert_false(code_decode(*state, CODE_SEQUENTIAL, STR(""), &id));
}

static const str RESERVED[] = {STR_INIT("api"), STR_INIT("-"), STR_INIT("robots.txt"), STR_INIT("healthz")};

static void expect_alias(str alias, bool imported, const char *code)
{
    struct fault fault = {0};
    enum err err = alias_check(alias, imported, RESERVED, ARRAY_LEN(RESERVED), &fault);
    assert_string_equal(fault.code, code);
    assert_int_equal(err, code[0] ? ERR_INVALID : OK);
    if (code[0]) {
        assert_string_equal(fault.field, "alias");
        assert_true(fault.message[0] && fault.message_zh[0]);
    }
}

static str repeated(char c, size_t count)
{
    static char text[300];
    memset(text, c, sizeof(text));
    return (str){text, count};
}

static void alias__new_ones_are_plain_ascii(void **state)
{
    (void)state;
    expect_alias(STR(""), false, "too_short");
    expect_alias(STR("a"), false, "too_short");
    expect_alias(STR("ab"), false, "");
    expect_alias(STR("11-Sale_2026"), false, "");
    expect_alias(STR("--"), false, "");
    expect_alias(repeated('a', 64), false, "");
    expect_alias(repeated('a', 65), false, "too_long");
    expect_alias(STR("a b"), false, "bad_character");
    expect_alias(STR("a/b"), false, "bad_character");
    expect_alias(STR("a.b"), false, "bad_character");
    expect_alias(STR("a+b"), false, "bad_character");
    expect_alias(STR("a?b"), false, "bad_character");
    expect_alias(STR("促销"), false, "bad_character");
    expect_alias(STR("a\xE2\x80\x8B"
                     "b"),
                 false, "bad_character"); /* zero width space */
    expect_alias(STR("a\0b"), false, "bad_character");
    expect_alias(STR("api"), false, "reserved");
    expect_alias(STR("API"), false, "reserved");
    expect_alias(STR("HealthZ"), false, "reserved");
    expect_alias(STR("apis"), false, "");
}

static void alias__imported_ones_are_any_path_that_survives(void **state)
{
    (void)state;
    expect_alias(STR(""), true, "too_short");
    expect_alias(STR("a"), true, "");
    expect_alias(STR("双十一/会员 日"), true, "");
    expect_alias(STR("a.b/c-d_e~f"), true, "");
    expect_alias(STR("2026/..hidden"), true, "");
    expect_alias(repeated('a', 255), true, "");
    expect_alias(repeated('a', 256), true, "too_long");
    expect_alias(STR("/a"), true, "bad_character");
    expect_alias(STR("a/"), true, "bad_character");
    expect_alias(STR("."), true, "bad_character");
    expect_alias(STR("a/../b"), true, "bad_character");
    expect_alias(STR("a/./b"), true, "bad_character");
    expect_alias(STR("a/.."), true, "bad_character");
    expect_alias(STR("a+"), true, "bad_character");
    expect_alias(STR("a+b"), true, "");
    expect_alias(STR("a\nb"), true, "bad_character");
    expect_alias(STR("a\xFF"
                     "b"),
                 true, "bad_character");
    expect_alias(STR("a\xE2\x80\xAE"
                     "b"),
                 true, "bad_character"); /* right-to-left override */
    expect_alias(STR("-/page"), true, "reserved");
    expect_alias(STR("-page"), true, "");
    expect_alias(STR("Robots.TXT"), true, "reserved");
    expect_alias(STR("api/v1/links"), true, "reserved");
    expect_alias(STR("apis/v1"), true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code__a_hundred_thousand_ids_are_unique_and_reversible),
        cmocka_unit_test(code__neighbours_do_not_look_alike),
        cmocka_unit_test(code__every_length_holds_its_first_and_last_id),
        cmocka_unit_test(code__other_lengths_and_bytes_stand_for_no_id_of_ours),
        cmocka_unit_test(code__another_key_makes_other_codes),
        cmocka_unit_test(code__sequential_is_plain_base62),
        cmocka_unit_test(alias__new_ones_are_plain_ascii),
        cmocka_unit_test(alias__imported_ones_are_any_path_that_survives),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
