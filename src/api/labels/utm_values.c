/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/utm-values: how each UTM value is to be written, and how else people write it. It changes what everybody's
 * reports show, so keys bound to an owner or a domain only read it.
 */
#include "utm_values.h"

#include "names.h"

#include "linkpond/api/routes.h"

struct value_body {
    str field, value;
    struct str_list aliases;
    const struct json *names;
    bool archived;
};
enum value_field { FIELD_FIELD, FIELD_VALUE, FIELD_ALIASES, FIELD_NAMES, FIELD_ARCHIVED, FIELD_COUNT };
#define AT(member) offsetof(struct value_body, member)
static const struct json_field value_fields[FIELD_COUNT] = {
    [FIELD_FIELD] = {"field", JSON_KIND_STR, AT(field), 0, 1, LIMIT_NAME, 0},
    [FIELD_VALUE] = {"value", JSON_KIND_STR, AT(value), 0, 1, LIMIT_UTM, 0},
    [FIELD_ALIASES] = {"aliases", JSON_KIND_STRLIST, AT(aliases), JSON_NULLABLE, 0, LIMIT_UTM_ALIASES, LIMIT_UTM},
    [FIELD_NAMES] = {"names", JSON_KIND_JSON, AT(names), JSON_NULLABLE, 0, 0, 0},
    [FIELD_ARCHIVED] = {"archived", JSON_KIND_BOOL, AT(archived), 0, 0, 0, 0},
};
#undef AT

static bool has(const struct json_presence *presence, enum value_field field)
{
    return presence->present >> field & 1;
}

/* ---- JSON in and out ------------------------------------------------------------------------------------------- */

enum err utm_value_take_field(str name, struct utm_value_draft *out, struct fault *fault)
{
    out->field = utm_find(name);
    return out->field >= 0 && out->field < UTM_DICTIONARY_COUNT
               ? OK
               : fault_set(fault, ERR_INVALID, "field", "not_allowed",
                           "utm_source, utm_medium, utm_campaign, utm_term or utm_content.",
                           "只能是 utm_source、utm_medium、utm_campaign、utm_term 或 utm_content。");
}

static enum err take_names(struct utm_value_draft *out, const struct json *object, struct fault *fault)
{
    struct names names;
    enum err err = names_decode(object, &names, fault);

    out->name_zh = names.zh;
    out->name_en = names.en;
    out->has_name_zh = names.has_zh;
    out->has_name_en = names.has_en;
    return err;
}

enum err utm_value_decode(struct arena *arena, const struct json *object, struct utm_value_draft *out,
                          struct fault *fault)
{
    struct value_body body = {0};
    struct json_presence presence = {0};
    enum err err = json_decode(arena, object, value_fields, FIELD_COUNT, &body, &presence, fault);
    if (err != OK) {
        return err;
    }
    *out = (struct utm_value_draft){
        .field = -1,
        .value = body.value,
        .aliases = body.aliases,
        .archived = body.archived,
        .has_value = has(&presence, FIELD_VALUE),
        .has_aliases = has(&presence, FIELD_ALIASES),
        .has_archived = has(&presence, FIELD_ARCHIVED),
    };
    err = has(&presence, FIELD_FIELD) ? utm_value_take_field(body.field, out, fault) : OK;
    return err == OK && has(&presence, FIELD_NAMES) ? take_names(out, body.names, fault) : err;
}

void utm_value_write_members(struct json_writer *json, const struct utm_value *value)
{
    json_put_str(json, "field", utm_name(value->field));
    json_put_str(json, "value", value->value);
    json_name(json, "aliases");
    json_array(json);
    for (size_t i = 0; i < value->aliases.count; i++) {
        json_str(json, value->aliases.items[i]);
    }
    json_array_end(json);
    json_name(json, "names");
    json_object(json);
    json_put_str(json, "zh", value->name_zh);
    json_put_str(json, "en", value->name_en);
    json_object_end(json);
    json_put_bool(json, "archived", value->archived);
}

void utm_value_write(struct json_writer *json, struct arena *arena, const struct utm_value *value)
{
    json_object(json);
    json_put_str(json, "id", arena_f(arena, "utv_%lld", (long long)value->id));
    utm_value_write_members(json, value);
    json_put_time(json, "created_at", value->created_ms);
    json_put_time(json, "updated_at", value->updated_ms);
    json_object_end(json);
}

void utm_value_problem(struct request *request, struct reply *reply, struct db *db,
                       const struct utm_value_result *result)
{
    struct utm_value holder;
    struct json_writer json;
    struct buf existing;
    buf_init_heap(&existing, 64 * 1024);
    json_writer_init(&json, &existing);
    if (result->existing_id > 0 && utm_values_find(db, request->arena, result->existing_id, &holder) == OK) {
        utm_value_write(&json, request->arena, &holder);
        reply_problem_with(reply, request, result->err, &result->fault, "existing", buf_str(&existing));
    } else {
        reply_problem(reply, request, result->err, &result->fault);
    }
    buf_done(&existing);
}

/* ---- one value ------------------------------------------------------------------------------------------------- */

