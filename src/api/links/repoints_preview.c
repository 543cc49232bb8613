/* SPDX-License-Identifier: MIT */
/* What leading many links elsewhere would do: counted link by link, as far as time allows, with some examples. */
#include "repoints.h"

#include "linkpond/api/link_view.h"
#include "linkpond/base/clock.h"
#include "linkpond/store/targets.h"

#define PREVIEW_NS   (INT64_C(4) * 1000000000)
#define PREVIEW_ROWS 500
#define EXAMPLES     10
#define PAGE_ARENA   ((size_t)8 * 1024 * 1024)

struct preview {
    const struct repoint *repoint;
    struct link_view view;
    int64_t target_domain;
    int64_t matched, changes, unchanged, live, targets;
    size_t examples;
    bool exact;
    struct json_writer *json;
};

static str after_of(const struct preview *self, str url, struct buf *out)
{
    const struct repoint *repoint = self->repoint;
    if (repoint->how == REPOINT_HOST) {
        return repoint_url(url, repoint->target, out) ? buf_str(out) : (str){0};
    }
    return repoint->target;
}

static str domain_of(const struct preview *self, int64_t id)
{
    for (size_t i = 0; i < self->view.domains_count; i++) {
        if (self->view.domains[i].id == id) {
            return self->view.domains[i].host;
        }
    }
    return STR("");
}

static void write_example(struct preview *self, struct arena *arena, const struct link_hot *link, str before, str after)
{
    self->examples++;
    json_object(self->json);
    json_put_str(self->json, "link", arena_f(arena, "lnk_%lld", (long long)link->id));
    json_put_str(self->json, "code", link->code);
    json_put_str(self->json, "before", before);
    json_put_opt(self->json, "after", after);
    json_object_end(self->json);
}

/* Targets that would be led along, and the address of the first of them. */
static enum err find_along(const struct preview *self, struct db *db, struct arena *arena, const struct link_hot *link,
                           int64_t *count, str *first)
{
    char memory[HOST_TEXT_MAX];
    struct target *pool = NULL;
    size_t targets = 0;
    *count = 0;
    str host = link->live ? repoint_along(self->repoint->how, self->repoint->from_host, link->url, memory) : (str){0};
    enum err err = host.len > 0 ? targets_of(db, arena, link->id, &pool, &targets) : OK;
    for (size_t i = 0; err == OK && i < targets; i++) {
        if (repoint_leads_to(pool[i].url, host)) {
            *first = *count > 0 ? *first : pool[i].url;
            *count += 1;
        }
    }
    return err;
}

static enum err preview_one(struct preview *self, struct db *db, struct arena *arena, int64_t id)
{
    char memory[LIMIT_URL + 1];
    struct buf out;
    struct link_hot link;
    int64_t along = 0;
    str target = {0};
    enum err err = links_load_one(db, arena, id, &link);
    err = err != OK ? err : find_along(self, db, arena, &link, &along, &target);
    if (err != OK) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    bool own = self->repoint->from_host.len == 0 || repoint_leads_to(link.url, self->repoint->from_host);
    if (!own && along == 0) {
        return OK;
    }
    buf_init_fixed(&out, memory, sizeof memory);
    str before = self->repoint->how == REPOINT_DOMAIN ? domain_of(self, link.domain_id) : own ? link.url : target;
    str after = self->repoint->how == REPOINT_DOMAIN ? self->repoint->target : after_of(self, before, &out);
    bool same = str_eq(before, after) && along == 0;
    self->matched++;
    self->unchanged += same;
    self->changes += !same;
    self->live += link.live && self->repoint->how != REPOINT_DOMAIN;
    self->targets += along;
    if (!same && self->examples < EXAMPLES) {
        write_example(self, arena, &link, before, after);
    }
    return OK;
}

/* Counts as far as time allows. */
static enum err preview_all(struct preview *self, struct db *db, struct links_filter *filter)
{
    int64_t ids[PREVIEW_ROWS], after_id = 0;
    int64_t until_ns = clock_mono_ns() + PREVIEW_NS;
    size_t count = PREVIEW_ROWS;
    struct arena arena;
    enum err err = OK;
    arena_init(&arena, PAGE_ARENA);
    while (err == OK && count == PREVIEW_ROWS && clock_mono_ns() < until_ns) {
        err = links_list_ids(db, &arena, filter, after_id, ids, PREVIEW_ROWS, &count);
        for (size_t i = 0; err == OK && i < count; i++) {
            err = preview_one(self, db, &arena, ids[i]);
            after_id = ids[i];
        }
        arena_reset(&arena);
    }
    arena_done(&arena);
    self->exact = count < PREVIEW_ROWS;
    return err;
}

void repoints_preview(struct ctx *ctx, struct request *request, struct reply *reply, const struct repoint *repoint,
                      struct links_filter *filter)
{
    struct json_writer json;
    struct preview self = {.repoint = repoint, .json = &json};
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = link_view_load(&self.view, ctx, request, db);
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "dry_run", true);
    json_name(&json, "examples");
    json_array(&json);
    err = err != OK ? err : preview_all(&self, db, filter);
    readers_give(ctx->engine->readers, db);
    json_array_end(&json);
    json_put_i64(&json, "matched", self.matched);
    json_put_i64(&json, "changes", self.changes);
    json_put_i64(&json, "unchanged", self.unchanged);
    json_put_i64(&json, "live_codes", self.live);
    json_put_i64(&json, "targets", self.targets);
    json_put_bool(&json, "exact", self.exact);
    json_object_end(&json);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}
