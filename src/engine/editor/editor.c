/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

#include "linkpond/engine/destination_lists.h"
#include "linkpond/engine/domain_host.h"
#include "linkpond/engine/publish.h"

/*
 * Calls become tasks of the writer: `run` inside the transaction, `published` after the commit. The caller's arena and
 * result are used on the writer thread, which is safe because the caller waits for the task to end.
 */
#define DRAIN_TIMEOUT_MS  5000
#define PUBLISH_ARENA_MAX ((size_t)4 * 1024 * 1024)

struct editor *editor_new(const struct editor_opts *opts)
{
    struct editor *self = calloc(1, sizeof *self);

    if (self) {
        self->opts = *opts;
    }
    return self;
}

void editor_free(struct editor *self)
{
    free(self);
}

enum err editor_run(struct editor *self, const struct writer_task *task, struct fault *fault)
{
    return writer_submit(self->opts.writer, task, fault);
}

/* ---- what every edit begins and ends with ---- */

static void copy_domain(struct arena *arena, const struct domain *row, struct domain *out)
{
    *out = *row;
    out->host = arena_str(arena, row->host);
    out->scheme = arena_str(arena, row->scheme);
    out->root_url = out->not_found_url = out->expired_url = (str){0};
}

static enum err read_domains(struct edit *self)
{
    struct stmt *rows = domains_each(self->db);
    struct domain row;
    size_t count = 0;

    while (domains_next(rows, &row)) {
        count++;
    }
    self->domains = ARENA_ARRAY(self->arena, struct domain, count + 1);
    if (stmt_err(rows) || !self->domains) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    rows = domains_each(self->db);
    while (domains_next(rows, &row)) {
        if (self->domains_count < count) {
            copy_domain(self->arena, &row, &self->domains[self->domains_count++]);
        }
    }
    return self->arena->overflow ? ERR_NOMEM : stmt_err(rows);
}

static enum err make_policy(struct edit *self)
{
    const struct editor_opts *opts = &self->editor->opts;
    str *hosts = ARENA_ARRAY(self->arena, str, self->domains_count + 1);
    size_t count = 0;

    if (!hosts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < self->domains_count; i++) {
        unsigned port;
        str name = domain_host_name(self->domains[i].host, &port);
        if (port == 0) {
            hosts[count++] = name;
        }
    }
    self->policy =
        (struct url_policy){.allow_private = opts->allow_private_targets,
                            .own_hosts = hosts,
                            .own_hosts_count = count,
                            .extra_schemes = opts->extra_schemes,
                            .extra_schemes_count = opts->extra_schemes_count,
                            .destinations = opts->destinations ? destination_lists_now(opts->destinations) : NULL};
    return OK;
}

enum err edit_open(struct edit *self, struct db *db, size_t touched_cap)
{
    const struct actor *actor = self->actor;

    self->db = db;
    self->now_ms = clock_now_ms();
    self->bounds = (struct bounds){.by_owner = actor->owner_bound,
                                   .by_domain = actor->domain_bound,
                                   .owner_id = actor->owner_id,
                                   .domain_id = actor->domain_id};
    self->domains = NULL;
    self->domains_count = self->touched_count = 0;
    self->touched_cap = touched_cap;
    self->words = NULL;
    self->latest = NULL;
    self->utm = (struct edit_utm){0};
    self->next_id = 0;
    self->claims = NULL;
    self->channel = NULL;
    self->own_owner = (str){0};
    self->quiet = self->undoing = false;
    self->touched = ARENA_ARRAY(self->arena, struct edit_touched, touched_cap);
    enum err err = self->touched ? read_domains(self) : ERR_NOMEM;
    return err ? err : make_policy(self);
}

void edit_touch(struct edit *self, int64_t id, str code, int64_t used)
{
    BUG_ON(self->touched_count == self->touched_cap);
    for (size_t i = 0; i < self->touched_count; i++) {
        if (self->touched[i].id == id) {
            self->touched[i].fresh = NULL; /* it has changed since it was made */
        }
    }
    self->touched[self->touched_count++] = (struct edit_touched){id, code, used, NULL};
}

void edit_touch_fresh(struct edit *self, const struct link *link)
{
    BUG_ON(self->touched_count == self->touched_cap);
    self->touched[self->touched_count++] = (struct edit_touched){link->id, link->code, 0, link};
}

struct edit_mark edit_mark(const struct edit *self)
{
    return (struct edit_mark){self->touched_count, self->latest};
}

