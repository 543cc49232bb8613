/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_CONDITION_H
#define LINKPOND_MODEL_RULE_CONDITION_H

#include "rule_match.h"

/* Rules while they are compiled: where the memory comes from, and which part is at work, for the path of a fault. */
struct build {
    const struct rule_set *set;
    struct arena scratch;
    char *block;
    size_t used;
    const struct zone *zones[LIMIT_RULES * LIMIT_RULE_CONDITIONS];
    size_t zones_count;
    bool asks_holidays;
    size_t rule, condition;
    struct fault *fault;
};

/* NULL: out of memory. Never for 0 bytes. */
void *build_alloc(struct build *self, size_t bytes);
enum err build_str(struct build *self, str text, str *out);
/* Its number; each zone is kept once. */
enum err build_zone(struct build *self, const struct zone *zone, size_t *out);
/* ERR_INVALID at "rules[2]" and the part. */
enum err build_refuse(const struct build *self, const char *part, const char *code, const char *en, const char *zh);

enum err condition_compile(struct build *self, const struct rule_condition *condition, struct condition *out);

#endif
