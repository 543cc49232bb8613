/* SPDX-License-Identifier: MIT */
/* /api/v1/wecom-callbacks: addresses that WeCom calls. Token and key go in and never come out again, but for what was
 * made here, once. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/model/wecom.h"
#include "linkpond/store/audit.h"
#include "linkpond/store/inlets.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/users.h"

#include "inlet.h"

#define MEMBERS_MAX    1000
#define MEMBERS_BYTES  (64 * 1024)
#define PATH_BYTES     12
#define MADE_TOKEN_LEN 32

struct callback_body {
    str name, receiver, token, aes_key;
    const struct json *members;
};
enum callback_field { FIELD_NAME, FIELD_RECEIVER, FIELD_TOKEN, FIELD_AES_KEY, FIELD_MEMBERS, FIELDS };
#define AT(member) offsetof(struct callback_body, member)
static const struct json_field callback_fields[FIELDS] = {
    [FIELD_NAME] = {"name", JSON_KIND_STR, AT(name), 0, 1, LIMIT_NAME, 0},
    [FIELD_RECEIVER] = {"receiver", JSON_KIND_STR, AT(receiver), 0, 1, WECOM_RECEIVER_MAX, 0},
    [FIELD_TOKEN] = {"token", JSON_KIND_STR, AT(token), 0, 1, WECOM_TOKEN_MAX, 0},
    [FIELD_AES_KEY] = {"aes_key", JSON_KIND_STR, AT(aes_key), 0, WECOM_KEY_LEN, WECOM_KEY_LEN, 0},
    [FIELD_MEMBERS] = {"members", JSON_KIND_JSON, AT(members), JSON_NULLABLE, 0, 0, 0},
};
#undef AT

struct callback_edit {
    struct ctx *ctx;
    struct request *request;
    struct wecom_callback row;
    str made_token, made_key; /* shown once */
    bool remove;
    struct audit_note note;
};

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_callback(struct json_writer *json, const struct wecom_callback *row, const struct callback_edit *made)
{
    json_object(json);
    json_put_i64(json, "id", row->id);
    json_put_str(json, "name", row->name);
    json_put_str(json, "receiver", row->receiver);
    json_name(json, "path");
    char path[64];
    snprintf(path, sizeof path, "/-/wecom/" STR_FMT, STR_ARG(row->path));
    json_c(json, path);
    if (made && made->made_token.len > 0) {
        json_put_str(json, "token", made->made_token);
    }
    if (made && made->made_key.len > 0) {
        json_put_str(json, "aes_key", made->made_key);
    }
    json_name(json, "members");
    json_raw(json, row->members.len > 0 ? row->members : STR("{}"));
    json_put_time(json, "heard_at", row->heard_ms);
    json_put_time(json, "created_at", row->created_ms);
    json_put_time(json, "updated_at", row->updated_ms);
    json_object_end(json);
}

static bool next_callback(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct wecom_callback row;
    (void)request;
    if (!wecom_next(rows, &row)) {
        return false;
    }
    write_callback(json, &row, NULL);
    return true;
}

static void callbacks_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){wecom_each, next_callback});
    }
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static str random_hex(struct arena *arena, size_t bytes)
{
    uint8_t memory[32];
    char *text = arena_alloc(arena, 2 * bytes + 1);
    struct buf hex;

    if (!text) {
        return (str){0};
    }
    crypt_random(memory, bytes);
    buf_init_fixed(&hex, text, 2 * bytes + 1);
    buf_add_hex(&hex, memory, bytes);
    return buf_str(&hex);
}

