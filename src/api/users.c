/* SPDX-License-Identifier: MIT */
/* /api/v1/users: who links can belong to. /api/v1/me: who asks, what they may, and where. */
#include "linkpond/store/users.h"

#include "call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/keys.h"

static bool next_user(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct user user;
    (void)request;
    if (!users_next(rows, &user)) {
        return false;
    }
    json_object(json);
    json_put_str(json, "key", user.key);
    json_put_str(json, "name", user.name);
    json_put_str(json, "role", user.role);
    json_put_time(json, "created_at", user.created_ms);
    json_put_time(json, "updated_at", user.updated_ms);
    json_object_end(json);
    return true;
}

static void users_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    call_list_all(ctx, request, reply, &(struct call_rows){users_each, next_user});
}

struct me {
    struct user user;
    struct api_key key;
    struct domain domain; /* the default one */
};

static enum err load_me(struct db *db, struct request *request, struct me *out)
{
    enum err err = users_find(db, request->arena, request->actor->user_id, &out->user);
    if (err == OK) {
        err = keys_find(db, request->arena, request->actor->key_id, &out->key);
    }
    if (err == OK) {
        err = domains_find_default(db, request->arena, &out->domain);
    }
    return err;
}

static void write_key(struct json_writer *json, const struct api_key *key)
{
    json_name(json, "key");
    json_object(json);
    json_put_i64(json, "id", key->id);
    json_put_str(json, "name", key->name);
    json_put_str(json, "prefix", key->prefix);
    json_put_time(json, "expires_at", key->expires_ms);
    json_object_end(json);
    json_name(json, "scopes");
    json_array(json);
    for (int i = 0; i < SCOPE_BITS; i++) {
        if (key->scopes >> i & 1) {
            json_str(json, scope_name((enum scope_bit)i));
        }
    }
    json_array_end(json);
    json_put_opt(json, "owner", key->owner);
    json_put_opt(json, "domain", key->domain);
}

static void me_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct me me;
    enum err err = load_me(db, request, &me);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    struct json_writer json;
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_name(&json, "user");
    json_object(&json);
    json_put_str(&json, "key", me.user.key);
    json_put_str(&json, "name", me.user.name);
    json_put_str(&json, "role", me.user.role);
    json_object_end(&json);
    write_key(&json, &me.key);
    json_name(&json, "install");
    json_object(&json);
    json_put_str(&json, "version", STR(LINKPOND_VERSION));
    json_put_str(&json, "timezone", zone_name(ctx->engine->zone));
    json_put_str(&json, "default_domain", me.domain.host);
    json_put_i64(&json, "code_length",
                 me.domain.code_length > 0 ? me.domain.code_length : (int64_t)ctx->engine->opts.code_length);
    json_put_bool(&json, "demo", ctx->engine->demo);
    json_put_bool(&json, "fold_case", ctx->engine->fold_case);
    json_put_bool(&json, "strict_dictionary", ctx->engine->opts.strict_dictionary);
    json_put_bool(&json, "utm_normalise", ctx->engine->opts.normalise_utm);
    json_object_end(&json);
    json_object_end(&json);
}

const struct route api_user_routes[] = {
    {METHOD_GET, "/api/v1/users", PLANE_ADMIN, users_list, SCOPE_LINKS_READ, "List the users", 0, NULL},
    {METHOD_GET, "/api/v1/me", PLANE_ADMIN, me_get, SCOPE_NONE, "Who asks, what they may, and where", 0, NULL},
    {0},
};
