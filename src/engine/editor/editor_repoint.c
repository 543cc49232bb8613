/* SPDX-License-Identifier: MIT */
/*
 * Many links led elsewhere, and back. A call does REPOINT_LINKS of them in one transaction, each by the same edit as a
 * single change (checks, audit, publishing), and notes what each was. How far the work is stands in the same
 * transaction, so a crash loses nothing and does nothing twice, and other edits come in between.
 */
#include "editor_repoint.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/domain_host.h"
#include "linkpond/engine/repoint.h"

#define ARENA_MAX   ((size_t)128 * 1024 * 1024) /* 200 links whose pools are as large as they can be */
#define TARGETS_MAX 400                         /* of a step: it ends behind the link that reaches them */

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
    for (size_t i = 0; !err && i < count && self->led_in_all < TARGETS_MAX; i++) {
        if (ids[i] > repoint->last_id) {
            last = true;
            break;
        }
        err = repoint_change_one(self, ids[i]);
        repoint->after_id = ids[i];
        last = last && (self->led_in_all < TARGETS_MAX || i + 1 == count);
    }
    repoint->state = last ? REPOINT_DONE : REPOINT_RUNNING;
    return err;
}

static enum err undo_some(struct repoint_call *self)
{
    struct repoint *repoint = &self->repoint;
    struct repoint_link *links = ARENA_ARRAY(self->edit.arena, struct repoint_link, REPOINT_LINKS);
    size_t count = 0;
    enum err err = links ? repoint_links_to_undo(self->edit.db, self->edit.arena, repoint, links, REPOINT_LINKS, &count)
                         : ERR_NOMEM;

    bool last = count < REPOINT_LINKS;
    for (size_t i = 0; !err && i < count && self->led_in_all < TARGETS_MAX; i++) {
        err = repoint_undo_one(self, &links[i]);
        repoint->undo_after_id = links[i].link_id;
        last = last && (self->led_in_all < TARGETS_MAX || i + 1 == count);
    }
    repoint->state = last ? REPOINT_UNDONE : REPOINT_UNDOING;
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
