/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/events: what happened after a click, told by whoever knows. One event, up to 1,000 in one body, each judged
 * by itself, or any number as NDJSON or CSV (event_stream.c). Under the sender's own event_id an event counts once, so
 * what became of a call that broke off is asked by sending it again.
 */
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/users.h"

#include "event_draft.h"
#include "event_stream.h"

#define PAGE_DEFAULT    50
#define BODY_EVENTS_MAX (INT64_C(256) << 20) /* a stream of a million events, spooled */

/* One call's events. `slot` tells which result belongs to which event, since what cannot be read never gets to the
 * intake. */
struct batch {
    struct deal_event *events;
    struct deal_result *taken, *results;
    size_t *slot;
    size_t count, asked;
};

static bool batch_alloc(struct batch *self, struct arena *arena, size_t asked)
{
    *self = (struct batch){
        .events = ARENA_ARRAY(arena, struct deal_event, asked),
        .taken = ARENA_ARRAY(arena, struct deal_result, asked),
        .results = ARENA_ARRAY(arena, struct deal_result, asked),
        .slot = ARENA_ARRAY(arena, size_t, asked),
        .asked = asked,
    };
    return self->events && self->taken && self->results && self->slot;
}

static void read_item(struct batch *self, struct event_reader *reader, const struct json *item, size_t at)
{
    struct deal_result *result = &self->results[at];
    struct event_draft draft;

    result->err = event_draft_decode(reader->arena, item, &draft, &result->fault);
    if (result->err == OK) {
        result->err = event_reader_read(reader, &draft, EVENT_BY_API, &self->events[self->count], &result->fault);
    }
    if (result->err == OK) {
        self->slot[self->count++] = at;
    }
}

/* Reads, stores, and says what became of each. An error: nothing was stored. */
static enum err run(struct ctx *ctx, struct request *request, const struct json *first, struct batch *self,
                    struct fault *fault)
{
    struct event_reader reader;
    size_t at = 0;
    enum err err = event_reader_open(&reader, ctx->engine, request->arena);

    for (const struct json *item = first; err == OK && at < self->asked; item = item->next) {
        read_item(self, &reader, item, at++);
    }
    event_reader_close(&reader);
    if (err == OK && self->count > 0) {
        err = deals_intake(&ctx->engine->deals, request->arena, self->events, self->count, request->now_ms, self->taken,
                           fault);
    }
    for (size_t i = 0; err == OK && i < self->count; i++) {
        self->results[self->slot[i]] = self->taken[i];
    }
    return err;
}

/* ---- answers ---- */

static void put_problem(struct json_writer *json, const struct request *request, const struct deal_result *result)
{
    const struct fault *fault = &result->fault;
    const char *detail = request->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;

    json_name(json, "problem");
    json_object(json);
    json_put_str(json, "type", arena_f(request->arena, "urn:linkpond:problem:%s", err_slug(result->err)));
    json_put_str(json, "title", str_from_c(err_text(result->err, request->chinese)));
    json_put_i64(json, "status", err_http_status(result->err));
    json_put_str(json, "detail", str_from_c(detail[0] ? detail : err_text(result->err, request->chinese)));
    if (fault->field[0] || fault->code[0]) {
        json_name(json, "errors");
        json_array(json);
        json_object(json);
        json_put_str(json, "field", str_from_c(fault->field));
        json_put_str(json, "code", str_from_c(fault->code));
        json_put_str(json, "detail", str_from_c(detail));
        json_object_end(json);
        json_array_end(json);
    }
    if (result->err == ERR_EVENT_TAKEN) {
        json_name(json, "existing");
        event_view_write(json, request->arena, &result->event);
    }
    json_object_end(json);
}

static void answer_one(struct request *request, struct reply *reply, const struct deal_result *result)
{
    struct json_writer json;
    struct buf existing;

    if (result->err == ERR_EVENT_TAKEN) {
        buf_init_heap(&existing, LIMIT_REPLY);
        json_writer_init(&json, &existing);
        event_view_write(&json, request->arena, &result->event);
        reply_problem_with(reply, request, result->err, NULL, "existing", buf_str(&existing));
        buf_done(&existing);
        return;
    }
    if (result->err != OK) {
        reply_problem(reply, request, result->err, &result->fault);
        return;
    }
    reply_json_begin(reply, result->existed ? 200 : 201, &json);
    event_view_write(&json, request->arena, &result->event);
}

