/* SPDX-License-Identifier: MIT */
/* /api/v1/keys: API keys; /api/v1/me/keys: those by which the caller acts. The secret is answered once, when it is
 * made; afterwards only its first characters are known.
 */
#include "linkpond/store/keys.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/users.h"
#include "me.h"

struct key_draft {
    str name;
    struct str_list scopes;
    str owner, domain, user;
    int64_t expires_ms;
};
#define AT(member) offsetof(struct key_draft, member)
static const struct json_field key_fields[] = {
    {"name", JSON_KIND_STR, AT(name), JSON_REQUIRED, 1, LIMIT_NAME, 0},
    {"scopes", JSON_KIND_STRLIST, AT(scopes), JSON_REQUIRED, 1, SCOPE_BITS, 32},
    {"domain", JSON_KIND_STR, AT(domain), JSON_NULLABLE, 0, LIMIT_HOST + 6, 0},
    {"expires_at", JSON_KIND_TIME, AT(expires_ms), JSON_NULLABLE, 0, 0, 0},
    {"owner", JSON_KIND_STR, AT(owner), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"user", JSON_KIND_STR, AT(user), 0, 1, LIMIT_TAG, 0},
};
#undef AT
#define EXPIRES_FIELD 3
#define OWN_FIELDS    4 /* whose an own key is needs no saying */

/* `secret` only in the one answer that shows it. */
static void write_key(struct json_writer *json, const struct api_key *key, int64_t now_ms, const char *secret)
{
    json_object(json);
    json_put_i64(json, "id", key->id);
    if (secret) {
        json_put_str(json, "key", str_from_c(secret));
    }
    json_put_str(json, "name", key->name);
    json_put_str(json, "prefix", key->prefix);
    json_name(json, "scopes");
    json_array(json);
    for (int i = 0; i < SCOPE_BITS; i++) {
        if (key->scopes >> i & 1) {
            json_str(json, scope_name((enum scope_bit)i));
        }
    }
    json_array_end(json);
    json_put_str(json, "user", key->user);
    json_put_opt(json, "owner", key->owner);
    json_put_opt(json, "domain", key->domain);
    json_put_bool(json, "valid", key_is_valid(key, now_ms));
    json_put_time(json, "created_at", key->created_ms);
    json_put_time(json, "expires_at", key->expires_ms);
    json_put_time(json, "revoked_at", key->revoked_ms);
    json_put_time(json, "used_at", key->used_ms);
    json_object_end(json);
}

static bool next_key(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct api_key key;
    if (!keys_next(rows, &key)) {
        return false;
    }
    write_key(json, &key, request->now_ms, NULL);
    return true;
}

static void keys_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        me_store_uses(ctx);
        call_list_all(ctx, request, reply, &(struct call_rows){keys_each, next_key});
    }
}

/* Whether the caller may give them is the editor's to judge. */
static enum err read_scopes(const struct str_list *names, unsigned *scopes, struct fault *fault)
{
    unsigned all = 0;
    for (size_t i = 0; i < names->count; i++) {
        unsigned bit = scope_find(names->items[i]);
        if (bit == 0) {
            return fault_set(fault, ERR_INVALID, "scopes", "not_allowed",
                             "Scopes are links:read, links:write, stats:read, admin, events:write, customers:read and "
                             "customers:write.",
                             "权限只能是 links:read、links:write、stats:read、admin、events:write、customers:read、"
                             "customers:write。");
        }
        all |= bit;
    }
    *scopes = all;
    return OK;
}

