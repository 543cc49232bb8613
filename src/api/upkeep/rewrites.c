/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/reclassify and /api/v1/rewrites: stored history written anew, which takes its time, so it is asked for, goes
 * on by itself and is looked at. It is about everybody's clicks: not for keys bound to an owner or a domain.
 */
#include "rewrites.h"

#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/zone.h"
#include "linkpond/engine/editor.h"
#include "linkpond/http/visitor_number.h"
#include "linkpond/model/link.h"
#include "linkpond/store/audit.h"

#define LIST_MAX 50

static const char *const kinds[REWRITE_KINDS] = {[REWRITE_RECLASSIFY] = "reclassify",
                                                 [REWRITE_RETAIN] = "retention",
                                                 [REWRITE_PURGE] = "purge",
                                                 [REWRITE_FORGET] = "forget"};
static const char *const states[] = {
    [REWRITE_WAITS] = "waiting", [REWRITE_RUNS] = "running", [REWRITE_DONE] = "done", [REWRITE_FAILED] = "failed"};

/* ---- how one looks --------------------------------------------------------------------------------------------- */

static void write_classes(struct json_writer *json, const struct rewrite *rewrite)
{
    json_name(json, "classes");
    json_array(json);
    for (int from = 0; from < CLASS_COUNT; from++) {
        for (int into = 0; into < CLASS_COUNT; into++) {
            int64_t clicks = rewrite->counts[rewrite_count_of_classes((enum click_class)from, (enum click_class)into)];
            if (clicks == 0 || from == into) {
                continue;
            }
            json_object(json);
            json_put_str(json, "from", click_class_name((enum click_class)from));
            json_put_str(json, "to", click_class_name((enum click_class)into));
            json_put_i64(json, "clicks", clicks);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

static void write_values(struct json_writer *json, const struct rewrite *rewrite)
{
    static const struct {
        enum click_column column;
        const char *name;
    } values[] = {
        {CLICK_RULE, "rule"},
        {CLICK_APP, "app"},
        {CLICK_APP_VERSION, "app_version"},
        {CLICK_MINI_PROGRAM, "mini_program"},
        {CLICK_OS, "os"},
        {CLICK_DEVICE, "device"},
        {CLICK_BROWSER, "browser"},
        {CLICK_LANGUAGE, "language"},
        {CLICK_NET, "net"},
        {CLICK_SOURCE, "source"},
        {CLICK_CHANNEL, "channel"},
        {CLICK_AD_CLICK_SOURCE, "ad_click_source"},
    };

    json_name(json, "values");
    json_object(json);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        json_put_i64(json, values[i].name, rewrite->counts[rewrite_count_of_value(values[i].column)]);
    }
    json_object_end(json);
}

static void write_bound(struct json_writer *json, const char *name, int64_t ms)
{
    json_put_time(json, name, ms == INT64_MAX ? TIME_NONE : ms);
}

void rewrite_write(struct json_writer *json, const struct rewrite *rewrite)
{
    json_object(json);
    json_put_i64(json, "id", rewrite->id);
    json_put_str(json, "kind", str_from_c(kinds[rewrite->kind]));
    json_put_str(json, "state", str_from_c(states[rewrite->state]));
    json_put_bool(json, "dry_run", rewrite->dry_run);
    write_bound(json, "from", rewrite->from_ms);
    write_bound(json, "to", rewrite->to_ms);
    json_put_i64(json, "chunks", rewrite->chunks);
    json_put_i64(json, "chunks_done", rewrite->chunks_done);
    json_put_i64(json, "clicks", rewrite->rows);
    json_put_i64(json, "changed", rewrite->changed);
    json_put_i64(json, "damaged_chunks", rewrite->damaged);
    if (rewrite->kind == REWRITE_RECLASSIFY) {
        write_classes(json, rewrite);
        write_values(json, rewrite);
    }
    json_put_opt(json, "failure", rewrite->failure);
    json_put_time(json, "created_at", rewrite->created_ms);
    json_put_time(json, "started_at", rewrite->started_ms);
    json_put_time(json, "finished_at", rewrite->finished_ms);
    json_object_end(json);
}

/* ---- looking at them ------------------------------------------------------------------------------------------- */

static void rewrites_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct rewrite rewrite;
    struct json_writer json;
    int64_t count = 0;

    struct db *db = call_unbound(request, reply) ? call_reader(ctx, request, reply) : NULL;
    if (!db) {
        return;
    }
    call_list_begin(reply, &json);
    struct stmt *rows = rewrites_each_latest(db);
    while (count < LIST_MAX && rewrites_next(rows, &rewrite)) {
        rewrite_write(&json, &rewrite);
        count++;
    }
    stmt_reset(rows);
    call_list_end(&json, STR(""), count);
    readers_give(ctx->engine->readers, db);
}

static void rewrite_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct rewrite rewrite;
    struct json_writer json;
    int64_t id = 0;

    struct db *db = call_unbound(request, reply) ? call_reader(ctx, request, reply) : NULL;
    if (!db) {
        return;
    }
    enum err err =
        str_to_i64(request->params[0], &id) ? rewrites_find(db, request->arena, id, &rewrite) : ERR_NOT_FOUND;
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    rewrite_write(&json, &rewrite);
}

