/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/model/link.h"

/*
 * One table says what may be asked for; JSON bodies, forms, import columns and command-line flags all go through it. A
 * text value is turned into the JSON value that its field wants and decoded like any other, so no way in is laxer than
 * another. What needs the link or the settings (normalised addresses, the order of times) is checked when a draft is
 * applied.
 */

#define TEXT(field_name, member, bytes)                                                                                \
    {                                                                                                                  \
        .name = field_name, .kind = JSON_KIND_STR, .offset = offsetof(struct link_draft, member),                      \
        .flags = JSON_NULLABLE, .limit_high = (bytes)                                                                  \
    }
#define TEXT_LINES(field_name, member, bytes)                                                                          \
    {                                                                                                                  \
        .name = field_name, .kind = JSON_KIND_STR, .offset = offsetof(struct link_draft, member),                      \
        .flags = JSON_NULLABLE | JSON_MULTILINE, .limit_high = (bytes)                                                 \
    }
#define LIST(field_name, member)                                                                                       \
    {                                                                                                                  \
        .name = field_name, .kind = JSON_KIND_STRLIST, .offset = offsetof(struct link_draft, member),                  \
        .flags = JSON_NULLABLE, .limit_high = LIMIT_TAGS, .limit_item = LIMIT_TAG                                      \
    }
#define NUMBER(field_name, member, low, high)                                                                          \
    {                                                                                                                  \
        .name = field_name, .kind = JSON_KIND_I64, .offset = offsetof(struct link_draft, member),                      \
        .flags = JSON_NULLABLE, .limit_low = (low), .limit_high = (high)                                               \
    }
#define PLAIN(field_name, member, json_kind)                                                                           \
    {                                                                                                                  \
        .name = field_name, .kind = json_kind, .offset = offsetof(struct link_draft, member), .flags = JSON_NULLABLE   \
    }

/* Addresses may come longer than they are stored and with line ends: blanks around them go. */
#define URL_TEXT_MAX  (LIMIT_URL + 256)
#define KEYWORD_BYTES 16

const struct json_field link_draft_fields[LF_COUNT] = {
    [LF_URL] = TEXT_LINES("url", url, URL_TEXT_MAX),
    [LF_ALIAS] = TEXT("alias", alias, LIMIT_ALIAS_IMPORTED),
    [LF_DOMAIN] = TEXT("domain", domain, LIMIT_HOST),
    [LF_TITLE] = TEXT("title", title, LIMIT_TITLE),
    [LF_TAGS] = LIST("tags", tags),
    [LF_ADD_TAGS] = LIST("add_tags", add_tags),
    [LF_REMOVE_TAGS] = LIST("remove_tags", remove_tags),
    [LF_CAMPAIGN] = TEXT("campaign", campaign, LIMIT_TAG),
    [LF_CHANNEL] = TEXT("channel", channel, LIMIT_TAG),
    [LF_SOURCE] = TEXT("source", source, LIMIT_SOURCE),
    [LF_UTM_SOURCE] = TEXT("utm_source", utm[UTM_SOURCE], LIMIT_UTM),
    [LF_UTM_MEDIUM] = TEXT("utm_medium", utm[UTM_MEDIUM], LIMIT_UTM),
    [LF_UTM_CAMPAIGN] = TEXT("utm_campaign", utm[UTM_CAMPAIGN], LIMIT_UTM),
    [LF_UTM_TERM] = TEXT("utm_term", utm[UTM_TERM], LIMIT_UTM),
    [LF_UTM_CONTENT] = TEXT("utm_content", utm[UTM_CONTENT], LIMIT_UTM),
    [LF_UTM_ID] = TEXT("utm_id", utm[UTM_ID], LIMIT_UTM),
    [LF_REDIRECT_STATUS] = NUMBER("redirect_status", redirect_status, 301, 308),
    [LF_VALID_FROM] = PLAIN("valid_from", valid_from_ms, JSON_KIND_TIME),
    [LF_VALID_UNTIL] = PLAIN("valid_until", valid_until_ms, JSON_KIND_TIME),
    [LF_MAX_CLICKS] = NUMBER("max_clicks", max_clicks, 0, LIMIT_MAX_CLICKS),
    [LF_FALLBACK_URL] = TEXT_LINES("fallback_url", fallback_url, URL_TEXT_MAX),
    [LF_FORWARD_QUERY] = PLAIN("forward_query", forward_query, JSON_KIND_BOOL),
    [LF_QUERY_CONFLICT] = TEXT("query_conflict", query_conflict, KEYWORD_BYTES),
    [LF_CLICK_ID_PARAM] = TEXT("click_id_param", click_id_param, LIMIT_CLICK_ID_PARAM),
    [LF_ENABLED] = PLAIN("enabled", enabled, JSON_KIND_BOOL),
    [LF_ARCHIVED] = PLAIN("archived", archived, JSON_KIND_BOOL),
    [LF_CRAWLABLE] = PLAIN("crawlable", crawlable, JSON_KIND_BOOL),
    [LF_OWNER] = TEXT("owner", owner, LIMIT_TAG),
    [LF_CUSTOMER] = TEXT("customer", customer, LIMIT_CUSTOMER),
    [LF_EXTERNAL_ID] = TEXT("external_id", external_id, LIMIT_EXTERNAL_ID),
    [LF_NOTES] = TEXT_LINES("notes", notes, LIMIT_NOTES),
    [LF_METADATA] = PLAIN("metadata", metadata, JSON_KIND_JSON),
    [LF_APPLY_TEMPLATE] = PLAIN("apply_template", apply_template, JSON_KIND_BOOL),
    [LF_IF_EXISTS] = TEXT("if_exists", if_exists, KEYWORD_BYTES),
};
_Static_assert(LF_COUNT <= 64, "presence has 64 bits");