static enum err read_bounds(struct db *db, struct request *request, const struct key_draft *draft, struct api_key *key,
                            struct fault *fault)
{
    struct user user;
    struct domain domain;
    enum err err = draft->owner.len > 0 ? users_find_key(db, request->arena, draft->owner, &user) : OK;
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该负责人。");
    }
    if (err == OK && draft->owner.len > 0) {
        key->owner_id = user.id;
    }
    if (err == OK && draft->user.len > 0) {
        err = users_find_key(db, request->arena, draft->user, &user);
        if (err == ERR_NOT_FOUND) {
            return fault_set(fault, ERR_INVALID, "user", "unknown", "There is no such user.", "没有该用户。");
        }
        key->user_id = err == OK ? user.id : key->user_id;
    }
    if (err == OK && draft->domain.len > 0) {
        err = call_find_domain(db, request->arena, draft->domain, &domain);
    }
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "domain", "unknown", "There is no such domain.", "没有该域名。");
    }
    if (err == OK && draft->domain.len > 0) {
        key->domain_id = domain.id;
    }
    return err;
}

static enum err read_key(struct ctx *ctx, struct request *request, const struct json *json, bool own,
                         struct api_key *key, struct fault *fault)
{
    struct key_draft draft = {.expires_ms = TIME_NONE};
    struct json_presence presence = {0};
    size_t count = own ? OWN_FIELDS : ARRAY_LEN(key_fields);
    enum err err = json_decode(request->arena, json, key_fields, count, &draft, &presence, fault);
    if (err == OK) {
        err = read_scopes(&draft.scopes, &key->scopes, fault);
    }
    if (err != OK) {
        return err;
    }
    key->name = draft.name;
    key->expires_ms = presence.null >> EXPIRES_FIELD & 1 ? TIME_NONE : draft.expires_ms;
    if (key->expires_ms != TIME_NONE && key->expires_ms <= request->now_ms) {
        return fault_set(fault, ERR_INVALID, "expires_at", "out_of_range", "That is in the past.", "时间已过去。");
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    err = read_bounds(db, request, &draft, key, fault);
    readers_give(ctx->engine->readers, db);
    return err;
}

/* The new key as stored, with its secret. The body is on the heap and freed by the reply. */
static void answer_created(struct ctx *ctx, struct request *request, struct reply *reply, int64_t id,
                           const char *secret)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    struct api_key stored;
    enum err err = keys_find(db, request->arena, id, &stored);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    struct json_writer json;
    reply_json_begin(reply, 201, &json);
    reply->secret = true;
    write_key(&json, &stored, request->now_ms, secret);
    reply_header(reply, request, "Location", arena_f(request->arena, "%s/%lld", ctx->route->path, (long long)id));
}

static void keys_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    struct api_key key = {.user_id = request->actor->user_id, .expires_ms = TIME_NONE};
    char secret[KEY_SECRET_MAX] = "";
    struct fault fault = {0};
    enum err err = read_key(ctx, request, json, false, &key, &fault);
    if (err == OK) {
        err = editor_key_create(ctx->engine->editor, request->actor, &key, secret, &fault);
    }
    if (err == OK) {
        answer_created(ctx, request, reply, key.id, secret);
    } else {
        reply_problem(reply, request, err, &fault);
    }
    crypt_cleanse(secret, sizeof(secret));
}

static void keys_revoke_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    if (!call_unbound(request, reply)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = str_to_i64(request->params[0], &id)
                       ? editor_key_revoke(ctx->engine->editor, edit_call_actor(&edit), id, &fault)
                       : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

/* ---- one's own ------------------------------------------------------------------------------------------------------
 */

static bool next_own_key(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct api_key key;
    do {
        if (!keys_next(rows, &key)) {
            return false;
        }
    } while (key.user_id != request->actor->user_id);
    write_key(json, &key, request->now_ms, NULL);
    return true;
}

static void own_keys_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (me_is_self(request, reply)) {
        me_store_uses(ctx);
        call_list_all(ctx, request, reply, &(struct call_rows){keys_each, next_own_key});
    }
}

