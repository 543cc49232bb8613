/* SPDX-License-Identifier: MIT */
/* Goal: of what two threads have counted the first few groups are the first of all, and the rest is what the others
 * have, though groups that one of them has met rarely are not made by the other. */
#include "assert_str.h"

#include "ledger.h"
#include "report_tally.h"

#define ROUNDS 200
#define GROUPS 300

static struct ledger ledger;
static uint64_t seed = 20261123;

/* What one thread has counted. */
struct part {
    struct report_query query;
    struct report_match match;
    struct report_tally tally;
    struct report report;
    struct arena arena;
};

static uint64_t roll(uint64_t sides)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % sides;
}

static void open_part(struct part *self, size_t limit, size_t dims)
{
    memset(self, 0, sizeof *self);
    self->query = (struct report_query){.to_ms = 1, .limit = limit, .group_count = dims, .zone = zone_find(STR("UTC"))};
    self->query.group_by[0] = DIM_UTM_CONTENT;
    self->query.group_by[1] = DIM_CHANNEL;
    arena_init(&self->arena, 16 << 20);
    assert_int_equal(
        report_match_open(&self->match, ledger.db.db, &self->query, self->query.group_by, self->query.group_count), OK);
    assert_int_equal(report_tally_open(&self->tally, &self->match, &self->arena, &self->report, NULL), OK);
}

static void close_part(struct part *self)
{
    report_tally_done(&self->tally);
    report_match_done(&self->match);
    arena_done(&self->arena);
}

static void put(struct part *self, uint64_t group, int64_t clicks)
{
    uint64_t values[2] = {0, 0};
    uint32_t at = 0;
    str text = arena_f(&self->arena, "value%d", (int)(group / 3)),
        channel = arena_f(&self->arena, "ch%d", (int)group % 3);

    assert_int_equal(report_texts_intern(&self->match.texts, text, &values[0]), OK);
    assert_int_equal(report_texts_intern(&self->match.texts, channel, &values[1]), OK);
    assert_int_equal(report_groups_put(&self->tally.groups, values, &at), OK);
    self->tally.groups.clicks[at] += clicks;
    self->report.totals.clicks += clicks;
}

/* Most groups are met by one of them, a few by both; many have as many clicks as another. */
static void count(struct part *self, uint64_t round, uint64_t whose)
{
    uint64_t scale = 1 + round % 40;

    seed = (round + 1) * 977 + whose;
    for (int i = 0; i < GROUPS; i++) {
        uint64_t group = roll(GROUPS), owner = group % 5;
        if (owner >= 2 || owner == whose) {
            put(self, group, (int64_t)(1 + roll(scale)));
        }
    }
}

static void merge(struct part *here, struct part *there)
{
    static uint32_t groups[GROUPS + 1];

    assert_int_equal(report_tally_merge(&here->tally, &there->tally, groups), OK);
    assert_int_equal(report_tally_finish(&here->tally, &here->arena), OK);
}

/* Groups that have as many clicks are in order of their values. */
static void assert_first_of(const struct report *all, const struct report *few, size_t limit)
{
    int64_t rest = 0;

    assert_int_equal(few->groups_count, limit < all->groups_count ? limit : all->groups_count);
    for (size_t i = 0; i < all->groups_count; i++) {
        if (i >= few->groups_count) {
            rest += all->groups[i].clicks;
            continue;
        }
        assert_true(str_eq(few->groups[i].values[0], all->groups[i].values[0]));
        assert_true(str_eq(few->groups[i].values[1], all->groups[i].values[1]));
        assert_int_equal(few->groups[i].clicks, all->groups[i].clicks);
    }
    assert_int_equal(few->other_clicks, rest);
    assert_int_equal(few->totals.clicks, all->totals.clicks);
}

static void assert_limited(uint64_t round, size_t limit, size_t dims)
{
    struct part all[2], few[2];

    for (uint64_t whose = 0; whose < 2; whose++) {
        open_part(&all[whose], 0, dims);
        open_part(&few[whose], limit, dims);
        count(&all[whose], round, whose);
        count(&few[whose], round, whose);
    }
    merge(&all[0], &all[1]);
    merge(&few[0], &few[1]);
    assert_int_equal(all[0].report.other_clicks, 0);
    assert_first_of(&all[0].report, &few[0].report, limit);
    for (int whose = 0; whose < 2; whose++) {
        close_part(&all[whose]);
        close_part(&few[whose]);
    }
}

static void report_limit__shows_the_first_of_all_groups(void **state)
{
    (void)state;
    ledger_init(&ledger);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        assert_limited(round, 1 + round % 23, 1 + round % 2);
    }
    assert_limited(7, GROUPS * 2, 2);
    ledger_done(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(report_limit__shows_the_first_of_all_groups)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