static void answer_all(struct request *request, struct reply *reply, const struct batch *batch)
{
    struct json_writer json;

    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "results");
    json_array(&json);
    for (size_t i = 0; i < batch->asked; i++) {
        const struct deal_result *result = &batch->results[i];
        json_object(&json);
        json_put_i64(&json, "status", result->err ? err_http_status(result->err) : result->existed ? 200 : 201);
        if (result->err) {
            put_problem(&json, request, result);
        } else {
            json_name(&json, "event");
            event_view_write(&json, request->arena, &result->event);
        }
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
}

/* ---- POST ---- */

static bool check_list(struct request *request, struct reply *reply, const struct json *list)
{
    static const char *const members[] = {"events"};
    const struct json *body = list;

    if (!call_members(request, reply, body, members, ARRAY_LEN(members))) {
        return false;
    }
    list = json_get(body, STR("events"));
    if (list->type != JSON_ARRAY) {
        call_bad_query(request, reply, "events", "wrong_type", "A list of events is needed.", "应为事件数组。");
        return false;
    }
    if (list->count == 0 || list->count > LIMIT_BULK) {
        call_bad_query(request, reply, "events", list->count == 0 ? "too_few" : "too_many",
                       "One call takes 1 to 1,000 events; more go as NDJSON.",
                       "每次 1 到 1000 个事件，更多请用 NDJSON。");
        return false;
    }
    return true;
}

/* Rather than to store what was to be tried. */
static bool check_no_trial(struct request *request, struct reply *reply)
{
    bool dry_run = false;

    if (!call_query_bool(request, reply, "dry_run", &dry_run)) {
        return false;
    }
    if (dry_run) {
        call_bad_query(request, reply, "dry_run", "not_allowed", "Only NDJSON and CSV can be tried.",
                       "只有 NDJSON 和 CSV 可以预演。");
    }
    return !dry_run;
}

static void events_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *body, *list;
    struct batch batch;
    struct fault fault = {0};

    if (!call_unbound(request, reply) || event_stream_begin(ctx, request, reply) || !check_no_trial(request, reply) ||
        !call_json(request, reply, &body)) {
        return;
    }
    list = json_get(body, STR("events"));
    if (list && !check_list(request, reply, body)) {
        return;
    }
    enum err err = batch_alloc(&batch, request->arena, list ? list->count : 1) ? OK : ERR_NOMEM;
    err = err ? err : run(ctx, request, list ? list->child : body, &batch, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    } else if (list) {
        answer_all(request, reply, &batch);
    } else {
        answer_one(request, reply, &batch.results[0]);
    }
}

/* ---- GET ---- */

struct question {
    struct ctx *ctx;
    struct request *request;
    struct reply *reply;
    struct db *db;
    struct bounds bounds;
    struct events_filter filter;
};

static bool refuse(const struct question *self, const char *name, const char *code, const char *en, const char *zh)
{
    call_bad_query(self->request, self->reply, name, code, en, zh);
    return false;
}

static bool read_words(struct question *self)
{
    struct events_filter *filter = &self->filter;
    enum event_state state;
    enum event_origin origin;
    str text;

    if (request_query(self->request, "state", &text)) {
        if (!event_state_find(text, &state)) {
            return refuse(self, "state", "not_allowed", "One of waiting, joined, unmatched.",
                          "只能是 waiting、joined、unmatched。");
        }
        filter->state = (int)state;
    }
    if (request_query(self->request, "origin", &text)) {
        if (!event_origin_find(text, &origin)) {
            return refuse(self, "origin", "not_allowed", "One of api, csv, script, wecom, postback, desk.",
                          "只能是 api、csv、script、wecom、postback、desk。");
        }
        filter->origin = (int)origin;
    }
    (void)request_query(self->request, "type", &filter->type);
    (void)request_query(self->request, "event_id", &filter->event_id);
    return true;
}

static bool read_times(struct question *self)
{
    static const char *const names[] = {"from", "to"};
    int64_t *const times[] = {&self->filter.from_ms, &self->filter.to_ms};
    str text;

    for (int i = 0; i < 2; i++) {
        if (request_query(self->request, names[i], &text) &&
            !call_instant(self->request->arena, text, self->ctx->engine->zone, i == 1, times[i])) {
            return refuse(self, names[i], "not_a_time", "RFC 3339, or a date like 2026-11-22.",
                          "应为 RFC 3339 时间或日期（如 2026-11-22）。");
        }
    }
    return true;
}

