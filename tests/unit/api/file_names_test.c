/* SPDX-License-Identifier: MIT */
/* Goal: whatever people call a place, its file can be saved everywhere, and no two files have one name. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "assert_str.h"
#include "file_names.h"

static int open_arena(void **state)
{
    static struct arena arena;
    arena_init(&arena, 4 << 20);
    *state = &arena;
    return 0;
}

static int close_arena(void **state)
{
    arena_done(*state);
    return 0;
}

static void file_stem__keeps_words_and_drops_what_systems_refuse(void **state)
{
    assert_str(file_stem(*state, STR("华东3群"), STR("x")), "华东3群");
    assert_str(file_stem(*state, STR("a/b\\c:d*e?f\"g<h>i|j"), STR("x")), "a_b_c_d_e_f_g_h_i_j");
    assert_str(file_stem(*state, STR("../../etc/passwd"), STR("x")), "_.._etc_passwd");
    assert_str(file_stem(*state, STR(" . . "), STR("code1")), "code1");
    assert_str(file_stem(*state, STR(""), STR("code1")), "code1");
    assert_str(file_stem(*state, STR("name. "), STR("x")), "name");
    assert_str(file_stem(*state, STR("a\r\nb\x7f\xe2\x80\xae\x63"), STR("x")),
               "a__b__c"); /* a right-to-left override too */
    assert_str(file_stem(*state, STR("a\xff\x62"), STR("x")), "a_b");
    assert_str(file_stem(*state, STR("CON"), STR("x")), "CON_");
    assert_str(file_stem(*state, STR("lpt1"), STR("x")), "lpt1_");
    assert_str(file_stem(*state, STR("console"), STR("x")), "console");
}

static void file_stem__is_cut_at_a_character(void **state)
{
    char text[301];
    for (size_t i = 0; i < 100; i++) {
        memcpy(text + 3 * i, "渠", 3);
    }
    str stem = file_stem(*state, (str){text, 300}, STR("x"));
    assert_int_equal(stem.len, FILE_STEM_MAX);
    assert_memory_equal(stem.ptr, text, FILE_STEM_MAX);
}

static void file_names__number_the_second_of_a_name(void **state)
{
    struct file_names names;
    assert_true(file_names_init(&names, *state, 6));
    assert_str(file_names_take(&names, STR("Shop")), "Shop");
    assert_str(file_names_take(&names, STR("shop")), "shop (2)"); /* one file on systems that fold case */
    assert_str(file_names_take(&names, STR("Shop (2)")), "Shop (2) (2)");
    assert_str(file_names_take(&names, STR("SHOP")), "SHOP (3)");
    assert_str(file_names_take(&names, STR("门店")), "门店");
    assert_str(file_names_take(&names, STR("门店")), "门店 (2)");
}

static void file_disposition__has_both_forms(void **state)
{
    assert_str(file_disposition(*state, STR("店 \"1\""), STR("a1B2"), "png"),
               "attachment; filename=\"a1B2.png\"; filename*=UTF-8''%E5%BA%97%20%221%22.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(file_stem__keeps_words_and_drops_what_systems_refuse, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(file_stem__is_cut_at_a_character, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(file_names__number_the_second_of_a_name, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(file_disposition__has_both_forms, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
