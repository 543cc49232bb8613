/* SPDX-License-Identifier: MIT */
/* Goal: a link's rules come back as they went, in their order; a rule keeps its id as long as it is the link's, because
 * its turns are counted by it; a list that is replaced leaves nothing behind. */
#include "assert_str.h"

#include "linkpond/model/link.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/links.h"
#include "linkpond/store/rules.h"
#include "linkpond/store/targets.h"

#include "tempdb.h"

struct world {
    struct tempdb temp;
    int64_t targets[3]; /* of the first link */
};

static void add_link(struct tempdb *temp, int64_t id, const char *code)
{
    struct link link;

    link_init(&link);
    link.id = id;
    link.code = str_from_c(code);
    link.url = STR("https://example.com/");
    link.domain_id = temp->domain_id;
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(links_insert(temp->db, &link), OK);
}

static int set_up(void **state)
{
    struct world *self = calloc(1, sizeof *self);

    tempdb_init(&self->temp);
    tempdb_domain(&self->temp);
    add_link(&self->temp, 1, "aaaaaaa");
    add_link(&self->temp, 2, "bbbbbbb");
    for (size_t i = 0; i < ARRAY_LEN(self->targets); i++) {
        struct target target = {.link_id = 1,
                                .position = (int64_t)i,
                                .kind = TARGET_MESSAGE,
                                .weight = 1,
                                .enabled = true,
                                .valid_from_ms = TIME_NONE,
                                .valid_until_ms = TIME_NONE,
                                .cap_total = TARGET_NO_CAP,
                                .cap_day = TARGET_NO_CAP,
                                .cap_hour = TARGET_NO_CAP,
                                .replaced_ms = TIME_NONE};
        assert_int_equal(targets_insert(self->temp.db, &target), OK);
        self->targets[i] = target.id;
    }
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct world *self = *state;

    tempdb_done(&self->temp);
    free(self);
    return 0;
}

static struct rule *stored(struct world *self, int64_t link_id, size_t expected)
{
    struct rule *rules = NULL;
    size_t count = 0;

    assert_int_equal(rules_of(self->temp.db, &self->temp.arena, link_id, &rules, &count), OK);
    assert_int_equal(count, expected);
    return rules;
}

static void assert_same_condition(const struct rule_condition *is, const struct rule_condition *was)
{
    assert_int_equal(is->fact, was->fact);
    assert_int_equal(is->negated, was->negated);
    assert_str_same(is->name, was->name);
    assert_str_same(is->holiday, was->holiday);
    assert_int_equal(is->values_count, was->values_count);
    for (size_t i = 0; i < was->values_count; i++) {
        assert_str_same(is->values[i], was->values[i]);
    }
}

static void rules__come_back_as_they_went_in_their_order(void **state)
{
    struct world *self = *state;
    const str apps[] = {STR_INIT("wechat"), STR_INIT(""), STR_INIT("qq")}, hours[] = {STR_INIT("1-5 22:00-06:00")};
    const struct rule_condition conditions[] = {
        {.fact = FACT_SCHEDULE,
         .values = hours,
         .values_count = 1,
         .name = STR("Asia/Shanghai"),
         .holiday = STR("weekday")},
        {.fact = FACT_APP, .negated = true, .values = apps, .values_count = 3},
        {.fact = FACT_QUERY, .name = STR("coupon")}, /* whatever it holds */
    };
    const int64_t order[] = {self->targets[2], self->targets[0]};
    struct rule rules[] = {
        {.name = STR("夜间"),
         .enabled = true,
         .sticky = true,
         .choice = CHOOSE_WEIGHTED,
         .conditions = conditions,
         .conditions_count = 3,
         .targets = order,
         .targets_count = 2},
        {.name = STR(""), .choice = CHOOSE_LEAST_SHOWN},
    };

    assert_int_equal(rules_put(self->temp.db, 1, rules, 2), OK);
    const struct rule *found = stored(self, 1, 2);
    assert_int_equal(found[0].id, rules[0].id);
    assert_str(found[0].name, "夜间");
    assert_true(found[0].enabled && found[0].sticky && !found[1].enabled && !found[1].sticky);
    assert_int_equal(found[0].choice, CHOOSE_WEIGHTED);
    assert_int_equal(found[1].choice, CHOOSE_LEAST_SHOWN);
    assert_int_equal(found[0].conditions_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_same_condition(&found[0].conditions[i], &conditions[i]);
    }
    assert_int_equal(found[0].targets_count, 2);
    assert_memory_equal(found[0].targets, order, sizeof order);
    assert_int_equal(found[1].conditions_count + found[1].targets_count, 0);
    stored(self, 2, 0);
}

