/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

/* Goal: the simulator says in a sentence why a visit got what it got, and each sentence is true. */

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

static struct rule_visit visit(void)
{
    return (struct rule_visit){.now_ms = world_at("Asia/Shanghai", "2026-11-23", 23, 10),
                               .app = STR("wechat"),
                               .os = STR("ios"),
                               .region = STR("上海市"),
                               .query = STR("from=%E7%BE%A4"),
                               .scene = SCENE_GROUP};
}

/* Why a rule with this one condition does not hold, in both languages. */
static void assert_why(const char *condition, const char *en, const char *zh)
{
    struct rule_visit one = visit();
    struct rule_step step = {0};

    world_rules(&world, arena_f(&world.arena, "[{'when':[%s]}]", condition).ptr);
    struct rule_verdict verdict = world_visit(&world, &one);
    assert_int_equal(verdict.end, RULE_NONE_HELD);
    assert_int_equal(rules_explain(world.rules, &world.arena, &one, &verdict, false, &step, 1), 1);
    assert_int_equal(step.rule, 0);
    assert_int_equal(step.condition, 0);
    assert_str_same(step.why, str_from_c(en));
    assert_int_equal(rules_explain(world.rules, &world.arena, &one, &verdict, true, &step, 1), 1);
    assert_str_same(step.why, str_from_c(zh));
}

static void rules_explain__says_what_a_condition_looked_at(void **state)
{
    (void)state;
    assert_why("{'fact':'app','is':['qq','wecom','alipay']}", "The app is WeChat, not QQ, WeCom or Alipay.",
               "打开环境是微信，不是QQ、企业微信、支付宝。");
    assert_why("{'fact':'app','not':['wechat']}", "The app is WeChat, which is left out.",
               "打开环境是微信，已被排除。");
    assert_why("{'fact':'city','is':['杭州市']}", "The city is not known, not 杭州.", "城市未知，不是杭州。");
    assert_why("{'fact':'channel','is':['a','b','c','d','e','f']}",
               "The channel is not known, not a, b, c, d, e and more.", "渠道未知，不是a、b、c、d、e 等。");
    assert_why("{'fact':'ip','is':['10.1.2.3/8','2001:db8::/32','192.0.2.1']}",
               "The address is not known, not 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1.",
               "IP 地址未知，不是10.0.0.0/8、2001:db8::/32、192.0.2.1。");
    assert_why("{'fact':'scene','is':['single','moments']}", "The scene is a group chat, not a chat of two or Moments.",
               "转发场景是群聊，不是单聊、朋友圈。");
    assert_why("{'fact':'visitor','is':['returning']}", "The visitor is new, not returning.",
               "访客是新访客，不是老访客。");
    assert_why("{'fact':'query','name':'from','is':['x']}", "The parameter from is \"群\", not x.",
               "网址参数 from 是“群”，不是 x。");
    assert_why("{'fact':'query','name':'from','not':[]}", "The parameter from is \"群\", which is left out.",
               "网址参数 from 是“群”，已被排除。");
    assert_why("{'fact':'query','name':'b','is':[]}", "The parameter b is missing.", "网址参数 b 不存在。");
}

static void rules_explain__says_what_the_clock_showed(void **state)
{
    (void)state;
    static struct rule_holiday holidays[1] = {{.kind = HOLIDAY_OFF}};
    int64_t day;

    assert_why("{'fact':'schedule','is':['1-3,5 09:00-18:00','22:00-23:00']}",
               "23:10 on Monday in Asia/Shanghai is outside Mon-Wed, Fri 09:00-18:00; 22:00-23:00.",
               "Asia/Shanghai 周一 23:10 不在 周一至周三、周五 09:00-18:00; 22:00-23:00 时段内。");
    assert_why("{'fact':'schedule','not':['* 22:00-06:00'],'zone':'Asia/Shanghai'}",
               "23:10 on Monday in Asia/Shanghai is inside 22:00-06:00.",
               "Asia/Shanghai 周一 23:10 处于 22:00-06:00 时段。");
    assert_why("{'fact':'date','is':['2026-12-01',''],'zone':'UTC'}",
               "It is 2026-11-23 15:10; the rule holds from 2026-12-01 00:00 in UTC.",
               "现在是 2026-11-23 15:10，规则在此期间生效：2026-12-01 00:00 起（UTC）。");
    assert_true(date_parse(STR("2026-11-23"), &day));
    holidays[0].civil_day = (int32_t)day;
    world.set.holidays = holidays;
    world.set.holidays_count = 1;
    assert_why("{'fact':'schedule','is':['00:00-24:00'],'holiday':'10:00-12:00'}",
               "23:10 on Monday in Asia/Shanghai (a day off) is outside 00:00-24:00, on days off 10:00-12:00.",
               "Asia/Shanghai 周一 23:10（节假日） 不在 00:00-24:00，节假日 10:00-12:00 时段内。");
}

