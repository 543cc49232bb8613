/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/live_code.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/store/rules.h"

/* One block: the head, the targets, what each rule needs besides being compiled, the addresses. */
struct live_target {
    int64_t id;
    int64_t replaced_ms;
    struct live_cell *cell;
    struct live_caps caps;
    enum target_cap_on cap_on;
    bool page;
    atomic_bool barred; /* no link may lead there */
    str url;
};
struct live_rule {
    _Atomic uint64_t *turn;
    bool sequential;
};
struct live_code {
    struct rules *rules;
    const struct zone *zone;
    unsigned needs;
    bool capped, knows_visitors;
    struct live_rule *of_rules;
    struct live_target *targets;
    size_t targets_count;
};

/* What somebody sees who only looks at a target that the publisher has not heard of. Nothing is counted in it. */
static struct live_cell empty_cell;
static _Atomic uint64_t empty_turn;

/* ---- making ---- */

static int64_t cap_or_none(int64_t cap, int64_t before)
{
    return cap == TARGET_NO_CAP ? LIVE_NO_CAP : cap + before;
}

static struct live_caps caps_of(const struct target *target)
{
    int64_t before = target->cap_on == CAP_ON_JOINED ? target->joined_before : target->reserved_before;

    return (struct live_caps){.total = cap_or_none(target->cap_total, before),
                              .day = cap_or_none(target->cap_day, 0),
                              .hour = cap_or_none(target->cap_hour, 0)};
}

static bool is_capped(const struct target *target)
{
    return target->cap_total != TARGET_NO_CAP || target->cap_day != TARGET_NO_CAP || target->cap_hour != TARGET_NO_CAP;
}

static struct live_code *block_new(const struct rule_set *set, const struct target *targets)
{
    size_t texts = 0;

    for (size_t i = 0; i < set->targets_count; i++) {
        texts += targets[i].url.len;
    }
    size_t rules_at = sizeof(struct live_code);
    size_t targets_at = rules_at + set->rules_count * sizeof(struct live_rule);
    size_t texts_at = targets_at + set->targets_count * sizeof(struct live_target);
    char *block = calloc(1, texts_at + texts);
    if (!block) {
        return NULL;
    }
    struct live_code *self = (struct live_code *)(void *)block;
    self->of_rules = (struct live_rule *)(void *)(block + rules_at);
    self->targets = (struct live_target *)(void *)(block + targets_at);
    self->targets_count = set->targets_count;
    self->zone = set->zone;
    char *at = block + texts_at;
    for (size_t i = 0; i < set->targets_count; i++) {
        if (targets[i].url.len > 0) {
            memcpy(at, targets[i].url.ptr, targets[i].url.len);
        }
        self->targets[i].url = (str){at, targets[i].url.len};
        at += targets[i].url.len;
    }
    return self;
}

static enum err fill_target(struct live_code *self, size_t i, struct db *db, struct live_places *places,
                            const struct target *target, bool look)
{
    struct live_target *own = &self->targets[i];

    own->id = target->id;
    own->replaced_ms = target->replaced_ms;
    own->caps = caps_of(target);
    own->cap_on = target->cap_on;
    own->page = target->kind != TARGET_URL;
    self->capped = self->capped || is_capped(target);
    self->knows_visitors = self->knows_visitors || (is_capped(target) && target->cap_on == CAP_ON_VISITORS);
    if (look) {
        own->cell = live_places_find(places, target->id);
        own->cell = own->cell ? own->cell : &empty_cell;
        return OK;
    }
    return live_places_cell(places, db, target, &own->cell);
}

static bool rule_names(const struct rule *rule, int64_t target_id)
{
    bool named = rule->targets_count == 0; /* the whole pool */

    for (size_t i = 0; i < rule->targets_count && !named; i++) {
        named = rule->targets[i] == target_id;
    }
    return named;
}

/* Turns go on after a restart where they were, as far as the ledger tells: each visit that had one was shown a target
 * of the rule. Where other rules share its targets, or keep visitors at them, it is some other place in the row. */
static uint64_t turns_had(const struct live_code *self, const struct rule *rule)
{
    uint64_t turns = 0;

    for (size_t i = 0; i < self->targets_count; i++) {
        const struct live_target *target = &self->targets[i];
        if (rule_names(rule, target->id)) {
            turns += (uint64_t)atomic_load_explicit(&target->cell->shown, memory_order_relaxed);
        }
    }
    return turns;
}

static enum err fill_rule(struct live_code *self, size_t i, struct live_places *places, const struct rule *rule,
                          bool look)
{
    self->of_rules[i].sequential = rule->choice == CHOOSE_SEQUENTIAL;
    self->of_rules[i].turn =
        look && rule->id == 0 ? &empty_turn : live_places_turn(places, rule->id, turns_had(self, rule));
    return self->of_rules[i].turn ? OK : ERR_NOMEM;
}

