/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/engine/fold.h"
#include "linkpond/store/keys.h"

#include "linkpond/engine/publish.h"

/* Changing a link: edits, the bin and back. */

static struct link_ids scopes_of(const struct link *link)
{
    return (struct link_ids){.campaign_id = link->campaign_id,
                             .channel_id = link->channel_id,
                             .owner_id = link->owner_id,
                             .domain_id = link->domain_id};
}

static bool same_scopes(const struct link_ids *a, const struct link_ids *b)
{
    return a->campaign_id == b->campaign_id && a->channel_id == b->channel_id && a->owner_id == b->owner_id &&
           a->domain_id == b->domain_id;
}

/* Reports by campaign, channel, owner and domain follow the link as it is now. */
static enum err move_sums(struct edit *self, const struct link *before, const struct link *after)
{
    struct link_ids from = scopes_of(before);
    struct link_ids into = scopes_of(after);

    return same_scopes(&from, &into) ? OK : fold_move(self->db, before->id, &from, &into);
}

static enum err put_row(struct edit *self, struct link *link, struct link_result *out)
{
    link->updated_ms = self->now_ms;
    enum err err = links_update(self->db, &self->bounds, link);
    if (err == ERR_CONFLICT) {
        links_find_external(self->db, &self->bounds, link->external_id, &out->existing_id);
        return fault_set(&out->fault, err, "external_id", "taken", "Another link has that external_id.",
                         "该 external_id 已被其他短链使用。");
    }
    return err;
}

static enum err put_aliases(struct edit *self, const struct link *before, const struct link *after,
                            const struct link_draft *draft, struct link_result *out)
{
    if (link_draft_has(draft, LF_ALIAS)) {
        return edit_put_alias(self, after, draft->alias, false, out);
    }
    return after->domain_id != before->domain_id ? edit_move_alias(self, after, out) : OK;
}

static bool changes_tags(const struct link_draft *draft)
{
    return link_draft_has(draft, LF_TAGS) || link_draft_has(draft, LF_ADD_TAGS) ||
           link_draft_has(draft, LF_REMOVE_TAGS);
}

static enum err resolve(struct edit *self, struct link *link, const struct link_draft *draft, struct fault *fault)
{
    enum err err = link_apply(self->arena, link, draft, &self->policy, true, fault);

    err = err ? err : edit_resolve_domain(self, link, draft, false, fault);
    err = err ? err : edit_resolve_owner(self, link, draft, false, fault);
    err = err ? err : edit_check_loops(self, link, fault);
    return err ? err : edit_resolve_labels(self, link, fault);
}

/* The owner's and domain's bounds are those of the link as it was; links_find has checked them. */
static enum err store(struct edit *self, const struct link *before, struct link *link, const struct link_draft *draft,
                      struct link_result *out)
{
    enum err err = put_row(self, link, out);

    err = err || !changes_tags(draft) ? err : edit_put_tags(self, link, &out->fault);
    err = err ? err : put_aliases(self, before, link, draft, out);
    return err ? err : move_sums(self, before, link);
}

enum err edit_update(struct edit *self, int64_t id, const struct link_draft *draft, int64_t if_revision,
                     struct link_result *out)
{
    struct link before;
    int64_t used = 0;
    enum err err = links_find(self->db, self->arena, &self->bounds, id, &before);

    if (!err && if_revision != 0 && if_revision != before.revision) {
        return ERR_PRECONDITION;
    }
    struct link link = before;
    err = err ? err : resolve(self, &link, draft, &out->fault);
    err = err ? err : edit_settle_utm(self, &link, draft, false, out);
    err = err ? err : store(self, &before, &link, draft, out);
    if (!err && before.max_clicks == 0 && link.max_clicks > 0) {
        err = publish_used(self->db, id, &used);
    }
    err = err ? err : links_find(self->db, self->arena, BOUNDS_ALL, id, &out->link);
    err = err ? err : edit_audit_link(self, "update", &before, &out->link);
    if (!err) {
        edit_touch(self, id, link.code, used);
    }
    return err;
}

/* ---- the bin ---- */

static enum err forbidden(struct fault *fault)
{
    return fault_set(fault, ERR_FORBIDDEN, "", "scope", "Purging needs a key with the scope admin.",
                     "彻底删除需要 admin 权限。");
}

static enum err act(struct edit *self, const struct link *link, enum link_action action)
{
    bool binned = link->deleted_ms != TIME_NONE;

    switch (action) {
    case LINK_DELETE:
        return binned ? OK : links_bin(self->db, &self->bounds, link->id, self->now_ms);
    case LINK_RESTORE:
        return binned ? links_restore(self->db, &self->bounds, link->id, self->now_ms) : OK;
    case LINK_PURGE:
        return edit_purge(self, link);
    }
    return ERR_INTERNAL;
}

enum err edit_action(struct edit *self, int64_t id, enum link_action action, struct link_result *out)
{
    struct link link;

    if (action == LINK_PURGE && !(self->actor->scopes & SCOPE_ADMIN)) {
        return forbidden(&out->fault);
    }
    enum err err = links_find(self->db, self->arena, &self->bounds, id, &link);
    bool was_binned = !err && link.deleted_ms != TIME_NONE;
    bool changes = action == LINK_PURGE || was_binned == (action == LINK_RESTORE);
    err = err ? err : act(self, &link, action);
    err = err || !changes ? err : edit_audit_action(self, &link, action);
    if (err) {
        return err;
    }
    edit_touch(self, id, link.code, 0);
    out->link = link;
    return action == LINK_PURGE ? OK : links_find(self->db, self->arena, &self->bounds, id, &out->link);
}
