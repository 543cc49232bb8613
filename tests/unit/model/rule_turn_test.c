/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

#include <pthread.h>
#include <stdatomic.h>

#include "rule_turn.h"

/*
 * Goal: everybody gets the share that the weights say, at every moment and not only in the end; also when some are
 * closed, and when many threads take turns at once. Shares are compared in whole numbers: after t turns of weights w of
 * W somebody with c turns is off by (c W - t w) / W.
 */

static uint64_t seed;

static uint64_t random_below(uint64_t bound) /* splitmix64 */
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % bound;
}

static int64_t sum_of(const unsigned *weights, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    return sum;
}

/* How far off anybody ever is in a row of turns, and in any part of it; in 1/W. */
struct spread {
    int64_t lowest[LIMIT_TARGETS], highest[LIMIT_TARGETS], had[LIMIT_TARGETS];
    int64_t off, off_in_part;
};

static void spread_add(struct spread *self, const unsigned *weights, size_t count, int64_t turns, size_t who)
{
    int64_t sum = sum_of(weights, count);

    self->had[who]++;
    for (size_t i = 0; i < count; i++) {
        int64_t off = self->had[i] * sum - turns * weights[i];
        self->lowest[i] = off < self->lowest[i] ? off : self->lowest[i];
        self->highest[i] = off > self->highest[i] ? off : self->highest[i];
        self->off = llabs(off) > self->off ? llabs(off) : self->off;
        int64_t part = self->highest[i] - self->lowest[i];
        self->off_in_part = part > self->off_in_part ? part : self->off_in_part;
    }
}

static void assert_round(const unsigned *weights, size_t count)
{
    uint8_t round[LIMIT_TARGETS * LIMIT_WEIGHT];
    struct spread spread = {0};
    size_t len = turns_round_len(weights, count);
    int64_t sum = sum_of(weights, count);

    turns_round(weights, count, round);
    for (size_t turn = 0; turn < len; turn++) {
        assert_true(round[turn] < count);
        spread_add(&spread, weights, count, (int64_t)turn + 1, round[turn]);
    }
    assert_true(spread.off < sum);
    assert_true(spread.off_in_part < 2 * sum);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(spread.had[i] * sum, (int64_t)len * weights[i]);
    }
}

static void turns_round__nobody_is_ever_off_by_one(void **state)
{
    (void)state;
    unsigned weights[32];

    for (unsigned code = 0; code < 8 * 8 * 8 * 8; code++) { /* all of up to four with weights to 7 */
        size_t count = 0;
        for (unsigned rest = code; rest > 0; rest /= 8) {
            if (rest % 8 > 0) {
                weights[count++] = rest % 8;
            }
        }
        if (count > 0) {
            assert_round(weights, count);
        }
    }
    seed = 1;
    for (int i = 0; i < 200; i++) {
        size_t count = 1 + random_below(ARRAY_LEN(weights));
        unsigned highest = 1 + (unsigned)random_below(LIMIT_WEIGHT);
        for (size_t at = 0; at < count; at++) {
            weights[at] = 1 + (unsigned)random_below(highest);
        }
        assert_round(weights, count);
    }
}

static void turns_round__is_as_long_as_it_must_be(void **state)
{
    (void)state;
    assert_int_equal(turns_round_len((unsigned[]){100, 50, 50}, 3), 4);
    assert_int_equal(turns_round_len((unsigned[]){7}, 1), 1);
    assert_int_equal(turns_round_len((unsigned[]){3, 2}, 2), 5);
    assert_int_equal(turns_round_len(NULL, 0), 0);
}

/* Off by what is allowed, in percent of one turn. */
static void assert_pick(const unsigned *weights, size_t count, int percent)
{
    struct spread spread = {0};
    int64_t sum = sum_of(weights, count);

    for (int64_t turn = 0; turn < sum; turn++) {
        size_t who = turns_pick(weights, count, (uint64_t)turn);
        assert_true(who < count);
        assert_int_equal(who, turns_pick(weights, count, (uint64_t)(turn + 1000 * sum)));
        spread_add(&spread, weights, count, turn + 1, who);
    }
    assert_true(spread.off * 100 < sum * percent);
    assert_true(spread.off_in_part * 100 < 2 * sum * percent);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(spread.had[i], weights[i]);
    }
}

static void turns_pick__up_to_three_are_never_off_by_one(void **state)
{
    (void)state;
    for (unsigned a = 1; a <= 12; a++) {
        for (unsigned b = 1; b <= 12; b++) {
            assert_pick((unsigned[]){a, b}, 2, 51);
            for (unsigned c = 1; c <= 12; c++) {
                assert_pick((unsigned[]){a, b, c}, 3, 100);
            }
        }
    }
}

