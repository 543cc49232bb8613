/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/base/hash.h"
#include "linkpond/model/utm.h"

/* Goal: two spellings that people take for one fold alike, others do not, and folding twice is folding once. */

static void assert_folds(const char *text, const char *expected)
{
    char memory[LIMIT_UTM];

    assert_str_same(utm_fold(str_from_c(text), memory), str_from_c(expected));
}

static void utm_fold__case_and_blanks_do_not_matter(void **state)
{
    (void)state;
    assert_folds("WeChat_MP", "wechat_mp");
    assert_folds("  we \t chat ", "we chat");
    assert_folds("\xE3\x80\x80公众号\xE3\x80\x80\xC2\xA0号", "公众号 号");
    assert_folds("ＷｅＣｈａｔ－１", "wechat-1");
    assert_folds("", "");
    assert_folds(" \xE3\x80\x80 ", "");
}

static void utm_fold__everything_else_matters(void **state)
{
    (void)state;
    assert_folds("wechat-mp", "wechat-mp");
    assert_folds("ÉTÉ", "ÉtÉ"); /* no tables of scripts: only ASCII has a case here */
    assert_folds("a\xFF"
                 "B\xE5\x85",
                 "a\xFF"
                 "b\xE5\x85"); /* what is not UTF-8 stays as it is */
}

static void utm_fold__folding_twice_is_folding_once(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"A",  "z",  " ",  "\t",   "\xE3\x80\x80", "\xC2\xA0",
                                         "Ａ", "～", "公", "\xFF", "\xE5",         "-"};
    uint64_t seed = 20260401;

    for (int round = 0; round < 20000; round++) {
        char text[300];
        char first[LIMIT_UTM];
        char second[LIMIT_UTM];
        size_t len = 0;
        seed = hash_xxh3(&seed, sizeof seed, 1);
        for (size_t pieces = seed % 120; pieces > 0; pieces--) {
            seed = hash_xxh3(&seed, sizeof seed, 2);
            str piece = str_from_c(PIECES[seed % ARRAY_LEN(PIECES)]);
            if (len + piece.len <= sizeof text) {
                memcpy(text + len, piece.ptr, piece.len);
                len += piece.len;
            }
        }
        str once = utm_fold((str){text, len}, first);
        assert_true(once.len <= len && once.len <= LIMIT_UTM);
        assert_str_same(utm_fold(once, second), once);
    }
}

static void utm_find__knows_the_fields_by_name(void **state)
{
    (void)state;
    assert_int_equal(utm_find(STR("utm_source")), UTM_SOURCE);
    assert_int_equal(utm_find(STR("utm_id")), UTM_ID);
    assert_int_equal(utm_find(STR("utm_")), -1);
    assert_int_equal(utm_find(STR("")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utm_fold__case_and_blanks_do_not_matter),
        cmocka_unit_test(utm_fold__everything_else_matters),
        cmocka_unit_test(utm_fold__folding_twice_is_folding_once),
        cmocka_unit_test(utm_find__knows_the_fields_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
