/* SPDX-License-Identifier: MIT */
/* One link of many that are led elsewhere, with the targets it may have: what it becomes, and what it is again. */
#include "editor_repoint.h"

static bool address_of(const struct repoint_call *self, str url, struct buf *out)
{
    const struct repoint *repoint = &self->repoint;

    if (repoint->how == REPOINT_HOST) {
        return repoint_url(url, repoint->target, out);
    }
    buf_add(out, repoint->target);
    return !out->overflow;
}

/* What one link becomes. */
struct change {
    int64_t id;
    bool domain; /* value is a short domain's host, else an address */
    str value;   /* empty: its own stays */
    str host;    /* its targets that lead there are led along; empty = none */
    bool back;   /* those that were led along go back */
};

static enum err change_to(struct repoint_call *self, const struct change *change, struct link_result *out)
{
    struct edit *edit = &self->edit;
    struct link_draft draft;
    enum err err = OK;

    link_draft_init(&draft);
    if (change->value.len > 0) {
        *(change->domain ? &draft.domain : &draft.url) = change->value;
        draft.presence.present = UINT64_C(1) << (change->domain ? LF_DOMAIN : LF_URL);
        err = edit_update(edit, change->id, &draft, 0, out);
    }
    if (!err && change->host.len > 0) {
        err = repoint_targets_lead(edit, &self->repoint, change->id, change->host, &self->led, &out->fault);
    } else if (!err && change->back) {
        err = repoint_targets_back(edit, &self->repoint, change->id, &self->led, &out->fault);
    }
    return err || self->led == 0 ? err : links_find(edit->db, edit->arena, BOUNDS_ALL, change->id, &out->link);
}

/* In a savepoint: what one link is refused for leaves the others alone. */
static enum err try_change(struct repoint_call *self, const struct change *change, struct link_result *out)
{
    struct edit *edit = &self->edit;
    struct edit_mark mark = edit_mark(edit);
    enum err err = db_nested(edit->db);

    if (err) {
        return err;
    }
    *out = (struct link_result){0};
    self->led = 0;
    out->err = change_to(self, change, out);
    if (edit_ends_all(out->err)) {
        return out->err;
    }
    if (out->err) {
        self->led = 0;
        edit_back_to(edit, &mark);
        return db_nested_rollback(edit->db);
    }
    self->led_in_all += self->led;
    return db_nested_release(edit->db);
}

static str refusal_of(struct edit *edit, const struct link_result *result)
{
    const char *code = result->fault.code;
    return code && code[0] != '\0' ? arena_str(edit->arena, str_from_c(code)) : str_from_c(err_slug(result->err));
}

static enum err note_change(struct repoint_call *self, int64_t id, str before, const struct link_result *result)
{
    struct repoint *repoint = &self->repoint;
    bool refused = result->err != OK;
    const struct repoint_link row = {.link_id = id,
                                     .state = refused ? STR("refused") : STR("changed"),
                                     .before = before,
                                     .revision = refused ? 0 : result->link.revision,
                                     .why = refused ? refusal_of(&self->edit, result) : STR("")};

    repoint->refused += refused;
    repoint->changed += !refused;
    return repoint_links_put(self->edit.db, repoint->id, &row);
}

/* Targets of the link that are led along; *host: where they lead now. */
static enum err count_along(struct repoint_call *self, const struct link_hot *hot, char memory[HOST_TEXT_MAX],
                            str *host, size_t *count)
{
    const struct repoint *repoint = &self->repoint;

    *count = 0;
    *host = hot->live ? repoint_along(repoint->how, repoint->from_host, hot->url, memory) : (str){0};
    return host->len > 0 ? repoint_targets_there(&self->edit, hot->id, *host, count) : OK;
}

static enum err refuse_address(struct repoint_call *self, const struct link_hot *hot, bool too_long)
{
    struct link_result result = {.err = ERR_INVALID};

    fault_set(&result.fault, ERR_INVALID, "url", too_long ? "too_long" : "no_host", "", "");
    return note_change(self, hot->id, hot->url, &result);
}

/* `own`: its own address is meant, not only targets of it. */
static enum err change_link(struct repoint_call *self, const struct link_hot *hot, bool own, str host)
{
    struct repoint *repoint = &self->repoint;
    char memory[LIMIT_URL + 1];
    struct link_result result;
    struct buf address;
    bool domain = repoint->how == REPOINT_DOMAIN;
    const struct domain *on = edit_domain(&self->edit, hot->domain_id);
    str before = domain ? (on ? on->host : STR("")) : hot->url;

    buf_init_fixed(&address, memory, sizeof memory);
    if (own && !domain && !address_of(self, hot->url, &address)) {
        return refuse_address(self, hot, address.overflow);
    }
    str after = domain ? repoint->target : own ? buf_str(&address) : before;
    bool same = str_eq(before, after);
    if (same && host.len == 0) {
        repoint->unchanged++;
        return OK;
    }
    const struct change change = {
        .id = hot->id, .domain = domain, .value = same ? (str){0} : arena_str(self->edit.arena, after), .host = host};
    enum err err = try_change(self, &change, &result);
    repoint->targets += (int64_t)self->led;
    if (!err && same && self->led == 0 && !result.err) { /* the targets are there already, under another port */
        repoint->unchanged++;
        return OK;
    }
    return err ? err : note_change(self, hot->id, before, &result);
}

enum err repoint_change_one(struct repoint_call *self, int64_t id)
{
    const struct repoint *repoint = &self->repoint;
    char memory[HOST_TEXT_MAX];
    struct link_hot hot;
    size_t along = 0;
    str host = {0};
    enum err err = links_load_one(self->edit.db, self->edit.arena, id, &hot);

    err = err ? err : count_along(self, &hot, memory, &host, &along);
    if (err) {
        return err;
    }
    bool own = repoint->from_host.len == 0 || repoint_leads_to(hot.url, repoint->from_host);
    return own || along > 0 ? change_link(self, &hot, own, along > 0 ? host : (str){0}) : OK;
}

/* Whatever was edited since is somebody's wish and stays, unless it is said that it does not. */
enum err repoint_undo_one(struct repoint_call *self, const struct repoint_link *link)
{
    struct repoint *repoint = &self->repoint;
    struct link_ids ids;
    struct link found;
    struct link_result result = {0};
    struct repoint_link row = *link;
    enum err err = links_ids(self->edit.db, link->link_id, &ids);
    bool was_kept = str_eq(link->state, STR("kept"));

    err = err ? err : links_find(self->edit.db, self->edit.arena, BOUNDS_ALL, link->link_id, &found);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err == ERR_NOT_FOUND || (!repoint->force && found.revision != link->revision)) {
        row.why = err ? STR("not_found") : STR("edited");
        result.err = ERR_PRECONDITION;
    } else {
        const struct change change = {
            .id = link->link_id, .domain = repoint->how == REPOINT_DOMAIN, .value = link->before, .back = true};
        self->edit.undoing = true;
        err = try_change(self, &change, &result);
        self->edit.undoing = false;
        row.why = result.err ? refusal_of(&self->edit, &result) : STR("");
        if (err) {
            return err;
        }
    }
    row.state = result.err ? STR("kept") : STR("undone");
    repoint->undone += result.err == OK;
    repoint->kept += (result.err != OK) - was_kept;
    return repoint_links_put(self->edit.db, repoint->id, &row);
}
