/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_BLOCK_H
#define LINKPOND_MODEL_RULE_BLOCK_H

#include "linkpond/base/addr.h"
#include "linkpond/model/rule.h"

/* Rules as rules_compile() leaves them: one block of memory, only read afterwards. */

struct network {
    uint64_t net[2], mask[2]; /* as stored by this machine: only compared with each other */
};
enum holiday_mode {
    HOLIDAYS_CLOSED,  /* none of the slots on days off */
    HOLIDAYS_SLOTS,   /* others */
    HOLIDAYS_IGNORED, /* as on any day */
};
struct slots {
    const struct rule_slot *items;
    size_t count;
};
struct schedule {
    struct slots usual, off;
    enum holiday_mode mode;
};
/* Folded by word_fold(), in order of word_cmp(); parameters as they are, in the order written. */
struct words {
    const str *items;
    size_t count;
};
struct condition {
    enum rule_fact fact;
    bool negated;
    size_t zone; /* of dates and schedules: index into rules.zones */
    str name;    /* of a parameter */
    union {
        struct words words; /* words, languages, hosts, parameters */
        struct {
            const struct network *items;
            size_t count;
        } networks;
        struct {
            int64_t from_ms, until_ms; /* INT64_MIN and INT64_MAX = open */
        } dates;
        struct schedule schedule;
        unsigned mask; /* scenes; visitors: bit 0 new, bit 1 returning */
    };
};

struct compiled_rule {
    size_t index; /* in the set */
    str name;
    bool sticky;
    enum rule_choice choice;
    const struct condition *conditions;
    size_t conditions_count;
    const uint8_t *targets; /* indexes into the set of those that are enabled, in order */
    size_t targets_count;
    /* Of weighted: places in `targets`, a whole round of turns while all are open. None when it would be longer than
     * RULE_ROUND_MAX. */
    const uint8_t *round;
    size_t round_len;
};
_Static_assert(LIMIT_TARGETS <= UINT8_MAX, "targets are counted in a byte");

struct rules {
    const struct compiled_rule *rules; /* the enabled ones, in order */
    size_t rules_count;
    const struct rule_target *targets;
    size_t targets_count;
    const struct rule_holiday *holidays;
    size_t holidays_count;
    const struct zone *const *zones; /* each once */
    size_t zones_count;
    const struct zone *zone; /* the installation's */
    unsigned needs;
    bool sticky;
};

enum rule_compare rule_fact_compare(enum rule_fact fact);

#define MINUTES_PER_DAY 1440
#define RULE_ROUND_MAX  4096 /* 40 targets with weights near 100; laying out takes as long as turns times targets */

#endif
