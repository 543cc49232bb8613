/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/robots: whom notices go to. An address gives the right to post and a secret the right to sign, so both go in
 * and never come out again, but for a secret that was made here, once.
 */
#include "robots.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"

struct robot_body {
    str name, kind, url, secret, language, owner;
    const struct json *quiet;
    bool markdown, enabled, rotate_secret;
    struct str_list notices;
};
enum robot_field {
    FIELD_NAME,
    FIELD_KIND,
    FIELD_URL,
    FIELD_SECRET,
    FIELD_LANGUAGE,
    FIELD_OWNER,
    FIELD_QUIET,
    FIELD_MARKDOWN,
    FIELD_ENABLED,
    FIELD_ROTATE,
    FIELD_NOTICES,
    FIELD_COUNT
};
#define AT(member) offsetof(struct robot_body, member)
static const struct json_field robot_fields[FIELD_COUNT] = {
    [FIELD_NAME] = {"name", JSON_KIND_STR, AT(name), 0, 1, LIMIT_NAME, 0},
    [FIELD_KIND] = {"kind", JSON_KIND_STR, AT(kind), 0, 1, 16, 0},
    [FIELD_URL] = {"url", JSON_KIND_STR, AT(url), 0, 1, LIMIT_URL, 0},
    [FIELD_SECRET] = {"secret", JSON_KIND_STR, AT(secret), JSON_NULLABLE, 0, ROBOT_SECRET_MAX, 0},
    [FIELD_LANGUAGE] = {"language", JSON_KIND_STR, AT(language), 0, 2, 2, 0},
    [FIELD_OWNER] = {"owner", JSON_KIND_STR, AT(owner), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [FIELD_QUIET] = {"quiet", JSON_KIND_JSON, AT(quiet), JSON_NULLABLE, 0, 0, 0},
    [FIELD_MARKDOWN] = {"markdown", JSON_KIND_BOOL, AT(markdown), 0, 0, 0, 0},
    [FIELD_ENABLED] = {"enabled", JSON_KIND_BOOL, AT(enabled), 0, 0, 0, 0},
    [FIELD_ROTATE] = {"rotate_secret", JSON_KIND_BOOL, AT(rotate_secret), 0, 0, 0, 0},
    [FIELD_NOTICES] = {"notices", JSON_KIND_STRLIST, AT(notices), 0, 0, NOTICE_KINDS, 32},
};
#undef AT

struct quiet_body {
    str from, to, zone;
};
static const struct json_field quiet_fields[] = {
    {"from", JSON_KIND_STR, offsetof(struct quiet_body, from), JSON_REQUIRED, 5, 5, 0},
    {"to", JSON_KIND_STR, offsetof(struct quiet_body, to), JSON_REQUIRED, 5, 5, 0},
    {"zone", JSON_KIND_STR, offsetof(struct quiet_body, zone), JSON_NULLABLE, 0, 64, 0},
};

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* "22:30" */
static bool read_minute(str text, int *minute)
{
    int64_t hours, minutes;

    if (text.len != 5 || text.ptr[2] != ':' || !str_to_i64(str_slice(text, 0, 2), &hours) ||
        !str_to_i64(str_from(text, 3), &minutes) || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    *minute = (int)(hours * 60 + minutes);
    return true;
}

static enum err read_quiet(struct arena *arena, const struct json *object, struct robot_draft *out, struct fault *fault)
{
    struct quiet_body body = {0};

    out->has_quiet = out->has_zone = true;
    if (!object) {
        out->has_zone = false;
        return OK;
    }
    enum err err = json_decode(arena, object, quiet_fields, ARRAY_LEN(quiet_fields), &body, NULL, fault);
    if (!err && (!read_minute(body.from, &out->quiet_from_min) || !read_minute(body.to, &out->quiet_to_min))) {
        err = fault_set(fault, ERR_INVALID, "quiet", "not_a_time", "Times of the day like 22:00.",
                        "请填写 22:00 这样的时间。");
    }
    out->zone = body.zone;
    return err;
}

static enum err read_notices(const struct str_list *names, struct robot_draft *out, struct fault *fault)
{
    enum notice_kind kind;

    for (size_t i = 0; i < names->count; i++) {
        if (!notice_find(names->items[i], &kind) || !notice_is_chosen(kind)) {
            return fault_set(fault, ERR_INVALID, "notices", "not_allowed", "There is no such kind of notice.",
                             "没有此类通知。");
        }
        out->notices |= 1u << kind;
    }
    return OK;
}

static enum err read_words(const struct robot_body *body, uint64_t present, struct robot_draft *out,
                           struct fault *fault)
{
    enum robot_kind kind;

    if (present >> FIELD_KIND & 1) {
        if (!robot_kind_find(body->kind, &kind)) {
            return fault_set(fault, ERR_INVALID, "kind", "not_allowed", "wecom, dingtalk, feishu, slack or webhook.",
                             "只能是 wecom、dingtalk、feishu、slack 或 webhook。");
        }
        out->kind = (int)kind;
    }
    if (present >> FIELD_LANGUAGE & 1 && !str_eq(body->language, STR("zh")) && !str_eq(body->language, STR("en"))) {
        return fault_set(fault, ERR_INVALID, "language", "not_allowed", "zh or en.", "只能是 zh 或 en。");
    }
    return present >> FIELD_NOTICES & 1 ? read_notices(&body->notices, out, fault) : OK;
}

static enum err read_draft(struct arena *arena, const struct json *json, struct robot_draft *out, struct fault *fault)
{
    struct robot_body body = {0};
    struct json_presence presence = {0};
    enum err err = json_decode(arena, json, robot_fields, FIELD_COUNT, &body, &presence, fault);
    if (err != OK) {
        return err;
    }
    uint64_t present = presence.present;
    *out = (struct robot_draft){
        .kind = -1,
        .name = body.name,
        .url = body.url,
        .secret = body.secret,
        .language = body.language,
        .owner = body.owner,
        .markdown = body.markdown,
        .enabled = body.enabled,
        .rotate_secret = body.rotate_secret,
        .has_name = present >> FIELD_NAME & 1,
        .has_url = present >> FIELD_URL & 1,
        .has_secret = present >> FIELD_SECRET & 1,
        .has_language = present >> FIELD_LANGUAGE & 1,
        .has_owner = present >> FIELD_OWNER & 1,
        .has_markdown = present >> FIELD_MARKDOWN & 1,
        .has_enabled = present >> FIELD_ENABLED & 1,
        .has_notices = present >> FIELD_NOTICES & 1,
    };
    err = read_words(&body, present, out, fault);
    return err == OK && present >> FIELD_QUIET & 1 ? read_quiet(arena, body.quiet, out, fault) : err;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_quiet(struct json_writer *json, const struct robot *robot)
{
    char from[8], to[8];

    json_name(json, "quiet");
    if (robot->quiet_from_min == robot->quiet_to_min) {
        json_null(json);
        return;
    }
    snprintf(from, sizeof from, "%02u:%02u", (unsigned)robot->quiet_from_min / 60 % 24,
             (unsigned)robot->quiet_from_min % 60);
    snprintf(to, sizeof to, "%02u:%02u", (unsigned)robot->quiet_to_min / 60 % 24, (unsigned)robot->quiet_to_min % 60);
    json_object(json);
    json_put_str(json, "from", str_from_c(from));
    json_put_str(json, "to", str_from_c(to));
    json_put_opt(json, "zone", robot->zone);
    json_object_end(json);
}

/* `secret` only in the one answer that shows it. */
static void write_robot(struct json_writer *json, const struct robot *robot, int64_t now_ms, const char *secret)
{
    bool rotating = robot->secret_before_ms != TIME_NONE && now_ms < robot->secret_before_ms;

    json_object(json);
    json_put_i64(json, "id", robot->id);
    json_put_str(json, "name", robot->name);
    json_put_str(json, "kind", robot_kind_name(robot->kind));
    json_put_str(json, "url", robot->url_shown);
    if (secret && secret[0]) {
        json_put_str(json, "secret", str_from_c(secret));
    }
    json_put_bool(json, "has_secret", robot->secret_sealed.len > 0);
    json_put_time(json, "old_secret_until", rotating ? robot->secret_before_ms : TIME_NONE);
    json_put_bool(json, "markdown", robot->markdown);
    json_put_str(json, "language", robot->chinese ? STR("zh") : STR("en"));
    write_quiet(json, robot);
    json_put_bool(json, "enabled", robot->enabled);
    json_put_time(json, "gone_at", robot->gone_ms);
    json_name(json, "notices");
    json_array(json);
    for (int i = 0; i < NOTICE_KINDS; i++) {
        if (robot->notices >> i & 1 && notice_is_chosen((enum notice_kind)i)) {
            json_str(json, notice_name((enum notice_kind)i));
        }
    }
    json_array_end(json);
    json_put_opt(json, "owner", robot->owner);
    json_put_time(json, "held_until", robot->held_ms > now_ms ? robot->held_ms : TIME_NONE);
    json_put_time(json, "created_at", robot->created_ms);
    json_put_time(json, "updated_at", robot->updated_ms);
    json_object_end(json);
}

static bool next_robot(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct robot robot;
    if (!robots_next(rows, NULL, &robot)) {
        return false;
    }
    write_robot(json, &robot, request->now_ms, NULL);
    return true;
}

static void robots_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){robots_each, next_robot});
    }
}

