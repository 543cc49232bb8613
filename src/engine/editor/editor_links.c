/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/store/sums.h"

/* Making a link, or finding the one that is meant. */

enum if_exists { EXISTS_CREATE, EXISTS_RETURN, EXISTS_UPDATE, EXISTS_FAIL };

static enum if_exists if_exists_of(const struct link_draft *draft)
{
    static const str NAMES[] = {STR_INIT("create"), STR_INIT("return"), STR_INIT("update"), STR_INIT("fail")};

    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        if (link_draft_has(draft, LF_IF_EXISTS) && str_eq(draft->if_exists, NAMES[i])) {
            return (enum if_exists)i;
        }
    }
    return EXISTS_CREATE;
}

/* Without making it: a word that nobody used matches no link. */
static enum err label_id(struct edit *self, enum label_kind kind, str key, int64_t *id)
{
    struct label label;
    enum err err = key.len > 0 ? labels_find(self->db, self->arena, kind, key, &label) : OK;

    *id = !err && key.len > 0 ? label.id : 0;
    return err;
}

static enum err find_same(struct edit *self, const struct link *link, int64_t *id)
{
    int64_t campaign_id;
    int64_t channel_id = 0;
    enum err err = label_id(self, LABEL_CAMPAIGN, link->campaign, &campaign_id);

    err = err ? err : label_id(self, LABEL_CHANNEL, link->channel, &channel_id);
    return err ? err
               : links_find_same(self->db, &self->bounds, link->url, link->domain_id, campaign_id, channel_id,
                                 link->customer, id);
}

/* ERR_NOT_FOUND: there is none. */
static enum err find_existing(struct edit *self, const struct link *link, bool by_place, int64_t *id)
{
    if (by_place) {
        return find_same(self, link, id);
    }
    if (link->external_id.len > 0) {
        return links_find_external(self->db, &self->bounds, link->external_id, id);
    }
    if (link->aliases.count > 0) {
        str folded = edit_fold(self, link->aliases.items[0]);
        return links_find_alias(self->db, &self->bounds, link->domain_id, folded, id);
    }
    return find_same(self, link, id);
}

static enum err found(struct edit *self, enum if_exists mode, int64_t id, const struct link_draft *draft,
                      struct link_result *out)
{
    out->existed = true;
    if (mode == EXISTS_FAIL) {
        out->existing_id = id;
        return fault_set(&out->fault, ERR_CONFLICT, "", "exists", "That link exists.", "该短链已存在。");
    }
    if (mode == EXISTS_UPDATE && draft->live) {
        out->existing_id = id;
        return fault_set(&out->fault, ERR_INVALID, draft->live->targets_count > 0 ? "targets" : "rules",
                         "not_changeable", "That link exists; its targets and rules are changed by their own calls.",
                         "该短链已存在，请单独修改它的子码和规则。");
    }
    if (mode == EXISTS_RETURN) {
        return links_find(self->db, self->arena, &self->bounds, id, &out->link);
    }
    enum err err = links_restore(self->db, &self->bounds, id, self->now_ms); /* whoever updates it wants it to live */
    return err && err != ERR_NOT_FOUND ? err : edit_update(self, id, draft, 0, out);
}

/* What the importer counted elsewhere: in the link's own figures, not in any day's, for there are no clicks to show. */
static enum err carry_clicks(struct edit *self, struct link *link, int64_t clicks)
{
    struct link_stat stat = {.link_id = link->id, .clicks = clicks, .total = clicks, .last_ms = TIME_NONE};

    link->counts.clicks = link->counts.total = clicks > 0 ? clicks : 0;
    return clicks > 0 ? sums_stat_add(self->db, &stat) : OK;
}

static enum err insert_row(struct edit *self, struct link *link, struct link_result *out)
{
    enum err err = links_insert(self->db, link);

    if (err == ERR_CONFLICT) {
        links_find_external(self->db, &self->bounds, link->external_id, &out->existing_id);
    } else if (!err && edit_external_claimed(self, link->external_id)) {
        out->existing_id = EDITOR_CLAIMED;
        err = ERR_CONFLICT;
    }
    if (err == ERR_CONFLICT) {
        return fault_set(&out->fault, err, "external_id", "taken", "Another link has that external_id.",
                         "该 external_id 已被其他短链使用。");
    }
    return err;
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* Makes `link` what a read of the database would give, and writes it. */
static enum err insert(struct edit *self, struct link *link, const struct link_draft *draft,
                       const struct import_extra *extra, struct link_result *out)
{
    enum err err = edit_resolve_labels(self, link, &out->fault);

    err = err ? err : edit_next_code(self, link);
    err = err ? err : edit_settle_utm(self, link, draft, true, out);
    err = err ? err : insert_row(self, link, out);
    if (!err && link->tags.count > 0) {
        qsort(link->tags.items, link->tags.count, sizeof *link->tags.items, compare_keys);
        err = edit_put_first_tags(self, link, &out->fault);
    }
    err = err ? err : edit_put_first_aliases(self, link, extra, out);
    err = err ? err : carry_clicks(self, link, extra ? extra->clicks : 0);
    err = err ? err : edit_audit_link(self, "create", NULL, link);
    err = err || !draft->live ? err : edit_make_live(self, link, draft->live, &out->fault);
    if (err) {
        return err;
    }
    out->link = *link;
    if (draft->live) {
        edit_touch(self, link->id, link->code, 0);
    } else {
        edit_touch_fresh(self, &out->link);
    }
    return OK;
}

enum err edit_create(struct edit *self, const struct link_draft *draft, const struct import_extra *extra,
                     struct link_result *out)
{
    enum if_exists mode = if_exists_of(draft);
    bool timed = extra && extra->created_ms != TIME_NONE && extra->created_ms != 0;
    struct link link;
    int64_t id;

    link_init(&link);
    enum err err = link_apply(self->arena, &link, draft, &self->policy, false, &out->fault);
    err = err ? err : edit_resolve_domain(self, &link, draft, true, &out->fault);
    err = err ? err : edit_resolve_owner(self, &link, draft, true, &out->fault);
    err = err ? err : edit_check_loops(self, &link, &out->fault);
    if (err) {
        return err;
    }
    if (mode != EXISTS_CREATE) {
        err = find_existing(self, &link, extra && extra->by_place, &id);
        if (err != ERR_NOT_FOUND) {
            return err ? err : found(self, mode, id, draft, out);
        }
    }
    link.created_by = arena_str(self->arena, self->actor->name);
    link.created_ms = timed ? extra->created_ms : self->now_ms;
    link.updated_ms = self->now_ms;
    link.revision = 1;
    return insert(self, &link, draft, extra, out);
}
