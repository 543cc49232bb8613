/* SPDX-License-Identifier: MIT */
#include "event_draft.h"

#include <stdio.h>

#include "linkpond/base/utf8.h"
#include "linkpond/store/users.h"

static const struct {
    const char *name;
    enum identity_kind kind;
} whos[EVENT_WHOS] = {
    [EVENT_WHO_EXTERNAL_ID] = {"external_id", IDENTITY_EXTERNAL},
    [EVENT_WHO_OPENID] = {"openid", IDENTITY_OPENID},
    [EVENT_WHO_UNIONID] = {"unionid", IDENTITY_UNIONID},
    [EVENT_WHO_EXTERNAL_USERID] = {"external_userid", IDENTITY_EXTERNAL_USERID},
    [EVENT_WHO_PHONE] = {"phone", IDENTITY_PHONE},
    [EVENT_WHO_EMAIL] = {"email", IDENTITY_EMAIL},
    [EVENT_WHO_PHONE_HASH] = {"phone_hash", IDENTITY_PHONE},
    [EVENT_WHO_EMAIL_HASH] = {"email_hash", IDENTITY_EMAIL},
};
_Static_assert(EVENT_WHOS + 1 < IDENTITIES_MAX, "a page and a click come on top");

const char *event_who_name(enum event_who who)
{
    return whos[who].name;
}

/* ---- from JSON ---- */

struct body {
    struct event_draft draft;
    const struct json *customer;
};
#define DRAFT(member) (offsetof(struct body, draft) + offsetof(struct event_draft, member))
static const struct json_field event_fields[] = {
    {"type", JSON_KIND_STR, DRAFT(type), JSON_REQUIRED, 1, LIMIT_EVENT_TYPE, 0},
    {"event_id", JSON_KIND_STR, DRAFT(event_id), JSON_NULLABLE, 0, LIMIT_EVENT_ID, 0},
    {"time", JSON_KIND_TIME, DRAFT(time_ms), JSON_NULLABLE, 0, 0, 0},
    {"click_id", JSON_KIND_STR, DRAFT(click_id), JSON_NULLABLE, 0, LIMIT_EVENT_ID, 0},
    {"page", JSON_KIND_STR, DRAFT(page), JSON_NULLABLE, 0, IDENTITY_VALUE_MAX, 0},
    {"customer", JSON_KIND_JSON, offsetof(struct body, customer), JSON_NULLABLE, 0, 0, 0},
    {"value", JSON_KIND_I64, DRAFT(value), JSON_NULLABLE, 0, 0, 0},
    {"currency", JSON_KIND_STR, DRAFT(currency), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"owner", JSON_KIND_STR, DRAFT(owner), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"metadata", JSON_KIND_JSON, DRAFT(metadata), JSON_NULLABLE, 0, 0, 0},
};
enum { FIELD_TIME = 2, FIELD_VALUE = 6 };
#undef DRAFT

#define WHO(name, which)                                                                                               \
    {                                                                                                                  \
        name, JSON_KIND_STR, offsetof(struct event_draft, who) + (which) * sizeof(str), JSON_NULLABLE, 0,              \
            IDENTITY_VALUE_MAX, 0                                                                                      \
    }
static const struct json_field customer_fields[] = {
    {"id", JSON_KIND_STR, offsetof(struct event_draft, customer_id), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"name", JSON_KIND_STR, offsetof(struct event_draft, name), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    WHO("external_id", EVENT_WHO_EXTERNAL_ID),
    WHO("openid", EVENT_WHO_OPENID),
    WHO("unionid", EVENT_WHO_UNIONID),
    WHO("external_userid", EVENT_WHO_EXTERNAL_USERID),
    WHO("phone", EVENT_WHO_PHONE),
    WHO("email", EVENT_WHO_EMAIL),
    WHO("phone_hash", EVENT_WHO_PHONE_HASH),
    WHO("email_hash", EVENT_WHO_EMAIL_HASH),
};
#undef WHO

static void put_in_customer(struct fault *fault)
{
    char field[sizeof fault->field];

    snprintf(field, sizeof field, "customer%s%.40s", fault->field[0] ? "." : "", fault->field);
    memcpy(fault->field, field, sizeof field);
}

enum err event_draft_decode(struct arena *arena, const struct json *json, struct event_draft *out, struct fault *fault)
{
    struct json_presence presence = {0};
    struct body body = {0};

    if (json->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "", "wrong_type", "An event is a JSON object.", "事件应为 JSON 对象。");
    }
    enum err err = json_decode(arena, json, event_fields, ARRAY_LEN(event_fields), &body, &presence, fault);
    if (err == OK && body.customer) {
        err = json_decode(arena, body.customer, customer_fields, ARRAY_LEN(customer_fields), &body.draft, NULL, fault);
        if (err) {
            put_in_customer(fault);
        }
    }
    if (err == OK) {
        uint64_t there = presence.present & ~presence.null;
        body.draft.has_time = there >> FIELD_TIME & 1;
        body.draft.has_value = there >> FIELD_VALUE & 1;
        *out = body.draft;
    }
    return err;
}