/* ---- one robot --------------------------------------------------------------------------------------------------- */

bool robots_path_id(struct request *request, struct reply *reply, int64_t *id)
{
    if (str_to_i64(request->params[0], id) && *id > 0) {
        return true;
    }
    reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    return false;
}

static enum err find_robot(struct ctx *ctx, struct request *request, int64_t id, struct robot *out)
{
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? robots_find(db, request->arena, id, out) : ERR_UNAVAILABLE;

    readers_give(ctx->engine->readers, db);
    return err;
}

static void robots_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct robot robot;
    struct json_writer json;
    if (!call_unbound(request, reply) || !robots_path_id(request, reply, &id)) {
        return;
    }
    enum err err = find_robot(ctx, request, id, &robot);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    write_robot(&json, &robot, request->now_ms, NULL);
}

static void answer_put(struct ctx *ctx, struct request *request, struct reply *reply, bool added,
                       const struct robot_result *result)
{
    struct robot stored;
    struct json_writer json;
    enum err err = find_robot(ctx, request, result->robot.id, &stored);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, added ? 201 : 200, &json);
    reply->secret = result->secret[0] != '\0';
    write_robot(&json, &stored, request->now_ms, result->secret);
    if (added) {
        reply_header(reply, request, "Location", arena_f(request->arena, "/api/v1/robots/%lld", (long long)stored.id));
    }
}

