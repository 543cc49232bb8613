/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_H
#define LINKPOND_MODEL_RULE_H

#include "linkpond/base/arena.h"
#include "linkpond/base/zone.h"
#include "linkpond/model/click.h"

/*
 * What makes a link a live code: a pool of targets and, in order, rules. A rule is a list of conditions that must all
 * hold, then targets of the pool and how one of them is chosen. The first rule that holds and has a target open
 * decides; when none holds the link's own url is answered; when one held and nothing was open, the link's fallback.
 *
 * This room is pure: rules as people write them are compiled once into a block that is only read afterwards, by any
 * thread; time, place, visitor and what is left of each target are arguments.
 */

/* ---- what people write ------------------------------------------------------------------------------------------- */

/* X(constant, API name, how values are compared). Numbers are stored: rows are only added at the end. */
#define RULE_FACT_TABLE(X)                                                                                             \
    X(FACT_APP, "app", RULE_WORD)                                                                                      \
    X(FACT_OS, "os", RULE_WORD)                                                                                        \
    X(FACT_DEVICE, "device", RULE_WORD)                                                                                \
    X(FACT_BROWSER, "browser", RULE_WORD)                                                                              \
    X(FACT_LANGUAGE, "language", RULE_LANGUAGE) /* "zh" holds for zh-cn too */                                         \
    X(FACT_COUNTRY, "country", RULE_WORD)                                                                              \
    X(FACT_REGION, "region", RULE_WORD)                                                                                \
    X(FACT_CITY, "city", RULE_WORD)                                                                                    \
    X(FACT_IP, "ip", RULE_NETWORK)                                                                                     \
    X(FACT_SCENE, "scene", RULE_WORD) /* single, group, moments; "" = not known */                                     \
    X(FACT_CHANNEL, "channel", RULE_WORD)                                                                              \
    X(FACT_QUERY, "query", RULE_PARAMETER) /* no value: the parameter is there, whatever it holds */                   \
    X(FACT_VISITOR, "visitor", RULE_WORD)  /* new, returning */                                                        \
    X(FACT_DATE, "date", RULE_DATES)       /* [from, to) */                                                            \
    X(FACT_SCHEDULE, "schedule", RULE_SLOTS)                                                                           \
    X(FACT_REFERRER, "referrer", RULE_HOST) /* the host or one above it */

enum rule_compare { RULE_WORD, RULE_LANGUAGE, RULE_NETWORK, RULE_PARAMETER, RULE_DATES, RULE_SLOTS, RULE_HOST };
#define RULE_FACT_ENUM(constant, name, compare) constant,
enum rule_fact { RULE_FACT_TABLE(RULE_FACT_ENUM) FACT_COUNT };
#undef RULE_FACT_ENUM
str rule_fact_name(enum rule_fact fact);
int rule_fact_find(str name); /* -1 */

/* How one of the open targets is chosen.
 * first: the first in order. sequential: the first until it is full, then the next (as `first`, but a target that was
 * full once stays passed over until somebody says otherwise: rule_pool.passed). round_robin: each in turn, so that in
 * any row of visits each has its share to within one. weighted: smooth; while all targets are open, each has had its
 * share to within one at every visit since the first, so in any row of visits to within two (to within one in any row
 * is impossible for most weights: Fraenkel's conjecture); while some are closed, what they leave is shared out in the
 * same way (rule_turn.h). least_shown: the first in order of those shown least. random: by weight. */
#define RULE_CHOICE_TABLE(X)                                                                                           \
    X(CHOOSE_FIRST, "first")                                                                                           \
    X(CHOOSE_SEQUENTIAL, "sequential")                                                                                 \
    X(CHOOSE_ROUND_ROBIN, "round_robin")                                                                               \
    X(CHOOSE_WEIGHTED, "weighted")                                                                                     \
    X(CHOOSE_LEAST_SHOWN, "least_shown")                                                                               \
    X(CHOOSE_RANDOM, "random")
#define RULE_CHOICE_ENUM(constant, name) constant,
enum rule_choice { RULE_CHOICE_TABLE(RULE_CHOICE_ENUM) CHOICE_COUNT };
#undef RULE_CHOICE_ENUM
str rule_choice_name(enum rule_choice choice);
int rule_choice_find(str name); /* -1 */

#define LIMIT_RULES           32  /* of one link */
#define LIMIT_RULE_CONDITIONS 16  /* of one rule */
#define LIMIT_RULE_VALUES     64  /* of one condition */
#define LIMIT_RULE_VALUE      255 /* bytes */
#define LIMIT_TARGETS         200 /* of one link */
#define LIMIT_WEIGHT          100

/* "Mon 22:00-06:00": from a minute of the local day, to a minute of it or, when not later, of the next day, which then
 * belongs to the day it began on. days: bit 0 = Monday. As text: "1-5 09:00-18:00", days 1 (Monday) to 7, single,
 * ranges
 * ("6-1" goes over Sunday) and commas; "* 00:00-24:00" = always; without days: on all. A clock that is put forward or
 * back changes nothing: what its hands show decides, minutes that come twice count twice. */
struct rule_slot {
    unsigned days;
    int from_minute, to_minute;
};
enum err rule_slot_parse(str text, struct rule_slot *out, struct fault *fault);

/* Days that are not what their weekday says (statutory holidays and the working days that make up for them), by civil
 * day, in order. */
enum rule_holiday_kind { HOLIDAY_OFF, HOLIDAY_WORK };
struct rule_holiday {
    int32_t civil_day;
    enum rule_holiday_kind kind;
};

