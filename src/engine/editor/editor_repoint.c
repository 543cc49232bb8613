/* SPDX-License-Identifier: MIT */
/*
 * Many links led elsewhere, and back. A call does REPOINT_LINKS of them in one transaction, each by the same edit as a
 * single change (checks, audit, publishing), and notes what each was. How far the work is stands in the same
 * transaction, so a crash loses nothing and does nothing twice, and other edits come in between.
 */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/domain_host.h"
#include "linkpond/engine/repoint.h"

#define ARENA_MAX ((size_t)32 * 1024 * 1024)

struct repoint_call {
    struct edit edit;
    struct repoint repoint;
    const struct links_filter *filter;
    bool dry_run;
    bool force;
    str address; /* stored form, of REPOINT_URL */
};

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static enum err take_url(struct repoint_call *self, str text, const char *field, str *out, struct fault *fault)
{
    char memory[LIMIT_URL];
    struct buf stored;

    buf_init_fixed(&stored, memory, sizeof memory);
    enum err err = url_check(text, &self->edit.policy, field, &stored, fault);
    if (!err) {
        *out = arena_str(self->edit.arena, buf_str(&stored));
    }
    return err;
}

/* A host is judged as the address of its front page. */
static enum err take_host(struct repoint_call *self, struct fault *fault)
{
    struct repoint *repoint = &self->repoint;
    char memory[DOMAIN_HOST_MAX];
    str host, address = {0};

    if (!domain_host_normalize(str_trim(repoint->target), memory, &host)) {
        return fault_set(fault, ERR_INVALID, "host", "bad_host", "HOST or HOST:PORT.", "请填写域名，需要时加端口。");
    }
    repoint->target = arena_str(self->edit.arena, host);
    str front = arena_f(self->edit.arena, "https://" STR_FMT "/", STR_ARG(repoint->target));
    enum err err = take_url(self, front, "host", &address, fault);
    return err ? err : edit_check_loops(&self->edit, &(struct link){.url = address}, fault);
}

static enum err take_domain(struct repoint_call *self, struct fault *fault)
{
    struct repoint *repoint = &self->repoint;
    struct link_draft draft;
    struct link link = {0};

    link_draft_init(&draft);
    draft.domain = repoint->target;
    draft.presence.present = UINT64_C(1) << LF_DOMAIN;
    enum err err = edit_resolve_domain(&self->edit, &link, &draft, true, fault);
    repoint->target = link.domain;
    return err;
}

static enum err take_target(struct repoint_call *self, struct fault *fault)
{
    struct repoint *repoint = &self->repoint;

    if (repoint->how == REPOINT_HOST) {
        return take_host(self, fault);
    }
    if (repoint->how == REPOINT_DOMAIN) {
        return take_domain(self, fault);
    }
    enum err err = take_url(self, repoint->target, "url", &repoint->target, fault);
    return err ? err : edit_check_loops(&self->edit, &(struct link){.url = repoint->target}, fault);
}

static enum err take_from(struct repoint_call *self, struct fault *fault)
{
    char memory[HOST_TEXT_MAX];
    str host;

    if (self->repoint.from_host.len == 0) {
        return OK;
    }
    if (!host_normalize(str_trim(self->repoint.from_host), memory, &host)) {
        return fault_set(fault, ERR_INVALID, "from_host", "bad_host", "This is not a valid host name.", "域名不正确。");
    }
    self->repoint.from_host = arena_str(self->edit.arena, host);
    return OK;
}

/* One line in the audit log for the whole, however many transactions it takes; those of the links come on top. */
static enum err tell(struct repoint_call *self)
{
    const struct repoint *repoint = &self->repoint;
    struct audit_note note;
    char name[32];
    int len = snprintf(name, sizeof name, "rpt_%lld", (long long)repoint->id);

    audit_begin(&note, "repoint", "create", repoint->id, (str){name, (size_t)len});
    audit_text(&note, repoint_how_name(repoint->how).ptr, repoint->from_host, repoint->target);
    audit_i64(&note, "links", 0, repoint->changed);
    audit_i64(&note, "undone", 0, repoint->undone);
    if (repoint->audit_id) {
        json_object_end(&note.json);
        return audit_change(self->edit.db, repoint->audit_id, buf_str(&note.text));
    }
    enum err err = edit_audit_end(self->edit.actor, &note, self->edit.db, self->edit.now_ms, false);
    self->repoint.audit_id = note.line.id;
    return err;
}

