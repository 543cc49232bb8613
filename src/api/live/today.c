/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/today: what needs somebody now. Robots are told of a thing once; here it stands until it is mended. Everybody
 * sees what is about the links they may see; robots are for who runs the installation.
 */
#include <unistd.h>

#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/image.h"
#include "linkpond/engine/pool_needs.h"
#include "linkpond/store/domain_blocks.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/outbox.h"

#define ROWS_DEFAULT 200

struct today {
    struct ctx *ctx;
    struct request *request;
    struct db *db;
    struct bounds bounds;
    struct link_view view;
    struct json_writer *json;
    int64_t left, total; /* rows that may still be written; how many there are */
};

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void begin_row(struct today *self, str kind, str title, int64_t at_ms)
{
    json_object(self->json);
    json_put_str(self->json, "kind", kind);
    json_put_str(self->json, "title", title);
    json_put_time(self->json, "at", at_ms);
}

static void put_null(struct json_writer *json, const char *name)
{
    json_name(json, name);
    json_null(json);
}

static void write_link(struct today *self, const struct link *link)
{
    struct json_writer *json = self->json;

    json_name(json, "link");
    json_object(json);
    json_put_str(json, "id", arena_f(self->request->arena, "lnk_%lld", (long long)link->id));
    json_put_str(json, "code", link->code);
    json_put_opt(json, "title", link->title);
    json_put_str(json, "short_url", link_short_url(&self->view, link));
    json_put_opt(json, "owner", link->owner);
    json_object_end(json);
}

static void write_also(struct json_writer *json, unsigned also)
{
    json_name(json, "also");
    json_array(json);
    for (unsigned need = 0; need < POOL_NEEDS; need++) {
        if (also >> need & 1) {
            json_str(json, pool_need_name((enum pool_need)need));
        }
    }
    json_array_end(json);
}

static enum err write_pool_row(struct today *self, const struct pool_row *row)
{
    struct link link;
    struct target target;
    struct arena *arena = self->request->arena;
    enum err err = links_find(self->db, arena, &self->bounds, row->link_id, &link);

    err = err || row->target_id == 0 ? err : targets_find(self->db, arena, row->target_id, &target);
    if (err != OK) {
        return err;
    }
    begin_row(self, pool_need_name(row->need), pool_need_title(row->need, self->request->chinese), row->at_ms);
    write_also(self->json, row->also);
    write_link(self, &link);
    json_name(self->json, "target");
    if (row->target_id != 0) {
        err = live_write_target(self->ctx, self->request, self->db, self->json, &target);
    } else {
        json_null(self->json);
    }
    put_null(self->json, "robot");
    put_null(self->json, "domain");
    json_object_end(self->json);
    return err;
}

static enum err write_pools(struct today *self)
{
    const struct pool_look look = pool_look_at(&self->bounds, self->ctx->engine->zone, self->request->now_ms);
    bool reads_codes = access(IMAGE_CODE_READER, X_OK) == 0;
    struct pool_rows rows;
    enum err err = pool_needs_find(self->db, self->request->arena, &look, reads_codes, &rows);

    if (err != OK) {
        return err;
    }
    for (size_t i = 0; err == OK && i < rows.count && self->left > 0; i++) {
        err = write_pool_row(self, &rows.items[i]);
        self->left--;
    }
    self->total += (int64_t)rows.count;
    return err;
}

static void write_robot(struct today *self, const struct outbox_trouble *robot)
{
    bool gone = robot->gone_ms != INT64_MIN, chinese = self->request->chinese;
    struct json_writer *json = self->json;
    str title = gone      ? chinese ? STR("通知机器人已失效") : STR("A notification robot is gone")
                     : chinese ? STR("有通知未送达")
                          : STR("Notices could not be sent");

    begin_row(self, gone ? STR("robot_gone") : STR("robot_dead"), title, gone ? robot->gone_ms : robot->tried_ms);
    write_also(json, 0);
    put_null(json, "link");
    put_null(json, "target");
    json_name(json, "robot");
    json_object(json);
    json_put_i64(json, "id", robot->robot_id);
    json_put_str(json, "name", robot->name);
    json_put_str(json, "kind", robot_kind_name(robot->kind));
    json_put_i64(json, "dead", robot->dead);
    json_object_end(json);
    put_null(json, "domain");
    json_object_end(json);
}

/* ---- domains ---- */

static void write_block(struct today *self, const struct domain *domain, const struct domain_block *block)
{
    enum notice_kind kind = block->state == BLOCK_BLOCKED ? NOTICE_DOMAIN_BLOCKED : NOTICE_DOMAIN_SUSPECTED;
    struct json_writer *json = self->json;

    begin_row(self, notice_name(kind), notice_title(kind, self->request->chinese), block->since_ms);
    write_also(json, 0);
    put_null(json, "link");
    put_null(json, "target");
    put_null(json, "robot");
    json_name(json, "domain");
    json_object(json);
    json_put_str(json, "host", domain->host);
    json_put_str(json, "app", block->app);
    json_object_end(json);
    json_object_end(json);
}

static enum err write_domain(struct today *self, const struct domain *domain)
{
    struct stmt *rows = domain_blocks_each(self->db, domain->id);
    struct domain_block block;

    while (domain_blocks_next(rows, &block)) {
        if (block.state == BLOCK_OK) {
            continue;
        }
        if (self->left > 0) {
            write_block(self, domain, &block);
            self->left--;
        }
        self->total++;
    }
    return stmt_err(rows);
}

/* Closed ones too: links that were handed out live there. */
static enum err write_domains(struct today *self)
{
    const struct actor *actor = self->request->actor;
    enum err err = OK;

    if (actor->owner_bound || actor->domain_bound) {
        return OK;
    }
    for (size_t i = 0; err == OK && i < self->view.domains_count; i++) {
        err = write_domain(self, &self->view.domains[i]);
    }
    return err;
}

/* ---- robots ---- */

static enum err write_robots(struct today *self)
{
    const struct actor *actor = self->request->actor;
    struct outbox_trouble robot;

    if (actor->owner_bound || actor->domain_bound || !(actor->scopes & SCOPE_ADMIN)) {
        return OK;
    }
    struct stmt *rows = outbox_troubled_each(self->db);
    while (outbox_troubled_next(rows, &robot)) {
        if (self->left > 0) {
            write_robot(self, &robot);
            self->left--;
        }
        self->total++;
    }
    return stmt_err(rows);
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

static enum err write_all(struct today *self, struct reply *reply)
{
    struct json_writer json;

    self->json = &json;
    call_list_begin(reply, &json);
    enum err err = write_domains(self);
    err = err ? err : write_robots(self);
    err = err ? err : write_pools(self);
    call_list_end(&json, (str){0}, self->total);
    return err;
}

static void today_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct today self = {.ctx = ctx, .request = request, .bounds = call_bounds(request), .left = ROWS_DEFAULT};
    if (!call_query_i64(request, reply, "limit", 0, LIMIT_PAGE, &self.left)) {
        return;
    }
    self.db = call_reader(ctx, request, reply);
    if (!self.db) {
        return;
    }
    enum err err = link_view_load(&self.view, ctx, request, self.db);
    err = err ? err : write_all(&self, reply);
    readers_give(ctx->engine->readers, self.db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

const struct route api_today_routes[] = {
    {METHOD_GET, "/api/v1/today", PLANE_ADMIN, today_get, SCOPE_LINKS_READ, "What needs somebody now", 0, "limit"},
    {0},
};
