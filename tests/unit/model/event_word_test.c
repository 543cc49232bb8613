/* SPDX-License-Identifier: MIT */
/* Goal: what people write in a column of events is taken for what reports count, and nothing else is. */
#include "assert_str.h"

#include "linkpond/model/event_word.h"

static void event_word__of_people_is_the_kind_that_reports_count(void **state)
{
    (void)state;
    assert_str_same(event_word_type(STR("成交")), STR("deal"));
    assert_str_same(event_word_type(STR("留资")), STR("lead"));
    assert_str_same(event_word_type(STR("加好友")), STR("add_friend"));
    assert_str_same(event_word_type(STR("入群")), STR("join_group"));
    assert_str_same(event_word_type(STR("退款")), STR("refund"));
    assert_str_same(event_word_type(STR("转介绍")), STR("referral"));
}

static void event_word__that_is_none_of_ours_stays(void **state)
{
    (void)state;
    assert_str_same(event_word_type(STR("deal")), STR("deal"));
    assert_str_same(event_word_type(STR("试驾")), STR("试驾"));
    assert_str_same(event_word_type(STR("成交额")), STR("成交额"));
    assert_str_same(event_word_type(STR("")), STR(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_word__of_people_is_the_kind_that_reports_count),
        cmocka_unit_test(event_word__that_is_none_of_ours_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
