/* SPDX-License-Identifier: MIT */
/* /api/v1/costs: what was spent, on which day or over which days, on a campaign, a channel, a link or a colleague's
 * work. */
#include "costs.h"

#include "linkpond/api/csv_cell.h"
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/model/money.h"

#define PAGE_DEFAULT 100
#define CSV_ROWS_MAX 10000

/* ---- how one looks */

static void write_cost(struct json_writer *json, struct arena *arena, const struct cost *cost)
{
    json_object(json);
    json_put_i64(json, "id", cost->id);
    json_put_str(json, "day", cost->day);
    json_put_str(json, "to", cost->last_day);
    json_put_opt(json, "campaign", cost->campaign);
    json_put_opt(json, "channel", cost->channel);
    json_put_opt(json, "link", cost->link_id != 0 ? arena_f(arena, "lnk_%lld", (long long)cost->link_id) : STR(""));
    json_put_opt(json, "owner", cost->owner);
    json_put_i64(json, "amount", cost->amount);
    json_put_str(json, "currency", cost->currency);
    json_put_opt(json, "note", cost->note);
    json_put_opt(json, "external_id", cost->external_id);
    json_put_time(json, "created_at", cost->created_ms);
    json_put_time(json, "updated_at", cost->updated_ms);
    json_object_end(json);
}

/* ---- the list */

static bool read_day(struct request *request, struct reply *reply, const char *name, str *day)
{
    int64_t days = 0;

    if (!request_query(request, name, day) || day->len == 0 || date_parse(*day, &days)) {
        return true;
    }
    call_bad_query(request, reply, name, "not_a_time", "A date such as 2026-11-22.", "应为日期，例如 2026-11-22。");
    return false;
}

static bool read_filter(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                        struct costs_filter *filter)
{
    str cursor = {0}, link = {0};

    if (!read_day(request, reply, "from", &filter->from_day) || !read_day(request, reply, "to", &filter->to_day)) {
        return false;
    }
    if (filter->to_day.len > 0) {
        filter->to_day = arena_f(request->arena, STR_FMT "~", STR_ARG(filter->to_day)); /* that day, too */
    }
    request_query(request, "campaign", &filter->campaign);
    request_query(request, "channel", &filter->channel);
    request_query(request, "owner", &filter->owner);
    request_query(request, "currency", &filter->currency);
    if (!call_query_cursor(request, reply, &cursor)) {
        return false;
    }
    str id = {0};
    if (cursor.len > 0 && (!str_cut(cursor, ' ', &filter->before_day, &id) || !str_to_i64(id, &filter->before_id))) {
        call_bad_cursor(request, reply);
        return false;
    }
    return !request_query(request, "link", &link) || link_call_find(ctx, request, reply, db, link, &filter->link_id);
}

static enum err list_json(struct request *request, struct reply *reply, struct db *db, struct costs_filter *filter)
{
    struct json_writer json;
    struct cost cost;
    int64_t limit = filter->limit, count = 0, last_id = 0;
    str last_day = {0};
    bool more = false;

    filter->limit = limit + 1;
    struct stmt *rows = costs_list(db, filter);
    call_list_begin(reply, &json);
    while (!more && costs_next(rows, &cost)) {
        more = count == limit;
        if (!more) {
            write_cost(&json, request->arena, &cost);
            last_day = arena_str(request->arena, cost.day);
            last_id = cost.id;
            count++;
        }
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    json_array_end(&json);
    json_name(&json, "next_cursor");
    if (more) {
        json_str(&json, cursor_encode(request->arena,
                                      arena_f(request->arena, STR_FMT " %lld", STR_ARG(last_day), (long long)last_id)));
    } else {
        json_null(&json);
    }
    json_object_end(&json);
    return err;
}

static enum err list_csv(struct request *request, struct reply *reply, struct db *db, const struct costs_filter *filter)
{
    struct stmt *rows = costs_list(db, filter);
    struct cost cost;

    reply_text(reply, 200, "text/csv; charset=utf-8", (str){0});
    costs_csv_header(&reply->body);
    while (costs_next(rows, &cost)) {
        costs_csv_row(&reply->body, request->arena, &cost);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err == OK && reply->body.overflow ? ERR_TOO_LARGE : err;
}

static void costs_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct costs_filter filter = {.limit = PAGE_DEFAULT};
    str format = {0};
    bool csv = request_query(request, "format", &format) && str_eq(format, STR("csv"));