static const struct link_draft DEFAULTS = {
    .redirect_status = LINK_STATUS_DEFAULT,
    .valid_from_ms = TIME_NONE,
    .valid_until_ms = TIME_NONE,
    .forward_query = true,
    .enabled = true,
};

static const str RESERVED_NAMES[] = {STR_INIT("password"), STR_INIT("og")};
static const str LIVE_NAMES[] = {STR_INIT("rules"), STR_INIT("targets")};

void link_draft_init(struct link_draft *self)
{
    *self = DEFAULTS;
}

bool link_draft_has(const struct link_draft *self, enum link_field field)
{
    return self->presence.present >> field & 1;
}

static bool is_null(const struct link_draft *self, enum link_field field)
{
    return self->presence.null >> field & 1;
}

/* A null stands for the default, which is not always zero. */
static void restore_defaults(struct link_draft *self)
{
    if (is_null(self, LF_REDIRECT_STATUS)) {
        self->redirect_status = DEFAULTS.redirect_status;
    }
    if (is_null(self, LF_VALID_FROM)) {
        self->valid_from_ms = DEFAULTS.valid_from_ms;
    }
    if (is_null(self, LF_VALID_UNTIL)) {
        self->valid_until_ms = DEFAULTS.valid_until_ms;
    }
    if (is_null(self, LF_FORWARD_QUERY)) {
        self->forward_query = DEFAULTS.forward_query;
    }
    if (is_null(self, LF_ENABLED)) {
        self->enabled = DEFAULTS.enabled;
    }
}

static bool is_one_of(str value, const char *const *words)
{
    for (; *words; words++) {
        if (str_eq(value, str_from_c(*words))) {
            return true;
        }
    }
    return value.len == 0;
}

/* The fields whose values come from a short list. */
static enum err check_keywords(const struct link_draft *self, struct fault *fault)
{
    static const char *const CONFLICT[] = {"target", "visitor", NULL};
    static const char *const IF_EXISTS[] = {"create", "return", "update", "fail", NULL};

    if (self->redirect_status > 303 && self->redirect_status < 307) {
        return fault_set(fault, ERR_INVALID, "redirect_status", "not_allowed", "Use 301, 302, 303, 307 or 308.",
                         "只能是 301、302、303、307 或 308。");
    }
    if (!is_one_of(self->query_conflict, CONFLICT)) {
        return fault_set(fault, ERR_INVALID, "query_conflict", "not_allowed", "Use target or visitor.",
                         "只能是 target 或 visitor。");
    }
    if (!is_one_of(self->if_exists, IF_EXISTS)) {
        return fault_set(fault, ERR_INVALID, "if_exists", "not_allowed", "Use create, return, update or fail.",
                         "只能是 create、return、update 或 fail。");
    }
    return OK;
}

static enum err refuse_reserved(str name, struct fault *fault)
{
    for (size_t i = 0; i < ARRAY_LEN(RESERVED_NAMES); i++) {
        if (str_eq(name, RESERVED_NAMES[i])) {
            return fault_set(fault, ERR_INVALID, RESERVED_NAMES[i].ptr, "not_available_yet",
                             "This field has no effect yet.", "该功能暂未提供。");
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(LIVE_NAMES); i++) {
        if (str_eq(name, LIVE_NAMES[i])) {
            return fault_set(
                fault, ERR_INVALID, LIVE_NAMES[i].ptr, "not_changeable",
                "Targets and rules go with a link that is being made, one by one or in bulk; later they "
                "are changed at /links/{ref}/targets and /links/{ref}/rules.",
                "子码和规则只能随新建短链提交，之后请在 /links/{ref}/targets 和 /links/{ref}/rules 修改。");
        }
    }
    return OK;
}

enum err link_draft_decode(struct arena *arena, const struct json *object, struct link_draft *out, struct fault *fault)
{
    struct link_draft draft = *out;
    struct json_presence presence = {0};

