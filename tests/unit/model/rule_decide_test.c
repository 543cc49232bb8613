/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

/* Goal: a visit gets the target that the rules say, in their order, and never one that is full, ended or off. */

static struct world world;
static const struct rule_visit VISIT = {.now_ms = 1000, .app = STR_INIT("wechat")};

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 4);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

/* The targets of the next visits, as digits; '-' = ran dry, '.' = none held. */
static str sent(int visits)
{
    char *text = arena_alloc(&world.arena, (size_t)visits + 1);

    for (int i = 0; i < visits; i++) {
        int64_t id = world_send(&world, &VISIT);
        text[i] = id > 0 ? (char)('0' + id) : id == 0 ? '.' : '-';
    }
    return (str){text, (size_t)visits};
}

/* ---- the order of selection -------------------------------------------------------------------------------------- */

static void rules__the_first_that_holds_and_has_a_target_open_decides(void **state)
{
    (void)state;
    world_rules(&world, "[{'when':[{'fact':'app','is':['qq']}],'targets':['tgt_1']},"
                        "{'when':[{'fact':'app','is':['wechat']}],'targets':['tgt_2']},"
                        "{'targets':['tgt_3']}]");
    world.places[1] = 2;
    assert_str(sent(4), "2233");
    struct rule_verdict verdict = world_visit(&world, &VISIT);
    assert_int_equal(verdict.rule, 2);
    assert_int_equal(verdict.target, 2);
    assert_false(verdict.stuck);
}

static void rules__none_that_holds_leaves_the_links_own_address(void **state)
{
    (void)state;
    world_rules(&world, "[{'when':[{'fact':'app','is':['qq']}]},{'enabled':false}]");
    assert_int_equal(world_visit(&world, &VISIT).end, RULE_NONE_HELD);
    world_rules(&world, "[]");
    assert_int_equal(world_visit(&world, &VISIT).end, RULE_NONE_HELD);
    assert_int_equal(world.asked, 0);
}

static void rules__one_that_held_and_had_nothing_open_is_named(void **state)
{
    (void)state;
    world_rules(&world, "[{'when':[{'fact':'app','is':['qq']}]},{'enabled':false},{'targets':['tgt_1']},{'targets':"
                        "['tgt_2']}]");
    world.places[0] = world.places[1] = 0;
    struct rule_verdict verdict = world_visit(&world, &VISIT);
    assert_int_equal(verdict.end, RULE_RAN_DRY);
    assert_int_equal(verdict.rule, 2);
}

static void rules__without_targets_the_whole_pool_in_its_order(void **state)
{
    (void)state;
    world_rules(&world, "[{}]");
    world.places[0] = 1;
    assert_str(sent(3), "122");
    world_rules(&world, "[{'targets':['tgt_4','tgt_3']}]");
    assert_str(sent(1), "4");
}

static void rules__targets_that_are_off_or_out_of_their_time_are_not_even_asked(void **state)
{
    (void)state;
    world.targets[0].enabled = false;
    world.targets[1].valid_from_ms = 1001;
    world.targets[2].valid_until_ms = 1000;
    world.targets[3].valid_from_ms = 1000;
    world.targets[3].valid_until_ms = 1001;
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        str name = rule_choice_name((enum rule_choice)choice);
        world_rules(&world, arena_f(&world.arena, "[{'choose':'" STR_FMT "'}]", STR_ARG(name)).ptr);
        world.asked = 0;
        assert_str(sent(3), "444");
        assert_int_equal(world.asked, 3);
        assert_int_equal(world_send(&world, &(struct rule_visit){.now_ms = 1001}), 2);
        assert_int_equal(world_send(&world, &(struct rule_visit){.now_ms = 999}), 3);
    }
}

static void rules__an_empty_pool_runs_dry(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        world.targets[i].enabled = false;
    }
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        str name = rule_choice_name((enum rule_choice)choice);
        str text = arena_f(&world.arena, "[{'sticky':true,'choose':'" STR_FMT "'}]", STR_ARG(name));
        world_rules(&world, text.ptr);
        assert_str(sent(2), "--");
        size_t targets = world.set.targets_count;
        world.set.targets_count = 0;
        world_rules(&world, text.ptr);
        assert_str(sent(2), "--");
        world.set.targets_count = targets;
    }
}

/* ---- choices ----------------------------------------------------------------------------------------------------- */

static void rules__first_comes_back_when_there_is_room_again(void **state)
{
    (void)state;
    world_rules(&world, "[{'choose':'first'}]");
    world.places[0] = 2;
    assert_str(sent(4), "1122");
    world.places[0] = 1;
    assert_str(sent(2), "12");
}

