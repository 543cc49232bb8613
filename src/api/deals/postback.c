/* SPDX-License-Identifier: MIT */
/*
 * /-/postback/:token: an event as ad platforms, forms and shops tell it: by the parameters of an address, or a form.
 * Which of them means what, the postback says (postbacks.c). Senders try again when an answer is lost, so one that
 * names its events is answered with what is stored; and many of them take nothing but 200 for success.
 *
 * Or as the JSON that POST /api/v1/events takes, signed: HMAC-SHA256 over the time, a point and the body. Whoever reads
 * the address out of a log can then tell us nothing, and nobody tells again what they saw go by.
 */
#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/inlets.h"

#include "event_columns.h"
#include "inlet.h"
#include "postback_names.h"

#define POSTBACK_BODY_MAX (16 * 1024)
#define WINDOW_S          (INT64_C(5) * 60)
#define FAILED_EVERY_MS   (INT64_C(60) * MS_PER_SECOND)
#define SIGNED_NAME_LEN   40
#define SECONDS_DIGITS    10
#define MILLIS_DIGITS     13

struct postback_call {
    struct ctx *ctx;
    struct request *request;
    struct postback row;
    struct postback_names names;
};

/* An address that never was, one that is gone, and a token with a letter wrong are answered alike. */
static enum err load(struct postback_call *self)
{
    struct arena *arena = self->request->arena;
    uint8_t hash[POSTBACK_HASH_BYTES];
    struct json *params = NULL;

    crypt_sha256(self->request->params[0], hash);
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? postbacks_find_hash(db, arena, hash, &self->row) : ERR_UNAVAILABLE;
    readers_give(self->ctx->engine->readers, db);
    if (err == OK && self->row.params.len > 0) {
        err = json_parse(arena, self->row.params, &params, NULL) == OK ? OK : ERR_CORRUPT;
    }
    return err ? err : postback_names_read(params, &self->names, NULL);
}

static str param(const struct postback_call *self, str name)
{
    const struct request *request = self->request;
    char memory[POSTBACK_PARAMETER_MAX + 1];
    str value = {0};

    snprintf(memory, sizeof memory, STR_FMT, STR_ARG(name));
    if (name.len > 0 && !(request->method == METHOD_POST && request_form(request, memory, &value))) {
        (void)request_query(request, memory, &value);
    }
    return str_trim(value);
}

/* Platforms write seconds or milliseconds since 1970, people and shops dates. */
static enum err read_time(struct postback_call *self, struct event_draft *draft, struct fault *fault)
{
    str text = param(self, self->names.of[POSTBACK_TIME]);
    int64_t number = 0;

    if (text.len == 0) {
        return OK;
    }
    if ((text.len == SECONDS_DIGITS || text.len == MILLIS_DIGITS) && str_to_i64(text, &number) && number > 0) {
        draft->has_time = true;
        draft->time_ms = text.len == SECONDS_DIGITS ? number * MS_PER_SECOND : number;
        return OK;
    }
    return event_text_time(draft, text, self->request->arena, self->ctx->engine, fault);
}

static enum err read_metadata(struct postback_call *self, struct event_draft *draft, struct fault *fault)
{
    struct arena *arena = self->request->arena;
    struct json *object = NULL;
    struct json_writer json;
    struct buf text;

    if (self->names.metadata_count == 0) {
        return OK;
    }
    buf_init_heap(&text, 2 * LIMIT_METADATA);
    json_writer_init(&json, &text);
    json_object(&json);
    for (size_t i = 0; i < self->names.metadata_count; i++) {
        str value = param(self, self->names.metadata[i]);
        if (value.len > 0) {
            json_name_str(&json, self->names.metadata[i]);
            json_str(&json, value);
        }
    }
    json_object_end(&json);
    enum err err = text.overflow ? fault_set(fault, ERR_INVALID, "metadata", "too_long", "At most 4096 bytes as JSON.",
                                             "JSON 文本最多 4096 字节。")
                                 : json_parse(arena, arena_str(arena, buf_str(&text)), &object, fault);
    buf_done(&text);
    draft->metadata = object;
    return err;
}

static enum err read_draft(struct postback_call *self, struct event_draft *draft, struct fault *fault)
{
    const str *names = self->names.of;

