/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

/* Goal: people are told of rules that cannot do what they were meant to, and of no others. */

static struct world world;
static int64_t now_ms;

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 3);
    now_ms = 1000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

/* The doubts of these rules, as "U1 N2": kind and number, from 0. */
static str doubts(const char *rules)
{
    static const char KINDS[] = {
        [DOUBT_UNREACHABLE] = 'U', [DOUBT_NO_TARGETS] = 'T', [DOUBT_ALL_ENDED] = 'E', [DOUBT_NEVER] = 'N'};
    struct rule_doubt found[2 * LIMIT_RULES];
    struct buf text;

    world_rules(&world, rules);
    size_t count = rules_doubts(world.rules, now_ms, found, ARRAY_LEN(found));
    buf_init_fixed(&text, arena_alloc(&world.arena, 256), 256);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&text, "%s%c%zu", i > 0 ? " " : "", KINDS[found[i].kind], found[i].rule);
    }
    return buf_str(&text);
}

/* Two rules with one condition each: is the second hidden? */
static bool hidden(const char *first, const char *second)
{
    str rules = arena_f(&world.arena, "[{'when':[%s]},{'when':[%s]}]", first, second);
    str found = doubts(rules.ptr);

    assert_true(found.len == 0 || str_eq(found, STR("U1")));
    return found.len > 0;
}

static bool contradict(const char *first, const char *second)
{
    str found = doubts(arena_f(&world.arena, "[{'when':[%s,%s]}]", first, second).ptr);

    assert_true(found.len == 0 || str_eq(found, STR("N0")));
    return found.len > 0;
}

static void doubts__ordinary_rules_raise_none(void **state)
{
    (void)state;
    assert_str(doubts("[{'when':[{'fact':'app','is':['wechat']}]},{'when':[{'fact':'os','is':['ios']}]},{}]"), "");
    assert_str(doubts("[]"), "");
}

static void doubts__what_follows_a_rule_for_everybody_is_never_reached(void **state)
{
    (void)state;
    assert_str(doubts("[{},{'when':[{'fact':'app','is':['wechat']}]},{}]"), "U1 U2");
    assert_str(doubts("[{'enabled':false},{'when':[{'fact':'app','is':['wechat']}]}]"), "");
    assert_str(doubts("[{'when':[{'fact':'date','is':['','']}]},{}]"), "U1");
    assert_str(doubts("[{'when':[{'fact':'visitor','is':['new','returning']}]},{}]"), "U1");
}

static void doubts__an_earlier_rule_that_may_run_dry_hides_nothing(void **state)
{
    (void)state;
    world.targets[0].limited = true;
    world.targets[1].valid_until_ms = 5000;
    world.targets[2].valid_from_ms = 1001;
    assert_str(doubts("[{},{}]"), "");
    now_ms = 1001; /* the third is open from now on, for ever */
    assert_str(doubts("[{},{}]"), "U1");
    assert_str(doubts("[{'targets':['tgt_1','tgt_2']},{}]"), "");
    world.targets[2].enabled = false;
    assert_str(doubts("[{},{}]"), "");
}

static void doubts__more_conditions_than_an_earlier_rule_has(void **state)
{
    (void)state;
    assert_str(doubts("[{'when':[{'fact':'app','is':['wechat']}]},"
                      "{'when':[{'fact':'os','is':['ios']},{'fact':'app','is':['wechat']}]}]"),
               "U1");
    assert_str(doubts("[{'when':[{'fact':'os','is':['ios']},{'fact':'app','is':['wechat']}]},"
                      "{'when':[{'fact':'app','is':['wechat']}]}]"),
               "");
}

