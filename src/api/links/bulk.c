/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/bulk/links: many links in one transaction, each judged by itself. The answer has one result per item, in the
 * order asked:
 * {"status": 201, "link": …} or {"status": 422, "problem": …}.
 */
#include "linkpond/api/link_select.h"
#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"

/* One call's items. `slot` tells which result belongs to which draft, since items refused before never reach the
 * editor. */
struct bulk {
    struct link_draft *drafts;
    int64_t *ids;
    enum link_action *actions;
    struct link_result *results; /* of every item asked */
    struct link_result *done;    /* of those the editor saw */
    size_t *slot;
    size_t count; /* items the editor sees */
    size_t asked;
    bool dry_run;
};

static bool bulk_alloc(struct bulk *self, struct arena *arena, size_t asked)
{
    *self = (struct bulk){
        .drafts = ARENA_ARRAY(arena, struct link_draft, asked),
        .ids = ARENA_ARRAY(arena, int64_t, asked),
        .actions = ARENA_ARRAY(arena, enum link_action, asked),
        .results = ARENA_ARRAY(arena, struct link_result, asked),
        .done = ARENA_ARRAY(arena, struct link_result, asked),
        .slot = ARENA_ARRAY(arena, size_t, asked),
        .asked = asked,
    };
    return self->drafts && self->ids && self->actions && self->results && self->done && self->slot;
}

static void write_item(struct json_writer *json, struct request *request, const struct link_view *view,
                       const struct link_result *result)
{
    enum method method = request->method;
    int good = method == METHOD_DELETE ? 204 : (method == METHOD_POST && !result->existed ? 201 : 200);
    json_object(json);
    json_put_i64(json, "status", result->err == OK ? good : err_http_status(result->err));
    if (result->err != OK) {
        link_call_put_problem(json, request, view, result);
    } else if (method != METHOD_DELETE) {
        json_name(json, "link");
        link_view_write(view, json, &result->link, &result->notes);
    } else {
        json_put_str(json, "id", arena_f(request->arena, "lnk_%lld", (long long)result->link.id));
    }
    json_object_end(json);
}

static enum err write_results(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct bulk *bulk = edit->arg;
    struct link_view view;
    struct json_writer json;
    enum err err = link_view_load(&view, edit->ctx, edit->request, db);
    if (err != OK) {
        return err;
    }
    for (size_t i = 0; i < seen->count; i++) {
        bulk->results[bulk->slot[i]] = seen->links[i];
    }
    reply_json_begin(edit->reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "dry_run", bulk->dry_run);
    json_name(&json, "results");
    json_array(&json);
    for (size_t i = 0; i < bulk->asked; i++) {
        write_item(&json, edit->request, &view, &bulk->results[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    return OK;
}

static void run_bulk(struct ctx *ctx, struct request *request, struct reply *reply, struct bulk *bulk)
{
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_results, .arg = bulk};
    const struct actor *actor = edit_call_actor(&edit);
    const int64_t *ids = request->method == METHOD_POST ? NULL : bulk->ids;
    const enum link_action *actions = request->method == METHOD_DELETE ? bulk->actions : NULL;
    enum err err = OK;
    if (bulk->count > 0) {
        err = editor_links_bulk(ctx->engine->editor, actor, request->arena, bulk->drafts, ids, actions, NULL,
                                bulk->count, bulk->dry_run, bulk->done);
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = bulk->done, .count = bulk->count});
}

static bool read_dry_run(struct request *request, struct reply *reply, const struct json *json, bool *out)
{
    const struct json *member = json_get(json, STR("dry_run"));
    if (member && member->type != JSON_BOOL) {
        call_bad_query(request, reply, "dry_run", "wrong_type", "Must be true or false.", "只能是 true 或 false。");
        return false;
    }
    *out = member && member->boolean;
    return true;
}

static void bulk_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const members[] = {"links", "dry_run"};
    const struct json *json;
    struct bulk bulk;
    bool dry_run;
    if (!call_json(request, reply, &json) || !call_members(request, reply, json, members, ARRAY_LEN(members)) ||
        !read_dry_run(request, reply, json, &dry_run)) {
        return;
    }
    const struct json *links = json_get(json, STR("links"));
    if (!link_select_list(request, reply, links, "links")) {
        return;
    }
    if (!bulk_alloc(&bulk, request->arena, links->count)) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    bulk.dry_run = dry_run;
    size_t i = 0;
    JSON_EACH(item, links)
    {
        struct link_draft *draft = &bulk.drafts[bulk.count];
        link_draft_init(draft);
        bulk.results[i].err = live_draft_decode(request->arena, item, draft, &bulk.results[i].fault);
        if (bulk.results[i].err == OK) {
            bulk.slot[bulk.count++] = i;
        }
        i++;
    }
    run_bulk(ctx, request, reply, &bulk);
}

