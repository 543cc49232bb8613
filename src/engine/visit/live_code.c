/* SPDX-License-Identifier: MIT */
#include "live_code_private.h"

const struct rules *live_code_rules(const struct live_code *self)
{
    return self->rules;
}

unsigned live_code_needs(const struct live_code *self)
{
    return self->needs;
}

bool live_code_capped(const struct live_code *self)
{
    return self->capped;
}

bool live_code_knows_visitors(const struct live_code *self)
{
    return self->knows_visitors;
}

/* ---- one visit ---- */

struct deciding {
    const struct live_code *code;
    const struct live_visit *visit;
    struct live_when when;
    struct live_cell *cell; /* of the latest target taken */
    bool took;
};

static const struct live_count *count_of(const struct live_target *target)
{
    return target->cap_on == CAP_ON_JOINED ? &target->cell->joined : &target->cell->taken;
}

static bool has_room(const struct deciding *self, const struct live_target *target)
{
    return live_count_has(count_of(target), &target->caps, &self->when);
}

/* Does this visitor hold one of the target's places? Then coming back costs no other. */
static bool holds(const struct deciding *self, const struct live_target *target)
{
    const struct live_visit *visit = self->visit;

    return target->cap_on == CAP_ON_VISITORS && visit->held &&
           visit->held(visit->held_arg, target->id, target->replaced_ms);
}

static bool is_barred(const struct live_target *target)
{
    return atomic_load_explicit(&target->barred, memory_order_relaxed);
}

static bool take(void *arg, size_t index)
{
    struct deciding *self = arg;
    const struct live_target *target = &self->code->targets[index];

    if (is_barred(target)) {
        return false;
    }
    bool held = holds(self, target);

    if (!self->visit->person || held || target->cap_on == CAP_ON_JOINED) {
        self->cell = target->cell;
        self->took = false;
        return held || has_room(self, target);
    }
    if (!live_count_take(&target->cell->taken, &target->caps, &self->when)) {
        atomic_store_explicit(&target->cell->filled, true, memory_order_relaxed);
        return false;
    }
    self->cell = target->cell;
    self->took = true;
    return true;
}

static bool passed(void *arg, size_t rule, size_t index)
{
    const struct deciding *self = arg;
    const struct live_target *target = &self->code->targets[index];

    if (is_barred(target)) {
        return true;
    }
    if (holds(self, target)) {
        return false;
    }
    if (!has_room(self, target)) {
        if (self->visit->person) {
            atomic_store_explicit(&target->cell->filled, true, memory_order_relaxed);
        }
        return true;
    }
    return self->code->of_rules[rule].sequential && atomic_load_explicit(&target->cell->filled, memory_order_relaxed);
}

static int64_t shown(void *arg, size_t index)
{
    const struct deciding *self = arg;

    return atomic_load_explicit(&self->code->targets[index].cell->shown, memory_order_relaxed);
}

static uint64_t turn(void *arg, size_t rule)
{
    const struct deciding *self = arg;
    _Atomic uint64_t *at = self->code->of_rules[rule].turn;

    return self->visit->person ? atomic_fetch_add_explicit(at, 1, memory_order_relaxed)
                               : atomic_load_explicit(at, memory_order_relaxed);
}

/* Where this visitor was sent before, unless something else stands there by now. */
static size_t sticky_index(const struct live_code *self, const struct live_visit *visit)
{
    for (size_t i = 0; visit->sent_to != 0 && i < self->targets_count; i++) {
        if (self->targets[i].id == visit->sent_to) {
            return self->targets[i].replaced_ms > visit->sent_ms ? SIZE_MAX : i;
        }
    }
    return SIZE_MAX;
}

void live_code_decide(const struct live_code *self, const struct live_visit *visit, struct live_answer *out)
{
    struct deciding deciding = {.code = self, .visit = visit};
    const struct rule_pool pool = {.take = take,
                                   .passed = passed,
                                   .shown = shown,
                                   .turn = turn,
                                   .arg = &deciding,
                                   .random = visit->random,
                                   .sticky_index = sticky_index(self, visit)};

    *out = (struct live_answer){0};
    live_when_of(self->zone, visit->facts->now_ms, &deciding.when);
    rules_decide(self->rules, visit->facts, &pool, &out->verdict);
    out->end = out->verdict.end;
    if (out->end != RULE_CHOSE) {
        return;
    }
    const struct live_target *target = &self->targets[out->verdict.target];
    out->target_id = target->id;
    out->page = target->page;
    out->url = target->url;
    if (visit->person) {
        atomic_fetch_add_explicit(&target->cell->shown, 1, memory_order_relaxed);
        out->cell = target->cell;
        out->took = deciding.took;
        out->when = deciding.when;
    }
}

void live_give_back(struct live_cell *cell, bool took, const struct live_when *when)
{
    atomic_fetch_sub_explicit(&cell->shown, 1, memory_order_relaxed);
    if (took) {
        live_count_give_back(&cell->taken, when);
    }
}

int64_t live_target_left(const struct target *target, const struct live_cell *cell, const struct live_when *when)
{
    const struct live_caps caps = live_caps_of(target);

    return live_count_left(target->cap_on == CAP_ON_JOINED ? &cell->joined : &cell->taken, &caps, when);
}

void live_target_taken(const struct target *target, const struct live_cell *cell, const struct live_when *when,
                       struct live_taken *out)
{
    bool joined = target->cap_on == CAP_ON_JOINED;

    live_count_taken(joined ? &cell->joined : &cell->taken, when, out);
    out->total -= joined ? target->joined_before : target->reserved_before;
    out->total = out->total > 0 ? out->total : 0;
}
