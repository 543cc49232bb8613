/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/link.h"

/* Goal: at every instant it is decided by one rule what a visit meets and what the API calls the link's state. */

#define NOON INT64_C(1795305600000)

static void link__expires_at_the_exact_second(void **state)
{
    (void)state;
    struct link_gate gate = {.valid_from_ms = TIME_NONE, .valid_until_ms = NOON, .enabled = true};
    assert_int_equal(link_gate_check(&gate, NOON - 1), OUTCOME_REDIRECT);
    assert_int_equal(link_gate_check(&gate, NOON), OUTCOME_EXPIRED);
    assert_int_equal(link_gate_check(&gate, NOON + 1), OUTCOME_EXPIRED);
}

static void link__starts_at_the_exact_second(void **state)
{
    (void)state;
    struct link_gate gate = {.valid_from_ms = NOON, .valid_until_ms = TIME_NONE, .enabled = true};
    assert_int_equal(link_gate_check(&gate, NOON - 1), OUTCOME_NOT_STARTED);
    assert_int_equal(link_gate_check(&gate, NOON), OUTCOME_REDIRECT);
}

static void link__without_times_it_leads_on_for_ever(void **state)
{
    (void)state;
    struct link_gate gate = {.valid_from_ms = TIME_NONE, .valid_until_ms = TIME_NONE, .enabled = true};
    assert_int_equal(link_gate_check(&gate, INT64_MIN + 1), OUTCOME_REDIRECT);
    assert_int_equal(link_gate_check(&gate, INT64_MAX), OUTCOME_REDIRECT);
}

static void link__disabled_comes_before_not_started_before_expired(void **state)
{
    (void)state;
    struct link_gate gate = {.valid_from_ms = NOON, .valid_until_ms = NOON - 5, .enabled = false};
    assert_int_equal(link_gate_check(&gate, NOON - 1), OUTCOME_DISABLED);
    gate.enabled = true;
    assert_int_equal(link_gate_check(&gate, NOON - 1), OUTCOME_NOT_STARTED);
    assert_int_equal(link_gate_check(&gate, NOON), OUTCOME_EXPIRED);
}

static void link__states_come_in_one_order(void **state)
{
    (void)state;
    struct link link;
    link_init(&link);
    assert_int_equal(link_state_at(&link, NOON), LINK_ACTIVE);
    link.max_clicks = 10;
    link.used_clicks = 9;
    assert_int_equal(link_state_at(&link, NOON), LINK_ACTIVE);
    link.used_clicks = 10;
    assert_int_equal(link_state_at(&link, NOON), LINK_USED_UP);
    link.valid_until_ms = NOON;
    assert_int_equal(link_state_at(&link, NOON), LINK_EXPIRED);
    assert_int_equal(link_state_at(&link, NOON - 1), LINK_USED_UP);
    link.valid_from_ms = NOON + 1;
    assert_int_equal(link_state_at(&link, NOON), LINK_SCHEDULED);
    link.enabled = false;
    assert_int_equal(link_state_at(&link, NOON), LINK_DISABLED);
    link.enabled = true;
    link.deleted_ms = NOON - 1; /* in the bin */
    assert_int_equal(link_state_at(&link, NOON), LINK_DISABLED);
    link.archived = true;
    assert_int_equal(link_state_at(&link, NOON), LINK_ARCHIVED);
}

static void link__zero_max_clicks_is_no_limit(void **state)
{
    (void)state;
    struct link link;
    link_init(&link);
    link.used_clicks = 1000000;
    assert_int_equal(link_state_at(&link, NOON), LINK_ACTIVE);
}

static void link__state_names_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < LINK_STATE_COUNT; i++) {
        assert_int_equal(link_state_find(link_state_name((enum link_state)i)), i);
    }
    assert_true(str_eq(link_state_name(LINK_USED_UP), STR("used_up")));
    assert_int_equal(link_state_find(STR("Active")), -1);
    assert_int_equal(link_state_find(STR("")), -1);
    assert_int_equal(link_state_name(LINK_STATE_COUNT).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link__expires_at_the_exact_second),
        cmocka_unit_test(link__starts_at_the_exact_second),
        cmocka_unit_test(link__without_times_it_leads_on_for_ever),
        cmocka_unit_test(link__disabled_comes_before_not_started_before_expired),
        cmocka_unit_test(link__states_come_in_one_order),
        cmocka_unit_test(link__zero_max_clicks_is_no_limit),
        cmocka_unit_test(link__state_names_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
