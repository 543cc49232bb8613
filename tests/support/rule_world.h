/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_RULE_WORLD_H
#define LINKPOND_TESTS_RULE_WORLD_H

#include "assert_str.h"

#include "linkpond/model/rule.h"
#include "linkpond/model/rule_json.h"

/*
 * A live code in a test: rules written as JSON, targets tgt_1, tgt_2 … of a pool whose places are counted here, in the
 * dullest way. A single quote stands for a double one.
 */
struct world {
    struct arena arena;
    struct rule_target targets[LIMIT_TARGETS];
    struct rule_set set;
    struct rules *rules;
    struct fault fault;
    /* the pool */
    int64_t places[LIMIT_TARGETS]; /* left; -1 = no limit */
    int64_t shown[LIMIT_TARGETS];
    uint64_t turns[LIMIT_RULES];
    bool tells; /* passed() is there */
    bool passed[LIMIT_TARGETS];
    size_t asked; /* calls of take() */
    uint64_t random;
    size_t sticky_index;
};

static inline bool world_take(void *arg, size_t index)
{
    struct world *self = arg;

    self->asked++;
    if (self->places[index] == 0) {
        return false;
    }
    self->places[index] -= self->places[index] > 0;
    self->shown[index]++;
    return true;
}

static inline bool world_passed(void *arg, size_t rule, size_t index)
{
    struct world *self = arg;

    (void)rule;
    return self->passed[index] || self->places[index] == 0;
}

static inline int64_t world_shown(void *arg, size_t index)
{
    return ((struct world *)arg)->shown[index];
}

static inline uint64_t world_turn(void *arg, size_t rule)
{
    return ((struct world *)arg)->turns[rule]++;
}

static inline void world_init(struct world *self, size_t targets)
{
    *self = (struct world){.tells = true, .sticky_index = SIZE_MAX};
    arena_init(&self->arena, 16 * 1024 * 1024);
    for (size_t i = 0; i < targets; i++) {
        self->targets[i] = (struct rule_target){.id = (int64_t)i + 1,
                                                .enabled = true,
                                                .weight = 1,
                                                .valid_from_ms = INT64_MIN,
                                                .valid_until_ms = INT64_MIN};
        self->places[i] = -1;
    }
    self->set =
        (struct rule_set){.targets = self->targets, .targets_count = targets, .zone = zone_find(STR("Asia/Shanghai"))};
}

static inline void world_done(struct world *self)
{
    rules_free(self->rules);
    self->rules = NULL;
    arena_done(&self->arena);
}

/* ERR_… of reading or compiling; the fault is in `fault`. */
static inline enum err world_try(struct world *self, const char *text)
{
    struct rule *rules = NULL;
    struct json *json = NULL;
    str quoted = arena_str(&self->arena, str_from_c(text));

    for (size_t i = 0; i < quoted.len; i++) {
        if (quoted.ptr[i] == '\'') {
            ((char *)quoted.ptr)[i] = '"';
        }
    }
    rules_free(self->rules);
    self->rules = NULL;
    self->fault = (struct fault){0};
    enum err err = json_parse(&self->arena, quoted, &json, &self->fault);
    err = err == OK ? rule_json_read(&self->arena, json, &rules, &self->set.rules_count, &self->fault) : err;
    self->set.rules = rules;
    return err == OK ? rules_compile(&self->set, &self->rules, &self->fault) : err;
}

static inline void world_rules(struct world *self, const char *text)
{
    enum err err = world_try(self, text);

    if (err != OK) {
        print_error("%s: %s %s\n", self->fault.field, self->fault.code, self->fault.message);
    }
    assert_int_equal(err, OK);
}

static inline struct rule_verdict world_visit(struct world *self, const struct rule_visit *visit)
{
    struct rule_verdict verdict = {0};
    struct rule_pool pool = {.take = world_take,
                             .passed = self->tells ? world_passed : NULL,
                             .shown = world_shown,
                             .turn = world_turn,
                             .arg = self,
                             .random = self->random,
                             .sticky_index = self->sticky_index};

    rules_decide(self->rules, visit, &pool, &verdict);
    return verdict;
}

/* The target's id; 0 when no rule held, -1 when one ran dry. */
static inline int64_t world_send(struct world *self, const struct rule_visit *visit)
{
    struct rule_verdict verdict = world_visit(self, visit);

    return verdict.end == RULE_CHOSE ? self->targets[verdict.target].id : verdict.end == RULE_NONE_HELD ? 0 : -1;
}

/* Does a rule with this one condition hold? */
static inline bool world_holds(struct world *self, const char *condition, const struct rule_visit *visit)
{
    str text = arena_f(&self->arena, "[{'when':[%s]}]", condition);

    world_rules(self, text.ptr);
    return world_visit(self, visit).end != RULE_NONE_HELD;
}

/* Local time of that zone, as its clocks show it; of a time that comes twice the first. */
static inline int64_t world_at(const char *zone, const char *date, int hour, int minute)
{
    const struct zone *found = zone_find(str_from_c(zone));
    int64_t day = 0;

    assert_non_null(found);
    assert_true(date_parse(str_from_c(date), &day));
    int64_t utc = day * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
    for (int64_t ms = utc - 15 * MS_PER_HOUR; ms <= utc + 15 * MS_PER_HOUR; ms += MS_PER_MINUTE) {
        if (ms + zone_offset_s(found, ms) * MS_PER_SECOND == utc) {
            return ms;
        }
    }
    fail_msg("%s %02d:%02d does not come in %s", date, hour, minute, zone);
    return 0;
}

#endif