static void doubts__hidden_by_a_wider_condition(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        bool hidden, hidden_other_way;
    } CASES[] = {
        {"{'fact':'app','is':['wechat','qq']}", "{'fact':'app','is':['QQ']}", true, false},
        {"{'fact':'app','not':['wechat']}", "{'fact':'app','is':['qq']}", true, false},
        {"{'fact':'app','not':['wechat']}", "{'fact':'app','not':['qq','wechat']}", true, false},
        {"{'fact':'app','not':['wechat']}", "{'fact':'app','is':['wechat']}", false, false},
        {"{'fact':'app','is':['wechat']}", "{'fact':'os','is':['wechat']}", false, false},
        {"{'fact':'language','is':['zh']}", "{'fact':'language','is':['zh-cn','zh-tw']}", true, false},
        {"{'fact':'language','not':['zh-cn']}", "{'fact':'language','not':['zh']}", true, false},
        {"{'fact':'city','is':['上海']}", "{'fact':'city','is':['上海市']}", true, true},
        {"{'fact':'ip','is':['10.0.0.0/8']}", "{'fact':'ip','is':['10.1.0.0/16','10.2.0.1']}", true, false},
        {"{'fact':'ip','not':['10.1.0.0/16']}", "{'fact':'ip','is':['10.2.0.0/16']}", true, false},
        {"{'fact':'ip','not':['10.1.0.0/16']}", "{'fact':'ip','is':['10.0.0.0/8']}", false, false},
        {"{'fact':'referrer','is':['example.com']}", "{'fact':'referrer','is':['a.example.com']}", true, false},
        {"{'fact':'referrer','not':['']}", "{'fact':'referrer','is':['a.example.com']}", true, false},
        {"{'fact':'scene','is':['group','single']}", "{'fact':'scene','is':['group']}", true, false},
        {"{'fact':'scene','is':['group','single']}", "{'fact':'scene','not':['moments','']}", true, true},
        {"{'fact':'visitor','not':['new']}", "{'fact':'visitor','is':['returning']}", true, true},
        {"{'fact':'query','name':'a','is':[]}", "{'fact':'query','name':'a','is':['1']}", true, false},
        {"{'fact':'query','name':'a','is':[]}", "{'fact':'query','name':'b','is':['1']}", false, false},
        {"{'fact':'query','name':'a','not':['1']}", "{'fact':'query','name':'a','not':[]}", true, false},
        {"{'fact':'query','name':'a','not':['1']}", "{'fact':'query','name':'a','is':['2']}", false, false},
        {"{'fact':'date','is':['','2026-03-01']}", "{'fact':'date','is':['2026-01-01','2026-02-01']}", true, false},
        {"{'fact':'date','not':['2026-01-01','2026-02-01']}", "{'fact':'date','is':['2026-02-01','']}", true, false},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}", "{'fact':'schedule','is':['2 10:00-12:00']}", true, false},
        {"{'fact':'schedule','is':['* 20:00-08:00']}", "{'fact':'schedule','is':['5 22:00-06:00']}", true, false},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}",
         "{'fact':'schedule','is':['2 10:00-12:00'],'holiday':'10:00-12:00'}", false, false},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}", "{'fact':'schedule','is':['2 10:00-12:00'],'zone':'UTC'}",
         false, false},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}",
         "{'fact':'schedule','is':['2 10:00-12:00'],'holiday':'weekday'}", false, false},
        {"{'fact':'schedule','is':['00:00-24:00'],'holiday':'weekday'}", "{'fact':'app','is':['qq']}", true, false},
        {"{'fact':'schedule','is':['00:00-24:00']}", "{'fact':'app','is':['qq']}", false, false},
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        if (hidden(CASES[i].first, CASES[i].second) != CASES[i].hidden) {
            fail_msg("%s, then %s", CASES[i].first, CASES[i].second);
        }
        if (hidden(CASES[i].second, CASES[i].first) != CASES[i].hidden_other_way) {
            fail_msg("%s, then %s", CASES[i].second, CASES[i].first);
        }
    }
}