static void rules__sequential_does_not_come_back_to_what_was_full_once(void **state)
{
    (void)state;
    world_rules(&world, "[{'choose':'sequential'}]");
    world.places[0] = 2;
    assert_str(sent(4), "1122");
    world.passed[0] = true; /* the pool's memory */
    world.places[0] = 5;
    assert_str(sent(2), "22");
}

static void rules__round_robin_takes_turns_in_order_and_steps_over_the_closed(void **state)
{
    (void)state;
    world_rules(&world, "[{'choose':'round_robin','targets':['tgt_3','tgt_1','tgt_2']}]");
    assert_str(sent(7), "3123123");
    world.places[0] = 0;
    assert_str(sent(6), "232323");
}

static void rules__weighted_is_spread_over_the_row(void **state)
{
    (void)state;
    world.targets[0].weight = 5;
    world_rules(&world, "[{'choose':'weighted','targets':['tgt_1','tgt_2','tgt_3']}]");
    str row = sent(14);
    assert_int_equal(world.shown[0], 10);
    assert_int_equal(world.shown[1], 2);
    assert_int_equal(world.shown[2], 2);
    assert_true(str_find(row, STR("22"), 0) < 0 && str_find(row, STR("23"), 0) < 0 && str_find(row, STR("32"), 0) < 0);
}

static void rules__least_shown_by_what_was_shown_then_by_order(void **state)
{
    (void)state;
    world_rules(&world, "[{'choose':'least_shown'}]");
    world.shown[0] = 3;
    world.shown[1] = 1;
    world.shown[2] = 1;
    world.shown[3] = 2;
    assert_str(sent(9), "232341234");
    world.places[1] = 0;
    world.shown[1] = 0;
    assert_str(sent(3), "134");
}

static void rules__random_is_by_weight_and_covers_everything(void **state)
{
    (void)state;
    world.targets[1].weight = 3;
    world_rules(&world, "[{'choose':'random'}]");
    for (uint64_t i = 0; i < 6; i++) { /* the middle of each sixth of all numbers */
        world.random = UINT64_MAX / 12 * (2 * i + 1);
        assert_int_equal(world_send(&world, &VISIT), i == 0 ? 1 : i < 4 ? 2 : i == 4 ? 3 : 4);
    }
    world.random = UINT64_MAX;
    assert_int_equal(world_send(&world, &VISIT), 4);
    world.random = 0;
    assert_int_equal(world_send(&world, &VISIT), 1);
}

/* ---- what other programs got wrong ------------------------------------------------------------------------------- */

/* Nobody is counted by reading a number and writing it back: a place is taken or it is not. */
static void rules__never_one_more_than_there_are_places(void **state)
{
    (void)state;
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        str name = rule_choice_name((enum rule_choice)choice);
        world_rules(&world, arena_f(&world.arena, "[{'choose':'" STR_FMT "'}]", STR_ARG(name)).ptr);
        for (int tells = 0; tells < 2; tells++) {
            world.tells = tells;
            for (int i = 0; i < 4; i++) {
                world.places[i] = i + 1;
                world.shown[i] = 0;
            }
            for (uint64_t i = 0; i < 10; i++) {
                world.random = i * UINT64_C(0x9e3779b97f4a7c15);
                assert_true(world_send(&world, &VISIT) > 0);
            }
            assert_int_equal(world_send(&world, &VISIT), -1);
            for (int i = 0; i < 4; i++) {
                assert_int_equal(world.shown[i], i + 1);
            }
        }
    }
}

static void rules__full_is_found_when_the_place_is_taken_not_before(void **state)
{
    (void)state;
    world.tells = false; /* the pool looked open to all; others were faster */
    world.places[0] = world.places[1] = world.places[2] = 0;
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        str name = rule_choice_name((enum rule_choice)choice);
        world_rules(&world, arena_f(&world.arena, "[{'choose':'" STR_FMT "'}]", STR_ARG(name)).ptr);
        assert_str(sent(5), "44444");
    }
}

/* A cookie that keeps an address shows a code for days after it ended. */
static void rules__a_visitor_stays_until_the_target_is_full(void **state)
{
    (void)state;
    world_rules(&world, "[{'choose':'round_robin','sticky':true}]");
    world.sticky_index = 2;
    assert_str(sent(3), "333");
    assert_true(world_visit(&world, &VISIT).stuck);
    assert_int_equal(world.turns[0], 0); /* who stays takes nobody's turn */
    world.places[2] = 0;
    assert_str(sent(3), "124");
    assert_false(world_visit(&world, &VISIT).stuck);
    world.tells = false;
    assert_true(world_send(&world, &VISIT) != 3);
}