    *draft = (struct event_draft){
        .click_id = param(self, names[POSTBACK_CLICK_ID]),
        .event_id = param(self, names[POSTBACK_EVENT_ID]),
        .type = param(self, names[POSTBACK_TYPE]),
        .currency = param(self, names[POSTBACK_CURRENCY]),
        .owner = param(self, names[POSTBACK_OWNER]),
        .name = param(self, names[POSTBACK_NAME]),
    };
    for (int i = 0; i < EVENT_WHOS; i++) {
        draft->who[i] = param(self, names[POSTBACK_WHO + i]);
    }
    draft->type = draft->type.len > 0 ? draft->type : self->row.type;
    draft->currency = draft->currency.len > 0 ? draft->currency : self->row.currency;
    str value = param(self, names[POSTBACK_VALUE]);
    enum err err = OK;
    if (draft->name.len > LIMIT_NAME) {
        err = fault_set(fault, ERR_INVALID, "name", "too_long", "That is too long.", "内容过长。");
    }
    err = err ? err : read_time(self, draft, fault);
    err = err || value.len == 0 ? err : event_text_value(draft, value, self->row.major, self->ctx->engine, fault);
    draft->currency =
        draft->has_value ? draft->currency : STR(""); /* a platform sends it with what has no price, too */
    return err ? err : read_metadata(self, draft, fault);
}

/* What the sender said, and what became of it: not whom we know, since an address is handed to others. */
static void answer(struct request *request, struct reply *reply, const struct event *event)
{
    struct json_writer json;

    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "id", arena_f(request->arena, "evt_%lld", (long long)event->id));
    json_put_opt(&json, "event_id", event->event_id);
    json_put_str(&json, "type", event->type);
    json_put_time(&json, "time", event->time_ms);
    json_put_time(&json, "received_at", event->received_ms);
    json_name(&json, "value");
    if (event->has_value) {
        json_i64(&json, event->value);
    } else {
        json_null(&json);
    }
    json_put_opt(&json, "currency", event->currency);
    json_object_end(&json);
}

/* ---- signed ---- */

static enum err sign(const struct postback_call *self, str seconds, str body, char hex[2 * SHA256_BYTES + 1])
{
    uint8_t mac[SHA256_BYTES];
    struct buf message, out;
    str secret;
    enum err err =
        inlet_unseal(self->ctx->engine->seal_key, self->request->arena, POSTBACK_PART, self->row.secret, &secret);

    if (err != OK) {
        return err;
    }
    buf_init_heap(&message, POSTBACK_BODY_MAX + 64);
    buf_add(&message, seconds);
    buf_add_char(&message, '.');
    buf_add(&message, body);
    err = message.overflow ? ERR_TOO_LARGE : OK;
    crypt_hmac_sha256(secret, buf_str(&message), mac);
    buf_done(&message);
    buf_init_fixed(&out, hex, 2 * SHA256_BYTES + 1);
    buf_add_hex(&out, mac, sizeof mac);
    return err;
}

/* Signed by who has the secret, in these minutes. */
static enum err check_signature(struct postback_call *self, str body, char hex[2 * SHA256_BYTES + 1],
                                struct fault *fault)
{
    str seconds = request_header(self->request, "Linkpond-Timestamp");
    str signature = request_header(self->request, "Linkpond-Signature");
    int64_t said = 0;

    if (seconds.len > SECONDS_DIGITS || signature.len == 0 || !str_to_i64(seconds, &said)) {
        return fault_set(fault, ERR_UNAUTHORIZED, "", "required",
                         "Events as JSON are signed: Linkpond-Timestamp and Linkpond-Signature are needed.",
                         "JSON 事件需要签名：请提供 Linkpond-Timestamp 与 Linkpond-Signature。");
    }
    enum err err = sign(self, seconds, body, hex);
    if (err != OK) {
        return err;
    }
    if (!crypt_equal((str){hex, 2 * SHA256_BYTES}, signature)) {
        return fault_set(fault, ERR_FORBIDDEN, "", "wrong", "The signature is not of this body, time and secret.",
                         "签名与内容、时间或密钥不符。");
    }
    int64_t late_s = self->request->now_ms / MS_PER_SECOND - said;
    return late_s <= WINDOW_S && late_s >= -WINDOW_S
               ? OK
               : fault_set(fault, ERR_FORBIDDEN, "", "out_of_range", "It was signed more than five minutes from now.",
                           "签名时间与当前时间相差超过 5 分钟。");
}

/* One that has no name gets that of its signature, so that it is kept once however often it is sent. */
static enum err read_signed(struct postback_call *self, struct event_draft *draft, struct fault *fault)
{
    struct arena *arena = self->request->arena;
    char hex[2 * SHA256_BYTES + 1];
    struct json *json = NULL;
    str body = {0};
    enum err err = call_body(self->request, &body);

    err = err ? err : check_signature(self, body, hex, fault);
    err = err ? err : json_parse(arena, body, &json, fault);
    err = err ? err : event_draft_decode(arena, json, draft, fault);
    if (err == OK && draft->event_id.len == 0) {
        draft->event_id = arena_f(arena, "signed:%.*s", SIGNED_NAME_LEN, hex);
    }
    return err;
}

static bool brings_json(const struct request *request)
{
    return request->method == METHOD_POST && call_is_json(request);
}

/* ---- what was refused ---- */

