/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "rule_condition.h"
#include "rule_turn.h"

/*
 * Everything is built twice by the same code: first in an arena, to learn whether it is right and how large it is, then
 * in one block of just that size. There may be many live codes in memory, each for as long as nobody edits it.
 */
#define SCRATCH_MAX ((size_t)16 * 1024 * 1024)

void *build_alloc(struct build *self, size_t bytes)
{
    size_t need = (bytes + 15) & ~(size_t)15;
    char *memory = self->block ? self->block + self->used : arena_alloc(&self->scratch, need);

    self->used += need;
    return memory;
}

enum err build_str(struct build *self, str text, str *out)
{
    char *copy = build_alloc(self, text.len);

    if (!copy) {
        return ERR_NOMEM;
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    *out = (str){copy, text.len};
    return OK;
}

enum err build_refuse(const struct build *self, const char *part, const char *code, const char *en, const char *zh)
{
    char path[sizeof((struct fault *)0)->field];

    snprintf(path, sizeof path, "rules[%zu]%s", self->rule, part);
    return fault_set(self->fault, ERR_INVALID, path, code, en, zh);
}

enum err build_zone(struct build *self, const struct zone *zone, size_t *out)
{
    for (size_t i = 0; i < self->zones_count; i++) {
        if (self->zones[i] == zone) {
            *out = i;
            return OK;
        }
    }
    self->zones[self->zones_count] = zone;
    *out = self->zones_count++;
    return OK;
}

/* ---- targets ----------------------------------------------------------------------------------------------------- */

static size_t target_find(const struct rule_set *set, int64_t id)
{
    size_t i = 0;

    while (i < set->targets_count && set->targets[i].id != id) {
        i++;
    }
    return i;
}

static enum err refuse_target(const struct build *self, size_t at, const char *code, const char *en, const char *zh)
{
    char part[32];

    snprintf(part, sizeof part, ".targets[%zu]", at);
    return build_refuse(self, part, code, en, zh);
}

/* Those that are enabled go into `targets`; `seen` finds what is named twice. */
static enum err named_targets(const struct build *self, const struct rule *rule, uint8_t *targets, size_t *count)
{
    bool seen[LIMIT_TARGETS] = {false};

    for (size_t i = 0; i < rule->targets_count; i++) {
        size_t at = target_find(self->set, rule->targets[i]);
        if (at == self->set->targets_count) {
            return refuse_target(self, i, "unknown", "There is no such target in this link's pool.",
                                 "此活码中没有这个子码。");
        }
        if (seen[at]) {
            return refuse_target(self, i, "exists", "This target is named twice.", "子码重复。");
        }
        seen[at] = true;
        if (self->set->targets[at].enabled) {
            targets[(*count)++] = (uint8_t)at;
        }
    }
    return OK;
}

static void all_targets(const struct rule_set *set, uint8_t *targets, size_t *count)
{
    for (size_t i = 0; i < set->targets_count; i++) {
        if (set->targets[i].enabled) {
            targets[(*count)++] = (uint8_t)i;
        }
    }
}

static enum err round_compile(struct build *self, struct compiled_rule *out)
{
    unsigned weights[LIMIT_TARGETS];

    for (size_t i = 0; i < out->targets_count; i++) {
        weights[i] = (unsigned)self->set->targets[out->targets[i]].weight;
    }
    size_t len = turns_round_len(weights, out->targets_count);
    if (out->choice != CHOOSE_WEIGHTED || len == 0 || len > RULE_ROUND_MAX) {
        return OK;
    }
    uint8_t *round = build_alloc(self, len);
    if (!round) {
        return ERR_NOMEM;
    }
    turns_round(weights, out->targets_count, round);
    out->round = round;
    out->round_len = len;
    return OK;
}

static enum err rule_targets_compile(struct build *self, const struct rule *rule, struct compiled_rule *out)
{
    uint8_t targets[LIMIT_TARGETS];
    size_t count = 0;

    if (rule->targets_count > LIMIT_TARGETS) {
        return build_refuse(self, ".targets", "too_many", "At most 200 targets.", "最多 200 个子码。");
    }
    if (rule->targets_count == 0) {
        all_targets(self->set, targets, &count);
    }
    enum err err = named_targets(self, rule, targets, &count);
    str kept;
    err = err == OK ? build_str(self, (str){(const char *)targets, count}, &kept) : err;
    if (err != OK) {
        return err;
    }
    out->targets = (const uint8_t *)kept.ptr;
    out->targets_count = count;
    return round_compile(self, out);
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static enum err rule_compile(struct build *self, const struct rule *rule, struct compiled_rule *out)
{
    *out = (struct compiled_rule){.index = self->rule, .sticky = rule->sticky, .choice = rule->choice};
    if ((unsigned)rule->choice >= CHOICE_COUNT) {
        return build_refuse(self, ".choose", "not_allowed", "There is no such way to choose.", "没有这种分配方式。");
    }
    if (rule->conditions_count > LIMIT_RULE_CONDITIONS) {
        return build_refuse(self, ".when", "too_many", "At most 16 conditions.", "最多 16 个条件。");
    }
    struct condition *conditions = build_alloc(self, rule->conditions_count * sizeof *conditions);
    enum err err = conditions ? build_str(self, rule->name, &out->name) : ERR_NOMEM;
    for (size_t i = 0; err == OK && i < rule->conditions_count; i++) {
        self->condition = i;
        err = condition_compile(self, &rule->conditions[i], &conditions[i]);
    }
    out->conditions = conditions;
    out->conditions_count = rule->conditions_count;
    return err == OK ? rule_targets_compile(self, rule, out) : err;
}

/* Rules that are off are checked like the others, so that none is found wrong when it is turned on, but not kept. */
static enum err rule_check_only(const struct build *self, const struct rule *rule)
{
    struct build aside = *self;
    struct compiled_rule unused;