enum err live_code_make(struct db *db, struct live_places *places, const struct rule_set *set,
                        const struct target *targets, bool look, struct live_code **out, struct fault *fault)
{
    struct live_code *self = block_new(set, targets);
    enum err err = self ? rules_compile(set, &self->rules, fault) : ERR_NOMEM;

    for (size_t i = 0; !err && i < set->targets_count; i++) {
        err = fill_target(self, i, db, places, &targets[i], look);
    }
    for (size_t i = 0; !err && i < set->rules_count; i++) {
        err = fill_rule(self, i, places, &set->rules[i], look);
    }
    if (err) {
        live_code_free(self);
        return err;
    }
    self->needs = rules_needs(self->rules);
    self->knows_visitors =
        self->knows_visitors || rules_sticky(self->rules) || (self->needs & (1U << FACT_VISITOR)) != 0;
    *out = self;
    return OK;
}

static enum err facts_of_targets(struct arena *arena, const struct target *targets, size_t count,
                                 struct rule_target **out)
{
    struct rule_target *facts = ARENA_ARRAY(arena, struct rule_target, count + 1);

    for (size_t i = 0; facts && i < count; i++) {
        facts[i] = (struct rule_target){.id = targets[i].id,
                                        .enabled = targets[i].enabled,
                                        .limited = is_capped(&targets[i]),
                                        .weight = targets[i].weight,
                                        .valid_from_ms = targets[i].valid_from_ms,
                                        .valid_until_ms = targets[i].valid_until_ms};
    }
    *out = facts;
    return facts ? OK : ERR_NOMEM;
}

/* rules NULL: the stored ones. */
static enum err build(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id, bool look,
                      struct rule *rules, size_t rules_count, struct live_code **out, struct fault *fault)
{
    static const struct rule everybody = {.enabled = true, .choice = CHOOSE_FIRST};
    struct target *targets = NULL;
    struct rule_target *facts = NULL;
    size_t targets_count = 0;
    enum err err = targets_of(db, arena, link_id, &targets, &targets_count);

    err = err || rules ? err : rules_of(db, arena, link_id, &rules, &rules_count);
    err = err ? err : facts_of_targets(arena, targets, targets_count, &facts);
    *out = NULL;
    if (err || (targets_count == 0 && rules_count == 0)) {
        return err;
    }
    const struct holidays *holidays = live_places_holidays(places);
    size_t holidays_count = 0;
    const struct rule_holiday *days = holidays ? holidays_list(holidays, &holidays_count) : NULL;
    const struct rule_set set = {.rules = rules_count > 0 ? rules : &everybody,
                                 .rules_count = rules_count > 0 ? rules_count : 1,
                                 .targets = facts,
                                 .targets_count = targets_count,
                                 .holidays = days,
                                 .holidays_count = holidays_count,
                                 .zone = live_places_zone(places)};
    return live_code_make(db, places, &set, targets, look, out, fault);
}

enum err live_code_build(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id, bool look,
                         struct live_code **out, struct fault *fault)
{
    enum err err = build(db, arena, places, link_id, look, NULL, 0, out, fault);

    if (!err && *out && !look) {
        err = live_places_know_visitors(places, link_id, (*out)->knows_visitors);
    }
    return err;
}

void live_code_judge(struct live_code *self, const struct destinations *destinations)
{
    for (size_t i = 0; i < self->targets_count; i++) {
        struct live_target *target = &self->targets[i];
        bool barred = target->url.len > 0 && !destinations_judge(destinations, target->url).passes;
        atomic_store_explicit(&target->barred, barred && !target->page, memory_order_relaxed);
    }
}

bool live_code_is_barred(const struct live_code *self)
{
    for (size_t i = 0; i < self->targets_count; i++) {
        if (!atomic_load_explicit(&self->targets[i].barred, memory_order_relaxed)) {
            return false;
        }
    }
    return self->targets_count > 0;
}

/* A rule that is stored has had its turns; another's are none of its business. */
static void own_ids(struct rule *rules, size_t count, const struct rule *stored, size_t stored_count)
{
    for (size_t i = 0; i < count; i++) {
        bool own = false;
        for (size_t at = 0; at < stored_count; at++) {
            own = own || stored[at].id == rules[i].id;
        }
        rules[i].id = own ? rules[i].id : 0;
    }
}

enum err live_code_try(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id,
                       struct rule *rules, size_t count, struct live_code **out, struct fault *fault)
{
    struct rule *stored = NULL;
    size_t stored_count = 0;
    enum err err = rules_of(db, arena, link_id, &stored, &stored_count);

    *out = NULL;
    if (err) {
        return err;
    }
    own_ids(rules, count, stored, stored_count);
    return build(db, arena, places, link_id, true, rules, count, out, fault);
}

void live_code_free(struct live_code *self)
{
    if (self) {
        rules_free(self->rules);
        free(self);
    }
}

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
    const struct live_caps caps = caps_of(target);

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