/* Nobody has so many that they would lose sight of them; and what is made by a key ends with it at the latest. */
static enum err check_own(struct ctx *ctx, struct request *request, const struct api_key *fresh, struct fault *fault)
{
    const struct actor *actor = request->actor;
    struct api_key key, maker = {.expires_ms = TIME_NONE};
    int count = 0;
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    struct stmt *rows = keys_each(db);
    while (keys_next(rows, &key)) {
        count += key.user_id == actor->user_id && key_is_valid(&key, request->now_ms);
    }
    enum err err = stmt_err(rows);
    err = err == OK && actor->key_id ? keys_find(db, request->arena, actor->key_id, &maker) : err;
    readers_give(ctx->engine->readers, db);
    if (err == OK && count >= LIMIT_OWN_KEYS) {
        return fault_set(fault, ERR_CONFLICT, "", "too_many", "Revoke a key that is not used any more first.",
                         "密钥数量已达上限，请先吊销不再使用的密钥。");
    }
    bool longer = fresh->expires_ms == TIME_NONE || fresh->expires_ms > maker.expires_ms;
    if (err == OK && maker.expires_ms != TIME_NONE && longer) {
        return fault_set(fault, ERR_FORBIDDEN, "expires_at", "wider", "A key makes no key that outlives it.",
                         "新密钥的有效期不能超过当前密钥。");
    }
    return err;
}

/* It acts as the caller, on links that are the caller's alone, and never more than the caller may. */
static void own_keys_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    if (!me_is_self(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    const int64_t self = request->actor->user_id;
    struct api_key key = {.user_id = self, .owner_id = self, .expires_ms = TIME_NONE};
    char secret[KEY_SECRET_MAX] = "";
    struct fault fault = {0};
    enum err err = read_key(ctx, request, json, true, &key, &fault);
    err = err == OK ? check_own(ctx, request, &key, &fault) : err;
    if (err == OK) {
        err = editor_key_create(ctx->engine->editor, request->actor, &key, secret, &fault);
    }
    if (err == OK) {
        answer_created(ctx, request, reply, key.id, secret);
    } else {
        reply_problem(reply, request, err, &fault);
    }
    crypt_cleanse(secret, sizeof(secret));
}

static enum err find_own(struct ctx *ctx, struct request *request, int64_t *id)
{
    struct api_key key;
    if (!str_to_i64(request->params[0], id)) {
        return ERR_NOT_FOUND;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? keys_find(db, request->arena, *id, &key) : ERR_UNAVAILABLE;
    readers_give(ctx->engine->readers, db);
    return err == OK && key.user_id != request->actor->user_id ? ERR_NOT_FOUND : err;
}

static void own_keys_revoke_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    if (!me_is_self(request, reply)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = find_own(ctx, request, &id);
    err = err == OK ? editor_key_revoke(ctx->engine->editor, edit_call_actor(&edit), id, &fault) : err;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

const struct route api_key_routes[] = {
    {METHOD_GET, "/api/v1/keys", PLANE_ADMIN, keys_list, SCOPE_ADMIN, "List the API keys", 0, NULL},
    {METHOD_POST, "/api/v1/keys", PLANE_ADMIN, keys_create, SCOPE_ADMIN, "Make an API key", 0, NULL},
    {METHOD_DELETE, "/api/v1/keys/:id", PLANE_ADMIN, keys_revoke_one, SCOPE_ADMIN, "Revoke an API key", 0, NULL},
    {METHOD_GET, "/api/v1/me/keys", PLANE_ADMIN, own_keys_list, SCOPE_LINKS_WRITE, "List one's own API keys", 0, NULL},
    {METHOD_POST, "/api/v1/me/keys", PLANE_ADMIN, own_keys_create, SCOPE_LINKS_WRITE, "Make an API key of one's own", 0,
     NULL},
    {METHOD_DELETE, "/api/v1/me/keys/:id", PLANE_ADMIN, own_keys_revoke_one, SCOPE_LINKS_WRITE,
     "Revoke an API key of one's own", 0, NULL},
    {0},
};
