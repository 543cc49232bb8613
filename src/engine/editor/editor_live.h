/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_EDITOR_LIVE_H
#define LINKPOND_SRC_ENGINE_EDITOR_LIVE_H

#include "editor_private.h"
#include "linkpond/engine/live_code.h"
#include "linkpond/model/rule_json.h"
#include "linkpond/store/rules.h"

/* One edit of a live code on the writer thread: what every one does (editor_live.c), and a target's own
 * (editor_target.c). */
struct live_call {
    struct edit edit;
    struct link link; /* as it was */
    struct live_edit *out;
    int64_t target_id;
    const struct target_draft *draft;
    const int64_t *ids;
    struct rule *rules;
    size_t count; /* of ids or rules */
    enum err (*run)(struct live_call *self);
};
/* The target that the call names, in this link's pool. ERR_NOT_FOUND. */
enum err live_find_target(struct live_call *self, struct target *out);
enum err live_put_target(struct live_call *self);
enum err live_put_rules(struct live_call *self);
/* Would the next start take what the link has now? */
enum err live_compiles(struct live_call *self);
/* A line of the link's, before or after NULL = there was or is none. */
enum err live_audit_target(struct live_call *self, const char *verb, const struct target *before,
                           const struct target *after);

#endif
