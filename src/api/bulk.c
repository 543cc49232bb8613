/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/bulk/links: many links in one transaction, each judged by itself. The answer has one result per item, in the
 * order asked:
 * {"status": 201, "link": …} or {"status": 422, "problem": …}.
 */
#include "link_call.h"
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

/* The call's top-level members; anything else is refused so that a typing error never edits more than was meant. */
static bool check_members(struct request *request, struct reply *reply, const struct json *json,
                          const char *const *names, size_t count)
{
    if (json->type != JSON_OBJECT) {
        call_bad_query(request, reply, "body", "wrong_type", "A JSON object is needed.", "请提交 JSON 对象。");
        return false;
    }
    JSON_EACH(member, json)
    {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++) {
            known = str_eq(member->name, str_from_c(names[i]));
        }
        if (!known) {
            struct fault fault = {0};
            str name = arena_str(request->arena, member->name);
            enum err err =
                fault_set(&fault, ERR_INVALID, name.ptr, "unknown_field", "That field is not known.", "未知字段。");
            reply_problem(reply, request, err, &fault);
            return false;
        }
    }
    return true;
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

static bool read_array(struct request *request, struct reply *reply, const struct json *json, const char *name)
{
    if (!json || json->type != JSON_ARRAY || json->count == 0) {
        call_bad_query(request, reply, name, "required", "A list with at least one item is needed.",
                       "请提供至少一项。");
        return false;
    }
    if (json->count > LIMIT_BULK) {
        call_bad_query(request, reply, name, "too_many", "At most 1,000 items in one call.", "一次最多 1000 项。");
        return false;
    }
    return true;
}

static void bulk_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const members[] = {"links", "dry_run"};
    const struct json *json;
    struct bulk bulk;
    bool dry_run;
    if (!call_json(request, reply, &json) || !check_members(request, reply, json, members, ARRAY_LEN(members)) ||
        !read_dry_run(request, reply, json, &dry_run)) {
        return;
    }
    const struct json *links = json_get(json, STR("links"));
    if (!read_array(request, reply, links, "links")) {
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
        bulk.results[i].err = link_draft_decode(request->arena, item, draft, &bulk.results[i].fault);
        if (bulk.results[i].err == OK) {
            bulk.slot[bulk.count++] = i;
        }
        i++;
    }
    run_bulk(ctx, request, reply, &bulk);
}

/* ---- which links: refs or a filter
 * ----------------------------------------------------------------------------------- */

static enum err find_one(struct ctx *ctx, struct request *request, struct db *db, const struct json *item, int64_t *id)
{
    if (item->type != JSON_STRING) {
        return ERR_NOT_FOUND;
    }
    struct link_ref ref = {.text = item->string};
    request_query(request, "domain", &ref.domain);
    return link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, id, NULL, NULL);
}

static bool bulk_from_refs(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                           const struct json *refs, struct bulk *bulk)
{
    if (!read_array(request, reply, refs, "refs")) {
        return false;
    }
    if (!bulk_alloc(bulk, request->arena, refs->count)) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return false;
    }
    size_t i = 0;
    JSON_EACH(item, refs)
    {
        bulk->results[i].err = find_one(ctx, request, db, item, &bulk->ids[bulk->count]);
        if (bulk->results[i].err == OK) {
            bulk->slot[bulk->count++] = i;
        }
        i++;
    }
    return true;
}

static bool bulk_from_filter(struct request *request, struct reply *reply, struct db *db, const struct json *object,
                             struct bulk *bulk)
{
    struct bounds bounds = call_bounds(request);
    struct link_params params = {.request = request, .object = object};
    struct links_filter filter;
    if (object->type != JSON_OBJECT || object->count == 0) {
        call_bad_query(request, reply, "filter", "required", "Name at least one condition.",
                       "请至少填写一个筛选条件。");
        return false;
    }
    if (!link_call_filter(&params, reply, db, &bounds, &filter)) {
        return false;
    }
    size_t found = 0;
    enum err err = bulk_alloc(bulk, request->arena, LIMIT_BULK + 1)
                       ? links_list_ids(db, request->arena, &filter, 0, bulk->ids, LIMIT_BULK + 1, &found)
                       : ERR_NOMEM;
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return false;
    }
    if (found > LIMIT_BULK) {
        call_bad_query(request, reply, "filter", "too_many", "More than 1,000 links match; narrow the filter.",
                       "匹配的短链超过 1000 条，请缩小范围。");
        return false;
    }
    bulk->asked = bulk->count = found;
    for (size_t i = 0; i < found; i++) {
        bulk->slot[i] = i;
    }
    return true;
}

static bool bulk_select(struct ctx *ctx, struct request *request, struct reply *reply, const struct json *json,
                        struct bulk *bulk)
{
    const struct json *refs = json_get(json, STR("refs"));
    const struct json *filter = json_get(json, STR("filter"));
    if (!refs == !filter) {
        call_bad_query(request, reply, "refs", "required", "Give either refs or filter.",
                       "请提供 refs 或 filter 之一。");
        return false;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    bool ok =
        refs ? bulk_from_refs(ctx, request, reply, db, refs, bulk) : bulk_from_filter(request, reply, db, filter, bulk);
    readers_give(ctx->engine->readers, db);
    return ok;
}

static void bulk_update(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const members[] = {"refs", "filter", "set", "dry_run"};
    const struct json *json;
    struct bulk bulk;
    struct link_draft draft;
    struct fault fault = {0};
    bool dry_run;
    if (!call_json(request, reply, &json) || !check_members(request, reply, json, members, ARRAY_LEN(members)) ||
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
    if (!call_json(request, reply, &json) || !check_members(request, reply, json, members, ARRAY_LEN(members)) ||
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
