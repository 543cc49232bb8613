/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/bulk/utm-values: a dictionary from a file or another installation, as JSON or as CSV, in one
 * transaction, each value judged by itself. What is there already is brought up to date, so that a file may be sent
 * again.
 */
#include "linkpond/api/csv_table.h"
#include "linkpond/api/routes.h"
#include "utm_values.h"

/* One call's items. `slot` tells which result belongs to which draft, since items refused before never reach the
 * editor. */
struct bulk {
    struct utm_value_draft *drafts;
    struct utm_value_result *results; /* of every item asked */
    struct utm_value_result *done;    /* of those the editor saw */
    size_t *slot;
    size_t count; /* items the editor sees */
    size_t asked;
    bool dry_run;
};

static bool bulk_alloc(struct bulk *self, struct arena *arena, size_t cap)
{
    self->drafts = ARENA_ARRAY(arena, struct utm_value_draft, cap);
    self->results = ARENA_ARRAY(arena, struct utm_value_result, cap);
    self->done = ARENA_ARRAY(arena, struct utm_value_result, cap);
    self->slot = ARENA_ARRAY(arena, size_t, cap);
    return self->drafts && self->results && self->done && self->slot;
}

/* The item at hand is read: it goes on to the editor unless it was refused. */
static void bulk_take(struct bulk *self, enum err err, const struct fault *fault)
{
    self->results[self->asked] = (struct utm_value_result){.err = err, .fault = *fault};
    if (err == OK) {
        self->slot[self->count++] = self->asked;
    }
    self->asked++;
}

/* ---- the answer ------------------------------------------------------------------------------------------------ */

static void write_item(struct json_writer *json, struct request *request, struct db *db,
                       const struct utm_value_result *result)
{
    json_object(json);
    json_put_i64(json, "status", result->err != OK ? err_http_status(result->err) : result->existed ? 200 : 201);
    if (result->err == OK) {
        json_name(json, "utm_value");
        utm_value_write(json, request->arena, &result->value);
    } else {
        struct reply problem;
        reply_init(&problem);
        utm_value_problem(request, &problem, db, result);
        json_name(json, "problem");
        json_raw(json, buf_str(&problem.body));
        reply_done(&problem);
    }
    json_object_end(json);
}