void edit_back_to(struct edit *self, const struct edit_mark *mark)
{
    self->touched_count = mark->touched;
    memset(self->utm.channels, 0, sizeof self->utm.channels); /* some may have been made by what is taken back */
    self->next_id = 0;
    edit_words_back_to(self, mark->latest);
}

static enum err publish_one(struct edit *self, const struct edit_touched *touched, struct arena *texts)
{
    const struct editor_opts *opts = &self->editor->opts;

    return touched->fresh ? publish_fresh(opts->cache, texts, touched->fresh, opts->fold_case)
                          : publish_link(self->db, opts->cache, texts, touched->id, touched->used);
}

void edit_publish(struct edit *self)
{
    struct cache *cache = self->editor->opts.cache;
    struct arena texts;

    arena_init(&texts, PUBLISH_ARENA_MAX);
    for (size_t i = 0; i < self->touched_count; i++) {
        const struct edit_touched *touched = &self->touched[i];
        bool complete = cache_complete(cache);
        enum err err = publish_one(self, touched, &texts);
        if (err) {
            cache_set_complete(cache, false);
            cache_drop(cache, touched->code);
            log_event(complete ? LOG_WARN : LOG_DEBUG, "link_not_cached", "lnk_%lld: %s", (long long)touched->id,
                      err_text(err, false));
        }
        arena_reset(&texts);
    }
    arena_done(&texts);
}

enum err edit_witness(const struct actor *actor, struct db *db, const struct editor_seen *seen)
{
    return actor->witness ? actor->witness->seen(db, actor->witness->arg, seen) : OK;
}

/* ---- one link ---- */

struct link_call {
    struct edit edit;
    const struct link_draft *draft;
    const struct import_extra *extra;
    int64_t id, if_revision;
    enum link_action action;
    enum err (*run)(struct link_call *self, struct link_result *out);
    struct link_result *out;
};

static enum err call_create(struct link_call *self, struct link_result *out)
{
    return edit_create(&self->edit, self->draft, self->extra, out);
}

static enum err call_update(struct link_call *self, struct link_result *out)
{
    return edit_update(&self->edit, self->id, self->draft, self->if_revision, out);
}

static enum err call_action(struct link_call *self, struct link_result *out)
{
    return edit_action(&self->edit, self->id, self->action, out);
}

static enum err run_call(struct db *db, void *arg, struct fault *fault)
{
    struct link_call *self = arg;
    enum err err = edit_open(&self->edit, db, 1);

    (void)fault; /* the result has its own */
    err = err ? err : self->run(self, self->out);
    return err ? err : edit_witness(self->edit.actor, db, &(struct editor_seen){.links = self->out, .count = 1});
}

static void call_published(void *arg)
{
    struct link_call *self = arg;

    edit_publish(&self->edit);
}

static void submit_call(struct link_call *self, struct link_result *out)
{
    struct writer_task task = {.run = run_call, .published = call_published, .arg = self};
    struct fault fault = {0};

    *out = (struct link_result){0};
    self->out = out;
    out->err = writer_submit(self->edit.editor->opts.writer, &task, &fault);
    if (out->err && out->fault.message[0] == '\0') {
        out->fault = fault;
    }
}

void editor_link_create(struct editor *self, const struct actor *actor, struct arena *arena,
                        const struct link_draft *draft, const struct import_extra *extra, struct link_result *out)
{
    submit_call(&(struct link_call){.edit = {.editor = self, .actor = actor, .arena = arena},
                                    .draft = draft,
                                    .extra = extra,
                                    .run = call_create},
                out);
}

/* A link that gets a limit again is counted from the ledger, so everything before must be in it. */
static void drain_for_limit(struct editor *self, const struct link_draft *draft)
{
    if (link_draft_has(draft, LF_MAX_CLICKS) && draft->max_clicks > 0) {
        writer_drain(self->opts.writer, DRAIN_TIMEOUT_MS);
    }
}

void editor_link_update(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                        const struct link_draft *draft, int64_t if_revision, struct link_result *out)
{
    drain_for_limit(self, draft);
    submit_call(&(struct link_call){.edit = {.editor = self, .actor = actor, .arena = arena},
                                    .draft = draft,
                                    .id = id,
                                    .if_revision = if_revision,
                                    .run = call_update},
                out);
}

void editor_link_action(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                        enum link_action action, struct link_result *out)
{
    if (action == LINK_PURGE) {
        writer_drain(self->opts.writer, DRAIN_TIMEOUT_MS); /* or its last clicks would come in after the purge */
        edit_seal_tail(self);
    }
    submit_call(
        &(struct link_call){
            .edit = {.editor = self, .actor = actor, .arena = arena}, .id = id, .action = action, .run = call_action},
        out);
}