/* The id that the path names. On false the reply is the problem. */
static bool path_id(struct request *request, struct reply *reply, int64_t *id)
{
    str text = request->params[0];
    if (str_starts(text, STR("utv_")) && str_to_i64(str_from(text, 4), id) && *id > 0) {
        return true;
    }
    reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    return false;
}

static enum err write_put(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct arena *arena = edit->request->arena;
    bool added = edit->request->method == METHOD_POST;
    struct utm_value value;
    struct json_writer json;
    enum err err = utm_values_find(db, arena, seen->id, &value);
    if (err != OK) {
        return err;
    }
    reply_json_begin(edit->reply, added ? 201 : 200, &json);
    utm_value_write(&json, arena, &value);
    if (added) {
        reply_header(edit->reply, edit->request, "Location",
                     arena_f(arena, "/api/v1/utm-values/utv_%lld", (long long)value.id));
    }
    return OK;
}

static void answer_problem(struct ctx *ctx, struct request *request, struct reply *reply,
                           const struct utm_value_result *result)
{
    reply_done(reply); /* which may say already what was then taken back */
    reply_init(reply);
    struct db *db = call_reader(ctx, request, reply);
    if (db) {
        utm_value_problem(request, reply, db, result);
        readers_give(ctx->engine->readers, db);
    }
}

static void put_value(struct ctx *ctx, struct request *request, struct reply *reply, int64_t id)
{
    const struct json *json;
    struct utm_value_draft draft;
    struct utm_value_result result = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    result.err = utm_value_decode(request->arena, json, &draft, &result.fault);
    if (result.err == OK) {
        editor_utm_value_put(ctx->engine->editor, edit_call_actor(&edit), request->arena, id, &draft, &result);
    }
    if (result.err != OK) {
        answer_problem(ctx, request, reply, &result);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = result.value.id});
}

static void values_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    put_value(ctx, request, reply, 0);
}

static void values_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (path_id(request, reply, &id)) {
        put_value(ctx, request, reply, id);
    }
}

static void values_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (!path_id(request, reply, &id)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct utm_value value;
    struct json_writer json;
    enum err err = utm_values_find(db, request->arena, id, &value);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    utm_value_write(&json, request->arena, &value);
}

static void values_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !path_id(request, reply, &id)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_utm_value_delete(ctx->engine->editor, edit_call_actor(&edit), id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

static bool read_field(struct request *request, struct reply *reply, int *field)
{
    str text;
    struct fault fault = {0};
    struct utm_value_draft draft = {0};
    if (!request_query(request, "field", &text)) {
        return true;
    }
    enum err err = utm_value_take_field(text, &draft, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    *field = draft.field;
    return true;
}

/* archived = false (as long as nobody asks), true, or all. */
static bool read_archived(struct request *request, struct reply *reply, int *archived)
{
    str text;
    bool only = false;
    if (request_query(request, "archived", &text) && str_eq(text, STR("all"))) {
        *archived = -1;
        return true;
    }
    if (!call_query_bool(request, reply, "archived", &only)) {
        return false;
    }
    *archived = only;
    return true;
}

static bool read_filter(struct request *request, struct reply *reply, struct utm_values_filter *filter)
{
    int64_t limit = 100;
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit) ||
        !read_field(request, reply, &filter->field) || !read_archived(request, reply, &filter->archived)) {
        return false;
    }
    filter->limit = (size_t)limit;
    request_query(request, "q", &filter->q);
    return call_query_cursor_id(request, reply, &filter->after_id);
}

static void values_get_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct utm_values_filter filter = {.field = -1};
    if (!read_filter(request, reply, &filter)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct utm_values_page page;
    struct json_writer json;
    int64_t total;
    enum err err = utm_values_list(db, request->arena, &filter, &page, &total);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    call_list_begin(reply, &json);
    for (size_t i = 0; i < page.count; i++) {
        utm_value_write(&json, request->arena, &page.values[i]);
    }
    call_list_end(&json, page.more ? cursor_encode_id(request->arena, page.values[page.count - 1].id) : (str){0},
                  total);
}

#define READ  SCOPE_LINKS_READ
#define WRITE SCOPE_LINKS_WRITE
const struct route api_utm_value_routes[] = {
    {METHOD_GET, "/api/v1/utm-values", PLANE_ADMIN, values_get_list, READ, "List the dictionary of UTM values", 0,
     "field q archived limit cursor"},
    {METHOD_POST, "/api/v1/utm-values", PLANE_ADMIN, values_create, WRITE, "Add a UTM value", 0, NULL},
    {METHOD_GET, "/api/v1/utm-values/:id", PLANE_ADMIN, values_get, READ, "Fetch one UTM value", 0, NULL},
    {METHOD_PATCH, "/api/v1/utm-values/:id", PLANE_ADMIN, values_patch, WRITE, "Change or rename a UTM value", 0, NULL},
    {METHOD_DELETE, "/api/v1/utm-values/:id", PLANE_ADMIN, values_remove, WRITE, "Remove a UTM value", 0, NULL},
    {0},
};
