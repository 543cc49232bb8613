/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

/* Many links in one transaction. Each has a savepoint, so a refused one leaves the others alone; trouble with the disk
 * or the memory of the whole call ends it. */
#define DRAIN_TIMEOUT_MS 5000

struct bulk_call {
    struct edit edit;
    const struct link_draft *drafts;
    const int64_t *ids;
    const enum link_action *action;
    const struct import_extra *extra;
    size_t count;
    bool dry_run, dry_run_done;
    struct link_result *results;
};

static enum err run_item(struct bulk_call *self, size_t i)
{
    struct link_result *out = &self->results[i];

    self->edit.claims = self->extra && self->dry_run ? self->extra[i].claims : NULL;
    self->edit.channel = self->extra ? self->extra[i].channel : NULL;
    self->edit.quiet = self->extra && self->extra[i].trail;
    if (!self->ids) {
        return edit_create(&self->edit, &self->drafts[i], self->extra ? &self->extra[i] : NULL, out);
    }
    if (self->action) {
        return edit_action(&self->edit, self->ids[i], *self->action, out);
    }
    return edit_update(&self->edit, self->ids[i], &self->drafts[i], 0, out);
}

bool edit_ends_all(enum err err)
{
    return err == ERR_NOMEM || err == ERR_IO || err == ERR_DISK_FULL || err == ERR_CORRUPT || err == ERR_INTERNAL ||
           err == ERR_BUSY;
}

static enum err run_nested(struct bulk_call *self, size_t i)
{
    struct edit *edit = &self->edit;
    struct edit_mark mark = edit_mark(edit);
    enum err err = db_nested(edit->db);
    if (err) {
        return err;
    }
    self->results[i] = (struct link_result){0};
    err = run_item(self, i);
    self->results[i].err = err;
    if (edit_ends_all(err)) {
        return err;
    }
    if (err) {
        edit_back_to(edit, &mark);
        return db_nested_rollback(edit->db);
    }
    return db_nested_release(edit->db);
}

/* Before it is all taken back: what was made is remembered for the calls to come, and what stood in its way and was
 * made here is named so, since nobody will find it. */
static enum err claim_all(struct bulk_call *self)
{
    int64_t first_made = INT64_MAX;
    enum err err = OK;

    for (size_t i = 0; !err && i < self->count; i++) {
        const struct link_result *result = &self->results[i];
        self->edit.claims = self->extra ? self->extra[i].claims : NULL;
        if (!result->err && !self->ids && !result->existed && result->link.id < first_made) {
            first_made = result->link.id;
        }
        err = !result->err && self->edit.claims ? edit_claim(&self->edit, &result->link) : OK;
    }
    for (size_t i = 0; !err && i < self->count; i++) {
        if (self->results[i].existing_id >= first_made) {
            self->results[i].existing_id = EDITOR_CLAIMED;
        }
    }
    return err;
}

/* All items of an import share its line. */
static enum err tell_import(struct bulk_call *self)
{
    const struct import_trail *trail = self->extra && self->count > 0 ? self->extra[0].trail : NULL;
    int64_t made = 0, changed = 0;

    for (size_t i = 0; trail && i < self->count; i++) {
        const struct link_result *result = &self->results[i];
        bool fresh = !self->ids && !result->existed;
        made += !result->err && fresh;
        changed += !result->err && !fresh;
    }
    return trail && !self->dry_run ? edit_audit_import(&self->edit, trail, made, changed) : OK;
}

static enum err run_bulk(struct db *db, void *arg, struct fault *fault)
{
    struct bulk_call *self = arg;
    enum err err = edit_open(&self->edit, db, self->count + 1);

    (void)fault;
    for (size_t i = 0; !err && i < self->count; i++) {
        err = run_nested(self, i);
    }
    err = err ? err : tell_import(self);
    if (!err && !self->dry_run) {
        err = edit_witness(self->edit.actor, db, &(struct editor_seen){.links = self->results, .count = self->count});
    }
    err = !err && self->dry_run ? claim_all(self) : err;
    self->dry_run_done = !err && self->dry_run;
    return self->dry_run_done ? ERR_PRECONDITION : err; /* any error makes the writer roll back */
}

static void bulk_published(void *arg)
{
    struct bulk_call *self = arg;

    edit_publish(&self->edit);
}

/* See editor.c: what a new limit is counted from, and what a purge deletes, must be in the ledger. */
static bool needs_drain(const struct bulk_call *self)
{
    if (self->action) {
        return *self->action == LINK_PURGE;
    }
    for (size_t i = 0; self->ids && i < self->count; i++) {
        if (link_draft_has(&self->drafts[i], LF_MAX_CLICKS) && self->drafts[i].max_clicks > 0) {
            return true;
        }
    }
    return false;
}

enum err editor_links_bulk(struct editor *self, const struct actor *actor, struct arena *arena,
                           const struct link_draft *drafts, const int64_t *ids, const enum link_action *action,
                           const struct import_extra *extra, size_t count, bool dry_run, struct link_result *results)
{
    struct bulk_call call = {.edit = {.editor = self, .actor = actor, .arena = arena},
                             .drafts = drafts,
                             .ids = ids,
                             .action = action,
                             .extra = extra,
                             .count = count,
                             .dry_run = dry_run,
                             .results = results};
    struct fault fault = {0};

    if (needs_drain(&call)) {
        writer_drain(self->opts.writer, DRAIN_TIMEOUT_MS);
    }
    enum err err = writer_submit(
        self->opts.writer, &(struct writer_task){.run = run_bulk, .published = bulk_published, .arg = &call}, &fault);
    if (call.dry_run_done) {
        return OK;
    }
    if (!err && extra && count > 0 && extra[0].trail && call.edit.trail.line_id) {
        *extra[0].trail = call.edit.trail;
    }
    for (size_t i = 0; err && i < count; i++) {
        results[i] = (struct link_result){.err = err, .fault = fault};
    }
    return err;
}