    if (self->block) {
        return OK; /* was checked */
    }
    arena_init(&aside.scratch, SCRATCH_MAX);
    enum err err = rule_compile(&aside, rule, &unused);
    arena_done(&aside.scratch);
    return err;
}

static enum err rules_all(struct build *self, struct rules *out)
{
    struct compiled_rule *rules = build_alloc(self, self->set->rules_count * sizeof *rules);
    enum err err = rules ? OK : ERR_NOMEM;

    for (self->rule = 0; err == OK && self->rule < self->set->rules_count; self->rule++) {
        const struct rule *rule = &self->set->rules[self->rule];
        if (!rule->enabled) {
            err = rule_check_only(self, rule);
            continue;
        }
        struct compiled_rule *made = &rules[out->rules_count++];
        err = rule_compile(self, rule, made);
        for (size_t i = 0; err == OK && i < made->conditions_count; i++) {
            out->needs |= 1U << made->conditions[i].fact;
        }
        out->sticky |= rule->sticky;
    }
    out->rules = rules;
    return err;
}

static enum err copy_array(struct build *self, const void *items, size_t size, size_t count, const void **out)
{
    str copy;
    enum err err = build_str(self, (str){items, size * count}, &copy);

    if (err == OK) {
        *out = copy.ptr;
    }
    return err;
}

static enum err build_all(struct build *self, struct rules **out)
{
    const struct rule_set *set = self->set;
    struct rules *rules = build_alloc(self, sizeof *rules);
    const void *copy = NULL;

    if (!rules) {
        return ERR_NOMEM;
    }
    *rules = (struct rules){.targets_count = set->targets_count, .zone = set->zone};
    enum err err = copy_array(self, set->targets, sizeof *set->targets, set->targets_count, &copy);
    rules->targets = copy;
    err = err == OK ? rules_all(self, rules) : err;
    if (err == OK) {
        err = copy_array(self, self->zones, sizeof(const struct zone *), self->zones_count, &copy);
        rules->zones = copy;
        rules->zones_count = self->zones_count;
    }
    if (err == OK && self->asks_holidays) {
        err = copy_array(self, set->holidays, sizeof *set->holidays, set->holidays_count, &copy);
        rules->holidays = copy;
        rules->holidays_count = set->holidays_count;
    }
    *out = rules;
    return err;
}

static enum err set_check(const struct rule_set *set, struct fault *fault)
{
    if (set->rules_count > LIMIT_RULES) {
        return fault_set(fault, ERR_INVALID, "rules", "too_many", "At most 32 rules.", "最多 32 条规则。");
    }
    if (set->targets_count > LIMIT_TARGETS) {
        return fault_set(fault, ERR_INVALID, "targets", "too_many", "At most 200 targets.", "最多 200 个子码。");
    }
    for (size_t i = 0; i < set->targets_count; i++) {
        if (set->targets[i].weight < 1 || set->targets[i].weight > LIMIT_WEIGHT) {
            char path[32];
            snprintf(path, sizeof path, "targets[%zu].weight", i);
            return fault_set(fault, ERR_INVALID, path, "out_of_range", "From 1 to 100.", "取值范围 1 到 100。");
        }
    }
    return OK;
}

enum err rules_compile(const struct rule_set *set, struct rules **out, struct fault *fault)
{
    struct build build = {.set = set, .fault = fault};
    struct rules *rules = NULL;
    enum err err = set_check(set, fault);

    if (err != OK) {
        return err;
    }
    arena_init(&build.scratch, SCRATCH_MAX);
    err = build_all(&build, &rules);
    arena_done(&build.scratch);
    char *block = err == OK ? malloc(build.used) : NULL;
    if (!block) {
        return err == OK ? ERR_NOMEM : err;
    }
    size_t bytes = build.used;
    build = (struct build){.set = set, .block = block};
    err = build_all(&build, &rules);
    BUG_ON(err != OK || build.used != bytes || (char *)rules != block);
    *out = rules;
    return OK;
}

void rules_free(struct rules *self)
{
    free(self);
}