/* ---- reclassify ------------------------------------------------------------------------------------------------ */

/* A time, or a date of the installation's zone: its first instant, or (end) the first one behind it. */
static bool take_time(struct ctx *ctx, struct request *request, struct reply *reply, const char *name, bool end,
                      int64_t *ms)
{
    str text;
    int64_t days = 0;

    if (!request_query(request, name, &text) || timestamp_parse(text, ms)) {
        return true;
    }
    if (date_parse(text, &days)) {
        *ms = zone_day_start(ctx->engine->zone, days + end);
        return true;
    }
    call_bad_query(request, reply, name, "not_a_time", "A date or an RFC 3339 time is needed.",
                   "请填写日期或 RFC 3339 时间。");
    return false;
}

struct asking {
    struct rewrite wanted, *out;
    const struct actor *actor;
    bool existed;
};

/* Who had history written anew, and of which times; a look at what would change is nothing that happened. */
static enum err note_reclassify(struct db *db, const struct asking *self)
{
    const struct rewrite *wanted = &self->wanted;
    struct audit_note note;

    if (wanted->dry_run || self->existed) {
        return OK;
    }
    audit_begin(&note, "history", "reclassify", self->out->id, STR(""));
    audit_time(&note, "from", TIME_NONE, wanted->from_ms);
    audit_time(&note, "to", TIME_NONE, wanted->to_ms < INT64_MAX ? wanted->to_ms : TIME_NONE);
    return audit_end(&note, db, self->actor->user_id, self->actor->key_id, wanted->created_ms, false);
}

static enum err ask_reclassify(struct db *db, void *arg, struct fault *fault)
{
    struct asking *self = arg;

    (void)fault;
    enum err err = rewriter_ask_reclassify(db, self->wanted.from_ms, self->wanted.to_ms, self->wanted.dry_run,
                                           self->wanted.created_ms, self->out, &self->existed);
    return err == OK ? note_reclassify(db, self) : err;
}

static void reclassify_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct rewrite rewrite = {0};
    struct asking asking = {.wanted = {.from_ms = INT64_MIN, .to_ms = INT64_MAX, .created_ms = request->now_ms},
                            .out = &rewrite,
                            .actor = request->actor};
    struct fault fault = {0};
    struct json_writer json;

    if (!call_unbound(request, reply) || !call_query_bool(request, reply, "dry_run", &asking.wanted.dry_run) ||
        !take_time(ctx, request, reply, "from", false, &asking.wanted.from_ms) ||
        !take_time(ctx, request, reply, "to", true, &asking.wanted.to_ms)) {
        return;
    }
    if (asking.wanted.from_ms >= asking.wanted.to_ms) {
        call_bad_query(request, reply, "to", "out_of_range", "It lies before from.", "结束时间早于开始时间。");
        return;
    }
    enum err err =
        editor_run(ctx->engine->editor, &(struct writer_task){.run = ask_reclassify, .arg = &asking}, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    rewriter_wake(ctx->engine->rewriter);
    reply_header(reply, request, "Location", arena_f(request->arena, "/api/v1/rewrites/%lld", (long long)rewrite.id));
    reply_json_begin(reply, asking.existed ? 200 : 202, &json);
    rewrite_write(&json, &rewrite);
}

/* ---- forgetting a visitor -------------------------------------------------------------------------------------- */

