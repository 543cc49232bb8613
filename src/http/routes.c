/* SPDX-License-Identifier: MIT */
/* The routes of this floor: signing in and out, is the public plane alive, what is behind a short link, and the
 * built-in files. */
#include "linkpond/base/json.h"
#include "linkpond/http/router.h"
#include "preview.h"
#include "privacy.h"

#define SESSION_BODY_MAX 4096
#define PRIVACY_BODY_MAX 1024 /* an empty form */

static void public_health(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    reply_text(reply, 200, "text/plain; charset=utf-8", STR("ok\n"));
    reply_header_static(reply, "Cache-Control", "no-store");
}

static void asset_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!assets_reply(ctx->assets, request, request->params[0], reply)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    }
}

static const struct json_field session_fields[] = {
    {"key", JSON_KIND_STR, 0, JSON_REQUIRED, 1, KEY_SECRET_MAX, 0},
};

/* The API key, from a form or from JSON. */
static enum err read_key(const struct request *request, str *key, struct fault *fault)
{
    if (request_is_form(request)) {
        bool there = request_form(request, "key", key) && key->len > 0;
        return there ? OK : fault_set(fault, ERR_INVALID, "key", "required", "Send an API key.", "请输入 API 密钥。");
    }
    struct json *body;
    struct json_presence presence;
    enum err err = json_parse(request->arena, request->body, &body, fault);
    return err == OK
               ? json_decode(request->arena, body, session_fields, ARRAY_LEN(session_fields), key, &presence, fault)
               : err;
}

static void session_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    str key = {0};
    str csrf = {0};
    enum err err = read_key(request, &key, &fault);
    if (err == OK) {
        err = auth_sign_in(ctx->auth, request, key, reply, &csrf, &retry_after_s, &fault);
    }
    if (err == ERR_RATE_LIMITED) {
        reply_problem_retry(reply, request, err, NULL, retry_after_s);
        return;
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    struct json_writer json;
    reply_json_begin(reply, 201, &json);
    json_object(&json);
    json_put_str(&json, "csrf", csrf);
    json_object_end(&json);
}

static void session_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    (void)ctx;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "by", request->session ? STR("session") : STR("key"));
    json_put_opt(&json, "csrf", request->session ? request->session->csrf : STR(""));
    json_object_end(&json);
}

static void session_delete(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    enum err err = auth_sign_out(ctx->auth, request, reply, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
    reply_header_static(reply, "Cache-Control", "no-store");
}

const struct route http_routes[] = {
    {METHOD_GET, "/assets/:name", PLANE_ADMIN, asset_get, SCOPE_ANYONE, "A built-in file", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/api/v1/session", PLANE_ADMIN, session_create, SCOPE_ANYONE, "Sign in with an API key",
     SESSION_BODY_MAX, NULL},
    {METHOD_GET, "/api/v1/session", PLANE_ADMIN, session_get, SCOPE_NONE, "How the caller is signed in", 0, NULL},
    {METHOD_DELETE, "/api/v1/session", PLANE_ADMIN, session_delete, SCOPE_NONE, "Sign out", 0, NULL},
    {METHOD_GET, "/-/healthz", PLANE_PUBLIC, public_health, SCOPE_ANYONE, "Is the public plane alive", 0,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/preview", PLANE_PUBLIC, preview_get, SCOPE_ANYONE, "Where a short link leads", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/privacy", PLANE_PUBLIC, privacy_get, SCOPE_ANYONE, "What is kept of a visit", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/privacy", PLANE_PUBLIC, privacy_refuse, SCOPE_ANYONE, "Do not number me", PRIVACY_BODY_MAX,
     ROUTE_QUERY_ANY},
    {0},
};