struct rule_condition {
    enum rule_fact fact;
    bool negated;
    str name; /* of the parameter, decoded; the zone of dates and slots (empty: the installation's) */
    /* One of them holds. Words in any case; "" = not known, or none. Regions and cities with or without 省, 市. Dates:
     * from, to (RFC 3339, or a plain date = its first instant; "" = open); slots as above. */
    const str *values;
    size_t values_count;
    /* Slots: on a holiday the slots of `holiday` hold instead of the day's ("" = none at all on days off; "weekday" =
     * holidays do not matter; several are separated by ';'). A working day that makes up for one counts as a Monday. */
    str holiday;
};
struct rule {
    int64_t id;
    str name;
    bool enabled;
    bool sticky; /* the same visitor gets the same target until it is full, ended or replaced */
    enum rule_choice choice;
    const struct rule_condition *conditions;
    size_t conditions_count;
    const int64_t *targets; /* ids, in order; none: the whole pool in its order */
    size_t targets_count;
};
/* What rules know of a target; the rest (its address, picture, words) is not theirs. */
struct rule_target {
    int64_t id;
    bool enabled;
    bool limited;                          /* it can be full: in total, for a day or hour, or for a visitor */
    int weight;                            /* 1..LIMIT_WEIGHT */
    int64_t valid_from_ms, valid_until_ms; /* INT64_MIN = open */
};
struct rule_set {
    const struct rule *rules;
    size_t rules_count;
    const struct rule_target *targets;
    size_t targets_count;
    const struct rule_holiday *holidays;
    size_t holidays_count;
    const struct zone *zone; /* the installation's */
};

/* ---- compiled ---------------------------------------------------------------------------------------------------- */

struct rules;
/* One block of memory. ERR_INVALID: the fault's field is a path such as "rules[2].when[0].is[1]". */
enum err rules_compile(const struct rule_set *set, struct rules **out, struct fault *fault);
void rules_free(struct rules *self);
/* What may be meant otherwise, each told with the number of the rule: one that is never reached because an enabled one
 * before it holds whenever it does and never runs dry, one without targets, one whose targets all ended, a condition
 * that nothing fulfils (from after to, a country while no geo file is there is the caller's to tell). Returns how many.
 */
enum rule_doubt_kind { DOUBT_UNREACHABLE, DOUBT_NO_TARGETS, DOUBT_ALL_ENDED, DOUBT_NEVER };
struct rule_doubt {
    enum rule_doubt_kind kind;
    size_t rule;
};
size_t rules_doubts(const struct rules *self, int64_t now_ms, struct rule_doubt *out, size_t cap);
/* A doubt as a sentence, without the number of the rule. */
const char *rule_doubt_text(enum rule_doubt_kind kind, bool chinese);

/* Bits (1 << enum rule_fact) that some enabled rule asks for, so that nobody finds out what nobody asks. */
unsigned rules_needs(const struct rules *self);
bool rules_sticky(const struct rules *self);

/* ---- one visit --------------------------------------------------------------------------------------------------- */

/* Texts as struct click holds them. Only what rules_needs() asks for has to be filled in. */
struct rule_visit {
    int64_t now_ms;
    str app, os, device, browser, language, country, region, city, channel, referrer_host;
    const struct addr *ip; /* NULL: not known */
    enum click_scene scene;
    str query; /* raw */
    bool returning;
};
/* Takes one place of a target for this visit: false when it is full. Called for targets that are enabled and in their
 * time only, in the order of choice, until one is taken. `index` counts the set's targets. A visitor who comes back to
 * sticky_index is asked about like any other; whether that costs a second place is the pool's to say. */
struct rule_pool {
    bool (*take)(void *arg, size_t index);
    /* May be NULL. Told without taking: this target is full now, or (of a sequential rule) was full once. It is then
     * not asked for a place. Round robin and weighted are as exact as said above only where the pool tells: a target
     * that refuses when its turn comes hands that turn to one that another visitor may have had just before. */
    bool (*passed)(void *arg, size_t rule, size_t index);
    /* Shown so far, for least_shown. */
    int64_t (*shown)(void *arg, size_t index);
    /* The next number of that rule's row of visits, from 0, for round_robin and weighted: an atomic counter, so that no
     * two visits get the same. Asked at most once a rule and only when a target is open. */
    uint64_t (*turn)(void *arg, size_t rule);
    void *arg;
    uint64_t random;
    size_t sticky_index; /* where this visitor was sent before; SIZE_MAX = nowhere known */
};
enum rule_end {
    RULE_CHOSE,     /* target and rule are set */
    RULE_NONE_HELD, /* the link's own url */
    RULE_RAN_DRY    /* rule: the first that held */
};
struct rule_verdict {
    enum rule_end end;
    size_t rule, target; /* indexes into the set */
    bool stuck;          /* because of where this visitor was sent before */
};
void rules_decide(const struct rules *self, const struct rule_visit *visit, const struct rule_pool *pool,
                  struct rule_verdict *out);

/* Why, for the simulator: for each rule up to the one that decided, which condition did not hold (SIZE_MAX = all held)
 * and, as a sentence in English or Chinese, what it looked at: "23:10 on Monday in Asia/Shanghai is outside
 * Mon-Fri 09:00-18:00". Rules that are off are left out. Returns how many were written, at most cap. Texts in the
 * arena. */
struct rule_step {
    size_t rule, condition;
    str why;
};
size_t rules_explain(const struct rules *self, struct arena *arena, const struct rule_visit *visit,
                     const struct rule_verdict *verdict, bool chinese, struct rule_step *out, size_t cap);
/* The whole in one: "WeChat on iOS at 23:10 from Shanghai gets Group 3, because rule 2 (Night) holds and has …".
 * target: what people call the chosen one. */
str rules_sentence(const struct rules *self, struct arena *arena, const struct rule_visit *visit,
                   const struct rule_verdict *verdict, str target, bool chinese);

#endif
