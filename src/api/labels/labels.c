/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/campaigns, /channels, /tags: the marketer's own words. One file, because they share everything but a
 * channel's place; the route's path tells the kind.
 */
#include "labels.h"

#include "labels_template.h"
#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/users.h"
#include "names.h"

struct label_draft {
    str key, name;
    const struct json *names, *utm_template;
    str channel_group, region, location, owner, cost_centre;
    bool archived;
};
enum label_field {
    FIELD_KEY,
    FIELD_NAME,
    FIELD_NAMES,
    FIELD_ARCHIVED,
    FIELD_COMMON, /* what follows is a channel's */
    FIELD_GROUP = FIELD_COMMON,
    FIELD_REGION,
    FIELD_LOCATION,
    FIELD_COST_CENTRE,
    FIELD_CHANNEL_OWNER,
    FIELD_TEMPLATE,
    FIELD_CHANNEL_COUNT
};
#define AT(member) offsetof(struct label_draft, member)
static const struct json_field label_fields[FIELD_CHANNEL_COUNT] = {
    [FIELD_KEY] = {"key", JSON_KIND_STR, AT(key), 0, 1, LIMIT_TAG, 0},
    [FIELD_NAME] = {"name", JSON_KIND_STR, AT(name), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [FIELD_NAMES] = {"names", JSON_KIND_JSON, AT(names), JSON_NULLABLE, 0, 0, 0},
    [FIELD_ARCHIVED] = {"archived", JSON_KIND_BOOL, AT(archived), 0, 0, 0, 0},
    [FIELD_GROUP] = {"channel_group", JSON_KIND_STR, AT(channel_group), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [FIELD_REGION] = {"region", JSON_KIND_STR, AT(region), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [FIELD_LOCATION] = {"location", JSON_KIND_STR, AT(location), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [FIELD_COST_CENTRE] = {"cost_centre", JSON_KIND_STR, AT(cost_centre), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [FIELD_CHANNEL_OWNER] = {"owner", JSON_KIND_STR, AT(owner), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [FIELD_TEMPLATE] = {"utm_template", JSON_KIND_JSON, AT(utm_template), JSON_NULLABLE, 0, 0, 0},
};
#undef AT

static bool has(const struct json_presence *presence, enum label_field field)
{
    return presence->present >> field & 1;
}

static enum label_kind kind_of(const struct ctx *ctx)
{
    str path = str_from_c(ctx->route->path);
    if (str_starts(path, STR("/api/v1/campaigns"))) {
        return LABEL_CAMPAIGN;
    }
    return str_starts(path, STR("/api/v1/channels")) ? LABEL_CHANNEL : LABEL_TAG;
}

void label_write_members(struct json_writer *json, const struct label *label)
{
    json_put_str(json, "key", label->key);
    json_put_str(json, "name", label->name);
    json_name(json, "names");
    json_object(json);
    json_put_str(json, "zh", label->name_zh);
    json_put_str(json, "en", label->name_en);
    json_object_end(json);
    if (label->kind == LABEL_CHANNEL) {
        json_put_opt(json, "channel_group", label->channel_group);
        json_put_opt(json, "region", label->region);
        json_put_opt(json, "location", label->location);
        json_put_opt(json, "owner", label->owner);
        json_put_opt(json, "cost_centre", label->cost_centre);
        label_write_template(json, label);
    }
    json_put_bool(json, "archived", label->archived);
}

static void write_sums(struct json_writer *json, const struct label *label)
{
    json_put_i64(json, "links", label->links);
    json_name(json, "counts");
    json_object(json);
    json_put_i64(json, "clicks", label->counts.clicks);
    json_put_i64(json, "visitors", label->counts.visitors);
    json_put_i64(json, "bots", label->counts.bots);
    json_put_i64(json, "total", label->counts.total);
    json_put_i64(json, "scans", label->counts.scans);
    json_put_time(json, "last_at", label->counts.last_ms);
    json_object_end(json);
}

static void write_label(struct json_writer *json, const struct label *label, bool sums)
{
    json_object(json);
    label_write_members(json, label);
    if (sums) {
        write_sums(json, label);
    }
    json_put_time(json, "created_at", label->created_ms);
    json_put_time(json, "updated_at", label->updated_ms);
    json_object_end(json);
}

/* The label a key names, with links and counts. On false the reply is the problem. */
static bool load_label(struct ctx *ctx, struct request *request, struct reply *reply, str key, struct label *out)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    struct bounds bounds = call_bounds(request);
    enum err err = labels_find_full(db, request->arena, kind_of(ctx), key, &bounds, out);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

/* The answer to an edit; its arg is the key that the label goes by now. */
static enum err write_put(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct request *request = edit->request;
    struct bounds bounds = call_bounds(request);
    struct label label;
    struct json_writer json;
    const str *key = edit->arg;
    bool added = request->method == METHOD_POST && !request->params[0].ptr; /* a merge names one */
    enum err err = labels_find_full(db, request->arena, kind_of(edit->ctx), *key, &bounds, &label);
    (void)seen;
    if (err != OK) {
        return err;
    }
    reply_json_begin(edit->reply, added ? 201 : 200, &json);
    write_label(&json, &label, true);
    if (added) {
        const char *prefix = arena_f(request->arena, "/api/v1/%ss", label_kind_name(label.kind).ptr).ptr;
        reply_header(edit->reply, request, "Location", call_location(request, prefix, label.key));
    }
    return OK;
}

/* ---- what a body asks for -------------------------------------------------------------------------------------- */

static enum err apply_names(struct label *label, const struct json *object, struct fault *fault)
{
    struct names names;
    enum err err = names_decode(object, &names, fault);

    label->name_zh = names.has_zh ? names.zh : label->name_zh;
    label->name_en = names.has_en ? names.en : label->name_en;
    return err;
}

static enum err apply_owner(struct ctx *ctx, struct request *request, struct label *label, str key, struct fault *fault)
{
    label->owner_id = 0;
    if (key.len == 0) {
        return OK;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    struct user user;
    enum err err = users_find_key(db, request->arena, key, &user);
    readers_give(ctx->engine->readers, db);
    if (err == OK && request->actor->owner_bound && user.id != request->actor->owner_id) {
        err = ERR_NOT_FOUND; /* they know of nobody else */
    }
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该负责人。");
    }
    label->owner_id = err == OK ? user.id : 0;
    return err;
}

static void apply_place(struct label *label, const struct label_draft *draft, const struct json_presence *presence)
{
    label->channel_group = has(presence, FIELD_GROUP) ? draft->channel_group : label->channel_group;
    label->region = has(presence, FIELD_REGION) ? draft->region : label->region;
    label->location = has(presence, FIELD_LOCATION) ? draft->location : label->location;
    label->cost_centre = has(presence, FIELD_COST_CENTRE) ? draft->cost_centre : label->cost_centre;
}

enum err label_decode(struct ctx *ctx, struct request *request, const struct json *json, struct label *label,
                      struct fault *fault)
{
    struct label_draft draft = {0};
    struct json_presence presence = {0};
    size_t fields = label->kind == LABEL_CHANNEL ? FIELD_CHANNEL_COUNT : FIELD_COMMON;
    enum err err = json_decode(request->arena, json, label_fields, fields, &draft, &presence, fault);
    if (err == OK && has(&presence, FIELD_NAMES)) {
        err = apply_names(label, draft.names, fault);
    }
    if (err == OK && has(&presence, FIELD_TEMPLATE)) {
        err = label_take_template(label, draft.utm_template, fault);
    }
    if (err == OK && has(&presence, FIELD_CHANNEL_OWNER)) {
        err = apply_owner(ctx, request, label, draft.owner, fault);
    }
    if (err == OK) {
        label->key = has(&presence, FIELD_KEY) ? draft.key : label->key;
        label->name = has(&presence, FIELD_NAME) ? draft.name : label->name;
        label->archived = has(&presence, FIELD_ARCHIVED) ? draft.archived : label->archived;
        apply_place(label, &draft, &presence);
    }
    return err;
}

/* Reads the body onto the label, stores it and answers it. */
static void put_label(struct ctx *ctx, struct request *request, struct reply *reply, struct label *label)
{
    const struct json *json;
    struct fault fault = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put, .arg = &label->key};
    if (!call_json(request, reply, &json)) {
        return;
    }
    enum err err = label_decode(ctx, request, json, label, &fault);
    if (err == OK) {
        err = editor_label_put(ctx->engine->editor, edit_call_actor(&edit), label, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = label->id});
}

/* ---- handlers -------------------------------------------------------------------------------------------------- */

/* archived = false (as long as nobody asks), true, or all. */
static bool read_filter(struct request *request, struct reply *reply, struct labels_filter *filter)
{
    int64_t limit = 100;
    bool counts = true;
    str text;
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit) ||
        !call_query_bool(request, reply, "counts", &counts)) {
        return false;
    }
    filter->limit = (size_t)limit;
    filter->no_sums = !counts;
    request_query(request, "q", &filter->q);
    if (request_query(request, "archived", &text)) {
        bool archived = false;
        if (str_eq(text, STR("all"))) {
            filter->archived = -1;
        } else if (call_query_bool(request, reply, "archived", &archived)) {
            filter->archived = archived;
        } else {
            return false;
        }
    }
    return call_query_cursor(request, reply, &filter->after_key);
}

static void labels_get_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct bounds bounds = call_bounds(request);
    struct labels_filter filter = {.kind = kind_of(ctx), .bounds = &bounds};
    if (!read_filter(request, reply, &filter)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct labels_page page;
    int64_t total;
    enum err err = labels_list(db, request->arena, &filter, &page, &total);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    struct json_writer json;
    call_list_begin(reply, &json);
    for (size_t i = 0; i < page.count; i++) {
        write_label(&json, &page.labels[i], !filter.no_sums);
    }
    str cursor = page.more ? cursor_encode(request->arena, page.labels[page.count - 1].key) : (str){0};
    call_list_end(&json, cursor, total);
}

static void labels_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct label label = {.kind = kind_of(ctx)};
    put_label(ctx, request, reply, &label);
}

static void labels_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct label label;
    struct json_writer json;
    if (load_label(ctx, request, reply, request->params[0], &label)) {
        reply_json_begin(reply, 200, &json);
        write_label(&json, &label, true);
    }
}

static void labels_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct label label;
    if (call_unbound(request, reply) && load_label(ctx, request, reply, request->params[0], &label)) {
        put_label(ctx, request, reply, &label);
    }
}