static void rules__a_visitor_stays_until_the_target_ended(void **state)
{
    (void)state;
    world.targets[2].valid_until_ms = 1001;
    world_rules(&world, "[{'sticky':true}]");
    world.sticky_index = 2;
    assert_str(sent(1), "3");
    assert_int_equal(world_send(&world, &(struct rule_visit){.now_ms = 1001}), 1);
}

static void rules__a_visitor_stays_until_the_target_is_replaced_or_off(void **state)
{
    (void)state;
    world_rules(&world, "[{'sticky':true,'targets':['tgt_1','tgt_2']}]");
    world.sticky_index = 2; /* no longer in the rule */
    assert_str(sent(1), "1");
    world.sticky_index = 99; /* no longer in the pool */
    assert_str(sent(1), "1");
    world.sticky_index = 1;
    assert_str(sent(1), "2");
    world.targets[1].enabled = false;
    world_rules(&world, "[{'sticky':true,'targets':['tgt_1','tgt_2']}]");
    assert_str(sent(1), "1");
}

static void rules__only_sticky_rules_keep_visitors(void **state)
{
    (void)state;
    world_rules(&world, "[{}]");
    assert_false(rules_sticky(world.rules));
    world.sticky_index = 2;
    assert_str(sent(1), "1");
    world_rules(&world, "[{'enabled':false,'sticky':true}]");
    assert_false(rules_sticky(world.rules));
    world_rules(&world, "[{},{'sticky':true}]");
    assert_true(rules_sticky(world.rules));
}

/* Elsewhere an empty set of people on duty falls to the spare ones without a word. */
static void rules__a_rule_whose_targets_are_all_off_does_not_fall_to_the_whole_pool(void **state)
{
    (void)state;
    world.targets[1].enabled = false;
    world_rules(&world, "[{'targets':['tgt_2']}]");
    struct rule_verdict verdict = world_visit(&world, &VISIT);
    assert_int_equal(verdict.end, RULE_RAN_DRY);
    assert_int_equal(verdict.rule, 0);
}

static void rules__nobody_finds_out_what_no_rule_asks(void **state)
{
    (void)state;
    world_rules(&world, "[{'when':[{'fact':'city','is':['x']},{'fact':'visitor','is':['new']}]},"
                        "{'enabled':false,'when':[{'fact':'ip','is':['::/0']}]}]");
    assert_int_equal(rules_needs(world.rules), 1 << FACT_CITY | 1 << FACT_VISITOR);
}

static void rules__weights_are_from_1_to_100(void **state)
{
    (void)state;
    static const int BAD[] = {0, -1, 101};

    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        world.targets[3].weight = BAD[i];
        assert_int_equal(world_try(&world, "[]"), ERR_INVALID);
        assert_string_equal(world.fault.field, "targets[3].weight");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rules__the_first_that_holds_and_has_a_target_open_decides),
        TEST(rules__none_that_holds_leaves_the_links_own_address),
        TEST(rules__one_that_held_and_had_nothing_open_is_named),
        TEST(rules__without_targets_the_whole_pool_in_its_order),
        TEST(rules__targets_that_are_off_or_out_of_their_time_are_not_even_asked),
        TEST(rules__an_empty_pool_runs_dry),
        TEST(rules__first_comes_back_when_there_is_room_again),
        TEST(rules__sequential_does_not_come_back_to_what_was_full_once),
        TEST(rules__round_robin_takes_turns_in_order_and_steps_over_the_closed),
        TEST(rules__weighted_is_spread_over_the_row),
        TEST(rules__least_shown_by_what_was_shown_then_by_order),
        TEST(rules__random_is_by_weight_and_covers_everything),
        TEST(rules__never_one_more_than_there_are_places),
        TEST(rules__full_is_found_when_the_place_is_taken_not_before),
        TEST(rules__a_visitor_stays_until_the_target_is_full),
        TEST(rules__a_visitor_stays_until_the_target_ended),
        TEST(rules__a_visitor_stays_until_the_target_is_replaced_or_off),
        TEST(rules__only_sticky_rules_keep_visitors),
        TEST(rules__a_rule_whose_targets_are_all_off_does_not_fall_to_the_whole_pool),
        TEST(rules__nobody_finds_out_what_no_rule_asks),
        TEST(rules__weights_are_from_1_to_100),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
