/* SPDX-License-Identifier: MIT */
/* Goal: exactly RFC 3629's sequences pass; cutting, counting and repairing agree with that. */
#include "assert_str.h"

#include "linkpond/base/utf8.h"

static const str good[] = {
    STR_INIT(""),
    STR_INIT("plain"),
    STR_INIT("\x41\xE2\x89\xA2\xCE\x91\x2E"),         /* RFC 3629 section 7 */
    STR_INIT("\xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4"), /* the same */
    STR_INIT("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"), /* the same */
    STR_INIT("\xEF\xBB\xBF\xF0\xA3\x8E\xB4"),         /* the same, with a BOM */
    STR_INIT("\xC2\x80"),                             /* the least of each length */
    STR_INIT("\xE0\xA0\x80"),
    STR_INIT("\xF0\x90\x80\x80"),
    STR_INIT("\xDF\xBF"), /* the greatest of each length */
    STR_INIT("\xEF\xBF\xBF"),
    STR_INIT("\xF4\x8F\xBF\xBF"),
    STR_INIT("\xED\x9F\xBF"), /* around the surrogates */
    STR_INIT("\xEE\x80\x80"),
    STR_INIT("a\0b"),
};

static const str bad[] = {
    STR_INIT("\x80"), /* continuation alone */
    STR_INIT("a\xBF"),
    STR_INIT("\xC0\x80"), /* overlong NUL and '/' */
    STR_INIT("\xC0\xAF"),
    STR_INIT("\xC1\xBF"),
    STR_INIT("\xE0\x80\xAF"),
    STR_INIT("\xE0\x9F\xBF"),
    STR_INIT("\xF0\x80\x80\xAF"),
    STR_INIT("\xF0\x8F\xBF\xBF"),
    STR_INIT("\xED\xA0\x80"), /* surrogates, alone and as a pair (CESU-8) */
    STR_INIT("\xED\xBF\xBF"),
    STR_INIT("\xED\xA1\x8C\xED\xBE\xB4"),
    STR_INIT("\xF4\x90\x80\x80"), /* above U+10FFFF */
    STR_INIT("\xF5\x80\x80\x80"),
    STR_INIT("\xF8\x88\x80\x80\x80"),
    STR_INIT("\xFE"),
    STR_INIT("\xFF"),
    STR_INIT("\xC2"), /* cut off */
    STR_INIT("\xE2\x82"),
    STR_INIT("\xF0\x9F\x98"),
    STR_INIT("\xC2\x41"), /* broken in the middle */
    STR_INIT("\xE2\x28\xA1"),
    STR_INIT("\xE2\x82\x28"),
};

static void utf8__accepts_rfc_3629(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(utf8_valid(good[i]));
    }
}

static void utf8__refuses_overlong_surrogates_and_fragments(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(utf8_valid(bad[i]));
    }
}

static void utf8__a_sequence_past_the_slice_is_not_read(void **state)
{
    (void)state;
    str euro = STR("\xE2\x82\xAC");
    uint32_t code_point = 1;

    assert_int_equal(utf8_decode(euro, 0, &code_point), 3);
    assert_int_equal(code_point, 0x20AC);
    code_point = 1;
    assert_int_equal(utf8_decode(str_slice(euro, 0, 2), 0, &code_point), 0);
    assert_int_equal(utf8_decode(euro, 3, &code_point), 0);
    assert_int_equal(code_point, 1);
}

static void utf8__cut_keeps_sequences_whole(void **state)
{
    (void)state;
    str s = STR("a\xE9\x93\xBE\xF0\x9F\x98\x80z"); /* a, three bytes, four bytes, z */
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};

    for (size_t max = 0; max < sizeof expected / sizeof expected[0]; max++) {
        assert_int_equal(utf8_cut(s, max).len, expected[max]);
    }
    /* Bytes that are no sequence are cut where asked. */
    assert_int_equal(utf8_cut(STR("\x80\x80\x80\x80\x80\x80"), 4).len, 4);
    assert_int_equal(utf8_cut(STR("ab\xE9\x93"), 3).len, 3);
}

static void repairs_to(str s, str expected)
{
    struct buf out;

    buf_init_heap(&out, 100);
    utf8_repair(&out, s);
    assert_str_same(buf_str(&out), expected);
    assert_true(utf8_valid(buf_str(&out)));
    buf_done(&out);
}

static void utf8__repair_replaces_each_bad_byte_and_drops_nul(void **state)
{
    (void)state;
    repairs_to(STR("ok \xE9\x93\xBE"), STR("ok \xE9\x93\xBE"));
    repairs_to(STR("a\0b\xFFz"), STR("ab\xEF\xBF\xBDz"));
    repairs_to(STR("\xE2\x82"), STR("\xEF\xBF\xBD\xEF\xBF\xBD"));
    repairs_to(STR(""), STR(""));
}

static void utf8__finds_controls_and_bidi_overrides(void **state)
{
    (void)state;
    static const str with[] = {
        STR_INIT("a\nb"),         STR_INIT("a\0"),          STR_INIT("\x7F"),         STR_INIT("\xC2\x80"),
        STR_INIT("\xC2\x9F"),     STR_INIT("\xE2\x80\xA8"), STR_INIT("\xE2\x80\xA9"), STR_INIT("\xE2\x80\xAA"),
        STR_INIT("\xE2\x80\xAE"), STR_INIT("\xE2\x81\xA6"), STR_INIT("\xE2\x81\xA9"), STR_INIT("\x1F"),
    };
    static const str without[] = {
        STR_INIT(""),         STR_INIT("a b~"),         STR_INIT("链塘"),
        STR_INIT("\xC2\xA0"), STR_INIT("\xE2\x80\xA7"), STR_INIT("\xE2\x80\xAF"),
    };

    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++) {
        assert_true(utf8_has_control(with[i]));
    }
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        assert_false(utf8_has_control(without[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8__accepts_rfc_3629),
        cmocka_unit_test(utf8__refuses_overlong_surrogates_and_fragments),
        cmocka_unit_test(utf8__a_sequence_past_the_slice_is_not_read),
        cmocka_unit_test(utf8__cut_keeps_sequences_whole),
        cmocka_unit_test(utf8__repair_replaces_each_bad_byte_and_drops_nul),
        cmocka_unit_test(utf8__finds_controls_and_bidi_overrides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