struct forgetting {
    int64_t number, now_ms, id;
    enum visitor_by by;
    const struct actor *actor;
    struct arena *arena;
    struct rewrite rewrite;
};

/* Without the visitor's number: the line outlives what it was about. */
static enum err note_forget(struct db *db, const struct forgetting *self)
{
    struct audit_note note;

    audit_begin(&note, "history", "forget", self->id, STR(""));
    return audit_end(&note, db, self->actor->user_id, self->actor->key_id, self->now_ms, false);
}

static enum err ask_forget(struct db *db, void *arg, struct fault *fault)
{
    struct forgetting *self = arg;
    enum err err = rewriter_ask_forget(db, self->number, self->by, self->now_ms, &self->id);

    (void)fault;
    err = err == OK ? note_forget(db, self) : err;
    return err == OK ? rewrites_find(db, self->arena, self->id, &self->rewrite) : err;
}

struct forget_body {
    int64_t visitor;
    str visitor_by, cookie;
};
#define AT(member) offsetof(struct forget_body, member)
static const struct json_field forget_fields[] = {
    {"visitor", JSON_KIND_I64, AT(visitor), 0, 1, INT64_MAX >> 2, 0},
    {"visitor_by", JSON_KIND_STR, AT(visitor_by), 0, 1, 16, 0},
    {"cookie", JSON_KIND_STR, AT(cookie), 0, 1, 64, 0},
};
#undef AT

/* Who is meant: a number as clicks show it, or the value of that person's cookie. */
static enum err whom(struct ctx *ctx, const struct forget_body *body, struct forgetting *out, struct fault *fault)
{
    if (body->cookie.len > 0) {
        out->by = VISITOR_BY_COOKIE;
        return visitor_cookie_number(ctx->engine->cookie_key, body->cookie, &out->number)
                   ? OK
                   : fault_set(fault, ERR_INVALID, "cookie", "unknown", "No cookie of this installation.",
                               "不是本系统发出的 Cookie。");
    }
    if (body->visitor == 0) {
        return fault_set(fault, ERR_INVALID, "visitor", "required", "The visitor's number, or the cookie's value.",
                         "请填写访客编号，或 Cookie 的值。");
    }
    out->number = body->visitor;
    out->by = str_eq(body->visitor_by, STR("cookie")) ? VISITOR_BY_COOKIE : VISITOR_BY_HASH;
    return out->by == VISITOR_BY_COOKIE || str_eq(body->visitor_by, STR("hash"))
               ? OK
               : fault_set(fault, ERR_INVALID, "visitor_by", "not_allowed", "cookie or hash, as clicks show it.",
                           "只能是 cookie 或 hash，见访问记录。");
}

static void forget_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct forget_body body = {0};
    struct forgetting forgetting = {.now_ms = request->now_ms, .actor = request->actor, .arena = request->arena};
    struct fault fault = {0};
    struct json_writer writer;

    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, forget_fields, ARRAY_LEN(forget_fields), &body, NULL, &fault);
    err = err ? err : whom(ctx, &body, &forgetting, &fault);
    err = err ? err
              : editor_run(ctx->engine->editor, &(struct writer_task){.run = ask_forget, .arg = &forgetting}, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    rewriter_wake(ctx->engine->rewriter);
    reply_header(reply, request, "Location",
                 arena_f(request->arena, "/api/v1/rewrites/%lld", (long long)forgetting.id));
    reply_json_begin(reply, 202, &writer);
    rewrite_write(&writer, &forgetting.rewrite);
}

const struct route api_rewrite_routes[] = {
    {METHOD_POST, "/api/v1/reclassify", PLANE_ADMIN, reclassify_post, SCOPE_ADMIN,
     "Recognise stored clicks by the rules of now", 0, "dry_run from to"},
    {METHOD_GET, "/api/v1/rewrites", PLANE_ADMIN, rewrites_get, SCOPE_ADMIN, "Rewrites of history, the latest first", 0,
     NULL},
    {METHOD_GET, "/api/v1/rewrites/:id", PLANE_ADMIN, rewrite_get, SCOPE_ADMIN, "How far a rewrite of history is", 0,
     NULL},
    {METHOD_POST, "/api/v1/visitors/forget", PLANE_ADMIN, forget_post, SCOPE_ADMIN, "Forget what tells of one visitor",
     0, NULL},
    {0},
};
