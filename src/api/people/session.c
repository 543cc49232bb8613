/* SPDX-License-Identifier: MIT */
/* /api/v1/session: signing in and out, and the one-time links of invited people. */
#include "linkpond/api/routes.h"
#include "linkpond/store/users.h"
#include "me.h"

#define BODY_MAX 8192

/* Handlers here are their own door, so they say themselves how long to wait. */
static void answer_problem(struct request *request, struct reply *reply, enum err err, const struct fault *fault,
                           int64_t retry_after_s)
{
    if (err == ERR_RATE_LIMITED) {
        reply_problem_retry(reply, request, err, NULL, retry_after_s);
    } else {
        reply_problem(reply, request, err, fault);
    }
}

static const struct json_field credential_fields[] = {
    {"key", JSON_KIND_STR, offsetof(struct credentials, key), 0, 1, KEY_SECRET_MAX, 0},
    {"login", JSON_KIND_STR, offsetof(struct credentials, login), 0, 1, 4 * LIMIT_TAG, 0},
    {"password", JSON_KIND_STR, offsetof(struct credentials, password), 0, 1, 0, 0},
};

static enum err read_credentials(struct request *request, struct credentials *out, struct fault *fault)
{
    struct json *body;
    enum err err = OK;
    if (request_is_form(request)) {
        request_form(request, "key", &out->key);
        request_form(request, "login", &out->login);
        request_form(request, "password", &out->password);
    } else {
        err = json_parse(request->arena, request->body, &body, fault);
        err = err != OK ? err
                        : json_decode(request->arena, body, credential_fields, ARRAY_LEN(credential_fields), out, NULL,
                                      fault);
    }
    if (err != OK || out->key.len > 0) {
        return err;
    }
    if (out->login.len == 0) {
        return fault_set(fault, ERR_INVALID, "login", "required", "Send a login name and password, or an API key.",
                         "请输入登录名和密码，或 API 密钥。");
    }
    return out->password.len > 0
               ? OK
               : fault_set(fault, ERR_INVALID, "password", "required", "Send the password.", "请输入密码。");
}

static void session_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    struct credentials who = {0};
    int64_t retry_after_s = 1;
    enum err err = read_credentials(request, &who, &fault);
    if (err == OK) {
        err = auth_sign_in(ctx->auth, request, &who, reply, &retry_after_s, &fault);
    }
    if (err != OK) {
        answer_problem(request, reply, err, &fault, retry_after_s);
        return;
    }
    me_answer(ctx, request, reply, 201, true);
}

static void session_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    me_answer(ctx, request, reply, 200, true);
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

/* ---- one-time links --------------------------------------------------------------------------------------------- */

struct accept_draft {
    str token, password;
};
static const struct json_field accept_fields[] = {
    {"token", JSON_KIND_STR, offsetof(struct accept_draft, token), JSON_REQUIRED, 1, 128, 0},
    {"password", JSON_KIND_STR, offsetof(struct accept_draft, password), 0, 0, 0, 0},
};

/* Without a password: whose link it is, so that the page can greet them. */
static enum err show_token(struct ctx *ctx, struct request *request, struct reply *reply, str token,
                           int64_t *retry_after_s, struct fault *fault)
{
    struct user_token found;
    struct user user;
    struct json_writer json;
    enum err err = auth_token_find(ctx->auth, request, token, &found, &user, retry_after_s, fault);
    if (err != OK) {
        return err;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "kind", found.reset ? STR("reset") : STR("invite"));
    json_put_time(&json, "expires_at", found.expires_ms);
    json_name(&json, "user");
    json_object(&json);
    json_put_str(&json, "key", user.key);
    json_put_str(&json, "name", user.name);
    json_object_end(&json);
    json_object_end(&json);
    return OK;
}

static void session_accept(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct accept_draft draft = {0};
    struct json_presence presence = {0};
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    if (!call_json(request, reply, &json)) {
        return;
    }
    enum err err =
        json_decode(request->arena, json, accept_fields, ARRAY_LEN(accept_fields), &draft, &presence, &fault);
    bool sets = presence.present >> 1 & 1;
    if (err == OK && sets) {
        err = auth_accept(ctx->auth, request, draft.token, draft.password, reply, &retry_after_s, &fault);
    } else if (err == OK) {
        err = show_token(ctx, request, reply, draft.token, &retry_after_s, &fault);
    }
    if (err != OK) {
        answer_problem(request, reply, err, &fault, retry_after_s);
    } else if (sets) {
        me_answer(ctx, request, reply, 201, true);
    }
}

const struct route api_session_routes[] = {
    {METHOD_POST, "/api/v1/session", PLANE_ADMIN, session_create, SCOPE_ANYONE, "Sign in", BODY_MAX, NULL},
    {METHOD_GET, "/api/v1/session", PLANE_ADMIN, session_get, SCOPE_NONE, "How the caller is signed in", 0, NULL},
    {METHOD_DELETE, "/api/v1/session", PLANE_ADMIN, session_delete, SCOPE_NONE, "Sign out", 0, NULL},
    {METHOD_POST, "/api/v1/session/accept", PLANE_ADMIN, session_accept, SCOPE_ANYONE,
     "Set a password by a one-time link, and sign in", BODY_MAX, NULL},
    {0},
};
