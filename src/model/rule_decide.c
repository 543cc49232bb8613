/* SPDX-License-Identifier: MIT */
#include "rule_match.h"
#include "rule_turn.h"

/*
 * The order for a rule that holds: which of its targets are enabled, in their time and not passed over; of those the
 * one this visitor had before; else the one whose turn it is. A place is taken before anything is said, so a target
 * that two visitors want at once is one visitor's; the other is offered to the next.
 */

/* After so many refusals of targets that looked open, the rest is asked in order: when all are full, a fair order among
 * them is nobody's concern. */
#define REFUSALS_MAX 8

struct choosing {
    const struct rules *rules;
    const struct compiled_rule *rule;
    const struct rule_pool *pool;
    int64_t now_ms;
    uint8_t open[LIMIT_TARGETS]; /* indexes into the set, in order */
    size_t count;
    bool all_open;
    uint64_t turn;
};

static bool in_time(const struct rule_target *target, int64_t now_ms)
{
    return (target->valid_from_ms == INT64_MIN || now_ms >= target->valid_from_ms) &&
           (target->valid_until_ms == INT64_MIN || now_ms < target->valid_until_ms);
}

static bool is_open(const struct choosing *self, uint8_t index)
{
    const struct rule_pool *pool = self->pool;

    return in_time(&self->rules->targets[index], self->now_ms) &&
           !(pool->passed && pool->passed(pool->arg, self->rule->index, index));
}

static void open_find(struct choosing *self)
{
    const struct compiled_rule *rule = self->rule;

    self->count = 0;
    for (size_t i = 0; i < rule->targets_count; i++) {
        if (is_open(self, rule->targets[i])) {
            self->open[self->count++] = rule->targets[i];
        }
    }
    self->all_open = self->count == rule->targets_count;
}

static void open_drop(struct choosing *self, size_t at)
{
    self->count--;
    memmove(&self->open[at], &self->open[at + 1], self->count - at);
    self->all_open = false;
}

/* ---- whose turn -------------------------------------------------------------------------------------------------- */

static size_t least_shown(const struct choosing *self)
{
    size_t best = 0;
    int64_t best_shown = INT64_MAX;

    for (size_t i = 0; i < self->count; i++) {
        int64_t shown = self->pool->shown(self->pool->arg, self->open[i]);
        if (shown < best_shown) {
            best = i;
            best_shown = shown;
        }
    }
    return best;
}

static unsigned weight_of(const struct choosing *self, size_t at)
{
    return (unsigned)self->rules->targets[self->open[at]].weight;
}

static size_t by_weight(const struct choosing *self)
{
    unsigned weights[LIMIT_TARGETS];

    if (self->all_open && self->rule->round_len > 0) {
        return self->rule->round[self->turn % self->rule->round_len];
    }
    for (size_t i = 0; i < self->count; i++) {
        weights[i] = weight_of(self, i);
    }
    return turns_pick(weights, self->count, self->turn);
}

/* The number below `sum` that a random number stands for, by its upper bits. */
static uint64_t below(uint64_t random, uint64_t sum)
{
    return (uint64_t)((unsigned __int128)random * sum >> 64);
}

static size_t at_random(const struct choosing *self, uint64_t random)
{
    uint64_t sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < self->count; i++) {
        sum += weight_of(self, i);
    }
    uint64_t left = below(random, sum);
    while (at + 1 < self->count && left >= weight_of(self, at)) {
        left -= weight_of(self, at);
        at++;
    }
    return at;
}

static size_t next_place(const struct choosing *self, size_t refusals)
{
    if (refusals >= REFUSALS_MAX) {
        return 0;
    }
    switch (self->rule->choice) {
    case CHOOSE_ROUND_ROBIN:
        return self->turn % self->count;
    case CHOOSE_WEIGHTED:
        return by_weight(self);
    case CHOOSE_LEAST_SHOWN:
        return least_shown(self);
    case CHOOSE_RANDOM: /* another number after a refusal: Weyl's sequence by the golden ratio */
        return at_random(self, self->pool->random + refusals * UINT64_C(0x9e3779b97f4a7c15));
    default: /* first and sequential need no list */
        return 0;
    }
}

static bool has_turns(const struct compiled_rule *rule)
{
    return rule->choice == CHOOSE_ROUND_ROBIN || rule->choice == CHOOSE_WEIGHTED;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static bool take(const struct choosing *self, uint8_t index, struct rule_verdict *verdict)
{
    if (!self->pool->take(self->pool->arg, index)) {
        return false;
    }
    verdict->target = index;
    return true;
}

/* A target that refuses here is asked once more if its turn comes: another visitor may have left it meanwhile. */
static bool stick(const struct choosing *self, struct rule_verdict *verdict)
{
    size_t before = self->pool->sticky_index;

    if (!self->rule->sticky || before >= self->rules->targets_count ||
        !memchr(self->rule->targets, (int)before, self->rule->targets_count) || !is_open(self, (uint8_t)before)) {
        return false;
    }
    verdict->stuck = take(self, (uint8_t)before, verdict);
    return verdict->stuck;
}

static bool choose_in_order(const struct choosing *self, struct rule_verdict *verdict)
{
    const struct compiled_rule *rule = self->rule;

    for (size_t i = 0; i < rule->targets_count; i++) {
        if (is_open(self, rule->targets[i]) && take(self, rule->targets[i], verdict)) {
            return true;
        }
    }
    return false;
}

static bool choose(struct choosing *self, struct rule_verdict *verdict)
{
    if (stick(self, verdict)) {
        return true;
    }
    if (self->rule->choice == CHOOSE_FIRST || self->rule->choice == CHOOSE_SEQUENTIAL) {
        return choose_in_order(self, verdict);
    }
    open_find(self);
    if (self->count > 0 && has_turns(self->rule)) {
        self->turn = self->pool->turn(self->pool->arg, self->rule->index);
    }
    for (size_t refusals = 0; self->count > 0; refusals++) {
        size_t at = next_place(self, refusals);
        if (take(self, self->open[at], verdict)) {
            return true;
        }
        open_drop(self, at);
    }
    return false;
}

static bool rule_holds(const struct compiled_rule *rule, const struct rule_visit *visit, struct visit_clock *clock)
{
    for (size_t i = 0; i < rule->conditions_count; i++) {
        if (!condition_holds(&rule->conditions[i], visit, clock)) {
            return false;
        }
    }
    return true;
}

void rules_decide(const struct rules *self, const struct rule_visit *visit, const struct rule_pool *pool,
                  struct rule_verdict *out)
{
    struct rule_verdict verdict = {.end = RULE_NONE_HELD, .rule = SIZE_MAX, .target = SIZE_MAX};
    struct choosing choosing;
    struct visit_clock clock;

    visit_clock_init(&clock, self, visit->now_ms);
    choosing.rules = self;
    choosing.pool = pool;
    choosing.now_ms = visit->now_ms;
    for (size_t i = 0; i < self->rules_count; i++) {
        choosing.rule = &self->rules[i];
        if (!rule_holds(choosing.rule, visit, &clock)) {
            continue;
        }
        if (choose(&choosing, &verdict)) {
            verdict.end = RULE_CHOSE;
            verdict.rule = choosing.rule->index;
            break;
        }
        if (verdict.end == RULE_NONE_HELD) {
            verdict.end = RULE_RAN_DRY;
            verdict.rule = choosing.rule->index;
        }
    }
    *out = verdict;
}
