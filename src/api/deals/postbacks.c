/* SPDX-License-Identifier: MIT */
/* /api/v1/postbacks: addresses that ad platforms, forms and shops call with events. Whoever has the address may tell of
 * events and nothing else; it is shown once, and kept as a hash. */
#include "linkpond/api/routes.h"
#include "linkpond/engine/key_secret.h"
#include "linkpond/model/money.h"
#include "linkpond/store/audit.h"
#include "linkpond/store/inlets.h"

#include "inlet.h"
#include "postback_names.h"

#define PREFIX_LEN 6

struct postback_body {
    str name, type, currency, amounts;
    const struct json *params;
    bool is_signed, is_paused;
};
enum body_field {
    FIELD_NAME,
    FIELD_TYPE,
    FIELD_CURRENCY,
    FIELD_AMOUNTS,
    FIELD_PARAMS,
    FIELD_SIGNED,
    FIELD_PAUSED,
    FIELDS
};
#define AT(member) offsetof(struct postback_body, member)
static const struct json_field fields[FIELDS] = {
    [FIELD_NAME] = {"name", JSON_KIND_STR, AT(name), 0, 1, LIMIT_NAME, 0},
    [FIELD_TYPE] = {"type", JSON_KIND_STR, AT(type), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [FIELD_CURRENCY] = {"currency", JSON_KIND_STR, AT(currency), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [FIELD_AMOUNTS] = {"amounts", JSON_KIND_STR, AT(amounts), 0, 1, LIMIT_TAG, 0},
    [FIELD_PARAMS] = {"params", JSON_KIND_JSON, AT(params), JSON_NULLABLE, 0, 0, 0},
    [FIELD_SIGNED] = {"signed", JSON_KIND_BOOL, AT(is_signed), 0, 0, 0, 0},
    [FIELD_PAUSED] = {"paused", JSON_KIND_BOOL, AT(is_paused), 0, 0, 0, 0},
};
#undef AT

struct postback_edit {
    struct ctx *ctx;
    struct request *request;
    struct postback row, before;
    str token, secret; /* shown once */
    bool remove;
    struct audit_note note;
};

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_failure(struct json_writer *json, const struct postback_failure *failure)
{
    json_name(json, "last_error");
    if (failure->time_ms == TIME_NONE) {
        json_null(json);
        return;
    }
    json_object(json);
    json_put_time(json, "time", failure->time_ms);
    json_put_i64(json, "status", failure->status);
    json_put_str(json, "problem", failure->slug);
    json_put_opt(json, "field", failure->field);
    json_put_opt(json, "code", failure->code);
    json_object_end(json);
}

static void write_postback(struct json_writer *json, struct arena *arena, const struct postback *row,
                           const struct postback_edit *made)
{
    struct postback_names names;
    struct json *params = NULL;

    if (row->params.len == 0 || json_parse(arena, row->params, &params, NULL) != OK) {
        params = NULL;
    }
    (void)postback_names_read(params, &names, NULL);
    json_object(json);
    json_put_i64(json, "id", row->id);
    json_put_str(json, "name", row->name);
    json_put_str(json, "prefix", row->prefix);
    if (made && made->token.len > 0) {
        json_put_str(json, "token", made->token);
        json_put_str(json, "path", arena_f(arena, "/-/postback/" STR_FMT, STR_ARG(made->token)));
        json_put_str(json, "secret", made->secret);
    }
    json_put_opt(json, "type", row->type);
    json_put_opt(json, "currency", row->currency);
    json_put_str(json, "amounts", row->major ? STR("major") : STR("minor"));
    json_put_bool(json, "signed", row->is_signed);
    json_put_bool(json, "paused", row->is_paused);
    json_name(json, "params");
    postback_names_write(json, &names);
    json_put_time(json, "heard_at", row->heard_ms);
    write_failure(json, &row->failure);
    json_put_time(json, "created_at", row->created_ms);
    json_put_time(json, "updated_at", row->updated_ms);
    json_object_end(json);
}

static bool next_postback(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct postback row;

    if (!postbacks_next(rows, &row)) {
        return false;
    }
    write_postback(json, request->arena, &row, NULL);
    return true;
}

static void postbacks_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){postbacks_each, next_postback});
    }
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static enum err take_params(struct postback_edit *self, const struct json *params, struct fault *fault)
{
    struct postback_names names;
    struct json_writer json;
    struct buf text;
    enum err err = postback_names_read(params, &names, fault);

    if (err != OK || !params) {
        self->row.params = (str){0};
        return err;
    }
    char *memory = arena_alloc(self->request->arena, POSTBACK_NAMES_BYTES);
    if (!memory) {
        return ERR_NOMEM;
    }
    buf_init_fixed(&text, memory, POSTBACK_NAMES_BYTES);
    json_writer_init(&json, &text);
    json_value(&json, params);
    self->row.params = buf_str(&text);
    return text.overflow ? ERR_TOO_LARGE : OK;
}

static enum err take_words(struct postback_edit *self, const struct postback_body *body, uint64_t present,
                           struct fault *fault)
{
    bool major = str_eq(body->amounts, STR("major"));