/* As WeCom makes them: 32 bytes in base64 without the padding, and letters and digits only. */
static str random_key(struct arena *arena)
{
    uint8_t memory[WECOM_KEY_BYTES];
    char *text = arena_alloc(arena, 2 * WECOM_KEY_LEN);
    struct buf out;

    if (!text) {
        return (str){0};
    }
    do {
        crypt_random(memory, sizeof memory);
        buf_init_fixed(&out, text, 2 * WECOM_KEY_LEN);
        buf_add_base64(&out, memory, sizeof memory);
    } while (str_find_char(buf_str(&out), '+', 0) >= 0 || str_find_char(buf_str(&out), '/', 0) >= 0);
    crypt_cleanse(memory, sizeof memory);
    return str_slice(buf_str(&out), 0, WECOM_KEY_LEN);
}

static enum err read_members(struct callback_edit *self, const struct json *members, struct fault *fault)
{
    struct arena *arena = self->request->arena;
    struct user user;
    char *memory = arena_alloc(arena, MEMBERS_BYTES);
    struct json_writer json;
    struct buf out;

    if (!memory) {
        return ERR_NOMEM;
    }
    if (members && (members->type != JSON_OBJECT || members->count > MEMBERS_MAX)) {
        return fault_set(fault, ERR_INVALID, "members", "wrong_type", "An object of at most 1,000 members is needed.",
                         "应为对象，最多 1000 项。");
    }
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? OK : ERR_UNAVAILABLE;
    JSON_EACH(item, members)
    {
        err = err ? err : item->type != JSON_STRING ? ERR_NOT_FOUND : users_find_login(db, arena, item->string, &user);
    }
    readers_give(self->ctx->engine->readers, db);
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "members", "unknown", "Each value is the key of a user.",
                         "每一项的值应为用户标识。");
    }
    buf_init_fixed(&out, memory, MEMBERS_BYTES);
    json_writer_init(&json, &out);
    json_value(&json, members);
    self->row.members = members ? buf_str(&out) : (str){0};
    return err ? err : out.overflow ? ERR_TOO_LARGE : OK;
}

static enum err take_secrets(struct callback_edit *self, const struct callback_body *body, uint64_t present,
                             struct fault *fault)
{
    struct arena *arena = self->request->arena;
    const uint8_t *seal_key = self->ctx->engine->seal_key;
    uint8_t key[WECOM_KEY_BYTES];
    bool fresh = self->row.id == 0;
    str token = body->token, aes_key = body->aes_key;
    enum err err = OK;

    if (fresh && !(present >> FIELD_TOKEN & 1)) {
        token = self->made_token = random_hex(arena, MADE_TOKEN_LEN / 2);
    }
    if (fresh && !(present >> FIELD_AES_KEY & 1)) {
        aes_key = self->made_key = random_key(arena);
    }
    if (aes_key.len > 0 && !wecom_key_read(aes_key, key)) {
        return fault_set(fault, ERR_INVALID, "aes_key", "bad_secret", "An EncodingAESKey is 43 characters of base64.",
                         "EncodingAESKey 为 43 个字符。");
    }
    crypt_cleanse(key, sizeof key);
    err = token.len > 0 ? inlet_seal(seal_key, arena, WECOM_TOKEN_PART, token, &self->row.token) : OK;
    return err || aes_key.len == 0 ? err : inlet_seal(seal_key, arena, WECOM_KEY_PART, aes_key, &self->row.aes_key);
}

static enum err take_body(struct callback_edit *self, const struct json *json, struct fault *fault)
{
    struct callback_body body = {0};
    struct json_presence presence = {0};
    enum err err = json_decode(self->request->arena, json, callback_fields, FIELDS, &body, &presence, fault);
    uint64_t present = presence.present;

    if (err == OK && self->row.id == 0 && !(present >> FIELD_RECEIVER & 1)) {
        err = fault_set(fault, ERR_INVALID, "receiver", "required", "The corp's id, or the suite's.",
                        "请填写企业 ID（CorpID）或 SuiteID。");
    }
    if (err == OK && self->row.id == 0 && !(present >> FIELD_NAME & 1)) {
        err = fault_set(fault, ERR_INVALID, "name", "required", "A name is needed.", "请填写名称。");
    }
    if (err != OK) {
        return err;
    }
    self->row.name = present >> FIELD_NAME & 1 ? body.name : self->row.name;
    self->row.receiver = present >> FIELD_RECEIVER & 1 ? body.receiver : self->row.receiver;
    err = take_secrets(self, &body, present, fault);
    return err || !(present >> FIELD_MEMBERS & 1) ? err : read_members(self, body.members, fault);
}