/* ---- to an event ---- */

enum err event_reader_open(struct event_reader *self, struct engine *engine, struct arena *arena)
{
    *self = (struct event_reader){.engine = engine, .arena = arena, .clicks = engine_click_ids(engine)};
    return self->clicks ? OK : ERR_NOMEM;
}

void event_reader_close(struct event_reader *self)
{
    click_ids_free(self->clicks);
    if (self->db) {
        readers_give(self->engine->readers, self->db);
    }
    *self = (struct event_reader){0};
}

static enum err not_valid(struct fault *fault, const char *field)
{
    return fault_set(fault, ERR_INVALID, field, "not_valid", "It does not look like one.", "格式不正确。");
}

static enum err read_click(struct event_reader *self, str text, int64_t *click_id, struct fault *fault)
{
    struct click_named named;

    if (text.len == 0) {
        return OK;
    }
    if (!click_ids_read(self->clicks, text, &named)) {
        return fault_set(fault, ERR_INVALID, "click_id", "unknown", "This click id was not made here.",
                         "不是本系统生成的点击 ID。");
    }
    *click_id = named.click;
    return OK;
}

static enum err read_owner(struct event_reader *self, str key, int64_t *owner_id, struct fault *fault)
{
    struct user user;
    enum err err = OK;

    if (key.len == 0) {
        return OK;
    }
    self->db = self->db ? self->db : readers_take(self->engine->readers, READER_WAIT_MS);
    if (!self->db) {
        return ERR_UNAVAILABLE;
    }
    if (!str_eq(key, self->owner)) {
        err = users_find_key(self->db, self->arena, key, &user);
        self->owner = err ? STR("") : key;
        self->owner_id = err ? 0 : user.id;
    }
    *owner_id = self->owner_id;
    return err != ERR_NOT_FOUND
               ? err
               : fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该负责人。");
}

/* What is kept of a phone number or an address, in the arena. */
static bool seal_who(struct event_reader *self, enum event_who who, str text, str *value)
{
    char normal_memory[IDENTITY_TEXT_MAX], hash[IDENTITY_HASH_LEN + 1];
    enum identity_kind kind = whos[who].kind;
    str normal = {0};
    bool good = true;

    if (who == EVENT_WHO_PHONE_HASH || who == EVENT_WHO_EMAIL_HASH) {
        good = identity_hash_given(self->engine->identity_key, kind, text, hash);
    } else {
        good = who == EVENT_WHO_PHONE ? identity_phone(text, normal_memory, &normal)
                                      : identity_email(text, normal_memory, &normal);
        if (good) {
            identity_hash(self->engine->identity_key, kind, normal, hash);
        }
    }
    *value = good ? arena_str(self->arena, (str){hash, IDENTITY_HASH_LEN}) : STR("");
    return good;
}

static enum err read_who(struct event_reader *self, const struct event_draft *draft, struct deal_event *out,
                         struct fault *fault)
{
    struct identity *identities = ARENA_ARRAY(self->arena, struct identity, EVENT_WHOS);
    char field[32];

    if (!identities) {
        return ERR_NOMEM;
    }
    for (int i = 0; i < EVENT_WHOS; i++) {
        str value = str_trim(draft->who[i]);
        snprintf(field, sizeof field, "customer.%s", whos[i].name);
        if (value.len > IDENTITY_VALUE_MAX || !utf8_valid(value) || utf8_has_control(value) ||
            (value.len > 0 && i >= EVENT_WHO_PHONE && !seal_who(self, (enum event_who)i, value, &value))) {
            return not_valid(fault, field);
        }
        if (value.len > 0) {
            identities[out->identities_count++] = (struct identity){whos[i].kind, value};
        }
    }
    out->identities = identities;
    return OK;
}

