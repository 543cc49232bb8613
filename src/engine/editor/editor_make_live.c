/* SPDX-License-Identifier: MIT */
/* A link that is made together with its targets and rules. */
#include "editor_live.h"

#include "linkpond/base/limits.h"

static enum err make_targets(struct live_call *self, const struct live_draft *draft, int64_t *ids)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < draft->targets_count; i++) {
        self->draft = &draft->targets[i];
        self->target_id = 0;
        err = live_put_target(self);
        ids[i] = self->out->target_id;
        if (err) {
            fault_in_item(&self->out->fault, "targets", i);
        }
    }
    return err;
}

/* Places of the call become ids; what is no place of it stays what it is, and is refused as unknown. In the caller's
 * arena, as the rules are. */
static enum err name_by_id(struct edit *edit, const struct live_draft *draft, const int64_t *ids)
{
    for (size_t i = 0; i < draft->rules_count; i++) {
        struct rule *rule = &draft->rules[i];
        int64_t *targets = ARENA_ARRAY(edit->arena, int64_t, rule->targets_count + 1);
        if (!targets) {
            return ERR_NOMEM;
        }
        for (size_t j = 0; j < rule->targets_count; j++) {
            int64_t named = rule->targets[j];
            bool by_place = named < 0 && (size_t)-named <= draft->targets_count;
            targets[j] = by_place ? ids[-named - 1] : named;
        }
        rule->targets = targets;
    }
    return OK;
}

static enum err make(struct edit *self, struct live_call *call, const struct live_draft *draft)
{
    int64_t ids[LIMIT_TARGETS];
    enum err err = make_targets(call, draft, ids);

    err = err ? err : name_by_id(self, draft, ids);
    err = err || draft->rules_count == 0 ? err : live_put_rules(call);
    err = err ? err : live_compiles(call);
    return err ? err : targets_mark_link(self->db, call->link.id, self->now_ms);
}

/* What checking and compiling takes goes when the link is made: a call may make many of them. */
enum err edit_make_live(struct edit *self, struct link *link, const struct live_draft *draft, struct fault *fault)
{
    struct live_edit out = {.link_id = link->id};
    struct live_call call = {
        .edit = *self, .link = *link, .out = &out, .rules = draft->rules, .count = draft->rules_count};
    struct arena own;

    arena_init(&own, LIMIT_ARENA_REQUEST);
    call.edit.arena = &own;
    enum err err = make(self, &call, draft);
    arena_done(&own);
    if (err) {
        *fault = out.fault;
        return err;
    }
    return links_find(self->db, self->arena, BOUNDS_ALL, link->id, link);
}
