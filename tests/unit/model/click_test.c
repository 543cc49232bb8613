/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/click.h"

/* Goal: the numbers kept in the ledger, their API names and their Chinese names stay what they were. */

static void assert_text(str got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.ptr, expected, got.len);
}

static void click__numbers_in_the_ledger_never_move(void **state)
{
    (void)state;
    assert_int_equal(CLASS_HUMAN, 0);
    assert_int_equal(CLASS_DUPLICATE, 6);
    assert_int_equal(OUTCOME_REDIRECT, 0);
    assert_int_equal(OUTCOME_UNKNOWN, 8);
    assert_int_equal(SCENE_MOMENTS, 3);
    assert_int_equal(BY_INFERRED, 7);
    assert_int_equal(VISITOR_BY_HASH, 2);
    assert_int_equal(UTM_ID, 5);
}

static void click__names_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < CLASS_COUNT; i++) {
        assert_int_equal(click_class_find(click_class_name((enum click_class)i)), i);
        assert_true(click_class_zh((enum click_class)i).len > 0);
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        assert_int_equal(click_outcome_find(click_outcome_name((enum click_outcome)i)), i);
        assert_true(click_outcome_zh((enum click_outcome)i).len > 0);
    }
    for (int i = 0; i < SCENE_COUNT; i++) {
        assert_int_equal(click_scene_find(click_scene_name((enum click_scene)i)), i);
    }
    for (int i = 0; i < BY_COUNT; i++) {
        assert_int_equal(click_by_find(click_by_name((enum click_by)i)), i);
    }
    assert_text(click_outcome_name(OUTCOME_NOT_STARTED), "not_started");
    assert_text(click_class_zh(CLASS_PREVIEW), "链接预览");
    assert_text(click_scene_name(SCENE_UNKNOWN), "");
    assert_text(visitor_by_name(VISITOR_BY_COOKIE), "cookie");
    assert_text(utm_name(UTM_SOURCE), "utm_source");
    assert_text(utm_name(UTM_ID), "utm_id");
}

static void click__unknown_names_and_numbers_are_refused(void **state)
{
    (void)state;
    assert_int_equal(click_class_find(STR("Human")), -1);
    assert_int_equal(click_class_find(STR("")), -1);
    assert_int_equal(click_outcome_find(STR("redirected")), -1);
    assert_int_equal(click_by_find(STR("reques")), -1);
    assert_text(click_class_name((enum click_class)99), "");
    assert_text(click_outcome_zh((enum click_outcome) - 1), "");
    assert_text(utm_name(UTM_COUNT), "");
}

static void click__only_humans_who_got_something_count(void **state)
{
    (void)state;
    int counted = 0;

    for (int c = 0; c < CLASS_COUNT; c++) {
        for (int o = 0; o < OUTCOME_COUNT; o++) {
            counted += click_counts((enum click_class)c, (enum click_outcome)o);
        }
    }
    assert_int_equal(counted, 4);
    assert_true(click_counts(CLASS_HUMAN, OUTCOME_REDIRECT));
    assert_true(click_counts(CLASS_HUMAN, OUTCOME_FALLBACK));
    assert_true(click_counts(CLASS_HUMAN, OUTCOME_PAGE));
    assert_true(click_counts(CLASS_HUMAN, OUTCOME_GATE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(click__numbers_in_the_ledger_never_move),
        cmocka_unit_test(click__names_go_both_ways),
        cmocka_unit_test(click__unknown_names_and_numbers_are_refused),
        cmocka_unit_test(click__only_humans_who_got_something_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
