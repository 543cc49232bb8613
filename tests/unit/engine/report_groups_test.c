/* SPDX-License-Identifier: MIT */
/* Goal: a pair of values is one group, wherever its place is: in a grid, in one that was made wider, or beyond the
 * widest. */
#include "assert_str.h"

#include "linkpond/engine/report_groups.h"

#include <stdlib.h>

#define PAIRS 60000

static uint64_t seed = 20261123;

static uint64_t roll(uint64_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % sides;
}

/* The same group each time, another for another pair, and its values are the pair's. */
static void assert_groups(uint64_t firsts, uint64_t seconds)
{
    struct report_groups groups;
    struct idmap known;
    bool added = false;

    report_groups_init(&groups, 2);
    idmap_init(&known, PAIRS);
    for (int i = 0; i < PAIRS; i++) {
        uint64_t values[2] = {roll(4) ? roll(firsts) % 100 : roll(firsts),
                              roll(4) ? roll(seconds) % 100 : roll(seconds)};
        uint32_t group = 0;
        assert_int_equal(report_groups_put(&groups, values, &group), OK);
        int64_t *slot = idmap_put(&known, values[0], values[1], &added);
        *slot = added ? (int64_t)group : *slot;
        assert_int_equal(group, *slot);
        assert_int_equal(groups.count, known.count);
        assert_int_equal(report_groups_value(&groups, group, 0), values[0]);
        assert_int_equal(report_groups_value(&groups, group, 1), values[1]);
        assert_true(report_groups_has(&groups, groups.ordinals[group][0], groups.ordinals[group][1]));
    }
    assert_false(report_groups_has(&groups, (uint32_t)groups.values[0].count, 0));
    assert_false(report_groups_has(&groups, 0, (uint32_t)groups.values[1].count));
    idmap_done(&known);
    report_groups_done(&groups);
}

static void groups__are_one_for_a_pair(void **state)
{
    (void)state;
    assert_groups(3, 5);
    assert_groups(200, 300);
    assert_groups(5000, 40);
    assert_groups(20000, 20000); /* more than the widest grid has */
    assert_groups(UINT64_C(1) << 40, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(groups__are_one_for_a_pair)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
