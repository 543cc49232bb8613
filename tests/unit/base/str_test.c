/* SPDX-License-Identifier: MIT */
/* Goal: slices never read past their length, fold ASCII only, and numbers are whole, in range or refused. */
#include "assert_str.h"

static const str none = {NULL, 0};

static void str__empty_slices_with_null_are_ordinary(void **state)
{
    (void)state;
    str piece = STR("untouched");
    str rest = none;
    str before, after;

    assert_true(str_eq(none, STR("")));
    assert_true(str_starts(none, none));
    assert_true(str_ends(STR("x"), none));
    assert_int_equal(str_cmp(none, STR("a")), -1);
    assert_int_equal(str_find(none, none, 0), 0);
    assert_int_equal(str_find_char(none, 'a', 0), -1);
    assert_int_equal(str_trim(none).len, 0);
    assert_false(str_cut(none, ',', &before, &after));
    assert_int_equal(before.len + after.len, 0);
    assert_false(str_next(&rest, ',', &piece));
    assert_str(piece, "untouched");
    assert_str(str_from_c(NULL), "");
}

static void str__compares_bytes_and_folds_ascii_only(void **state)
{
    (void)state;
    assert_true(str_ieq(STR("HoSt"), STR("hOsT")));
    assert_false(str_eq(STR("HoSt"), STR("hOsT")));
    assert_false(str_ieq(STR("\xC3\x84"), STR("\xC3\xA4"))); /* Ä and ä */
    assert_false(str_ieq(STR("@"), STR("`")));               /* 0x40 and 0x60 are no letters */
    assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
    assert_true(str_cmp(STR("\xFF"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR("abc"), STR("abc")), 0);
    assert_true(str_istarts(STR("Bearer lp_"), STR("bearer ")));
    assert_true(str_iends(STR("A.HTML"), STR(".html")));
    assert_false(str_starts(STR("ab"), STR("abc")));
    assert_false(str_ends(STR("bc"), STR("abc")));
}

static void str__finds_from_an_offset(void **state)
{
    (void)state;
    str s = STR("abcABCabc");

    assert_int_equal(str_find(s, STR("abc"), 0), 0);
    assert_int_equal(str_find(s, STR("abc"), 1), 6);
    assert_int_equal(str_ifind(s, STR("aBc"), 1), 3);
    assert_int_equal(str_find(s, STR("abc"), 7), -1);
    assert_int_equal(str_find(s, STR(""), 9), 9);
    assert_int_equal(str_find(s, STR(""), 10), -1);
    assert_int_equal(str_find_char(s, 'c', 3), 8);
    assert_int_equal(str_find_char(s, 'c', 99), -1);
    /* The slice ends before the last letter, though memory goes on. */
    assert_int_equal(str_find(str_slice(s, 0, 8), STR("abc"), 1), -1);
    assert_int_equal(str_ifind(str_slice(s, 0, 5), STR("abc"), 1), -1);
}

static void str__slices_are_clamped(void **state)
{
    (void)state;
    assert_str(str_slice(STR("abc"), 1, 99), "bc");
    assert_str(str_slice(STR("abc"), 99, 99), "");
    assert_str(str_slice(STR("abc"), 2, 1), "");
    assert_str(str_from(STR("abc"), 4), "");
    assert_str(str_trim(STR(" \t\r\na b\n ")), "a b");
    assert_str(str_trim(STR(" \n ")), "");
}

static void str__pieces_between_separators(void **state)
{
    (void)state;
    str rest = STR("a,,b,");
    str piece, before, after;

    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "");
    assert_true(str_next(&rest, ',', &piece));
    assert_str(piece, "b");
    assert_false(str_next(&rest, ',', &piece));

    assert_true(str_cut(STR("k=v=w"), '=', &before, &after));
    assert_str(before, "k");
    assert_str(after, "v=w");
    assert_false(str_cut(STR("k"), '=', &before, &after));
    assert_str(before, "k");
    assert_str(after, "");
}

static void str__numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    static const str bad[] = {STR_INIT(""),   STR_INIT("-"),   STR_INIT("+1"),  STR_INIT(" 1"),
                              STR_INIT("1 "), STR_INIT("1.0"), STR_INIT("0x1"), STR_INIT("--1")};
    uint64_t u = 7;
    int64_t i = 7;

    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        assert_false(str_to_u64(bad[n], &u));
        assert_false(str_to_i64(bad[n], &i));
    }
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("99999999999999999999"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-9223372036854775809"), &i));
    assert_int_equal(u, 7);
    assert_int_equal(i, 7);

    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_true(str_to_u64(STR("007"), &u));
    assert_int_equal(u, 7);
    assert_true(str_to_i64(STR("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &i));
    assert_true(i == INT64_MAX);
}

/* Eight bytes are folded at once, so every byte is tried at every place of a text longer than that. */
static void str__folds_only_letters_wherever_they_stand(void **state)
{
    (void)state;
    for (size_t at = 0; at < 11; at++) {
        for (int one = 0; one < 256; one++) {
            for (int other = 0; other < 256; other++) {
                char a[11] = "\xFFZz@[`{\x7F-0", b[11] = "\xFFZz@[`{\x7F-0";
                int folded = one >= 'A' && one <= 'Z' ? one + 32 : one;
                int other_folded = other >= 'A' && other <= 'Z' ? other + 32 : other;
                a[at] = (char)one;
                b[at] = (char)other;
                bool same = str_ieq((str){a, sizeof a}, (str){b, sizeof b});
                if (same != (folded == other_folded)) {
                    fail_msg("%02x and %02x at %zu", one, other, at);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(str__folds_only_letters_wherever_they_stand),
        cmocka_unit_test(str__empty_slices_with_null_are_ordinary),
        cmocka_unit_test(str__compares_bytes_and_folds_ascii_only),
        cmocka_unit_test(str__finds_from_an_offset),
        cmocka_unit_test(str__slices_are_clamped),
        cmocka_unit_test(str__pieces_between_separators),
        cmocka_unit_test(str__numbers_are_whole_and_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