static void put_robot(struct ctx *ctx, struct request *request, struct reply *reply, int64_t id)
{
    const struct json *json;
    struct robot_draft draft;
    struct robot_result result = {0};
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = read_draft(request->arena, json, &draft, &fault);
    if (err == OK) {
        err = editor_robot_put(ctx->engine->editor, request->actor, request->arena, id, &draft, &result, &fault);
    }
    if (err == OK) {
        notifier_wake(ctx->engine->notifier);
        answer_put(ctx, request, reply, id == 0, &result);
    } else {
        reply_problem(reply, request, err, &fault);
    }
    crypt_cleanse(result.secret, sizeof result.secret);
}

static void robots_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    put_robot(ctx, request, reply, 0);
}

static void robots_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (robots_path_id(request, reply, &id)) {
        put_robot(ctx, request, reply, id);
    }
}

static void robots_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !robots_path_id(request, reply, &id)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_robot_delete(ctx->engine->editor, edit_call_actor(&edit), id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

/* ---- a test ------------------------------------------------------------------------------------------------------ */

#define SHOWN_ANSWER 500

static void write_test(struct reply *reply, const struct robot_answer *answer, const struct robot_judgement *judgement,
                       int64_t took_ms)
{
    struct json_writer json;

    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "sent", judgement->verdict == ROBOT_SENT);
    json_put_str(&json, "verdict", robot_verdict_name(judgement->verdict));
    json_put_i64(&json, "status", answer->status);
    json_put_opt(&json, "error", str_from_c(judgement->error));
    json_put_str(&json, "answer", str_slice(answer->body, 0, SHOWN_ANSWER));
    json_put_i64(&json, "took_ms", took_ms);
    json_object_end(&json);
}

/* It is answered when the robot has answered: fifteen seconds at most. */
static void robots_test(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct robot robot;
    struct robot_answer answer = {0};
    struct robot_judgement judgement = {0};
    if (!call_unbound(request, reply) || !robots_path_id(request, reply, &id)) {
        return;
    }
    const struct engine *engine = ctx->engine;
    const struct notifier_try_opts opts = {engine->seal_key, engine->zone, engine->opts.notify_allow_private,
                                           request->chinese};
    int64_t began_ns = clock_mono_ns();
    enum err err = find_robot(ctx, request, id, &robot);
    err = err ? err : notifier_try(&opts, request->arena, &robot, request->now_ms, &answer, &judgement);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    write_test(reply, &answer, &judgement, (clock_mono_ns() - began_ns) / 1000000);
}

const struct route api_robot_routes[] = {
    {METHOD_GET, "/api/v1/robots", PLANE_ADMIN, robots_list, SCOPE_ADMIN, "List the notification robots", 0, NULL},
    {METHOD_POST, "/api/v1/robots", PLANE_ADMIN, robots_create, SCOPE_ADMIN, "Add a notification robot", 0, NULL},
    {METHOD_GET, "/api/v1/robots/:id", PLANE_ADMIN, robots_get, SCOPE_ADMIN, "Fetch one robot", 0, NULL},
    {METHOD_PATCH, "/api/v1/robots/:id", PLANE_ADMIN, robots_patch, SCOPE_ADMIN, "Change a robot", 0, NULL},
    {METHOD_DELETE, "/api/v1/robots/:id", PLANE_ADMIN, robots_remove, SCOPE_ADMIN, "Remove a robot", 0, NULL},
    {METHOD_POST, "/api/v1/robots/:id/test", PLANE_ADMIN, robots_test, SCOPE_ADMIN, "Send a test notice", 0, NULL},
    {0},
};
