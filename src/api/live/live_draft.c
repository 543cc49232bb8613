/* SPDX-License-Identifier: MIT */
/* Targets and rules in the body of a link that is being made: a whole live code in one call. */
#include "linkpond/api/live_call.h"
#include "linkpond/model/rule_json.h"

static const str LIVE_MEMBERS[] = {STR_INIT("targets"), STR_INIT("rules")};

static enum err read_targets(struct arena *arena, const struct json *list, struct live_draft *out, struct fault *fault)
{
    if (list->type != JSON_ARRAY) {
        return fault_set(fault, ERR_INVALID, "targets", "wrong_type", "This must be a list.", "应为列表。");
    }
    if (list->count > LIMIT_TARGETS) {
        return fault_set(fault, ERR_INVALID, "targets", "too_many", "A link has at most 200 targets.",
                         "一条短链最多 200 个子码。");
    }
    struct target_draft *drafts = ARENA_ARRAY(arena, struct target_draft, list->count + 1);
    enum err err = drafts ? OK : ERR_NOMEM;
    size_t i = 0;
    for (const struct json *item = list->child; err == OK && item; item = item->next, i++) {
        drafts[i] = (struct target_draft){0};
        err = json_decode(arena, item, target_draft_fields, TF_COUNT, &drafts[i], &drafts[i].presence, fault);
        if (err != OK) {
            fault_in_item(fault, "targets", i);
        }
    }
    out->targets = drafts;
    out->targets_count = i;
    return err;
}
_Static_assert(LIMIT_TARGETS == 200, "the refusal names the number");

enum err live_draft_decode(struct arena *arena, const struct json *object, struct link_draft *draft,
                           struct fault *fault)
{
    const struct json *targets = json_get(object, LIVE_MEMBERS[0]), *rules = json_get(object, LIVE_MEMBERS[1]);

    if (!targets && !rules) {
        return link_draft_decode(arena, object, draft, fault);
    }
    struct live_draft *live = ARENA_NEW(arena, struct live_draft);
    enum err err = live ? OK : ERR_NOMEM;
    if (err == OK) {
        *live = (struct live_draft){0};
        err = link_call_draft_beside(arena, object, LIVE_MEMBERS, ARRAY_LEN(LIVE_MEMBERS), draft, fault);
    }
    err = err == OK && targets ? read_targets(arena, targets, live, fault) : err;
    err = err == OK && rules ? rule_json_read(arena, rules, &live->rules, &live->rules_count, fault) : err;
    draft->live = err == OK && live->targets_count + live->rules_count > 0 ? live : NULL;
    return err;
}
