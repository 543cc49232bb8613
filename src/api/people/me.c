/* SPDX-License-Identifier: MIT */
/* /api/v1/me: who asks, what they may, and where; their own name, language and password. */
#include "me.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/model/password.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/users.h"

struct me {
    struct user user;
    struct api_key key;     /* id 0 = signed in by password */
    struct domain domain;   /* the default one */
    struct user owner;      /* whose links alone are seen; id 0 = nobody's */
    struct domain bound_to; /* likewise */
};

static enum err load_me(struct db *db, struct request *request, struct me *out)
{
    const struct actor *actor = request->actor;
    struct arena *arena = request->arena;
    enum err err = users_find(db, arena, actor->user_id, &out->user);
    if (err == OK && actor->key_id) {
        err = keys_find(db, arena, actor->key_id, &out->key);
    }
    if (err == OK && actor->owner_id) {
        err = users_find(db, arena, actor->owner_id, &out->owner);
    }
    if (err == OK && actor->domain_id) {
        err = domains_find(db, arena, actor->domain_id, &out->bound_to);
    }
    return err == OK ? domains_find_default(db, arena, &out->domain) : err;
}

static void write_user(struct json_writer *json, const struct user *user)
{
    json_name(json, "user");
    json_object(json);
    json_put_str(json, "key", user->key);
    json_put_str(json, "name", user->name);
    json_put_str(json, "role", user->role);
    json_put_opt(json, "language", user->language);
    json_put_bool(json, "has_password", user->password.len > 0);
    json_object_end(json);
}

static void write_key(struct json_writer *json, const struct api_key *key)
{
    json_name(json, "key");
    if (!key->id) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_i64(json, "id", key->id);
    json_put_str(json, "name", key->name);
    json_put_str(json, "prefix", key->prefix);
    json_put_time(json, "expires_at", key->expires_ms);
    json_object_end(json);
}

static void write_rights(struct json_writer *json, const struct actor *actor, const struct me *me)
{
    json_name(json, "scopes");
    json_array(json);
    for (int i = 0; i < SCOPE_BITS; i++) {
        if (actor->scopes >> i & 1) {
            json_str(json, scope_name((enum scope_bit)i));
        }
    }
    json_array_end(json);
    json_put_opt(json, "owner", me->owner.key);
    json_put_opt(json, "domain", me->bound_to.host);
}

static void write_install(struct json_writer *json, const struct engine *engine, const struct domain *domain)
{
    json_name(json, "install");
    json_object(json);
    json_put_str(json, "version", STR(LINKPOND_VERSION));
    json_put_str(json, "timezone", zone_name(engine->zone));
    json_put_str(json, "currency", engine->currency);
    json_put_str(json, "default_domain", domain->host);
    json_put_i64(json, "code_length",
                 domain->code_length > 0 ? domain->code_length : (int64_t)engine->opts.code_length);
    json_put_bool(json, "demo", engine->demo);
    json_put_bool(json, "fold_case", engine->fold_case);
    json_put_bool(json, "strict_dictionary", engine->opts.strict_dictionary);
    json_put_bool(json, "places", engine->geo != NULL);
    json_put_bool(json, "utm_normalise", engine->opts.normalise_utm);
    json_put_str(json, "editors_see", engine->opts.editors_see_own ? STR("own") : STR("all"));
    json_object_end(json);
}

void me_answer(struct ctx *ctx, struct request *request, struct reply *reply, int status, bool session)
{
    struct me me = {0};
    struct json_writer json;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = load_me(db, request, &me);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, status, &json);
    json_object(&json);
    write_user(&json, &me.user);
    write_key(&json, &me.key);
    write_rights(&json, request->actor, &me);
    write_install(&json, ctx->engine, &me.domain);
    if (session) {
        const struct session *own = request->session;
        json_put_str(&json, "by", own ? STR("session") : STR("key"));
        json_put_opt(&json, "csrf", own ? own->csrf : STR(""));
        json_put_time(&json, "expires_at", own ? auth_session_expires_ms(own) : me.key.expires_ms);
        reply->secret = true; /* the token of its pages */
    }
    json_object_end(&json);
}

void me_store_uses(struct ctx *ctx)
{
    struct fault fault = {0};

    (void)last_uses_store(ctx->engine->last_uses, &fault);
}