static enum err start(struct db *db, void *arg, struct fault *fault)
{
    struct repoint_call *self = arg;
    enum err err = edit_open(&self->edit, db, 1);

    err = err ? err : take_target(self, fault);
    err = err ? err : take_from(self, fault);
    if (err || self->dry_run) {
        return err;
    }
    self->repoint.user_id = self->edit.actor->user_id;
    err = repoints_insert(db, &self->repoint, self->edit.now_ms);
    err = err ? err : tell(self);
    err = err ? err : repoints_find(db, self->edit.arena, self->repoint.id, &self->repoint);
    return err;
}

/* ---- one link ---------------------------------------------------------------------------------------------------- */

static bool address_of(const struct repoint_call *self, str url, struct buf *out)
{
    const struct repoint *repoint = &self->repoint;

    if (repoint->how == REPOINT_HOST) {
        return repoint_url(url, repoint->target, out);
    }
    buf_add(out, repoint->target);
    return !out->overflow;
}

static enum err change_to(struct edit *edit, int64_t id, bool domain, str value, struct link_result *out)
{
    struct link_draft draft;

    link_draft_init(&draft);
    *(domain ? &draft.domain : &draft.url) = value;
    draft.presence.present = UINT64_C(1) << (domain ? LF_DOMAIN : LF_URL);
    return edit_update(edit, id, &draft, 0, out);
}

/* In a savepoint: what one link is refused for leaves the others alone. */
static enum err try_change(struct edit *edit, int64_t id, bool domain, str value, struct link_result *out)
{
    struct edit_mark mark = edit_mark(edit);
    enum err err = db_nested(edit->db);

    if (err) {
        return err;
    }
    *out = (struct link_result){0};
    out->err = change_to(edit, id, domain, value, out);
    if (edit_ends_all(out->err)) {
        return out->err;
    }
    if (out->err) {
        edit_back_to(edit, &mark);
        return db_nested_rollback(edit->db);
    }
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

static enum err change_one(struct repoint_call *self, int64_t id)
{
    struct edit *edit = &self->edit;
    struct repoint *repoint = &self->repoint;
    char memory[LIMIT_URL + 1];
    struct link_hot hot;
    struct link_result result;
    struct buf address;
    bool domain = repoint->how == REPOINT_DOMAIN;
    enum err err = links_load_one(edit->db, edit->arena, id, &hot);

    if (err || (repoint->from_host.len > 0 && !repoint_leads_to(hot.url, repoint->from_host))) {
        return err;
    }
    const struct domain *own = edit_domain(edit, hot.domain_id);
    str before = domain ? (own ? own->host : STR("")) : hot.url;
    buf_init_fixed(&address, memory, sizeof memory);
    bool made = domain || address_of(self, hot.url, &address);
    str after = domain ? repoint->target : buf_str(&address);
    if (made && str_eq(before, after)) {
        repoint->unchanged++;
        return OK;
    }
    if (!made) {
        bool no_host = !address.overflow;
        result = (struct link_result){.err = ERR_INVALID};
        fault_set(&result.fault, ERR_INVALID, "url", no_host ? "no_host" : "too_long", "", "");
        return note_change(self, id, before, &result);
    }
    err = try_change(edit, id, domain, arena_str(edit->arena, after), &result);
    return err ? err : note_change(self, id, before, &result);
}

/* ---- some links -------------------------------------------------------------------------------------------------- */

static enum err change_some(struct repoint_call *self)
{
    struct repoint *repoint = &self->repoint;
    int64_t ids[REPOINT_LINKS];
    size_t count = 0;
    struct links_filter filter = *self->filter;

    filter.bounds = &self->edit.bounds;
    filter.now_ms = repoint->created_ms;
    enum err err =
        links_list_ids(self->edit.db, self->edit.arena, &filter, repoint->after_id, ids, REPOINT_LINKS, &count);
    bool last = count < REPOINT_LINKS;
    for (size_t i = 0; !err && i < count; i++) {
        if (ids[i] > repoint->last_id) {
            last = true;
            break;
        }
        err = change_one(self, ids[i]);
        repoint->after_id = ids[i];
    }
    repoint->state = last ? REPOINT_DONE : REPOINT_RUNNING;
    return err;
}

/* Whatever was edited since is somebody's wish and stays, unless it is said that it does not. */
static enum err undo_one(struct repoint_call *self, const struct repoint_link *link)
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
        self->edit.undoing = true;
        err = try_change(&self->edit, link->link_id, repoint->how == REPOINT_DOMAIN, link->before, &result);
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

static enum err undo_some(struct repoint_call *self)
{
    struct repoint *repoint = &self->repoint;
    struct repoint_link *links = ARENA_ARRAY(self->edit.arena, struct repoint_link, REPOINT_LINKS);
    size_t count = 0;
    enum err err = links ? repoint_links_to_undo(self->edit.db, self->edit.arena, repoint, links, REPOINT_LINKS, &count)
                         : ERR_NOMEM;

