/* SPDX-License-Identifier: MIT */
/* What happened with a customer and what brought it, in order, and all that is known of one as a file. */
#include "customer_view.h"

#include "linkpond/api/routes.h"
#include "linkpond/store/keys.h"

#define PAGE_DEFAULT 100
/* Of a whole customer: what fits into an answer with room to spare. */
#define EXPORT_MAX 20000

/* ---- a page of it ------------------------------------------------------------------------------------------------ */

/* "TIME 0|1 ID" */
static bool read_cursor(struct request *request, struct reply *reply, struct customer_timeline *ask)
{
    str text = {0}, time, rest, event, id;
    int64_t is_event;

    if (!call_query_cursor(request, reply, &text)) {
        return false;
    }
    if (text.len == 0) {
        return true;
    }
    if (str_cut(text, ' ', &time, &rest) && str_cut(rest, ' ', &event, &id) && str_to_i64(time, &ask->before_ms) &&
        str_to_i64(event, &is_event) && str_to_i64(id, &ask->before_id)) {
        ask->before_is_event = is_event != 0;
        return true;
    }
    call_bad_cursor(request, reply);
    return false;
}

/* Writes up to `limit` items; *cursor: of the last one, when there are more. */
static enum err write_moments(struct json_writer *json, struct db *db, struct arena *arena,
                              struct customer_timeline *ask, str *cursor)
{
    struct customer_moment moment;
    int64_t limit = ask->limit, count = 0;

    ask->limit = limit + 1;
    struct stmt *rows = customers_timeline(db, ask);
    while (count < limit && customers_timeline_next(rows, &moment)) {
        customer_view_moment(json, &moment);
        ask->before_ms = moment.time_ms;
        ask->before_is_event = moment.is_event;
        ask->before_id = moment.id;
        count++;
    }
    bool more = count == limit && customers_timeline_next(rows, &moment);
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    if (more) {
        *cursor = cursor_encode(arena, arena_f(arena, "%lld %d %lld", (long long)ask->before_ms, ask->before_is_event,
                                               (long long)ask->before_id));
    }
    return err;
}

static enum err write_page(struct db *db, struct request *request, struct reply *reply, int64_t id,
                           struct customer_timeline *ask)
{
    struct customer customer;
    struct json_writer json;
    str cursor = {0};
    enum err err = customers_see(db, request->arena, id, ask->bounds, &customer);

    if (err != OK) {
        return err;
    }
    ask->customer_id = customer.id;
    call_list_begin(reply, &json);
    err = write_moments(&json, db, request->arena, ask, &cursor);
    call_list_end(&json, cursor, customer.events + customer.touches);
    return err;
}

static void timeline_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct bounds bounds = call_bounds(request);
    struct customer_timeline ask = {
        .bounds = &bounds, .before_ms = INT64_MAX, .before_id = INT64_MAX, .limit = PAGE_DEFAULT};
    int64_t id;
    if (!customer_id_read(request->params[0], &id)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &ask.limit) || !read_cursor(request, reply, &ask)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = write_page(db, request, reply, id, &ask);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static enum err write_export(struct db *db, struct request *request, struct reply *reply, int64_t id)
{
    const struct bounds bounds = call_bounds(request);
    struct customer_timeline ask = {
        .bounds = &bounds, .before_ms = INT64_MAX, .before_id = INT64_MAX, .limit = EXPORT_MAX};
    struct customer customer;
    struct json_writer json;
    str cursor = {0};
    enum err err = customers_see(db, request->arena, id, &bounds, &customer);

    if (err != OK) {
        return err;
    }
    ask.customer_id = customer.id;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    err = customer_view_fields(&json, db, request->arena, &customer, true);
    err = err ? err : customer_view_identities(&json, db, request->arena, customer.id);
    err = err ? err : customer_view_merges(&json, db, customer.id);
    json_name(&json, "timeline");
    json_array(&json);
    err = err ? err : write_moments(&json, db, request->arena, &ask, &cursor);
    json_array_end(&json);
    json_put_opt(&json, "next_cursor", cursor);
    json_object_end(&json);
    reply_header(reply, request, "Content-Disposition",
                 arena_f(request->arena, "attachment; filename=\"cus_%lld.json\"", (long long)customer.id));
    return err;
}

static void export_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (!customer_id_read(request->params[0], &id)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    bool own = false;
    enum err err = db_snapshot_begin(db, &own);
    err = err ? err : write_export(db, request, reply, id);
    db_snapshot_end(db, own);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

const struct route api_customer_timeline_routes[] = {
    {METHOD_GET, "/api/v1/customers/:id/timeline", PLANE_ADMIN, timeline_get, SCOPE_CUSTOMERS_READ,
     "What happened with a customer, and what brought it", 0, "limit cursor"},
    {METHOD_GET, "/api/v1/customers/:id/export", PLANE_ADMIN, export_get, SCOPE_CUSTOMERS_READ,
     "All that is known of a customer", 0, NULL},
    {0},
};
