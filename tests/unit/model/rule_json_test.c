/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

/* Goal: what people send is read exactly or refused at the place that is wrong, and what is written reads back. */

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 9);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

static void assert_refused(const char *text, const char *field, const char *code)
{
    assert_int_equal(world_try(&world, text), ERR_INVALID);
    assert_string_equal(world.fault.field, field);
    assert_string_equal(world.fault.code, code);
    assert_true(world.fault.message[0] && world.fault.message_zh[0]);
}

static str written(void)
{
    struct json_writer json;
    struct buf buf;
    char *memory = arena_alloc(&world.arena, 1 << 16);

    buf_init_fixed(&buf, memory, 1 << 16);
    json_writer_init(&json, &buf);
    rule_json_write(&json, world.set.rules, world.set.rules_count);
    return str_from_c(buf_c(&buf));
}

static void rule_json__what_is_left_out_has_its_default(void **state)
{
    (void)state;
    world_rules(&world, "[{}]");
    assert_str(written(),
               "[{\"name\":\"\",\"enabled\":true,\"when\":[],\"choose\":\"first\",\"sticky\":false,\"targets\":[]}]");
}

static void rule_json__what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const TEXT =
        "[{'id':'rul_4','name':'夜间','enabled':false,'when':[{'fact':'app','is':['wechat','wecom']},"
        "{'fact':'query','name':'from','not':[]},{'fact':'query','name':'a b','is':['','x']},"
        "{'fact':'date','zone':'Europe/Berlin','is':['2026-10-01','']},"
        "{'fact':'schedule','zone':'Asia/Shanghai','is':['1-5 22:00-06:00','6,7 00:00-24:00'],'holiday':'weekday'},"
        "{'fact':'ip','not':['10.0.0.0/8','2001:db8::/32']},{'fact':'referrer','is':['example.com']}],"
        "'choose':'weighted','sticky':true,'targets':['tgt_7','tgt_1']},"
        "{'name':'','enabled':true,'when':[],'choose':'least_shown','sticky':false,'targets':[]}]";

    world_rules(&world, TEXT);
    str once = written();
    str expected = arena_str(&world.arena, str_from_c(TEXT));
    for (size_t i = 0; i < expected.len; i++) {
        if (expected.ptr[i] == '\'') {
            ((char *)expected.ptr)[i] = '"';
        }
    }
    assert_str_same(once, expected);
    world_rules(&world, once.ptr);
    assert_str_same(written(), once);
}

static void rule_json__every_fact_and_choice_has_its_name(void **state)
{
    (void)state;
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        assert_int_equal(rule_fact_find(rule_fact_name((enum rule_fact)fact)), fact);
    }
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        assert_int_equal(rule_choice_find(rule_choice_name((enum rule_choice)choice)), choice);
    }
    assert_int_equal(rule_fact_find(STR("weather")), -1);
    assert_int_equal(rule_choice_find(STR("")), -1);
    assert_int_equal(rule_fact_name(FACT_COUNT).len, 0);
}