static enum err store(struct db *db, void *arg, struct fault *fault)
{
    struct callback_edit *self = arg;
    const struct actor *actor = self->request->actor;
    bool fresh = self->row.id == 0;
    enum err err = self->remove ? wecom_delete(db, self->row.id)
                   : fresh      ? wecom_insert(db, &self->row)
                                : wecom_update(db, &self->row);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, ERR_CONFLICT, "name", "taken", "Another callback has that name.", "名称已被使用。");
    }
    if (err != OK) {
        return err;
    }
    audit_begin(&self->note, "wecom",
                self->remove ? "delete"
                : fresh      ? "create"
                             : "update",
                self->row.id, self->row.name);
    return audit_end(&self->note, db, actor->user_id, actor->key_id, self->request->now_ms, false);
}

/* ---- handlers ---------------------------------------------------------------------------------------------------- */

static enum err load(struct callback_edit *self)
{
    int64_t id;

    if (!str_to_i64(self->request->params[0], &id) || id <= 0) {
        return ERR_NOT_FOUND;
    }
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? wecom_find(db, self->request->arena, id, &self->row) : ERR_UNAVAILABLE;
    readers_give(self->ctx->engine->readers, db);
    return err;
}

static void put(struct callback_edit *self, struct reply *reply, const struct json *json, int status)
{
    struct fault fault = {0};
    struct json_writer out;
    enum err err = take_body(self, json, &fault);

    self->row.updated_ms = self->request->now_ms;
    err = err ? err : editor_run(self->ctx->engine->editor, &(struct writer_task){.run = store, .arg = self}, &fault);
    if (err != OK) {
        reply_problem(reply, self->request, err, &fault);
        return;
    }
    reply_json_begin(reply, status, &out);
    reply->secret = self->made_token.len + self->made_key.len > 0;
    write_callback(&out, &self->row, self);
}

static void callbacks_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct callback_edit self = {.ctx = ctx, .request = request};
    const struct json *json;
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    self.row.path = random_hex(request->arena, PATH_BYTES);
    self.row.heard_ms = TIME_NONE;
    self.row.created_ms = request->now_ms;
    put(&self, reply, json, 201);
}

static void callbacks_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct callback_edit self = {.ctx = ctx, .request = request};
    const struct json *json;
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = load(&self);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    put(&self, reply, json, 200);
}

static void callbacks_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct callback_edit self = {.ctx = ctx, .request = request, .remove = true};
    struct fault fault = {0};
    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = load(&self);
    err = err ? err : editor_run(ctx->engine->editor, &(struct writer_task){.run = store, .arg = &self}, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

const struct route api_wecom_callback_routes[] = {
    {METHOD_GET, "/api/v1/wecom-callbacks", PLANE_ADMIN, callbacks_list, SCOPE_ADMIN, "List what WeCom calls", 0, NULL},
    {METHOD_POST, "/api/v1/wecom-callbacks", PLANE_ADMIN, callbacks_create, SCOPE_ADMIN,
     "Add an address that WeCom calls", 0, NULL},
    {METHOD_PATCH, "/api/v1/wecom-callbacks/:id", PLANE_ADMIN, callbacks_patch, SCOPE_ADMIN,
     "Change an address that WeCom calls", 0, NULL},
    {METHOD_DELETE, "/api/v1/wecom-callbacks/:id", PLANE_ADMIN, callbacks_remove, SCOPE_ADMIN,
     "Remove an address that WeCom calls", 0, NULL},
    {0},
};