static enum err read_customer(const struct event_draft *draft, struct deal_event *out, struct fault *fault)
{
    str id = draft->customer_id;

    if (id.len > 0 &&
        !(str_starts(id, STR("cus_")) && str_to_i64(str_from(id, 4), &out->customer_id) && out->customer_id > 0)) {
        return fault_set(fault, ERR_INVALID, "customer.id", "unknown", "There is no such customer.", "没有该客户。");
    }
    return OK;
}

static enum err read_metadata(struct event_reader *self, const struct json *object, str *out, struct fault *fault)
{
    struct buf text;
    struct json_writer writer;

    if (!object) {
        return OK;
    }
    if (object->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "metadata", "wrong_type", "This must be a JSON object.",
                         "应为 JSON 对象。");
    }
    if (object->count > LIMIT_METADATA_KEYS) {
        return fault_set(fault, ERR_INVALID, "metadata", "too_many", "At most 20 keys.", "最多 20 个键。");
    }
    char *memory = arena_alloc(self->arena, LIMIT_METADATA);
    if (!memory) {
        return ERR_NOMEM;
    }
    buf_init_fixed(&text, memory, LIMIT_METADATA);
    json_writer_init(&writer, &text);
    json_value(&writer, object);
    if (text.overflow) {
        return fault_set(fault, ERR_INVALID, "metadata", "too_long", "At most 4096 bytes as JSON.",
                         "JSON 文本最多 4096 字节。");
    }
    *out = object->count > 0 ? buf_str(&text) : STR("");
    return OK;
}
_Static_assert(LIMIT_METADATA_KEYS == 20 && LIMIT_METADATA == 4096, "the refusals name the numbers");

enum err event_reader_read(struct event_reader *self, const struct event_draft *draft, enum event_origin origin,
                           struct deal_event *out, struct fault *fault)
{
    struct deal_event event = {
        .event_id = draft->event_id,
        .type = draft->type,
        .origin = origin,
        .has_time = draft->has_time,
        .time_ms = draft->time_ms,
        .page = draft->page,
        .name = draft->name,
        .has_value = draft->has_value,
        .value = draft->value,
        .currency = draft->has_value && draft->currency.len == 0 ? self->engine->currency : draft->currency,
    };
    enum err err = read_click(self, draft->click_id, &event.click_id, fault);

    err = err ? err : read_customer(draft, &event, fault);
    err = err ? err : read_who(self, draft, &event, fault);
    err = err ? err : read_owner(self, draft->owner, &event.owner_id, fault);
    err = err ? err : read_metadata(self, draft->metadata, &event.metadata, fault);
    if (err == OK) {
        *out = event;
    }
    return err;
}

/* ---- shown ---- */

static void put_id(struct json_writer *json, struct arena *arena, const char *name, const char *prefix, int64_t id)
{
    json_put_opt(json, name, id > 0 ? arena_f(arena, "%s%lld", prefix, (long long)id) : STR(""));
}

void event_view_write(struct json_writer *json, struct arena *arena, const struct event *event)
{
    json_object(json);
    put_id(json, arena, "id", "evt_", event->id);
    json_put_opt(json, "event_id", event->event_id);
    json_put_str(json, "type", event->type);
    json_put_str(json, "state", event_state_name(event->state));
    json_put_time(json, "time", event->time_ms);
    json_put_time(json, "received_at", event->received_ms);
    json_put_str(json, "origin", event_origin_name(event->origin));
    json_name(json, "value");
    if (event->has_value) {
        json_i64(json, event->value);
    } else {
        json_null(json);
    }
    json_put_opt(json, "currency", event->currency);
    put_id(json, arena, "customer", "cus_", event->customer_id);
    put_id(json, arena, "link", "lnk_", event->link_id);
    put_id(json, arena, "click", "", event->click_id);
    json_put_i64(json, "generation", event->generation);
    json_put_opt(json, "owner", event->owner);
    json_name(json, "metadata");
    json_raw(json, event->metadata.len > 0 ? event->metadata : STR("{}"));
    json_object_end(json);
}