static void turns_pick__many_are_off_by_less_than_what_was_proved(void **state)
{
    (void)state;
    unsigned weights[40];

    seed = 2;
    for (int i = 0; i < 200; i++) {
        size_t count = 1 + random_below(ARRAY_LEN(weights));
        unsigned highest = 1 + (unsigned)random_below(LIMIT_WEIGHT);
        for (size_t at = 0; at < count; at++) {
            weights[at] = 1 + (unsigned)random_below(random_below(2) ? highest : LIMIT_WEIGHT);
        }
        assert_pick(weights, count, 168);
    }
    for (size_t at = 0; at < 9; at++) { /* a tree as deep as trees get */
        static const unsigned FIBONACCI[] = {1, 1, 2, 3, 5, 8, 13, 21, 34};
        weights[at] = FIBONACCI[at];
    }
    assert_pick(weights, 9, 168);
}

static void turns_pick__the_largest_pool_and_the_last_turn(void **state)
{
    (void)state;
    unsigned weights[LIMIT_TARGETS];

    for (size_t i = 0; i < LIMIT_TARGETS; i++) {
        weights[i] = LIMIT_WEIGHT;
    }
    assert_true(turns_pick(weights, LIMIT_TARGETS, UINT64_MAX) < LIMIT_TARGETS);
    assert_true(turns_pick(weights, LIMIT_TARGETS, 0) < LIMIT_TARGETS);
    assert_int_equal(turns_pick(weights, 1, UINT64_MAX), 0);
}

/* ---- through the rules ------------------------------------------------------------------------------------------- */

static struct world world;
static const struct rule_visit VISIT = {.now_ms = 1000};

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 8);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

/* While the same targets are open, whichever and from wherever, nobody's share is off by more than what was proved. */
static void weighted__shares_hold_while_some_are_full_or_ended(void **state)
{
    (void)state;
    seed = 3;
    for (int round = 0; round < 300; round++) {
        unsigned weights[8];
        uint8_t places[8];
        size_t open = 0;
        struct spread spread = {0};

        for (size_t i = 0; i < 8; i++) {
            world.targets[i].weight = 1 + (int)random_below(20);
            bool full = random_below(3) == 0, ended = random_below(4) == 0;
            world.places[i] = full ? 0 : -1;
            world.targets[i].valid_until_ms = ended ? 1000 : INT64_MIN;
            if (!full && !ended) {
                weights[open] = (unsigned)world.targets[i].weight;
                places[i] = (uint8_t)open++;
            }
        }
        world_rules(&world, "[{'choose':'weighted'}]");
        world.turns[0] = random_below(1000000);
        for (int64_t visit = 1; visit <= 300 && open > 0; visit++) {
            struct rule_verdict verdict = world_visit(&world, &VISIT);
            assert_int_equal(verdict.end, RULE_CHOSE);
            spread_add(&spread, weights, open, visit, places[verdict.target]);
        }
        assert_true(spread.off_in_part * 100 < 2 * 168 * sum_of(weights, open) || open == 0);
    }
}

static void weighted__while_all_are_open_nobody_is_ever_off_by_one(void **state)
{
    (void)state;
    unsigned weights[8];
    struct spread spread = {0};

    seed = 4;
    for (size_t i = 0; i < 8; i++) {
        weights[i] = 1 + (unsigned)random_below(LIMIT_WEIGHT);
        world.targets[i].weight = (int)weights[i];
    }
    world_rules(&world, "[{'choose':'weighted'}]");
    for (int64_t visit = 1; visit <= 3000; visit++) {
        spread_add(&spread, weights, 8, visit, world_visit(&world, &VISIT).target);
    }
    assert_true(spread.off < sum_of(weights, 8));
}

static void round_robin__no_part_of_a_row_is_off_by_one(void **state)
{
    (void)state;
    static const unsigned EQUAL[8] = {1, 1, 1, 1, 1, 1, 1, 1};

    for (size_t closed = 0; closed < 8; closed++) {
        struct spread spread = {0};
        world_rules(&world, "[{'choose':'round_robin'}]");
        world.turns[0] = 12345;
        for (int64_t visit = 1; visit <= 100; visit++) {
            size_t target = world_visit(&world, &VISIT).target;
            assert_true(target >= closed);
            spread_add(&spread, EQUAL, 8 - closed, visit, target - closed);
        }
        assert_true(spread.off_in_part <= 8 - (int64_t)closed);
        world.places[closed] = 0;
    }
}

