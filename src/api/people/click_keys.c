/* SPDX-License-Identifier: MIT */
/* /api/v1/click-keys: the versions of the key that makes click ids; never the keys. */
#include "linkpond/store/click_keys.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"

static void write_version(struct json_writer *json, int64_t version, enum click_key_state state)
{
    static const char *const names[] = {
        [CLICK_KEY_CURRENT] = "current", [CLICK_KEY_KEPT] = "kept", [CLICK_KEY_DROPPED] = "dropped"};

    json_object(json);
    json_put_i64(json, "version", version);
    json_put_str(json, "state", str_from_c(names[state]));
    json_object_end(json);
}

static void versions_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    str keys = {0};
    struct db *db = call_unbound(request, reply) ? call_reader(ctx, request, reply) : NULL;

    if (!db) {
        return;
    }
    enum err err = click_keys_get(db, request->arena, &keys);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "items");
    json_array(&json);
    for (int64_t version = click_keys_versions(keys); version > 0; version--) {
        write_version(&json, version, click_keys_state(keys, version));
    }
    json_array_end(&json);
    json_object_end(&json);
}

static enum err write_turned(struct edit_call *self, struct db *db, const struct editor_seen *seen)
{
    struct json_writer json;

    (void)db;
    reply_json_begin(self->reply, 201, &json);
    write_version(&json, seen->id, CLICK_KEY_CURRENT);
    return OK;
}

static void versions_turn(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_turned};
    struct fault fault = {0};
    int64_t version = 0;

    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = editor_click_key_turn(ctx->engine->editor, edit_call_actor(&edit), &version, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = version});
}

static void versions_drop(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    struct fault fault = {0};
    int64_t version = 0;

    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = str_to_i64(request->params[0], &version)
                       ? editor_click_key_drop(ctx->engine->editor, edit_call_actor(&edit), version, &fault)
                       : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = version});
}

const struct route api_click_key_routes[] = {
    {METHOD_GET, "/api/v1/click-keys", PLANE_ADMIN, versions_list, SCOPE_ADMIN,
     "List the versions of the key of click ids", 0, NULL},
    {METHOD_POST, "/api/v1/click-keys", PLANE_ADMIN, versions_turn, SCOPE_ADMIN,
     "Turn the key of click ids: new ids are made by a new version", 0, NULL},
    {METHOD_DELETE, "/api/v1/click-keys/:version", PLANE_ADMIN, versions_drop, SCOPE_ADMIN,
     "Drop a version: its ids are refused from now on", 0, NULL},
    {0},
};
