/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/links/{ref}/targets/{id}/joined: what became of the visitors who were shown a target, told by whoever
 * knows: a colleague who counted heads, a robot in the group, a CRM. Under a name of the teller's own an event counts
 * once, however often it is told.
 */
#include "linkpond/store/target_events.h"
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/live_places.h"
#include "linkpond/store/targets.h"

#define COUNT_MAX 100000

struct joined_body {
    int64_t count;
    str id, channel;
    bool left;
};
static const struct json_field joined_fields[] = {
    {"count", JSON_KIND_I64, offsetof(struct joined_body, count), 0, 1, COUNT_MAX, 0},
    {"id", JSON_KIND_STR, offsetof(struct joined_body, id), 0, 1, LIMIT_EXTERNAL_ID, 0},
    {"channel", JSON_KIND_STR, offsetof(struct joined_body, channel), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"left", JSON_KIND_BOOL, offsetof(struct joined_body, left), 0, 0, 0, 0},
};

struct joined {
    struct engine *engine;
    struct arena *arena;
    struct joined_body body;
    int64_t link_id, target_id, now_ms;
    bool fresh;
    struct target_figures sum; /* of all time, afterwards */
};

static enum err count(struct db *db, struct joined *self)
{
    struct live_when when;
    const struct target_figures more = {.joined = self->body.left ? 0 : self->body.count,
                                        .left = self->body.left ? self->body.count : 0};
    const struct click_value channel = {.text = self->body.channel};

    live_when_of(self->engine->zone, self->now_ms, &when);
    enum err err = targets_hour_add(db, self->target_id, when.hour_ms, &more);
    return err ? err : targets_channel_add(db, self->target_id, when.hour_ms, &channel, &more);
}

static enum err tell(struct db *db, void *arg, struct fault *fault)
{
    struct joined *self = arg;
    struct target target;
    (void)fault;
    enum err err = targets_find(db, self->arena, self->target_id, &target);
    if (err == OK && target.link_id != self->link_id) {
        return ERR_NOT_FOUND;
    }
    self->fresh = true;
    if (err == OK && self->body.id.len > 0) {
        err = target_events_put(db, self->target_id, self->body.id, self->now_ms, &self->fresh);
    }
    err = err == OK && self->fresh ? count(db, self) : err;
    return err ? err : targets_sum(db, self->target_id, INT64_MIN, INT64_MAX, &self->sum);
}

/* Where those who joined take the places the redirect plane hears of it at once. */
static void publish(void *arg)
{
    const struct joined *self = arg;
    struct live_cell *cell = live_places_find(self->engine->places, self->target_id);
    struct live_when when;
    if (cell && self->fresh) {
        live_when_of(self->engine->zone, self->now_ms, &when);
        live_count_add(&cell->joined, &when, self->body.left ? -self->body.count : self->body.count);
    }
}

static bool read_body(struct request *request, struct reply *reply, struct joined_body *out)
{
    const struct json *json;
    struct fault fault = {0};
    if (!call_json(request, reply, &json)) {
        return false;
    }
    *out = (struct joined_body){.count = 1};
    enum err err = json_decode(request->arena, json, joined_fields, ARRAY_LEN(joined_fields), out, NULL, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static void targets_joined(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct joined joined = {.engine = ctx->engine, .arena = request->arena, .now_ms = request->now_ms};
    struct fault fault = {0};
    struct json_writer json;
    joined.target_id = target_name_read(request->params[1]);
    if (!link_call_ref(ctx, request, reply, &joined.link_id) || !read_body(request, reply, &joined.body)) {
        return;
    }
    enum err err = joined.target_id == 0
                       ? ERR_NOT_FOUND
                       : editor_run(ctx->engine->editor,
                                    &(struct writer_task){.run = tell, .published = publish, .arg = &joined}, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "counted", joined.fresh);
    json_put_i64(&json, "joined", joined.sum.joined);
    json_put_i64(&json, "left", joined.sum.left);
    json_object_end(&json);
}

const struct route api_target_event_routes[] = {
    {METHOD_POST, "/api/v1/links/:ref/targets/:id/joined", PLANE_ADMIN, targets_joined, SCOPE_LINKS_WRITE,
     "Tell who joined through a target", 0, "domain"},
    {0},
};
