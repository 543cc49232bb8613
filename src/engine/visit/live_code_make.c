/* SPDX-License-Identifier: MIT */
/* Rows of targets and rules into what the cache holds. */
#include <stdlib.h>
#include <string.h>

#include "linkpond/store/rules.h"
#include "live_code_private.h"

/* What somebody sees who only looks at a target that the publisher has not heard of. Nothing is counted in it. */
static struct live_cell empty_cell;
static _Atomic uint64_t empty_turn;

static int64_t cap_or_none(int64_t cap, int64_t before)
{
    return cap == TARGET_NO_CAP ? LIVE_NO_CAP : cap + before;
}

struct live_caps live_caps_of(const struct target *target)
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
    own->caps = live_caps_of(target);
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

static enum err take_weights(const struct live_trial *trial, struct rule_target *facts, size_t count,
                             struct fault *fault)
{
    for (size_t i = 0; i < trial->weights_count; i++) {
        size_t at = 0;
        while (at < count && facts[at].id != trial->weights[i].target_id) {
            at++;
        }
        if (at == count) {
            return fault_set(fault, ERR_INVALID, "weights", "unknown", "The link has no such target.",
                             "该短链没有这个子码。");
        }
        facts[at].weight = trial->weights[i].weight;
    }
    return OK;
}

static enum err build(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id, bool look,
                      const struct live_trial *trial, struct live_code **out, struct fault *fault)
{
    static const struct rule everybody = {.enabled = true, .choice = CHOOSE_FIRST};
    struct target *targets = NULL;
    struct rule_target *facts = NULL;
    struct rule *rules = trial->rules;
    size_t targets_count = 0, rules_count = trial->rules_count;
    enum err err = targets_of(db, arena, link_id, &targets, &targets_count);

    err = err || rules ? err : rules_of(db, arena, link_id, &rules, &rules_count);
    err = err ? err : facts_of_targets(arena, targets, targets_count, &facts);
    err = err ? err : take_weights(trial, facts, targets_count, fault);
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
    enum err err = build(db, arena, places, link_id, look, &(struct live_trial){0}, out, fault);

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
                       const struct live_trial *trial, struct live_code **out, struct fault *fault)
{
    struct rule *stored = NULL;
    size_t stored_count = 0;
    enum err err = rules_of(db, arena, link_id, &stored, &stored_count);

    *out = NULL;
    if (err) {
        return err;
    }
    own_ids(trial->rules, trial->rules_count, stored, stored_count);
    return build(db, arena, places, link_id, true, trial, out, fault);
}

void live_code_free(struct live_code *self)
{
    if (self) {
        rules_free(self->rules);
        free(self);
    }
}