static bool read_link(struct question *self)
{
    struct link_ref ref = {0};

    if (!request_query(self->request, "link", &ref.text)) {
        return true;
    }
    enum err err = link_ref_find(self->db, self->request->actor, &ref, self->ctx->engine->fold_case,
                                 &self->filter.link_id, NULL, NULL);
    return err == OK || refuse(self, "link", "unknown", "There is no such link.", "没有该短链。");
}

static bool read_people(struct question *self)
{
    struct user user;
    str text;

    if (request_query(self->request, "customer", &text) &&
        !(str_starts(text, STR("cus_")) && str_to_i64(str_from(text, 4), &self->filter.customer_id) &&
          self->filter.customer_id > 0)) {
        return refuse(self, "customer", "unknown", "There is no such customer.", "没有该客户。");
    }
    if (request_query(self->request, "owner", &text)) {
        if (users_find_key(self->db, self->request->arena, text, &user) != OK) {
            return refuse(self, "owner", "unknown", "There is no such user.", "没有该负责人。");
        }
        self->filter.owner_id = user.id;
    }
    return true;
}

static bool read_click(struct question *self)
{
    struct click_named named;
    str text;

    if (!request_query(self->request, "click_id", &text)) {
        return true;
    }
    struct click_ids *clicks = engine_click_ids(self->ctx->engine);
    bool known = clicks && click_ids_read(clicks, text, &named);
    click_ids_free(clicks);
    self->filter.click_id = known ? named.click : 0;
    return known ||
           refuse(self, "click_id", "unknown", "This click id was not made here.", "不是本系统生成的点击 ID。");
}

static enum err write_list(struct question *self)
{
    struct json_writer json;
    struct event event;
    int64_t limit = self->filter.limit, last_id = 0, count = 0;

    self->filter.limit = limit + 1;
    call_list_begin(self->reply, &json);
    struct stmt *rows = events_list(self->db, &self->filter);
    while (count < limit && events_next(rows, &event)) {
        event_view_write(&json, self->request->arena, &event);
        last_id = event.id;
        count++;
    }
    bool more = count == limit && events_next(rows, &event);
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    str cursor = more ? cursor_encode_id(self->request->arena, last_id) : STR("");
    call_list_end_counted(&json, cursor, count, !more && self->filter.before_id == 0);
    return err;
}

static void events_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct question question = {
        .ctx = ctx,
        .request = request,
        .reply = reply,
        .bounds = call_bounds(request),
        .filter = {.state = -1, .origin = -1, .from_ms = INT64_MIN, .to_ms = INT64_MIN, .limit = PAGE_DEFAULT},
    };
    question.filter.bounds = &question.bounds;
    if (!call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &question.filter.limit) ||
        !call_query_cursor_id(request, reply, &question.filter.before_id) || !read_words(&question) ||
        !read_times(&question) || !read_click(&question)) {
        return;
    }
    question.db = call_reader(ctx, request, reply);
    if (!question.db) {
        return;
    }
    if (read_link(&question) && read_people(&question)) {
        enum err err = write_list(&question);
        if (err) {
            reply_problem(reply, request, err, NULL);
        }
    }
    readers_give(ctx->engine->readers, question.db);
}

static void event_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct bounds bounds = call_bounds(request);
    struct json_writer json;
    struct event event;
    str name = request->params[0];
    int64_t id = 0;
    bool numbered = str_starts(name, STR("evt_")) && str_to_i64(str_from(name, 4), &id) && id > 0;
    struct db *db = call_reader(ctx, request, reply);

    if (!db) {
        return;
    }
    enum err err = numbered ? events_find(db, request->arena, id, &bounds, &event) : ERR_NOT_FOUND;
    readers_give(ctx->engine->readers, db);
    if (err) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    event_view_write(&json, request->arena, &event);
}

const struct route api_event_routes[] = {
    {METHOD_POST, "/api/v1/events", PLANE_ADMIN, events_post, SCOPE_EVENTS_WRITE, "Tell what happened after clicks",
     BODY_EVENTS_MAX, "report dry_run progress type"},
    {METHOD_GET, "/api/v1/events", PLANE_ADMIN, events_get, SCOPE_CUSTOMERS_READ, "What happened after clicks", 0,
     "state origin type event_id click_id link customer owner from to limit cursor"},
    {METHOD_GET, "/api/v1/events/:id", PLANE_ADMIN, event_get, SCOPE_CUSTOMERS_READ, "Fetch one event", 0, NULL},
    {0},
};