    for (size_t i = 0; !err && i < count; i++) {
        err = undo_one(self, &links[i]);
        repoint->undo_after_id = links[i].link_id;
    }
    repoint->state = count < REPOINT_LINKS ? REPOINT_UNDONE : REPOINT_UNDOING;
    return err;
}

static enum err step(struct db *db, void *arg, struct fault *fault)
{
    struct repoint_call *self = arg;
    int64_t id = self->repoint.id;
    enum err err = edit_open(&self->edit, db, REPOINT_LINKS);

    (void)fault;
    err = err ? err : repoints_find(db, self->edit.arena, id, &self->repoint);
    if (err) {
        return err;
    }
    if (self->repoint.state == REPOINT_RUNNING) {
        err = change_some(self);
    } else if (self->repoint.state == REPOINT_UNDOING) {
        err = undo_some(self);
    }
    err = err ? err : tell(self);
    return err ? err : repoints_update(db, &self->repoint, self->edit.now_ms);
}

/* Also before it is done: what is left is then not done. */
static enum err turn_round(struct db *db, void *arg, struct fault *fault)
{
    struct repoint_call *self = arg;
    int64_t id = self->repoint.id;
    enum err err = edit_open(&self->edit, db, 1);

    (void)fault;
    err = err ? err : repoints_find(db, self->edit.arena, id, &self->repoint);
    if (err || (self->repoint.state == REPOINT_UNDOING && self->repoint.force == self->force)) {
        return err;
    }
    self->repoint.state = REPOINT_UNDOING;
    self->repoint.force = self->force;
    self->repoint.undo_after_id = 0;
    return repoints_update(db, &self->repoint, self->edit.now_ms);
}

static void published(void *arg)
{
    struct repoint_call *self = arg;

    edit_publish(&self->edit);
}

/* *out gets the row, in the caller's arena. */
static enum err submit(struct repoint_call *self, enum err (*run)(struct db *, void *, struct fault *),
                       struct arena *arena, struct repoint *out, struct fault *fault)
{
    struct arena own;

    arena_init(&own, ARENA_MAX);
    self->edit.arena = &own;
    enum err err = writer_submit(self->edit.editor->opts.writer,
                                 &(struct writer_task){.run = run, .published = published, .arg = self}, fault);
    if (!err) {
        struct repoint *repoint = &self->repoint;
        repoint->target = arena_str(arena, repoint->target);
        repoint->from_host = arena_str(arena, repoint->from_host);
        repoint->chosen = arena_str(arena, repoint->chosen);
        repoint->note = arena_str(arena, repoint->note);
        repoint->user = arena_str(arena, repoint->user);
        *out = *repoint;
        err = arena->overflow ? ERR_NOMEM : OK;
    }
    arena_done(&own);
    return err;
}

enum err editor_repoint_start(struct editor *self, const struct actor *actor, struct arena *arena, bool dry_run,
                              struct repoint *repoint, struct fault *fault)
{
    struct repoint_call call = {.edit = {.editor = self, .actor = actor}, .repoint = *repoint, .dry_run = dry_run};

    return submit(&call, start, arena, repoint, fault);
}

enum err editor_repoint_step(struct editor *self, const struct actor *actor, struct arena *arena,
                             const struct links_filter *filter, struct repoint *repoint, struct fault *fault)
{
    struct repoint_call call = {
        .edit = {.editor = self, .actor = actor}, .repoint = {.id = repoint->id}, .filter = filter};

    return submit(&call, step, arena, repoint, fault);
}

enum err editor_repoint_undo(struct editor *self, const struct actor *actor, struct arena *arena, bool force,
                             struct repoint *repoint, struct fault *fault)
{
    struct repoint_call call = {
        .edit = {.editor = self, .actor = actor}, .repoint = {.id = repoint->id}, .force = force};

    return submit(&call, turn_round, arena, repoint, fault);
}