    if (self->row.id == 0 && !(present >> FIELD_NAME & 1)) {
        return fault_set(fault, ERR_INVALID, "name", "required", "A name is needed.", "请填写名称。");
    }
    if (body->currency.len > 0 && money_find(body->currency) < 0) {
        return fault_set(fault, ERR_INVALID, "currency", "unknown", "A currency of ISO 4217, like CNY.",
                         "应为 ISO 4217 币种代码，如 CNY。");
    }
    if (present >> FIELD_AMOUNTS & 1 && !major && !str_eq(body->amounts, STR("minor"))) {
        return fault_set(fault, ERR_INVALID, "amounts", "not_allowed", "One of minor, major.", "只能是 minor、major。");
    }
    self->row.name = present >> FIELD_NAME & 1 ? body->name : self->row.name;
    self->row.type = present >> FIELD_TYPE & 1 ? body->type : self->row.type;
    self->row.currency = present >> FIELD_CURRENCY & 1 ? body->currency : self->row.currency;
    self->row.major = present >> FIELD_AMOUNTS & 1 ? major : self->row.major;
    self->row.is_signed = present >> FIELD_SIGNED & 1 ? body->is_signed : self->row.is_signed;
    self->row.is_paused = present >> FIELD_PAUSED & 1 ? body->is_paused : self->row.is_paused;
    return OK;
}

static enum err take_body(struct postback_edit *self, const struct json *json, struct fault *fault)
{
    struct postback_body body = {0};
    struct json_presence presence = {0};
    enum err err = json_decode(self->request->arena, json, fields, FIELDS, &body, &presence, fault);

    err = err ? err : take_words(self, &body, presence.present, fault);
    return err || !(presence.present >> FIELD_PARAMS & 1) ? err : take_params(self, body.params, fault);
}

static void note_changes(struct postback_edit *self)
{
    const struct postback *row = &self->row, *before = &self->before;

    audit_text(&self->note, "name", before->name, row->name);
    audit_text(&self->note, "type", before->type, row->type);
    audit_text(&self->note, "currency", before->currency, row->currency);
    audit_bool(&self->note, "major", before->major, row->major);
    audit_bool(&self->note, "signed", before->is_signed, row->is_signed);
    audit_bool(&self->note, "paused", before->is_paused, row->is_paused);
    audit_text(&self->note, "params", before->params, row->params);
}

static enum err store(struct db *db, void *arg, struct fault *fault)
{
    struct postback_edit *self = arg;
    const struct actor *actor = self->request->actor;
    bool fresh = self->row.id == 0;
    enum err err = self->remove ? postbacks_delete(db, self->row.id)
                   : fresh      ? postbacks_insert(db, &self->row)
                                : postbacks_update(db, &self->row);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, ERR_CONFLICT, "name", "taken", "Another postback has that name.", "名称已被使用。");
    }
    if (err != OK) {
        return err;
    }
    audit_begin(&self->note, "postback",
                self->remove ? "delete"
                : fresh      ? "create"
                             : "update",
                self->row.id, self->row.name);
    if (!self->remove) {
        note_changes(self);
    }
    return audit_end(&self->note, db, actor->user_id, actor->key_id, self->request->now_ms, false);
}

/* ---- handlers ---------------------------------------------------------------------------------------------------- */

static enum err load(struct postback_edit *self)
{
    int64_t id;

    if (!str_to_i64(self->request->params[0], &id) || id <= 0) {
        return ERR_NOT_FOUND;
    }
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? postbacks_find(db, self->request->arena, id, &self->row) : ERR_UNAVAILABLE;
    readers_give(self->ctx->engine->readers, db);
    self->before = self->row;
    return err;
}

static void put(struct postback_edit *self, struct reply *reply, const struct json *json, int status)
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
    reply->secret = self->token.len > 0;
    write_postback(&out, self->request->arena, &self->row, self);
}

static void postbacks_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct postback_edit self = {.ctx = ctx, .request = request};
    char memory[USER_TOKEN_MAX], secret[USER_TOKEN_MAX];
    struct user_token token = {0}, unused = {0};
    const struct json *json;

    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    token_secret_make(memory, &token);
    token_secret_make(secret, &unused);
    _Static_assert(sizeof token.hash == sizeof self.row.hash, "both are of one hash");
    memcpy(self.row.hash, token.hash, sizeof self.row.hash);
    self.token = str_from_c(memory);
    self.secret = str_from_c(secret);
    self.row.prefix = str_slice(self.token, 0, PREFIX_LEN);
    self.row.heard_ms = self.row.failure.time_ms = TIME_NONE;
    self.row.created_ms = request->now_ms;
    enum err err = inlet_seal(ctx->engine->seal_key, request->arena, POSTBACK_PART, self.secret, &self.row.secret);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    put(&self, reply, json, 201);
}

static void postbacks_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct postback_edit self = {.ctx = ctx, .request = request};
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

static void postbacks_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct postback_edit self = {.ctx = ctx, .request = request, .remove = true};
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

const struct route api_postback_routes[] = {
    {METHOD_GET, "/api/v1/postbacks", PLANE_ADMIN, postbacks_list, SCOPE_ADMIN, "List what others call with events", 0,
     NULL},
    {METHOD_POST, "/api/v1/postbacks", PLANE_ADMIN, postbacks_create, SCOPE_ADMIN,
     "Make an address that others call with events", 0, NULL},
    {METHOD_PATCH, "/api/v1/postbacks/:id", PLANE_ADMIN, postbacks_patch, SCOPE_ADMIN,
     "Change what a postback's parameters mean", 0, NULL},
    {METHOD_DELETE, "/api/v1/postbacks/:id", PLANE_ADMIN, postbacks_remove, SCOPE_ADMIN,
     "Remove an address that others call", 0, NULL},
    {0},
};