bool me_is_self(const struct request *request, struct reply *reply)
{
    return request->actor->bound_by_role || call_unbound(request, reply);
}

static void me_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    me_answer(ctx, request, reply, 200, false);
}

struct me_draft {
    str name, language;
};
static const struct json_field me_fields[] = {
    {"name", JSON_KIND_STR, offsetof(struct me_draft, name), 0, 1, LIMIT_NAME, 0},
    {"language", JSON_KIND_STR, offsetof(struct me_draft, language), JSON_NULLABLE, 2, 2, 0},
};

static void me_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct me_draft draft = {0};
    struct json_presence presence = {0};
    struct fault fault = {0};
    if (!me_is_self(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, me_fields, ARRAY_LEN(me_fields), &draft, &presence, &fault);
    if (err == OK) {
        struct user_change change = {.name = draft.name,
                                     .language = draft.language,
                                     .has_name = presence.present & 1,
                                     .has_language = presence.present >> 1 & 1};
        err = editor_user_update(ctx->engine->editor, request->actor, request->actor->user_id, &change, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    me_answer(ctx, request, reply, 200, false);
}

struct password_draft {
    str current, fresh;
};
static const struct json_field password_fields[] = {
    {"current", JSON_KIND_STR, offsetof(struct password_draft, current), JSON_REQUIRED, 0, PASSWORD_BYTES_MAX, 0},
    {"new", JSON_KIND_STR, offsetof(struct password_draft, fresh), JSON_REQUIRED, 0, 0, 0},
};

static void me_password(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct password_draft draft = {0};
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    if (!me_is_self(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, password_fields, ARRAY_LEN(password_fields), &draft, NULL, &fault);
    if (err == OK) {
        err = auth_change_password(ctx->auth, request, draft.current, draft.fresh, &retry_after_s, &fault);
    }
    if (err != OK) {
        reply_problem_retry(reply, request, err, &fault, retry_after_s);
        return;
    }
    reply->status = 204;
}

/* ---- one's own browsers -------------------------------------------------------------------------------------------
 */

static bool next_session(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct session session;
    do {
        if (!sessions_next(rows, &session)) {
            return false;
        }
    } while (request->now_ms >= auth_session_expires_ms(&session)); /* not swept yet */
    const struct session *own = request->session;
    json_object(json);
    json_put_bool(json, "current", own && memcmp(own->hash, session.hash, sizeof session.hash) == 0);
    json_put_str(json, "by", session.api_key_id ? STR("key") : STR("password"));
    json_put_opt(json, "browser", session.browser);
    json_put_opt(json, "network", session.network);
    json_put_time(json, "created_at", session.created_ms);
    json_put_time(json, "seen_at", session.seen_ms);
    json_object_end(json);
    return true;
}

static void me_sessions(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!me_is_self(request, reply)) {
        return;
    }
    me_store_uses(ctx);
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct json_writer json;
    int64_t total = 0;
    struct stmt *rows = sessions_of_user(db, request->actor->user_id);
    call_list_begin(reply, &json);
    while (next_session(&json, rows, request)) {
        total++;
    }
    enum err err = stmt_err(rows);
    call_list_end(&json, (str){0}, total);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

static void me_sign_out_others(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    if (!me_is_self(request, reply)) {
        return;
    }
    enum err err = auth_sign_out_others(ctx->auth, request, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

#define BODY_MAX 8192
const struct route api_me_routes[] = {
    {METHOD_GET, "/api/v1/me", PLANE_ADMIN, me_get, SCOPE_NONE, "Who asks, what they may, and where", 0, NULL},
    {METHOD_PATCH, "/api/v1/me", PLANE_ADMIN, me_patch, SCOPE_NONE, "Change one's own name and language", BODY_MAX,
     NULL},
    {METHOD_POST, "/api/v1/me/password", PLANE_ADMIN, me_password, SCOPE_NONE, "Change one's own password", BODY_MAX,
     NULL},
    {METHOD_GET, "/api/v1/me/sessions", PLANE_ADMIN, me_sessions, SCOPE_NONE, "Where one is signed in", 0, NULL},
    {METHOD_DELETE, "/api/v1/me/sessions", PLANE_ADMIN, me_sign_out_others, SCOPE_NONE, "Sign out everywhere but here",
     0, NULL},
    {0},
};