/* Laying out takes longer the longer a round is, so one of more than 4096 turns is not laid out. */
static void weighted__a_pool_with_too_long_a_round(void **state)
{
    (void)state;
    struct spread spread = {0};
    unsigned weights[60];

    tear_down(NULL);
    world_init(&world, 60);
    for (size_t i = 0; i < 60; i++) {
        weights[i] = i == 0 ? 99 : 100;
        world.targets[i].weight = (int)weights[i];
    }
    world_rules(&world, "[{'choose':'weighted'}]");
    for (int64_t visit = 1; visit <= 7000; visit++) {
        spread_add(&spread, weights, 60, visit, world_visit(&world, &VISIT).target);
    }
    assert_true(spread.off * 100 < 168 * sum_of(weights, 60));
}

/* ---- many threads ------------------------------------------------------------------------------------------------ */

#define THREADS 4
#define VISITS  5000

struct shared {
    const struct rules *rules;
    _Atomic uint64_t turn;
    _Atomic int64_t shown[8], places[8];
    _Atomic int64_t dry;
};

/* As a pool has to do it: a place is taken in one step or not at all. */
static bool shared_take(void *arg, size_t index)
{
    struct shared *self = arg;
    int64_t left = atomic_load(&self->places[index]);

    while (left > 0) {
        if (atomic_compare_exchange_weak(&self->places[index], &left, left - 1)) {
            atomic_fetch_add(&self->shown[index], 1);
            return true;
        }
    }
    return false;
}

static bool shared_passed(void *arg, size_t rule, size_t index)
{
    (void)rule;
    return atomic_load(&((struct shared *)arg)->places[index]) == 0;
}

static int64_t shared_shown(void *arg, size_t index)
{
    return atomic_load(&((struct shared *)arg)->shown[index]);
}

static uint64_t shared_turn(void *arg, size_t rule)
{
    (void)rule;
    return atomic_fetch_add(&((struct shared *)arg)->turn, 1);
}

static void *visit_often(void *arg)
{
    struct shared *self = arg;
    struct rule_pool pool = {.take = shared_take,
                             .passed = shared_passed,
                             .shown = shared_shown,
                             .turn = shared_turn,
                             .arg = self,
                             .sticky_index = SIZE_MAX};

    for (int i = 0; i < VISITS; i++) {
        struct rule_verdict verdict;
        rules_decide(self->rules, &VISIT, &pool, &verdict);
        atomic_fetch_add(&self->dry, verdict.end == RULE_RAN_DRY);
    }
    return NULL;
}

static void visit_by_threads(struct shared *self)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, visit_often, self), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static void weighted__threads_together_are_as_exact_as_one(void **state)
{
    (void)state;
    struct shared shared = {0};
    int64_t sum = 0;

    for (size_t i = 0; i < 8; i++) {
        world.targets[i].weight = (int)(3 * i + 1);
        sum += world.targets[i].weight;
        atomic_store(&shared.places[i], INT64_MAX);
    }
    world_rules(&world, "[{'choose':'weighted'}]");
    shared.rules = world.rules;
    visit_by_threads(&shared);
    for (size_t i = 0; i < 8; i++) {
        int64_t off = atomic_load(&shared.shown[i]) * sum - (int64_t)THREADS * VISITS * world.targets[i].weight;
        assert_true(llabs(off) < sum);
    }
}

static void rules__threads_together_never_take_one_too_many(void **state)
{
    (void)state;
    for (int choice = 0; choice < CHOICE_COUNT; choice++) {
        struct shared shared = {0};
        str name = rule_choice_name((enum rule_choice)choice);
        int64_t all = 0;

        for (size_t i = 0; i < 8; i++) {
            atomic_store(&shared.places[i], (int64_t)(500 * i + 1));
            all += (int64_t)(500 * i + 1);
        }
        world_rules(&world, arena_f(&world.arena, "[{'choose':'" STR_FMT "'}]", STR_ARG(name)).ptr);
        shared.rules = world.rules;
        visit_by_threads(&shared);
        for (size_t i = 0; i < 8; i++) {
            assert_int_equal(atomic_load(&shared.shown[i]), 500 * i + 1);
        }
        assert_int_equal(atomic_load(&shared.dry), THREADS * VISITS - all);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_round__nobody_is_ever_off_by_one),
        cmocka_unit_test(turns_round__is_as_long_as_it_must_be),
        cmocka_unit_test(turns_pick__up_to_three_are_never_off_by_one),
        cmocka_unit_test(turns_pick__many_are_off_by_less_than_what_was_proved),
        cmocka_unit_test(turns_pick__the_largest_pool_and_the_last_turn),
        TEST(weighted__shares_hold_while_some_are_full_or_ended),
        TEST(weighted__while_all_are_open_nobody_is_ever_off_by_one),
        TEST(round_robin__no_part_of_a_row_is_off_by_one),
        TEST(weighted__a_pool_with_too_long_a_round),
        TEST(weighted__threads_together_are_as_exact_as_one),
        TEST(rules__threads_together_never_take_one_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
