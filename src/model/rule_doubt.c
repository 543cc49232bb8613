/* SPDX-License-Identifier: MIT */
#include "rule_relation.h"

/*
 * Doubts are told only where they are certain, since people are asked to look into them. What is missed: a rule that
 * several earlier ones hide together, conditions of different facts that no visit has at once.
 */

const char *rule_doubt_text(enum rule_doubt_kind kind, bool chinese)
{
    static const char *const TEXTS[][2] = {
        [DOUBT_UNREACHABLE] = {"An earlier rule holds whenever this one does and never runs dry.",
                               "前面有一条规则在同样情况下总会先生效，这条规则不会被用到。"},
        [DOUBT_NO_TARGETS] = {"None of its targets is enabled.", "没有已启用的子码。"},
        [DOUBT_ALL_ENDED] = {"All its targets have ended.", "子码都已过期。"},
        [DOUBT_NEVER] = {"No visit fulfils its conditions.", "没有任何访问能满足这些条件。"},
    };

    return (unsigned)kind < ARRAY_LEN(TEXTS) ? TEXTS[kind][chinese] : "";
}

static bool never_holds(const struct compiled_rule *rule, int64_t now_ms)
{
    for (size_t i = 0; i < rule->conditions_count; i++) {
        if (condition_never(&rule->conditions[i], now_ms)) {
            return true;
        }
        for (size_t j = 0; j < i; j++) {
            if (condition_excludes(&rule->conditions[j], &rule->conditions[i])) {
                return true;
            }
        }
    }
    return false;
}

static bool never_dry(const struct rules *self, const struct compiled_rule *rule, int64_t now_ms)
{
    for (size_t i = 0; i < rule->targets_count; i++) {
        const struct rule_target *target = &self->targets[rule->targets[i]];
        if (!target->limited && target->valid_from_ms <= now_ms && target->valid_until_ms == INT64_MIN) {
            return true;
        }
    }
    return false;
}

static bool is_implied(const struct condition *wanted, const struct compiled_rule *by)
{
    for (size_t i = 0; i < by->conditions_count; i++) {
        if (condition_implies(&by->conditions[i], wanted)) {
            return true;
        }
    }
    return condition_always(wanted);
}

/* `earlier` holds whenever `rule` does. */
static bool hides(const struct compiled_rule *earlier, const struct compiled_rule *rule)
{
    for (size_t i = 0; i < earlier->conditions_count; i++) {
        if (!is_implied(&earlier->conditions[i], rule)) {
            return false;
        }
    }
    return true;
}

static bool is_hidden(const struct rules *self, size_t at, int64_t now_ms)
{
    for (size_t i = 0; i < at; i++) {
        if (never_dry(self, &self->rules[i], now_ms) && hides(&self->rules[i], &self->rules[at])) {
            return true;
        }
    }
    return false;
}

static bool all_ended(const struct rules *self, const struct compiled_rule *rule, int64_t now_ms)
{
    for (size_t i = 0; i < rule->targets_count; i++) {
        int64_t until_ms = self->targets[rule->targets[i]].valid_until_ms;
        if (until_ms == INT64_MIN || until_ms > now_ms) {
            return false;
        }
    }
    return true;
}

struct doubts {
    struct rule_doubt *out;
    size_t count, cap;
};

static void doubt(struct doubts *self, enum rule_doubt_kind kind, const struct compiled_rule *rule)
{
    if (self->count < self->cap) {
        self->out[self->count] = (struct rule_doubt){kind, rule->index};
    }
    self->count++;
}

size_t rules_doubts(const struct rules *self, int64_t now_ms, struct rule_doubt *out, size_t cap)
{
    struct doubts doubts = {.out = out, .cap = cap};

    for (size_t i = 0; i < self->rules_count; i++) {
        const struct compiled_rule *rule = &self->rules[i];
        if (never_holds(rule, now_ms)) {
            doubt(&doubts, DOUBT_NEVER, rule);
        } else if (is_hidden(self, i, now_ms)) {
            doubt(&doubts, DOUBT_UNREACHABLE, rule);
        }
        if (rule->targets_count == 0) {
            doubt(&doubts, DOUBT_NO_TARGETS, rule);
        } else if (all_ended(self, rule, now_ms)) {
            doubt(&doubts, DOUBT_ALL_ENDED, rule);
        }
    }
    return doubts.count;
}