    JSON_EACH(member, object)
    {
        enum err err = refuse_reserved(member->name, fault);
        if (err != OK) {
            return err;
        }
    }
    enum err err = json_decode(arena, object, link_draft_fields, LF_COUNT, &draft, &presence, fault);
    if (err != OK) {
        return err;
    }
    draft.presence.present |= presence.present;
    draft.presence.null = (draft.presence.null & ~presence.present) | presence.null;
    restore_defaults(&draft);
    err = check_keywords(&draft, fault);
    if (err == OK) {
        *out = draft;
    }
    return err;
}

static const struct json_field *field_find(str name)
{
    for (size_t i = 0; i < LF_COUNT; i++) {
        if (str_eq(name, str_from_c(link_draft_fields[i].name))) {
            return &link_draft_fields[i];
        }
    }
    return NULL;
}

static bool is_word(str value, const char *const *words)
{
    for (; *words; words++) {
        if (str_ieq(value, str_from_c(*words))) {
            return true;
        }
    }
    return false;
}

/* What people write into cells and flags for yes and no. */
static bool bool_parse(str value, bool *out)
{
    static const char *const YES[] = {"true", "1", "yes", "on", "是", NULL};
    static const char *const NO[] = {"false", "0", "no", "off", "否", NULL};

    *out = is_word(value, YES);
    return *out || is_word(value, NO);
}

static enum err list_parse(struct arena *arena, str value, struct json *out)
{
    str piece;

    out->type = JSON_ARRAY;
    for (struct json **tail = &out->child; str_next(&value, ',', &piece);) {
        piece = str_trim(piece);
        if (piece.len == 0) {
            continue;
        }
        struct json *item = ARENA_NEW(arena, struct json);
        if (!item) {
            return ERR_NOMEM;
        }
        *item = (struct json){.type = JSON_STRING, .string = piece};
        *tail = item;
        tail = &item->next;
        out->count++;
    }
    return OK;
}

/* The JSON value that a field wants; a text that is none stays a string and is refused as the wrong type. */
static enum err value_parse(struct arena *arena, const struct json_field *field, str value, struct json *out,
                            struct fault *fault)
{
    struct json *parsed = NULL;

    *out = (struct json){.type = JSON_STRING, .string = value};
    switch (field->kind) {
    case JSON_KIND_I64:
        if (str_to_i64(str_trim(value), &out->integer)) {
            out->type = JSON_INT;
        }
        return OK;
    case JSON_KIND_BOOL:
        if (bool_parse(str_trim(value), &out->boolean)) {
            out->type = JSON_BOOL;
        }
        return OK;
    case JSON_KIND_TIME:
        out->string = str_trim(value);
        return OK;
    case JSON_KIND_STRLIST:
        return list_parse(arena, value, out);
    case JSON_KIND_JSON:
        if (json_parse(arena, value, &parsed, NULL) != OK) {
            return fault_set(fault, ERR_INVALID, field->name, "wrong_type", "This must be a JSON object.",
                             "应为 JSON 对象。");
        }
        *out = *parsed;
        return OK;
    case JSON_KIND_STR:
        return OK;
    }
    return ERR_INTERNAL;
}

enum err link_draft_set_text(struct arena *arena, struct link_draft *self, const char *name, str value,
                             struct fault *fault)
{
    const struct json_field *field = field_find(str_from_c(name));
    enum err err = refuse_reserved(str_from_c(name), fault);

    if (err != OK) {
        return err;
    }
    if (!field) {
        return fault_set(fault, ERR_INVALID, name, "unknown_field", "There is no field of that name.",
                         "没有这个字段。");
    }
    if (!utf8_valid(value)) {
        return fault_set(fault, ERR_INVALID, name, "invalid_utf8", "The text is not UTF-8.", "文本不是 UTF-8 编码。");
    }
    if (str_trim(value).len == 0) {
        return OK;
    }
    /* in the arena: metadata keeps pointing to it */
    struct json *member = ARENA_NEW(arena, struct json);
    str copy = arena_str(arena, value);
    if (!member || copy.len == 0) {
        return ERR_NOMEM;
    }
    err = value_parse(arena, field, copy, member, fault);
    if (err != OK) {
        return err;
    }
    member->name = str_from_c(field->name);
    member->next = NULL;
    struct json object = {.type = JSON_OBJECT, .child = member, .count = 1};
    return link_draft_decode(arena, &object, self, fault);
}
