/* SPDX-License-Identifier: MIT */
/*
 * /-/wecom/:path: what WeCom tells of customers (developer.work.weixin.qq.com/document/path/92130). It wants an answer
 * within five seconds and comes again when there is none, so a message is an event under a name made of what it says:
 * told twice, it is kept once. The State of a friend who came through one of our links is the click's id. Any other
 * State, of a static code, is kept with the event; where it is a link's own name, they came by that link.
 */
#include "linkpond/model/wecom.h"

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/engine/intake.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/inlets.h"
#include "linkpond/store/links.h"
#include "linkpond/store/users.h"

#include "inlet.h"
#include "wecom_xml.h"

/* A message that was caught on its way tells nothing anew later, as events are kept once; but nobody is to try for
 * ever. */
#define WINDOW_MS      (INT64_C(15) * 60 * 1000)
#define EVENT_ID_LEN   40
#define WECOM_BODY_MAX (64 * 1024)

struct wecom_call {
    struct ctx *ctx;
    struct request *request;
    struct wecom_callback callback;
    uint8_t key[WECOM_KEY_BYTES];
    str token;
    str text; /* of the message, once it is open */
};

/* What of its messages we keep, and as what. Who was added without asking becomes a friend by the next message. */
static const struct {
    str change, type;
} changes[] = {
    {STR_INIT("add_external_contact"), STR_INIT("add_friend")},
    {STR_INIT("add_half_external_contact"), STR_INIT("add_friend_half")},
    {STR_INIT("edit_external_contact"), STR_INIT("edit_friend")},
    {STR_INIT("del_external_contact"), STR_INIT("delete_friend")},
    {STR_INIT("del_follow_user"), STR_INIT("unfollow")},
    {STR_INIT("transfer_fail"), STR_INIT("transfer_fail")},
};

static str type_of(str change)
{
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        if (str_eq(change, changes[i].change)) {
            return changes[i].type;
        }
    }
    return (str){0};
}

/* ---- is it WeCom ------------------------------------------------------------------------------------------------- */

static enum err load(struct wecom_call *self)
{
    struct arena *arena = self->request->arena;
    const uint8_t *seal_key = self->ctx->engine->seal_key;
    str aes_key;
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? wecom_find_path(db, arena, self->request->params[0], &self->callback) : ERR_UNAVAILABLE;

    readers_give(self->ctx->engine->readers, db);
    err = err ? err : inlet_unseal(seal_key, arena, WECOM_TOKEN_PART, self->callback.token, &self->token);
    err = err ? err : inlet_unseal(seal_key, arena, WECOM_KEY_PART, self->callback.aes_key, &aes_key);
    return err || wecom_key_read(aes_key, self->key) ? err : ERR_CORRUPT;
}

/* Signed by who knows the token, now, and for us. */
static enum err open_message(struct wecom_call *self, str encrypted)
{
    struct wecom_envelope envelope = {.token = self->token, .encrypted = encrypted};
    str signature = {0}, receiver;
    int64_t seconds = 0;

    request_query(self->request, "msg_signature", &signature);
    request_query(self->request, "timestamp", &envelope.timestamp);
    request_query(self->request, "nonce", &envelope.nonce);
    if (encrypted.len == 0 || encrypted.len > WECOM_TEXT_MAX || !wecom_signed(&envelope, signature) ||
        !str_to_i64(envelope.timestamp, &seconds) || seconds < 0 || seconds > INT64_C(1) << 40) {
        return ERR_FORBIDDEN;
    }
    int64_t late_ms = self->request->now_ms - seconds * 1000;
    if (late_ms > WINDOW_MS || late_ms < -WINDOW_MS) {
        return ERR_FORBIDDEN;
    }
    uint8_t *memory = arena_alloc(self->request->arena, encrypted.len);
    if (!memory) {
        return ERR_NOMEM;
    }
    return wecom_open(self->key, encrypted, memory, &self->text, &receiver) && str_eq(receiver, self->callback.receiver)
               ? OK
               : ERR_FORBIDDEN;
}

/* ---- what it tells ----------------------------------------------------------------------------------------------- */