static enum err write_results(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct bulk *bulk = edit->arg;
    struct json_writer json;
    (void)seen;
    for (size_t i = 0; i < bulk->count; i++) {
        bulk->results[bulk->slot[i]] = bulk->done[i];
    }
    reply_json_begin(edit->reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "dry_run", bulk->dry_run);
    json_name(&json, "results");
    json_array(&json);
    for (size_t i = 0; i < bulk->asked; i++) {
        write_item(&json, edit->request, db, &bulk->results[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    return OK;
}

static void run_bulk(struct ctx *ctx, struct request *request, struct reply *reply, struct bulk *bulk)
{
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_results, .arg = bulk};
    const struct actor *actor = edit_call_actor(&edit);
    enum err err = OK;
    if (bulk->count > 0) {
        err = editor_utm_values_merge(ctx->engine->editor, actor, request->arena, bulk->drafts, bulk->count,
                                      bulk->dry_run, bulk->done);
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.count = bulk->count});
}

/* ---- JSON: {"utm_values": [...], "dry_run"} -------------------------------------------------------------------- */

static enum err read_json(struct arena *arena, const struct json *json, struct bulk *bulk, struct fault *fault)
{
    struct body {
        const struct json *values;
        bool dry_run;
    } body = {.dry_run = bulk->dry_run};
    static const struct json_field fields[] = {
        {"utm_values", JSON_KIND_JSON, offsetof(struct body, values), JSON_REQUIRED, 0, 0, 0},
        {"dry_run", JSON_KIND_BOOL, offsetof(struct body, dry_run), 0, 0, 0, 0},
    };
    enum err err = json_decode(arena, json, fields, ARRAY_LEN(fields), &body, NULL, fault);
    if (err != OK) {
        return err;
    }
    if (body.values->type != JSON_ARRAY || body.values->count == 0) {
        return fault_set(fault, ERR_INVALID, "utm_values", "required", "A list with at least one item is needed.",
                         "请提供至少一项。");
    }
    if (body.values->count > LIMIT_BULK) {
        return fault_set(fault, ERR_INVALID, "utm_values", "too_many", "At most 1,000 items in one call.",
                         "一次最多 1000 项。");
    }
    bulk->dry_run = body.dry_run;
    if (!bulk_alloc(bulk, arena, body.values->count)) {
        return ERR_NOMEM;
    }
    JSON_EACH(item, body.values)
    {
        struct fault item_fault = {0};
        err = utm_value_decode(arena, item, &bulk->drafts[bulk->count], &item_fault);
        bulk_take(bulk, err, &item_fault);
    }
    return OK;
}

/* ---- CSV: a header, then a row a value; aliases are separated by | ------------------------------------------------
 */

enum column { COLUMN_FIELD, COLUMN_VALUE, COLUMN_ALIASES, COLUMN_NAME_ZH, COLUMN_NAME_EN, COLUMN_ARCHIVED, COLUMNS };
static const struct csv_column columns[COLUMNS] = {
    [COLUMN_FIELD] = {"field", "字段"},       [COLUMN_VALUE] = {"value", "值"},
    [COLUMN_ALIASES] = {"aliases", "别名"},   [COLUMN_NAME_ZH] = {"name_zh", "中文名"},
    [COLUMN_NAME_EN] = {"name_en", "英文名"}, [COLUMN_ARCHIVED] = {"archived", "归档"},
};

static enum err take_aliases(struct arena *arena, str cell, struct utm_value_draft *draft, struct fault *fault)
{
    str *items = ARENA_ARRAY(arena, str, LIMIT_UTM_ALIASES);
    str piece;
    if (!items) {
        return ERR_NOMEM;
    }
    draft->aliases.items = items;
    draft->has_aliases = true;
    while (str_next(&cell, '|', &piece)) {
        if (draft->aliases.count == LIMIT_UTM_ALIASES) {
            return fault_set(fault, ERR_INVALID, "aliases", "too_many", "A value has at most 20 aliases.",
                             "一个值最多 20 个别名。");
        }
        items[draft->aliases.count++] = piece;
    }
    return OK;
}

static enum err take_archived(str cell, struct utm_value_draft *draft, struct fault *fault)
{
    bool yes = str_ieq(cell, STR("true")) || str_eq(cell, STR("1")) || str_eq(cell, STR("是"));
    bool no = str_ieq(cell, STR("false")) || str_eq(cell, STR("0")) || str_eq(cell, STR("否"));
    draft->archived = yes;
    draft->has_archived = true;
    return yes || no ? OK
                     : fault_set(fault, ERR_INVALID, "archived", "wrong_type", "Must be true or false.",
                                 "只能是 true 或 false。");
}

/* A blank cell says nothing. */
static enum err take_cell(struct arena *arena, enum column column, str text, struct utm_value_draft *draft,
                          struct fault *fault)
{
    str cell = str_trim(text);
    if (cell.len == 0) {
        return OK;
    }
    cell = arena_str(arena, cell);
    switch (column) {
    case COLUMN_FIELD:
        return utm_value_take_field(cell, draft, fault);
    case COLUMN_VALUE:
        draft->value = cell;
        draft->has_value = true;
        return OK;
    case COLUMN_ALIASES:
        return take_aliases(arena, cell, draft, fault);
    case COLUMN_NAME_ZH:
        draft->name_zh = cell;
        draft->has_name_zh = true;
        return OK;
    case COLUMN_NAME_EN:
        draft->name_en = cell;
        draft->has_name_en = true;
        return OK;
    case COLUMN_ARCHIVED:
        return take_archived(cell, draft, fault);
    case COLUMNS:
        break;
    }
    return ERR_INTERNAL;
}

struct values_table {
    struct arena *arena;
    struct bulk *bulk;
};

static enum err take_row(void *arg, const struct csv_table_row *row)
{
    struct values_table *self = arg;
    struct utm_value_draft *draft = &self->bulk->drafts[self->bulk->count];
    struct fault fault = {0};
    enum err err = row->too_wide ? csv_table_too_wide(&fault) : OK;

    *draft = (struct utm_value_draft){.field = -1};
    for (size_t i = 0; err == OK && i < row->count; i++) {
        err = take_cell(self->arena, (enum column)row->columns[i], row->cells[i], draft, &fault);
    }
    bulk_take(self->bulk, err, &fault);
    return OK;
}

static enum err read_csv(struct arena *arena, str body, struct bulk *bulk, struct fault *fault)
{
    struct values_table values = {.arena = arena, .bulk = bulk};
    const struct csv_table table = {
        .columns = columns,
        .columns_count = COLUMNS,
        .names = "The first line names columns: field, value, aliases, name_zh, name_en, archived.",
        .names_zh = "首行为列名：field、value、aliases、name_zh、name_en、archived。",
        .take = take_row,
        .arg = &values,
    };
    enum err err = bulk_alloc(bulk, arena, LIMIT_BULK) ? csv_table_read(&table, body, fault) : ERR_NOMEM;

    return err == OK && arena->overflow ? ERR_NOMEM : err;
}

static bool is_csv(const struct request *request)
{
    str type, params;
    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    return str_ieq(str_trim(type), STR("text/csv"));
}

static void values_import(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct bulk bulk = {0};
    struct fault fault = {0};
    const struct json *json;
    str body = {0};
    enum err err;
    if (!call_unbound(request, reply) || !call_query_bool(request, reply, "dry_run", &bulk.dry_run)) {
        return;
    }
    if (is_csv(request)) {
        err = call_body(request, &body);
        err = err == OK ? read_csv(request->arena, body, &bulk, &fault) : err;
    } else if (call_json(request, reply, &json)) {
        err = read_json(request->arena, json, &bulk, &fault);
    } else {
        return;
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    run_bulk(ctx, request, reply, &bulk);
}

const struct route api_utm_value_bulk_routes[] = {
    {METHOD_POST, "/api/v1/bulk/utm-values", PLANE_ADMIN, values_import, SCOPE_LINKS_WRITE,
     "Add or bring up to date many UTM values", 0, "dry_run"},
    {0},
};