    if (!call_unbound(request, reply)) {
        return;
    }
    if (format.len > 0 && !csv && !str_eq(format, STR("json"))) {
        call_bad_query(request, reply, "format", "not_allowed", "json or csv.", "只能是 json 或 csv。");
        return;
    }
    filter.limit = csv ? CSV_ROWS_MAX : PAGE_DEFAULT;
    if (!call_query_i64(request, reply, "limit", 1, csv ? CSV_ROWS_MAX : LIMIT_PAGE, &filter.limit)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    if (read_filter(ctx, request, reply, db, &filter)) {
        enum err err = csv ? list_csv(request, reply, db, &filter) : list_json(request, reply, db, &filter);
        if (err != OK) {
            reply_problem(reply, request, err, NULL);
        }
    }
    readers_give(ctx->engine->readers, db);
}

/* ---- entering them */

#define AT(member) offsetof(struct cost_entry, member)
static const struct json_field fields[] = {
    {"day", JSON_KIND_STR, AT(draft.day), JSON_NULLABLE, 0, COST_DAY_LEN, 0},
    {"from", JSON_KIND_STR, AT(from), JSON_NULLABLE, 0, COST_DAY_LEN, 0},
    {"to", JSON_KIND_STR, AT(draft.last_day), JSON_NULLABLE, 0, COST_DAY_LEN, 0},
    {"campaign", JSON_KIND_STR, AT(draft.campaign), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"channel", JSON_KIND_STR, AT(draft.channel), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"link", JSON_KIND_STR, AT(link), JSON_NULLABLE, 0, LIMIT_URL, 0},
    {"owner", JSON_KIND_STR, AT(draft.owner), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    {"amount", JSON_KIND_I64, AT(draft.amount), JSON_REQUIRED, 0, COST_AMOUNT_MAX, 0},
    {"currency", JSON_KIND_STR, AT(draft.currency), 0, 3, 3, 0},
    {"note", JSON_KIND_STR, AT(draft.note), JSON_NULLABLE, 0, LIMIT_TITLE, 0},
    {"external_id", JSON_KIND_STR, AT(draft.external_id), JSON_NULLABLE, 0, LIMIT_EXTERNAL_ID, 0},
};
#undef AT

static void read_entry(struct arena *arena, str currency, const struct json *json, struct cost_entry *out)
{
    *out = (struct cost_entry){.draft = {.currency = currency}};
    out->err = json_decode(arena, json, fields, ARRAY_LEN(fields), out, NULL, &out->fault);
    if (out->err == OK && (out->draft.day.len > 0) == (out->from.len > 0)) {
        out->err = fault_set(&out->fault, ERR_INVALID, "day", out->from.len > 0 ? "conflicting" : "required",
                             "Either a day, or from and to.", "请填写 day，或 from 与 to。");
    }
    out->draft.day = out->from.len > 0 ? out->from : out->draft.day;
}

/* One cost, or {"costs": [...]}. */
static enum err read_json(struct arena *arena, str currency, const struct json *json, struct cost_entries *out,
                          bool *single, struct fault *fault)
{
    const struct json *list = json_get(json, STR("costs"));

    *single = list == NULL;
    out->count = list ? list->count : 1;
    if (list && (list->type != JSON_ARRAY || list->count == 0 || list->count > LIMIT_BULK || json->count != 1)) {
        return fault_set(fault, ERR_INVALID, "costs", "too_many", "A list of 1 to 1,000 costs, and nothing beside it.",
                         "应为 1 到 1000 项的列表，且没有其他字段。");
    }
    out->items = ARENA_ARRAY(arena, struct cost_entry, out->count);
    if (!out->items) {
        return ERR_NOMEM;
    }
    if (!list) {
        read_entry(arena, currency, json, &out->items[0]);
        return OK;
    }
    struct cost_entry *entry = out->items;
    JSON_EACH(item, list)
    {
        read_entry(arena, currency, item, entry++);
    }
    return OK;
}

static enum err resolve_links(struct ctx *ctx, struct request *request, struct db *db, struct cost_entries *entries)
{
    enum err err = OK;

    for (size_t i = 0; i < entries->count && err == OK; i++) {
        struct cost_entry *entry = &entries->items[i];
        if (entry->err != OK || entry->link.len == 0) {
            continue;
        }
        struct link_ref ref = {.text = entry->link};
        entry->err = link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, &entry->draft.link_id, NULL, NULL);
        if (entry->err == ERR_NOT_FOUND || entry->err == ERR_AMBIGUOUS) {
            entry->err =
                fault_set(&entry->fault, ERR_INVALID, "link", "unknown", "There is no such link.", "没有该短链。");
        }
        err = entry->err == OK || entry->err == ERR_INVALID ? OK : entry->err;
    }
    return err;
}

static enum err enter(struct ctx *ctx, struct request *request, struct cost_entries *entries,
                      struct cost_result *results)
{
    struct cost_draft *drafts = ARENA_ARRAY(request->arena, struct cost_draft, entries->count);
    struct cost_result *done = ARENA_ARRAY(request->arena, struct cost_result, entries->count);
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    size_t count = 0, at = 0;

    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = drafts && done ? resolve_links(ctx, request, db, entries) : ERR_NOMEM;
    readers_give(ctx->engine->readers, db);
    for (size_t i = 0; err == OK && i < entries->count; i++) {
        if (entries->items[i].err == OK) {
            drafts[count++] = entries->items[i].draft;
        }
    }
    if (err == OK && count > 0) {
        err = cost_book_put(ctx->engine->writer, request->actor, request->arena, drafts, count, done);
    }
    for (size_t i = 0; err == OK && i < entries->count; i++) {
        const struct cost_entry *entry = &entries->items[i];
        results[i] = entry->err == OK ? done[at++] : (struct cost_result){.err = entry->err, .fault = entry->fault};
    }
    return err;
}

static void write_result(struct json_writer *json, struct request *request, const struct cost_result *result)
{
    json_object(json);
    json_put_i64(json, "status", result->err != OK ? err_http_status(result->err) : result->existed ? 200 : 201);
    if (result->err == OK) {
        json_name(json, "cost");
        write_cost(json, request->arena, &result->cost);
    } else {
        struct reply problem;
        reply_init(&problem);
        reply_problem(&problem, request, result->err, &result->fault);
        json_name(json, "problem");
        json_raw(json, buf_str(&problem.body));
        reply_done(&problem);
    }
    json_object_end(json);
}

static void answer(struct request *request, struct reply *reply, const struct cost_entries *entries,
                   const struct cost_result *results, bool single)
{
    struct json_writer json;

    if (single && results[0].err != OK) {
        reply_problem(reply, request, results[0].err, &results[0].fault);
        return;
    }
    if (single) {
        reply_json_begin(reply, results[0].existed ? 200 : 201, &json);
        write_cost(&json, request->arena, &results[0].cost);
        return;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "results");
    json_array(&json);
    for (size_t i = 0; i < entries->count; i++) {
        write_result(&json, request, &results[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
}

static bool is_csv(const struct request *request)
{
    str type, params;

    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    return str_ieq(str_trim(type), STR("text/csv"));
}

static void costs_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct cost_entries entries = {0};
    const struct json *json = NULL;
    struct fault fault = {0};
    bool single = false, csv = is_csv(request);
    str body = {0};
    enum err err = OK;

    if (!call_unbound(request, reply) || (!csv && !call_json(request, reply, &json))) {
        return;
    }
    if (csv) {
        err = call_body(request, &body);
        err = err == OK ? costs_csv_read(request->arena, ctx->engine->currency, body, &entries, &fault) : err;
    } else {
        err = read_json(request->arena, ctx->engine->currency, json, &entries, &single, &fault);
    }
    struct cost_result *results = err == OK ? ARENA_ARRAY(request->arena, struct cost_result, entries.count) : NULL;
    err = err == OK && !results ? ERR_NOMEM : err;
    err = err == OK ? enter(ctx, request, &entries, results) : err;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer(request, reply, &entries, results, single);
}

static void costs_put(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct cost_entry entry;
    struct cost_entries entries = {.items = &entry, .count = 1};
    struct cost_result result = {0};
    const struct json *json = NULL;
    int64_t id = 0;

    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    read_entry(request->arena, ctx->engine->currency, json, &entry);
    entry.draft.id = str_to_i64(request->params[0], &id) && id > 0 ? id : 0;
    enum err err = entry.draft.id != 0 ? enter(ctx, request, &entries, &result) : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    answer(request, reply, &entries, &result, true);
}

static void costs_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    int64_t id = 0;

    if (!call_unbound(request, reply)) {
        return;
    }
    bool named = str_to_i64(request->params[0], &id) && id > 0;
    enum err err =
        named ? cost_book_delete(ctx->engine->writer, request->actor, request->arena, id, &fault) : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

const struct route api_cost_routes[] = {
    {METHOD_GET, "/api/v1/costs", PLANE_ADMIN, costs_get, SCOPE_STATS_READ, "List what was spent", 0,
     "from to campaign channel link domain owner currency limit cursor format"},
    {METHOD_POST, "/api/v1/costs", PLANE_ADMIN, costs_post, SCOPE_LINKS_WRITE, "Enter what was spent", 0, NULL},
    {METHOD_PUT, "/api/v1/costs/:id", PLANE_ADMIN, costs_put, SCOPE_LINKS_WRITE, "Change what was spent", 0, NULL},
    {METHOD_DELETE, "/api/v1/costs/:id", PLANE_ADMIN, costs_remove, SCOPE_LINKS_WRITE, "Take a cost out", 0, NULL},
    {0},
};