/* Which colleague: by the table of the callback, else who signs in here by that name. 0 = nobody who is known. */
static enum err find_owner(struct wecom_call *self, str member, int64_t *owner_id)
{
    struct arena *arena = self->request->arena;
    struct json *members = NULL;
    struct user user = {0};
    str key = member;

    if (member.len == 0) {
        return OK;
    }
    if (self->callback.members.len > 0 && json_parse(arena, self->callback.members, &members, NULL) == OK) {
        const struct json *named = json_get(members, member);
        key = named && named->type == JSON_STRING ? named->string : key;
    }
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? users_find_login(db, arena, key, &user) : ERR_UNAVAILABLE;
    readers_give(self->ctx->engine->readers, db);
    *owner_id = err == OK ? user.id : 0;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err find_click(struct wecom_call *self, str state, int64_t *click_id)
{
    struct click_named named;
    struct click_ids *ids = state.len == CLICK_ID_LEN ? engine_click_ids(self->ctx->engine) : NULL;

    if (state.len != CLICK_ID_LEN) {
        return OK;
    }
    if (!ids) {
        return ERR_NOMEM;
    }
    *click_id = click_ids_read(ids, state, &named) ? named.click : 0;
    click_ids_free(ids);
    return OK;
}

/* Only what tells how somebody came. The alias on the default domain goes before a code, as in the redirect. */
static enum err find_link(struct wecom_call *self, str type, str state, int64_t *link_id)
{
    char memory[LIMIT_ALIAS_IMPORTED];
    struct domain domain;

    if (state.len == 0 || state.len > LIMIT_ALIAS_IMPORTED ||
        !(str_eq(type, STR("add_friend")) || str_eq(type, STR("add_friend_half")))) {
        return OK;
    }
    str folded = cache_fold(state, self->ctx->engine->fold_case, memory);
    struct db *db = readers_take(self->ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? domains_find_default(db, self->request->arena, &domain) : ERR_UNAVAILABLE;
    err = err ? err : links_find_alias(db, BOUNDS_ALL, domain.id, folded, link_id);
    err = err == ERR_NOT_FOUND ? links_find_code(db, BOUNDS_ALL, state, link_id) : err;
    readers_give(self->ctx->engine->readers, db);
    return err == ERR_NOT_FOUND ? OK : err;
}

static void put_member(struct json_writer *json, const char *name, str text)
{
    if (text.len > 0) {
        json_put_str(json, name, text);
    }
}

/* What has no place of its own. A State that is a click's id is not a text of anybody's. */
static str metadata(struct wecom_call *self, const struct wecom_xml *xml, bool clicked, struct buf *memory)
{
    struct json_writer json;

    json_writer_init(&json, memory);
    json_object(&json);
    json_put_str(&json, "callback", self->callback.name);
    put_member(&json, "member", wecom_xml_get(xml, "UserID"));
    put_member(&json, "state", clicked ? (str){0} : wecom_xml_get(xml, "State"));
    put_member(&json, "reason", wecom_xml_get(xml, "FailReason"));
    put_member(&json, "source", wecom_xml_get(xml, "Source"));
    json_object_end(&json);
    return buf_str(memory);
}

/* The same for every time it is told, and another for everything else that is told. */
static str event_id(struct wecom_call *self, const struct wecom_xml *xml, str time)
{
    static const char *const parts[] = {"ChangeType", "UserID", "ExternalUserID", "State"};
    char memory[2 * SHA256_BYTES + 1];
    uint8_t digest[SHA256_BYTES];
    struct buf all, hex;

    buf_init_heap(&all, 8 * 1024);
    buf_add(&all, self->callback.path);
    buf_add_char(&all, '\n');
    buf_add(&all, time);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_add_char(&all, '\n');
        buf_add(&all, wecom_xml_get(xml, parts[i]));
    }
    crypt_sha256(buf_str(&all), digest);
    buf_done(&all);
    buf_init_fixed(&hex, memory, sizeof memory);
    buf_add_hex(&hex, digest, sizeof digest);
    return arena_f(self->request->arena, "wecom:%.*s", EVENT_ID_LEN, buf_c(&hex));
}

static enum err take_event(struct wecom_call *self, const struct wecom_xml *xml, str type)
{
    struct identity identity = {IDENTITY_EXTERNAL_USERID, wecom_xml_get(xml, "ExternalUserID")};
    str time = wecom_xml_get(xml, "CreateTime");
    struct deal_event event = {.type = type, .origin = EVENT_BY_WECOM, .has_time = true};
    struct deal_result result = {0};
    struct fault fault = {0};
    char memory[2048];
    struct buf json;
    int64_t seconds = 0;