static void rules__keep_their_ids_and_take_nobody_elses(void **state)
{
    struct world *self = *state;
    struct rule first[] = {{.name = STR("a"), .choice = CHOOSE_FIRST}, {.name = STR("b"), .choice = CHOOSE_FIRST}};
    struct rule other[] = {{.name = STR("c"), .choice = CHOOSE_FIRST}};

    assert_int_equal(rules_put(self->temp.db, 1, first, 2), OK);
    assert_int_equal(rules_put(self->temp.db, 2, other, 1), OK);
    struct rule next[] = {
        {.id = first[1].id, .name = STR("b first"), .choice = CHOOSE_FIRST},
        {.id = other[0].id, .name = STR("of another link"), .choice = CHOOSE_FIRST},
        {.id = first[1].id, .name = STR("named twice"), .choice = CHOOSE_FIRST},
    };
    assert_int_equal(rules_put(self->temp.db, 1, next, 3), OK);
    const struct rule *found = stored(self, 1, 3);
    assert_int_equal(found[0].id, first[1].id);
    assert_str(found[0].name, "b first");
    for (size_t i = 1; i < 3; i++) {
        assert_true(found[i].id > other[0].id); /* new, and never one that went */
        assert_int_equal(found[i].id, next[i].id);
    }
    assert_str(stored(self, 2, 1)[0].name, "c");
}

static void rules__let_a_target_that_leaves_go(void **state)
{
    struct world *self = *state;
    struct rule rules[] = {
        {.choice = CHOOSE_FIRST, .targets = self->targets, .targets_count = 3},
        {.choice = CHOOSE_FIRST, .targets = &self->targets[1], .targets_count = 1},
    };

    assert_int_equal(rules_put(self->temp.db, 1, rules, 2), OK);
    assert_int_equal(rules_target_leave(self->temp.db, self->targets[1]), OK);
    const struct rule *found = stored(self, 1, 2);
    assert_int_equal(found[0].targets_count, 2);
    assert_int_equal(found[0].targets[1], self->targets[2]);
    assert_int_equal(found[1].targets_count, 0);
}

/* Foreign keys would refuse a target whose rule still names it. */
static void rules__that_are_replaced_leave_nothing(void **state)
{
    struct world *self = *state;
    const str words[] = {STR_INIT("wechat")};
    const struct rule_condition condition = {.fact = FACT_APP, .values = words, .values_count = 1};
    struct rule rule = {.choice = CHOOSE_FIRST,
                        .conditions = &condition,
                        .conditions_count = 1,
                        .targets = self->targets,
                        .targets_count = 3};
    struct rule bare = {.choice = CHOOSE_FIRST};

    assert_int_equal(rules_put(self->temp.db, 1, &rule, 1), OK);
    bare.id = rule.id;
    assert_int_equal(rules_put(self->temp.db, 1, &bare, 1), OK);
    const struct rule *found = stored(self, 1, 1);
    assert_int_equal(found[0].conditions_count + found[0].targets_count, 0);
    assert_int_equal(rules_put(self->temp.db, 1, NULL, 0), OK);
    stored(self, 1, 0);
    assert_int_equal(targets_purge(self->temp.db, 1), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rules__come_back_as_they_went_in_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules__keep_their_ids_and_take_nobody_elses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules__let_a_target_that_leaves_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules__that_are_replaced_leave_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