static void rules_explain__goes_up_to_the_rule_that_decided(void **state)
{
    (void)state;
    struct rule_visit one = visit();
    struct rule_step steps[8];

    world_rules(&world, "[{'when':[{'fact':'app','is':['wechat']},{'fact':'os','is':['android']}]},{'enabled':false},"
                        "{'targets':['tgt_1']},{'when':[{'fact':'os','is':['ios']}],'targets':['tgt_2']},{}]");
    world.places[0] = 0;
    struct rule_verdict verdict = world_visit(&world, &one);
    assert_int_equal(rules_explain(world.rules, &world.arena, &one, &verdict, false, steps, 8), 3);
    assert_int_equal(steps[0].rule, 0);
    assert_int_equal(steps[0].condition, 1);
    assert_str(steps[0].why, "The system is iOS, not Android.");
    assert_int_equal(steps[1].rule, 2);
    assert_int_equal(steps[1].condition, SIZE_MAX);
    assert_str(steps[1].why, "It has no conditions, but none of its targets was open.");
    assert_int_equal(steps[2].rule, 3);
    assert_str(steps[2].why, "All conditions hold.");
    assert_int_equal(rules_explain(world.rules, &world.arena, &one, &verdict, false, steps, 2), 2);
}

static void assert_sentence(const struct rule_visit *one, const char *en, const char *zh)
{
    struct rule_verdict verdict = world_visit(&world, one);

    assert_str_same(rules_sentence(world.rules, &world.arena, one, &verdict, STR("Group 3"), false), str_from_c(en));
    assert_str_same(rules_sentence(world.rules, &world.arena, one, &verdict, STR("3 群"), true), str_from_c(zh));
}

static void rules_sentence__says_all_of_it(void **state)
{
    (void)state;
    struct rule_visit one = visit();

    world_rules(&world, "[{'name':'Night','when':[{'fact':'schedule','is':['22:00-06:00']}],'choose':'weighted'}]");
    assert_sentence(
        &one,
        "WeChat on iOS at 23:10 from 上海 gets Group 3, because rule 1 (Night) holds and by weight it is its turn.",
        "微信（iOS），23:10，来自上海：分到“3 群”，因为第 1 条规则（Night）的条件满足，且按权重轮到了它。");
    world_rules(&world, "[{'sticky':true}]");
    world.sticky_index = 2;
    one = (struct rule_visit){.now_ms = one.now_ms};
    assert_sentence(&one,
                    "A visit at 23:10 gets Group 3, because rule 1 holds for everybody and this visitor was sent there "
                    "before.",
                    "访问，23:10：分到“3 群”，因为第 1 条规则对所有访问生效，且该访客之前分到的就是它。");
    world_rules(&world, "[{'when':[{'fact':'app','is':['qq']}]}]");
    assert_sentence(&one, "A visit at 23:10 gets the link's own address, because no rule holds.",
                    "访问，23:10：跳转到短链自己的目标，因为没有规则生效。");
    world.set.targets_count = 0;
    world_rules(&world, "[{}]");
    assert_sentence(&one,
                    "A visit at 23:10 gets the fallback, because rule 1 holds for everybody and none of its targets is "
                    "open.",
                    "访问，23:10：使用备用链接，因为第 1 条规则对所有访问生效，但没有可用的子码。");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rules_explain__says_what_a_condition_looked_at),
        TEST(rules_explain__says_what_the_clock_showed),
        TEST(rules_explain__goes_up_to_the_rule_that_decided),
        TEST(rules_sentence__says_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