struct failing {
    int64_t id;
    struct postback_failure failure;
};

static enum err write_failed(struct db *db, void *arg, struct fault *fault)
{
    const struct failing *self = arg;

    (void)fault;
    return postbacks_failed(db, self->id, &self->failure);
}

/* The name of a member that nobody knows is its sender's text, and may say who somebody is. */
static str own_words(const struct fault *fault)
{
    str field = str_from_c(fault->field);
    bool ours = strcmp(fault->code, "unknown_field") != 0;

    for (size_t i = 0; ours && i < field.len; i++) {
        char c = field.ptr[i];
        ours = (c >= 'a' && c <= 'z') || c == '_' || c == '.';
    }
    return ours ? field : STR("");
}

/* Written down once a minute at most while the reason is the same. What is our own fault says nothing of the call. */
static void note_failure(const struct postback_call *self, enum err err, const struct fault *fault)
{
    const struct postback_failure *last = &self->row.failure;
    int64_t now_ms = self->request->now_ms;
    struct failing failing = {
        self->row.id,
        {now_ms, err_http_status(err), str_from_c(err_slug(err)), own_words(fault), str_from_c(fault->code)}};
    bool same = last->time_ms != TIME_NONE && str_eq(last->slug, failing.failure.slug) &&
                str_eq(last->field, failing.failure.field) && str_eq(last->code, failing.failure.code);

    if (failing.failure.status < 500 && !(same && now_ms - last->time_ms < FAILED_EVERY_MS)) {
        (void)editor_run(self->ctx->engine->editor,
                         &(struct writer_task){.run = write_failed, .arg = &failing, .relaxed = true}, NULL);
    }
}

/* ---- a call ---- */

static enum err take(struct postback_call *self, struct deal_result *result, struct fault *fault)
{
    struct event_reader reader;
    struct event_draft draft;
    struct deal_event event;
    enum err err = brings_json(self->request) ? read_signed(self, &draft, fault) : read_draft(self, &draft, fault);

    if (err != OK) {
        return err;
    }
    err = event_reader_open(&reader, self->ctx->engine, self->request->arena);
    err = err ? err : event_reader_read(&reader, &draft, EVENT_BY_POSTBACK, &event, fault);
    event_reader_close(&reader);
    err = err ? err
              : deals_intake(&self->ctx->engine->deals, self->request->arena, &event, 1, self->request->now_ms, result,
                             fault);
    if (err == OK && result->err != OK) {
        *fault = result->fault;
        err = result->err;
    }
    return err;
}

/* Is it what this address takes? */
static enum err check_kind(const struct postback_call *self, struct fault *fault)
{
    const struct request *request = self->request;

    if (self->row.is_paused) {
        return fault_set(fault, ERR_GONE, "", "paused", "This address is paused and takes nothing.",
                         "该地址已暂停，不接收任何事件。");
    }
    if (brings_json(request)) {
        return OK;
    }
    if (request->method == METHOD_POST && request->body_bytes > 0 && !request_is_form(request)) {
        return fault_set(fault, ERR_MEDIA_TYPE, "", "content_type",
                         "Send a form (application/x-www-form-urlencoded), or signed application/json.",
                         "请发送表单（application/x-www-form-urlencoded）或签名的 application/json。");
    }
    return self->row.is_signed ? fault_set(fault, ERR_UNAUTHORIZED, "", "required",
                                           "This address takes signed events only.", "该地址只接受签名的事件。")
                               : OK;
}

static void postback_told(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct postback_call self = {.ctx = ctx, .request = request};
    struct deal_result result = {0};
    struct fault fault = {0};
    int64_t wait_s = inlet_wait_s(ctx, request);

    if (wait_s > 0) {
        reply_problem_retry(reply, request, ERR_RATE_LIMITED, NULL, wait_s);
        return;
    }
    enum err err = load(&self);
    err = err ? err : check_kind(&self, &fault);
    if (err == OK && request->method == METHOD_HEAD) {
        reply->status = 200; /* whoever looks whether the address is there tells of nothing */
        return;
    }
    err = err ? err : take(&self, &result, &fault);
    if (err != OK && self.row.id != 0 && !self.row.is_paused) {
        note_failure(&self, err, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    inlet_heard(ctx, request, self.row.id, self.row.heard_ms, postbacks_heard);
    answer(request, reply, &result.event);
}

const struct route api_postback_call_routes[] = {
    {METHOD_GET, "/-/postback/:token", PLANE_PUBLIC, postback_told, SCOPE_ANYONE, "Tell of an event by an address", 0,
     ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/postback/:token", PLANE_PUBLIC, postback_told, SCOPE_ANYONE,
     "Tell of an event by a form, or signed", POSTBACK_BODY_MAX, ROUTE_QUERY_ANY},
    {0},
};
