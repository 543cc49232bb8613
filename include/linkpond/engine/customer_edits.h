/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CUSTOMER_EDITS_H
#define LINKPOND_ENGINE_CUSTOMER_EDITS_H

#include "linkpond/engine/editor.h"
#include "linkpond/model/stage.h"
#include "linkpond/store/customers.h"

/*
 * What people change about customers and stages: each a durable transaction with its line in the audit log. A caller
 * with bounds touches only customers they see; others are ERR_NOT_FOUND. Any thread but the writer's.
 */
struct customer_draft {
    str name, notes, owner; /* owner: a user's key; empty = nobody */
    str stage;              /* key of a step; empty = as far as events lead */
    struct str_list tags, add_tags, remove_tags;
    bool has_name, has_notes, has_owner, has_stage, has_tags;
    int64_t if_revision; /* that it must still have; 0 = any. ERR_PRECONDITION */
};
struct customer_edits {
    struct editor *editor;
    const struct actor *actor;
    struct arena *arena;
    bool strict_dictionary; /* tags must be known */
    int64_t now_ms;
};
/* *changed: who was meant, as they are now called by number. ERR_INVALID: "owner" (unknown, not_allowed), "tags"
 * (unknown), "stage" (unknown; not_allowed: events led further). */
enum err customer_change(const struct customer_edits *self, int64_t id, const struct customer_draft *draft,
                         int64_t *changed, struct fault *fault);
/* A person says that two are one. ERR_INVALID "with": the same customer. */
enum err customer_join(const struct customer_edits *self, int64_t id, int64_t with, int64_t *survivor,
                       struct fault *fault);
/* See customers_forget. What the audit log said of them goes too; that somebody forgot them stays. */
enum err customer_forget(const struct customer_edits *self, int64_t id, struct fault *fault);

enum err stages_choose(const struct customer_edits *self, const struct stage *stages, size_t count,
                       struct fault *fault);

/* The rule's tag is made when it is new. ERR_INVALID "tag" (unknown); ERR_CONFLICT: there are TAG_RULES_MAX. */
#define TAG_RULES_MAX 500
enum err tag_rule_add(const struct customer_edits *self, str tag, struct tag_rule *rule, struct fault *fault);
enum err tag_rule_remove(const struct customer_edits *self, int64_t id, struct fault *fault);

#endif