    time = time.len > 0 ? time : wecom_xml_get(xml, "TimeStamp"); /* of suites */
    if (identity.value.len == 0 || identity.value.len > IDENTITY_VALUE_MAX || !str_to_i64(time, &seconds) ||
        seconds <= 0 || seconds > INT64_C(1) << 40) {
        return ERR_MALFORMED;
    }
    enum err err = find_click(self, wecom_xml_get(xml, "State"), &event.click_id);
    err = err || event.click_id > 0 ? err : find_link(self, type, wecom_xml_get(xml, "State"), &event.link_id);
    err = err ? err : find_owner(self, wecom_xml_get(xml, "UserID"), &event.owner_id);
    buf_init_fixed(&json, memory, sizeof memory);
    event.event_id = event_id(self, xml, time);
    event.time_ms = seconds * 1000 + 999; /* told in seconds: a click within that second came before */
    event.identities = &identity;
    event.identities_count = 1;
    event.metadata = metadata(self, xml, event.click_id > 0, &json);
    err = err ? err : json.overflow ? ERR_MALFORMED : OK;
    err = err ? err
              : deals_intake(&self->ctx->engine->deals, self->request->arena, &event, 1, self->request->now_ms, &result,
                             &fault);
    /* What is refused now is refused again: an answer that asks for a repeat would only bring it back. */
    return err || result.err == OK || result.existed ? err : ERR_MALFORMED;
}

/* ---- handlers ---------------------------------------------------------------------------------------------------- */

static void answer(struct wecom_call *self, struct reply *reply, enum err err, str text)
{
    crypt_cleanse(self->key, sizeof self->key);
    if (err != OK) {
        reply_problem(reply, self->request, err, NULL);
        return;
    }
    reply_text(reply, 200, "text/plain; charset=utf-8", text);
}

/* WeCom asks whether the address is ours: by the text that only who has the key can read. */
static void wecom_verify(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct wecom_call self = {.ctx = ctx, .request = request};
    str echo = {0};
    enum err err = load(&self);

    request_query(request, "echostr", &echo);
    err = err ? err : open_message(&self, echo);
    answer(&self, reply, err, self.text);
}

static void wecom_told(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct wecom_call self = {.ctx = ctx, .request = request};
    struct wecom_xml outer = {0}, inner = {0};
    str body = {0};
    enum err err = load(&self);

    err = err ? err : call_body(request, &body);
    err = err ? err : wecom_xml_read(request->arena, body, &outer);
    err = err ? err : open_message(&self, wecom_xml_get(&outer, "Encrypt"));
    err = err ? err : wecom_xml_read(request->arena, self.text, &inner);
    str event = wecom_xml_get(&inner, "Event");
    event = event.len > 0 ? event : wecom_xml_get(&inner, "InfoType");
    str type = type_of(wecom_xml_get(&inner, "ChangeType"));
    if (err == OK && type.len > 0 && str_eq(event, STR("change_external_contact"))) {
        err = take_event(&self, &inner, type);
    }
    if (err == OK) {
        inlet_heard(ctx, request, self.callback.id, self.callback.heard_ms, wecom_heard);
    }
    answer(&self, reply, err, STR("success"));
}

const struct route api_wecom_routes[] = {
    {METHOD_GET, "/-/wecom/:path", PLANE_PUBLIC, wecom_verify, SCOPE_ANYONE, "WeCom asks whether the address is ours",
     0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/wecom/:path", PLANE_PUBLIC, wecom_told, SCOPE_ANYONE, "WeCom tells of customers", WECOM_BODY_MAX,
     ROUTE_QUERY_ANY},
    {0},
};