static void doubts__conditions_that_exclude_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        bool never;
    } CASES[] = {
        {"{'fact':'app','is':['wechat']}", "{'fact':'app','is':['qq']}", true},
        {"{'fact':'app','is':['wechat','qq']}", "{'fact':'app','is':['qq']}", false},
        {"{'fact':'app','is':['wechat']}", "{'fact':'app','not':['wechat','qq']}", true},
        {"{'fact':'app','is':['wechat','qq']}", "{'fact':'app','not':['wechat']}", false},
        {"{'fact':'app','not':['wechat']}", "{'fact':'app','not':['qq']}", false},
        {"{'fact':'language','is':['zh']}", "{'fact':'language','is':['zh-cn']}", false},
        {"{'fact':'language','is':['zh-cn']}", "{'fact':'language','not':['zh']}", true},
        {"{'fact':'ip','is':['10.0.0.0/9']}", "{'fact':'ip','is':['10.128.0.0/9']}", true},
        {"{'fact':'referrer','is':['example.com']}", "{'fact':'referrer','is':['a.example.com']}", false},
        {"{'fact':'scene','not':['group','single']}", "{'fact':'scene','not':['moments','']}", true},
        {"{'fact':'visitor','not':['new']}", "{'fact':'visitor','not':['returning']}", true},
        {"{'fact':'query','name':'a','is':['1']}", "{'fact':'query','name':'a','is':['2']}", false}, /* ?a=1&a=2 */
        {"{'fact':'query','name':'a','is':['1']}", "{'fact':'query','name':'a','not':[]}", true},
        {"{'fact':'date','is':['','2026-02-01']}", "{'fact':'date','is':['2026-02-01','']}", true},
        {"{'fact':'date','is':['','2026-02-01']}", "{'fact':'date','is':['2026-01-31','']}", false},
        {"{'fact':'schedule','is':['09:00-12:00']}", "{'fact':'schedule','is':['12:00-18:00']}", true},
        {"{'fact':'schedule','is':['22:00-06:00']}", "{'fact':'schedule','is':['05:59-10:00']}", false},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}", "{'fact':'schedule','is':['6,7 09:00-18:00']}", true},
        {"{'fact':'schedule','is':['1-5 09:00-18:00']}", "{'fact':'schedule','not':['* 08:00-20:00']}", true},
        {"{'fact':'app','is':['wechat']}", "{'fact':'os','is':['ios']}", false},
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        if (contradict(CASES[i].first, CASES[i].second) != CASES[i].never ||
            contradict(CASES[i].second, CASES[i].first) != CASES[i].never) {
            fail_msg("%s and %s", CASES[i].first, CASES[i].second);
        }
    }
}

static void doubts__dates_that_are_over_or_the_wrong_way_round(void **state)
{
    (void)state;
    static const char *const OVER = "[{'when':[{'fact':'date','is':['','1970-01-02'],'zone':'UTC'}]}]";

    assert_str(doubts(OVER), "");
    now_ms = MS_PER_DAY - 1;
    assert_str(doubts(OVER), "");
    now_ms = MS_PER_DAY;
    assert_str(doubts(OVER), "N0");
    assert_str(doubts("[{'when':[{'fact':'date','is':['2030-01-02','2030-01-02']}]}]"), "N0");
    assert_str(doubts("[{'when':[{'fact':'date','not':['','']}]}]"), "N0");
}

static void doubts__pools_that_are_empty_or_over(void **state)
{
    (void)state;
    world.targets[0].valid_until_ms = 1000;
    world.targets[1].enabled = false;
    assert_str(doubts("[{'targets':['tgt_1']}]"), "E0");
    assert_str(doubts("[{'targets':['tgt_2']}]"), "T0");
    assert_str(doubts("[{'targets':['tgt_1','tgt_2']}]"), "E0");
    assert_str(doubts("[{'targets':['tgt_1','tgt_3']}]"), "");
    assert_str(doubts("[{},{'targets':['tgt_2']}]"), "U1 T1");
    now_ms = 999;
    assert_str(doubts("[{'targets':['tgt_1']}]"), "");
    world.set.targets_count = 0;
    assert_str(doubts("[{},{}]"), "T0 T1");
}

static void doubts__more_than_there_is_room_for_are_counted(void **state)
{
    (void)state;
    struct rule_doubt one = {0};

    world_rules(&world, "[{},{},{},{'enabled':false},{}]");
    assert_int_equal(rules_doubts(world.rules, now_ms, &one, 1), 3);
    assert_int_equal(one.rule, 1);
    assert_int_equal(rules_doubts(world.rules, now_ms, NULL, 0), 3);
    for (int kind = DOUBT_UNREACHABLE; kind <= DOUBT_NEVER; kind++) {
        assert_true(rule_doubt_text((enum rule_doubt_kind)kind, true)[0]);
        assert_string_not_equal(rule_doubt_text((enum rule_doubt_kind)kind, true),
                                rule_doubt_text((enum rule_doubt_kind)kind, false));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(doubts__ordinary_rules_raise_none),
        TEST(doubts__what_follows_a_rule_for_everybody_is_never_reached),
        TEST(doubts__an_earlier_rule_that_may_run_dry_hides_nothing),
        TEST(doubts__more_conditions_than_an_earlier_rule_has),
        TEST(doubts__hidden_by_a_wider_condition),
        TEST(doubts__conditions_that_exclude_each_other),
        TEST(doubts__dates_that_are_over_or_the_wrong_way_round),
        TEST(doubts__pools_that_are_empty_or_over),
        TEST(doubts__more_than_there_is_room_for_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