static void labels_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct label label;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !load_label(ctx, request, reply, request->params[0], &label)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_label_delete(ctx->engine->editor, edit_call_actor(&edit), label.id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = label.id});
}

static void labels_merge_into(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct merge {
        str into;
    } merge = {0};
    static const struct json_field fields[] = {
        {"into", JSON_KIND_STR, offsetof(struct merge, into), JSON_REQUIRED, 1, LIMIT_TAG, 0},
    };
    struct label from, into;
    struct fault fault = {0};
    const struct json *json;
    if (!call_unbound(request, reply) || !load_label(ctx, request, reply, request->params[0], &from) ||
        !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, fields, ARRAY_LEN(fields), &merge, NULL, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    if (!load_label(ctx, request, reply, merge.into, &into)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put, .arg = &into.key};
    err = from.id == into.id
              ? fault_set(&fault, ERR_INVALID, "into", "not_allowed", "It is the same one.", "不能与自身合并。")
              : editor_label_merge(ctx->engine->editor, edit_call_actor(&edit), from.id, into.id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = into.id});
}

#define READ  SCOPE_LINKS_READ
#define WRITE SCOPE_LINKS_WRITE
const struct route api_label_routes[] = {
    {METHOD_GET, "/api/v1/campaigns", PLANE_ADMIN, labels_get_list, READ, "List the campaigns", 0,
     "q archived counts limit cursor"},
    {METHOD_POST, "/api/v1/campaigns", PLANE_ADMIN, labels_create, WRITE, "Add a campaign", 0, NULL},
    {METHOD_GET, "/api/v1/campaigns/:key", PLANE_ADMIN, labels_get, READ, "Fetch one campaign", 0, NULL},
    {METHOD_PATCH, "/api/v1/campaigns/:key", PLANE_ADMIN, labels_patch, WRITE, "Change or rename a campaign", 0, NULL},
    {METHOD_DELETE, "/api/v1/campaigns/:key", PLANE_ADMIN, labels_remove, WRITE, "Remove an unused campaign", 0, NULL},
    {METHOD_POST, "/api/v1/campaigns/:key/merge", PLANE_ADMIN, labels_merge_into, WRITE,
     "Merge a campaign into another", 0, NULL},
    {METHOD_GET, "/api/v1/channels", PLANE_ADMIN, labels_get_list, READ, "List the channels", 0,
     "q archived counts limit cursor"},
    {METHOD_POST, "/api/v1/channels", PLANE_ADMIN, labels_create, WRITE, "Add a channel", 0, NULL},
    {METHOD_GET, "/api/v1/channels/:key", PLANE_ADMIN, labels_get, READ, "Fetch one channel", 0, NULL},
    {METHOD_PATCH, "/api/v1/channels/:key", PLANE_ADMIN, labels_patch, WRITE, "Change or rename a channel", 0, NULL},
    {METHOD_DELETE, "/api/v1/channels/:key", PLANE_ADMIN, labels_remove, WRITE, "Remove an unused channel", 0, NULL},
    {METHOD_POST, "/api/v1/channels/:key/merge", PLANE_ADMIN, labels_merge_into, WRITE, "Merge a channel into another",
     0, NULL},
    {METHOD_GET, "/api/v1/tags", PLANE_ADMIN, labels_get_list, READ, "List the tags", 0,
     "q archived counts limit cursor"},
    {METHOD_POST, "/api/v1/tags", PLANE_ADMIN, labels_create, WRITE, "Add a tag", 0, NULL},
    {METHOD_GET, "/api/v1/tags/:key", PLANE_ADMIN, labels_get, READ, "Fetch one tag", 0, NULL},
    {METHOD_PATCH, "/api/v1/tags/:key", PLANE_ADMIN, labels_patch, WRITE, "Change or rename a tag", 0, NULL},
    {METHOD_DELETE, "/api/v1/tags/:key", PLANE_ADMIN, labels_remove, WRITE, "Remove an unused tag", 0, NULL},
    {METHOD_POST, "/api/v1/tags/:key/merge", PLANE_ADMIN, labels_merge_into, WRITE, "Merge a tag into another", 0,
     NULL},
    {0},
};
