/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LIVE_CODE_H
#define LINKPOND_ENGINE_LIVE_CODE_H

#include "linkpond/engine/live_places.h"
#include "linkpond/model/destinations.h"
#include "linkpond/model/rule.h"

/*
 * A live code as the cache holds it: its rules, compiled, and what a redirect needs of its targets; made anew at each
 * edit and never changed. Places and turns are in the cells beside it (live_places.h), which all versions share.
 *
 * A link that has targets and no rules sends everybody to the first of them that is open.
 */
struct live_code;

/* From the database: the publisher, or with `look` any thread that visits do not wait for. Who only looks takes no
 * places, and sees none of a target that the publisher has not heard of. *out NULL: the link has neither targets nor
 * rules. ERR_INVALID: rules that cannot be compiled, which the editor does not let in. */
enum err live_code_build(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id, bool look,
                         struct live_code **out, struct fault *fault);
/* The same to look at, with other rules or weights than those stored, as somebody thinks of storing them. Ids of rules
 * that are not the link's are taken away. ERR_INVALID: the rules cannot be compiled, or a weight is of no target of the
 * link; the fault says where. */
struct live_trial {
    struct rule *rules; /* NULL = those stored */
    size_t rules_count;
    const struct live_weight {
        int64_t target_id;
        int weight; /* 1..LIMIT_WEIGHT */
    } * weights;    /* of targets that have another; the rest have their own */
    size_t weights_count;
};
enum err live_code_try(struct db *db, struct arena *arena, struct live_places *places, int64_t link_id,
                       const struct live_trial *trial, struct live_code **out, struct fault *fault);
/* The same of rows at hand. */
enum err live_code_make(struct db *db, struct live_places *places, const struct rule_set *set,
                        const struct target *targets, bool look, struct live_code **out, struct fault *fault);
void live_code_free(struct live_code *self); /* NULL is fine */
/* Notes which targets lead where no link may (model/destinations.h): they are passed over. The publisher, or whoever
 * built it to look. */
void live_code_judge(struct live_code *self, const struct destinations *destinations);
/* There are targets, and no link may lead to any of them. */
bool live_code_is_barred(const struct live_code *self);
/* The rules, for those who explain. */
const struct rules *live_code_rules(const struct live_code *self);
/* Bits (1 << enum rule_fact): what a visit has to be asked for. */
unsigned live_code_needs(const struct live_code *self);
/* Some target has a cap: a place taken must be in the journal before the answer goes out. */
bool live_code_capped(const struct live_code *self);
/* Somebody who comes back has to be known: rules keep visitors at their target, or caps count visitors. */
bool live_code_knows_visitors(const struct live_code *self);

/* One visit. */
struct live_visit {
    const struct rule_visit *facts;
    bool person;     /* bots, previews and HEAD take nothing and get what a person would get */
    uint64_t random; /* for the choice by chance */
    int64_t sent_to; /* target this visitor was sent to before; 0 = nowhere known */
    int64_t sent_ms; /* when */
    bool (*held)(void *arg, int64_t target_id,
                 int64_t since_ms); /* NULL = none: does the visitor hold a place there? */
    void *held_arg;
};
struct live_answer {
    enum rule_end end;
    struct rule_verdict verdict;
    /* RULE_CHOSE: */
    int64_t target_id;
    bool page; /* else url, which lives as long as the live code */
    str url;
    struct live_cell *cell; /* set for persons: shown there */
    bool took;              /* one of its places */
    struct live_when when;
};
void live_code_decide(const struct live_code *self, const struct live_visit *visit, struct live_answer *out);
/* The answer was not given after all. The live code may be gone by then. */
void live_give_back(struct live_cell *cell, bool took, const struct live_when *when);
/* Places a target has left at that instant; LIVE_NO_CAP = as many as come. */
int64_t live_target_left(const struct target *target, const struct live_cell *cell, const struct live_when *when);
/* Places taken: in total since something else was put in the target's place, this day and this hour. */
void live_target_taken(const struct target *target, const struct live_cell *cell, const struct live_when *when,
                       struct live_taken *out);

#endif
