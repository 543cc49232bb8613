/* SPDX-License-Identifier: MIT */
/* /api/v1/links/{ref}/targets: the pool of a live code, and what became of each of its targets. */
#include "linkpond/api/edit_call.h"
#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/images.h"

bool live_call_link(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, struct link *link)
{
    struct bounds bounds = call_bounds(request);
    int64_t id;

    if (!link_call_find(ctx, request, reply, db, request->params[0], &id)) {
        return false;
    }
    enum err err = links_find(db, request->arena, &bounds, id, link);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

bool live_call_edit(struct ctx *ctx, struct request *request, struct reply *reply, struct live_edit *edit)
{
    *edit = (struct live_edit){0};
    if (!link_call_ref(ctx, request, reply, &edit->link_id)) {
        return false;
    }
    enum err err = request_if_match(request, &edit->if_revision);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

/* ---- how a target looks ---------------------------------------------------------------------------------------- */

static void put_cap(struct json_writer *json, const char *name, int64_t cap, int64_t none)
{
    json_name(json, name);
    if (cap == none) {
        json_null(json);
    } else {
        json_i64(json, cap);
    }
}

static str state_of(const struct target *target, int64_t left, int64_t now_ms)
{
    if (!target->enabled) {
        return STR("disabled");
    }
    if (target->valid_from_ms != TIME_NONE && now_ms < target->valid_from_ms) {
        return STR("scheduled");
    }
    if (target->valid_until_ms != TIME_NONE && now_ms >= target->valid_until_ms) {
        return STR("ended");
    }
    return left == 0 ? STR("full") : STR("open");
}

/* Places taken in total since it was replaced, this day and this hour: what its caps are compared with. */
static void write_taken(struct json_writer *json, const struct live_taken *taken)
{
    json_name(json, "taken");
    json_object(json);
    json_put_i64(json, "total", taken->total);
    json_put_i64(json, "day", taken->day);
    json_put_i64(json, "hour", taken->hour);
    json_object_end(json);
}

static void write_figures(struct json_writer *json, const struct target_figures *sum, const struct live_taken *taken,
                          int64_t left)
{
    json_name(json, "figures");
    json_object(json);
    json_put_i64(json, "shown", sum->shown);
    json_put_i64(json, "visitors", sum->visitors);
    json_put_i64(json, "pressed", sum->pressed);
    json_put_i64(json, "joined", sum->joined);
    json_put_i64(json, "left", sum->left);
    json_put_i64(json, "current", sum->joined - sum->left);
    put_cap(json, "remaining", left, LIVE_NO_CAP);
    write_taken(json, taken);
    json_object_end(json);
}

static void write_words(struct json_writer *json, const struct target *target)
{
    char memory[TARGET_NAME_MAX], image[IMAGE_REF_MAX];

    json_put_str(json, "id", target_name(target->id, memory));
    json_put_str(json, "kind", target_kind_name(target->kind));
    json_put_opt(json, "name", target->name);
    json_put_opt(json, "url", target->url);
    json_put_opt(json, "image", target->image_id != 0 ? image_ref(target->image_id, image) : STR(""));
    json_put_opt(json, "title", target->title);
    json_put_opt(json, "hint", target->hint);
    json_put_opt(json, "staff", target->staff);
    json_put_i64(json, "weight", target->weight);
    json_put_bool(json, "enabled", target->enabled);
    json_put_time(json, "valid_from", target->valid_from_ms);
    json_put_time(json, "valid_until", target->valid_until_ms);
    put_cap(json, "cap_total", target->cap_total, TARGET_NO_CAP);
    put_cap(json, "cap_day", target->cap_day, TARGET_NO_CAP);
    put_cap(json, "cap_hour", target->cap_hour, TARGET_NO_CAP);
    json_put_str(json, "cap_on", target_cap_on_name(target->cap_on));
}

enum err live_write_target(struct ctx *ctx, struct request *request, struct db *db, struct json_writer *json,
                           const struct target *target)
{
    static const struct live_cell unknown;
    const struct live_cell *cell = live_places_find(ctx->engine->places, target->id);
    struct target_figures sum;
    struct live_taken taken;
    struct live_when when;
    enum err err = targets_sum(db, target->id, INT64_MIN, INT64_MAX, &sum);
    if (err != OK) {
        return err;
    }
    live_when_of(ctx->engine->zone, request->now_ms, &when);
    int64_t left = live_target_left(target, cell ? cell : &unknown, &when);
    live_target_taken(target, cell ? cell : &unknown, &when, &taken);
    json_object(json);
    write_words(json, target);
    json_put_str(json, "state", state_of(target, left, request->now_ms));
    write_figures(json, &sum, &taken, left);
    json_put_time(json, "replaced_at", target->replaced_ms);
    json_put_time(json, "created_at", target->created_ms);
    json_put_time(json, "updated_at", target->updated_ms);
    json_object_end(json);
    return OK;
}

enum err live_write_targets(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                            const struct link *link)
{
    struct target *pool = NULL;
    struct json_writer json;
    size_t count = 0;
    enum err err = targets_of(db, request->arena, link->id, &pool, &count);

    reply_json_begin(reply, 200, &json);
    reply_etag(reply, request, link->revision);
    json_object(&json);
    json_name(&json, "items");
    json_array(&json);
    for (size_t i = 0; err == OK && i < count; i++) {
        err = live_write_target(ctx, request, db, &json, &pool[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    return err;
}

/* ---- the calls ------------------------------------------------------------------------------------------------- */

static void targets_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct link link;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    if (live_call_link(ctx, request, reply, db, &link)) {
        enum err err = live_write_targets(ctx, request, reply, db, &link);
        if (err != OK) {
            reply_problem(reply, request, err, NULL);
        }
    }
    readers_give(ctx->engine->readers, db);
}

static bool path_target(struct request *request, struct reply *reply, int64_t *id)
{
    *id = target_name_read(request->params[1]);
    if (*id == 0) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    }
    return *id != 0;
}

static bool read_draft(struct request *request, struct reply *reply, struct target_draft *draft)
{
    const struct json *json;
    struct fault fault = {0};

    *draft = (struct target_draft){0};
    if (!call_json(request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(request->arena, json, target_draft_fields, TF_COUNT, draft, &draft->presence, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static enum err write_put(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct request *request = edit->request;
    const struct live_edit *live = edit->arg;
    bool added = request->method == METHOD_POST;
    struct target target;
    struct json_writer json;
    enum err err = targets_find(db, request->arena, seen->id, &target);
    if (err != OK) {
        return err;
    }
    reply_json_begin(edit->reply, added ? 201 : 200, &json);
    reply_etag(edit->reply, request, live->revision);
    if (added) {
        reply_header(edit->reply, request, "Location",
                     arena_f(request->arena, "/api/v1/links/lnk_%lld/targets/tgt_%lld", (long long)target.link_id,
                             (long long)target.id));
    }
    return live_write_target(edit->ctx, request, db, &json, &target);
}

static void put_target(struct ctx *ctx, struct request *request, struct reply *reply, int64_t id)
{
    struct target_draft draft;
    struct live_edit live;
    if (!live_call_edit(ctx, request, reply, &live) || !read_draft(request, reply, &draft)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put, .arg = &live};
    enum err err = editor_target_put(ctx->engine->editor, edit_call_actor(&edit), request->arena, &live, id, &draft);
    if (err != OK) {
        reply_problem(reply, request, err, &live.fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = live.target_id});
}

static void targets_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    put_target(ctx, request, reply, 0);
}

static void targets_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (path_target(request, reply, &id)) {
        put_target(ctx, request, reply, id);
    }
}

static void targets_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct live_edit live;
    if (!path_target(request, reply, &id) || !live_call_edit(ctx, request, reply, &live)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_target_delete(ctx->engine->editor, edit_call_actor(&edit), request->arena, &live, id);
    if (err != OK) {
        reply_problem(reply, request, err, &live.fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

/* ---- their order ----------------------------------------------------------------------------------------------- */

struct order_body {
    struct str_list targets;
};
static const struct json_field order_fields[] = {
    {"targets", JSON_KIND_STRLIST, offsetof(struct order_body, targets), JSON_REQUIRED, 1, LIMIT_TARGETS,
     TARGET_NAME_MAX},
};

static bool read_order(struct request *request, struct reply *reply, int64_t ids[LIMIT_TARGETS], size_t *count)
{
    struct order_body body = {0};
    const struct json *json;
    struct fault fault = {0};

    if (!call_json(request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(request->arena, json, order_fields, ARRAY_LEN(order_fields), &body, NULL, &fault);
    for (size_t i = 0; err == OK && i < body.targets.count; i++) {
        ids[i] = target_name_read(body.targets.items[i]);
        if (ids[i] == 0) {
            err = fault_setf(&fault, ERR_INVALID, "targets", "not_an_id", "targets[%zu] is no target.", i);
        }
    }
    *count = body.targets.count;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static enum err write_order(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    const struct live_edit *live = edit->arg;
    struct link link;
    enum err err = links_find(db, edit->request->arena, BOUNDS_ALL, live->link_id, &link);

    (void)seen;
    return err != OK ? err : live_write_targets(edit->ctx, edit->request, edit->reply, db, &link);
}

static void targets_order(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t ids[LIMIT_TARGETS];
    size_t count;
    struct live_edit live;
    if (!live_call_edit(ctx, request, reply, &live) || !read_order(request, reply, ids, &count)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_order, .arg = &live};
    enum err err = editor_targets_order(ctx->engine->editor, edit_call_actor(&edit), request->arena, &live, ids, count);
    if (err != OK) {
        reply_problem(reply, request, err, &live.fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){0});
}

#define WRITE SCOPE_LINKS_WRITE
const struct route api_target_routes[] = {
    {METHOD_GET, "/api/v1/links/:ref/targets", PLANE_ADMIN, targets_get, SCOPE_LINKS_READ,
     "Targets of a live code, with their figures", 0, "domain"},
    {METHOD_POST, "/api/v1/links/:ref/targets", PLANE_ADMIN, targets_create, WRITE, "Add a target", 0, "domain"},
    {METHOD_PUT, "/api/v1/links/:ref/targets", PLANE_ADMIN, targets_order, WRITE, "Put the targets in order", 0,
     "domain"},
    {METHOD_PATCH, "/api/v1/links/:ref/targets/:id", PLANE_ADMIN, targets_patch, WRITE, "Change a target", 0, "domain"},
    {METHOD_DELETE, "/api/v1/links/:ref/targets/:id", PLANE_ADMIN, targets_remove, WRITE,
     "Take a target out of the pool", 0, "domain"},
    {0},
};