static void rule_json__faults_name_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field, *code;
    } CASES[] = {
        {"{}", "rules", "wrong_type"},
        {"[7]", "rules[0]", "wrong_type"},
        {"[{},{'nmae':''}]", "rules[1].nmae", "unknown_field"},
        {"[{'name':7}]", "rules[0].name", "wrong_type"},
        {"[{'choose':'best'}]", "rules[0].choose", "not_allowed"},
        {"[{'targets':['tgt_1','7']}]", "rules[0].targets[1]", "unknown"},
        {"[{'targets':['tgt_0']}]", "rules[0].targets[0]", "unknown"},
        {"[{'targets':['tgt_1','tgt_10']}]", "rules[0].targets[1]", "unknown"},
        {"[{'targets':['tgt_1','tgt_1']}]", "rules[0].targets[1]", "exists"},
        {"[{'id':'rul_1'},{'id':'rul_1'}]", "rules[1].id", "exists"},
        {"[{'id':'rul_x'}]", "rules[0].id", "unknown"},
        {"[{'when':{}}]", "rules[0].when", "wrong_type"},
        {"[{'when':[null]}]", "rules[0].when[0]", "wrong_type"},
        {"[{'when':[{'is':['x']}]}]", "rules[0].when[0].fact", "required"},
        {"[{'when':[{'fact':'app'}]}]", "rules[0].when[0].is", "required"},
        {"[{'when':[{'fact':'app','is':['x'],'not':['y']}]}]", "rules[0].when[0].not", "conflicting"},
        {"[{'when':[{'fact':'app','is':[]}]}]", "rules[0].when[0].is", "too_few"},
        {"[{'when':[{'fact':'app','not':[]}]}]", "rules[0].when[0].not", "too_few"},
        {"[{'when':[{'fact':'weather','is':['x']}]}]", "rules[0].when[0].fact", "not_allowed"},
        {"[{'when':[{'fact':'app','is':['x'],'name':'y'}]}]", "rules[0].when[0].name", "not_allowed"},
        {"[{'when':[{'fact':'app','is':['x'],'zone':'UTC'}]}]", "rules[0].when[0].zone", "not_allowed"},
        {"[{'when':[{'fact':'date','is':['',''],'holiday':''}]}]", "rules[0].when[0].holiday", "not_allowed"},
        {"[{'when':[{'fact':'query','is':['x']}]}]", "rules[0].when[0].name", "required"},
        {"[{'when':[{'fact':'app','is':['x']},{'fact':'app','is':['x',7]}]}]", "rules[0].when[1].is[1]", "wrong_type"},
        {"[{'when':[{'fact':'app','is':['\\u0007']}]}]", "rules[0].when[0].is[0]", "control_character"},
        {"[{},{},{'when':[{'fact':'ip','not':['10.0.0.0/8','10.0.0.0/33']}]}]", "rules[2].when[0].not[1]",
         "bad_network"},
        {"[{'when':[{'fact':'date','is':['2026-01-01']}]}]", "rules[0].when[0].is", "not_allowed"},
        {"[{'when':[{'fact':'date','is':['','2026-02-30']}]}]", "rules[0].when[0].is[1]", "not_a_time"},
        {"[{'when':[{'fact':'date','is':['today','']}]}]", "rules[0].when[0].is[0]", "not_a_time"},
        {"[{'when':[{'fact':'date','is':['',''],'zone':'Asia/Shanghia'}]}]", "rules[0].when[0].zone", "unknown"},
        {"[{'when':[{'fact':'schedule','is':['1-5 9-18']}]}]", "rules[0].when[0].is[0]", "bad_slot"},
        {"[{'when':[{'fact':'schedule','is':['1-5 09:00-18:00'],'holiday':'none'}]}]", "rules[0].when[0].holiday",
         "bad_slot"},
        {"[{'when':[{'fact':'scene','is':['group','crowd']}]}]", "rules[0].when[0].is[1]", "not_allowed"},
        {"[{'when':[{'fact':'visitor','is':['old']}]}]", "rules[0].when[0].is[0]", "not_allowed"},
        {"[{'when':[{'fact':'referrer','is':['0x7f.1']}]}]", "rules[0].when[0].is[0]", "bad_host"},
        /* what is off is checked all the same */
        {"[{'enabled':false,'when':[{'fact':'ip','is':['x']}]}]", "rules[0].when[0].is[0]", "bad_network"},
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        assert_refused(CASES[i].text, CASES[i].field, CASES[i].code);
    }
}

static str many(const char *head, const char *item, size_t count, const char *tail)
{
    struct buf buf;
    char *memory = arena_alloc(&world.arena, 1 << 16);

    buf_init_fixed(&buf, memory, 1 << 16);
    buf_add_c(&buf, head);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&buf, "%s%s", i > 0 ? "," : "", item);
    }
    buf_add_c(&buf, tail);
    return str_from_c(buf_c(&buf));
}

static void rule_json__limits_are_the_headers(void **state)
{
    (void)state;
    static const char *const APP = "{'fact':'app','is':['x']}";

    world_rules(&world, many("[", "{}", LIMIT_RULES, "]").ptr);
    assert_refused(many("[", "{}", LIMIT_RULES + 1, "]").ptr, "rules", "too_many");
    world_rules(&world, many("[{'when':[", APP, LIMIT_RULE_CONDITIONS, "]}]").ptr);
    assert_refused(many("[{'when':[", APP, LIMIT_RULE_CONDITIONS + 1, "]}]").ptr, "rules[0].when", "too_many");
    world_rules(&world, many("[{'when':[{'fact':'app','is':[", "'x'", LIMIT_RULE_VALUES, "]}]}]").ptr);
    assert_refused(many("[{'when':[{'fact':'app','is':[", "'x'", LIMIT_RULE_VALUES + 1, "]}]}]").ptr,
                   "rules[0].when[0].is", "too_many");
    str value = arena_f(&world.arena, "'%0*d'", LIMIT_RULE_VALUE, 0);
    world_rules(&world, many("[{'when':[{'fact':'app','is':[", value.ptr, 1, "]}]}]").ptr);
    value = arena_f(&world.arena, "'%0*d'", LIMIT_RULE_VALUE + 1, 0);
    assert_refused(many("[{'when':[{'fact':'app','is':[", value.ptr, 1, "]}]}]").ptr, "rules[0].when[0].is[0]",
                   "too_long");
}

static void rule_json__a_path_fits_the_fault_at_its_longest(void **state)
{
    (void)state;
    str conditions = many("", "{'fact':'app','is':['x']}", LIMIT_RULE_CONDITIONS - 1, "");
    str values = many("", "'10.0.0.1'", LIMIT_RULE_VALUES - 1, "");
    str last = arena_f(&world.arena, ",{'when':[%s,{'fact':'ip','not':[%s,'x']}]}]", conditions.ptr, values.ptr);

    assert_refused(many("[", "{}", LIMIT_RULES - 1, last.ptr).ptr, "rules[31].when[15].not[63]", "bad_network");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rule_json__what_is_left_out_has_its_default, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rule_json__what_is_written_reads_back_the_same, set_up, tear_down),
        cmocka_unit_test(rule_json__every_fact_and_choice_has_its_name),
        cmocka_unit_test_setup_teardown(rule_json__faults_name_the_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rule_json__limits_are_the_headers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rule_json__a_path_fits_the_fault_at_its_longest, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