/* ---- which links: refs or a filter ---------------------------------------------------------------------------- */

static bool take_selection(struct request *request, struct reply *reply, const struct link_selection *selection,
                           struct bulk *bulk)
{
    if (!bulk_alloc(bulk, request->arena, selection->count)) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return false;
    }
    for (size_t i = 0; i < selection->count; i++) {
        bulk->results[i].err = selection->picks[i].err;
        if (selection->picks[i].err == OK) {
            bulk->ids[bulk->count] = selection->picks[i].id;
            bulk->slot[bulk->count++] = i;
        }
    }
    return true;
}

static bool bulk_select(struct ctx *ctx, struct request *request, struct reply *reply, const struct json *json,
                        struct bulk *bulk)
{
    struct link_selection selection;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    bool ok = link_select(ctx, request, reply, db, json, &selection);
    readers_give(ctx->engine->readers, db);
    return ok && take_selection(request, reply, &selection, bulk);
}

static void bulk_update(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const members[] = {"refs", "filter", "set", "dry_run"};
    const struct json *json;
    struct bulk bulk;
    struct link_draft draft;
    struct fault fault = {0};
    bool dry_run;
    if (!call_json(request, reply, &json) || !call_members(request, reply, json, members, ARRAY_LEN(members)) ||
        !read_dry_run(request, reply, json, &dry_run)) {
        return;
    }
    const struct json *set = json_get(json, STR("set"));
    if (!set || set->type != JSON_OBJECT) {
        call_bad_query(request, reply, "set", set ? "wrong_type" : "required", "An object that says what to set.",
                       "请填写要修改的内容（JSON 对象）。");
        return;
    }
    link_draft_init(&draft);
    enum err err = link_draft_decode(request->arena, set, &draft, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    if (!bulk_select(ctx, request, reply, json, &bulk)) {
        return;
    }
    bulk.dry_run = dry_run;
    for (size_t i = 0; i < bulk.count; i++) {
        bulk.drafts[i] = draft;
    }
    run_bulk(ctx, request, reply, &bulk);
}

static void bulk_delete(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const members[] = {"refs", "filter", "dry_run"};
    const struct json *json;
    struct bulk bulk;
    bool dry_run;
    if (!call_json(request, reply, &json) || !call_members(request, reply, json, members, ARRAY_LEN(members)) ||
        !read_dry_run(request, reply, json, &dry_run) || !bulk_select(ctx, request, reply, json, &bulk)) {
        return;
    }
    bulk.dry_run = dry_run;
    for (size_t i = 0; i < bulk.count; i++) {
        bulk.actions[i] = LINK_DELETE;
    }
    run_bulk(ctx, request, reply, &bulk);
}

const struct route api_bulk_routes[] = {
    {METHOD_POST, "/api/v1/bulk/links", PLANE_ADMIN, bulk_create, SCOPE_LINKS_WRITE, "Create many links", 0, NULL},
    {METHOD_PATCH, "/api/v1/bulk/links", PLANE_ADMIN, bulk_update, SCOPE_LINKS_WRITE, "Change many links", 0, "domain"},
    {METHOD_DELETE, "/api/v1/bulk/links", PLANE_ADMIN, bulk_delete, SCOPE_LINKS_WRITE, "Put many links in the bin", 0,
     "domain"},
    {0},
};
