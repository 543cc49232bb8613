/* SPDX-License-Identifier: MIT */
/*
 * Objects into structs by field tables. Two passes: the first only checks, the second only stores, so a refused object
 * leaves the target as it was and defaults filled in beforehand survive. The second reads the members anew; that is
 * cheaper than remembering what the first saw.
 */
#include "linkpond/base/clock.h"
#include "linkpond/base/json.h"
#include "linkpond/base/utf8.h"

#define FIELDS_MAX 64

/* A field of the table, or an item of a list field, in the words of a fault: "tags" or "tags[2]". */
struct place {
    char text[80];
};

static struct place place_of(const struct json_field *field)
{
    struct place place;
    snprintf(place.text, sizeof place.text, "%s", field->name);
    return place;
}

static struct place place_of_item(const struct json_field *field, size_t index)
{
    struct place place;
    snprintf(place.text, sizeof place.text, "%s[%zu]", field->name, index);
    return place;
}

static enum err refuse(struct fault *fault, struct place place, const char *code, const char *en, const char *zh)
{
    return fault_set(fault, ERR_INVALID, place.text, code, en, zh);
}

static enum err refuse_type(struct fault *fault, struct place place, enum json_kind kind)
{
    static const struct {
        const char *en, *zh;
    } EXPECTED[] = {
        [JSON_KIND_STR] = {"This must be a string.", "应为字符串。"},
        [JSON_KIND_I64] = {"This must be a whole number.", "应为整数。"},
        [JSON_KIND_BOOL] = {"This must be true or false.", "应为 true 或 false。"},
        [JSON_KIND_TIME] = {"This must be a time such as 2026-11-22T10:04:51+08:00.",
                            "应为时间，例如 2026-11-22T10:04:51+08:00。"},
        [JSON_KIND_STRLIST] = {"This must be a list of strings.", "应为字符串列表。"},
        [JSON_KIND_JSON] = {"This is of the wrong type.", "类型不正确。"},
    };
    return refuse(fault, place, "wrong_type", EXPECTED[kind].en, EXPECTED[kind].zh);
}

static enum err refuse_too_long(struct fault *fault, struct place place, int64_t bytes)
{
    char en[96], zh[96];
    snprintf(en, sizeof en, "At most %lld bytes of UTF-8.", (long long)bytes);
    snprintf(zh, sizeof zh, "最多 %lld 字节（UTF-8）。", (long long)bytes);
    return refuse(fault, place, "too_long", en, zh);
}

static enum err refuse_too_short(struct fault *fault, struct place place, int64_t bytes)
{
    if (bytes == 1) {
        return refuse(fault, place, "too_short", "This must not be empty.", "不能为空。");
    }
    char en[96], zh[96];
    snprintf(en, sizeof en, "At least %lld bytes of UTF-8.", (long long)bytes);
    snprintf(zh, sizeof zh, "至少 %lld 字节（UTF-8）。", (long long)bytes);
    return refuse(fault, place, "too_short", en, zh);
}

static enum err refuse_item_count(struct fault *fault, const struct json_field *field, bool many)
{
    char en[96], zh[96];
    long long limit = many ? field->limit_high : field->limit_low;
    snprintf(en, sizeof en, "%s %lld items.", many ? "At most" : "At least", limit);
    snprintf(zh, sizeof zh, "%s %lld 项。", many ? "最多" : "至少", limit);
    return refuse(fault, place_of(field), many ? "too_many" : "too_few", en, zh);
}

static enum err refuse_range(struct fault *fault, const struct json_field *field)
{
    char en[96], zh[96];
    long long low = field->limit_low, high = field->limit_high;
    snprintf(en, sizeof en, "From %lld to %lld.", low, high);
    snprintf(zh, sizeof zh, "取值范围 %lld 到 %lld。", low, high);
    return refuse(fault, place_of(field), "out_of_range", en, zh);
}

static bool has_control(str s, bool multiline)
{
    uint32_t point = 0;
    for (size_t at = 0, len = 1; at < s.len && len > 0; at += len) {
        len = utf8_decode(s, at, &point);
        bool line = multiline && (point == '\n' || point == '\r' || point == '\t');
        if (len > 0 && !line && utf8_is_control(point)) {
            return true;
        }
    }
    return false;
}

static enum err check_text(str text, bool multiline, int64_t bytes_max, struct place place, struct fault *fault)
{
    if (bytes_max && text.len > (uint64_t)bytes_max) {
        return refuse_too_long(fault, place, bytes_max);
    }
    if (has_control(text, multiline)) {
        return refuse(fault, place, "control_character", "This must not contain control characters.",
                      "不能包含控制字符。");
    }
    return OK;
}

static enum err check_str(const struct json_field *field, const struct json *value, struct fault *fault)
{
    if (value->string.len < (uint64_t)field->limit_low) {
        return refuse_too_short(fault, place_of(field), field->limit_low);
    }
    return check_text(value->string, field->flags & JSON_MULTILINE, field->limit_high, place_of(field), fault);
}

static enum err check_i64(const struct json_field *field, const struct json *value, struct fault *fault)
{
    if (field->limit_low == 0 && field->limit_high == 0) {
        return OK;
    }
    bool inside = value->integer >= field->limit_low && value->integer <= field->limit_high;
    return inside ? OK : refuse_range(fault, field);
}

static enum err check_time(const struct json_field *field, const struct json *value, struct fault *fault)
{
    int64_t ms;
    if (timestamp_parse(value->string, &ms)) {
        return OK;
    }
    return refuse(fault, place_of(field), "not_a_time", "Not an RFC 3339 time such as 2026-11-22T10:04:51+08:00.",
                  "不是 RFC 3339 时间，例如 2026-11-22T10:04:51+08:00。");
}

static enum err check_list(const struct json_field *field, const struct json *value, struct fault *fault)
{
    if (value->count < (uint64_t)field->limit_low) {
        return refuse_item_count(fault, field, false);
    }
    if (field->limit_high && value->count > (uint64_t)field->limit_high) {
        return refuse_item_count(fault, field, true);
    }
    size_t index = 0;
    JSON_EACH(item, value)
    {
        struct place place = place_of_item(field, index++);
        if (item->type != JSON_STRING) {
            return refuse_type(fault, place, JSON_KIND_STR);
        }
        enum err err = check_text(item->string, false, field->limit_item, place, fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

static enum err check_value(const struct json_field *field, const struct json *value, struct fault *fault)
{
    static const struct {
        enum json_type type;
        enum err (*check)(const struct json_field *, const struct json *, struct fault *);
    } KINDS[] = {
        [JSON_KIND_STR] = {JSON_STRING, check_str},     [JSON_KIND_I64] = {JSON_INT, check_i64},
        [JSON_KIND_BOOL] = {JSON_BOOL, NULL},           [JSON_KIND_TIME] = {JSON_STRING, check_time},
        [JSON_KIND_STRLIST] = {JSON_ARRAY, check_list}, [JSON_KIND_JSON] = {JSON_NULL, NULL},
    };
    if (field->kind == JSON_KIND_JSON || (value->type == JSON_NULL && field->flags & JSON_NULLABLE)) {
        return OK;
    }
    if (value->type != KINDS[field->kind].type) {
        return refuse_type(fault, place_of(field), field->kind);
    }
    return KINDS[field->kind].check ? KINDS[field->kind].check(field, value, fault) : OK;
}

/* Index of the field of that name, or `count`. */
static size_t field_find(const struct json_field *fields, size_t count, str name)
{
    size_t i = 0;
    while (i < count && !str_eq(str_from_c(fields[i].name), name)) {
        i++;
    }
    return i;
}

static enum err refuse_unknown(struct fault *fault, str name)
{
    char shown[sizeof((struct fault *)0)->field];
    str cut = utf8_cut(name, sizeof shown - 1);
    memcpy(shown, cut.ptr, cut.len);
    shown[cut.len] = '\0';
    return fault_set(fault, ERR_INVALID, shown, "unknown_field", "There is no field of that name.", "没有这个字段。");
}

static enum err check_object(const struct json *object, const struct json_field *fields, size_t count,
                             struct json_presence *presence, struct fault *fault)
{
    JSON_EACH(member, object)
    {
        size_t i = field_find(fields, count, member->name);
        if (i == count) {
            return refuse_unknown(fault, member->name);
        }
        enum err err = check_value(&fields[i], member, fault);
        if (err != OK) {
            return err;
        }
        presence->present |= UINT64_C(1) << i;
        if (member->type == JSON_NULL && fields[i].flags & JSON_NULLABLE) {
            presence->null |= UINT64_C(1) << i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].flags & JSON_REQUIRED && !(presence->present >> i & 1)) {
            return refuse(fault, place_of(&fields[i]), "required", "This field is required.", "缺少必填字段。");
        }
    }
    return OK;
}

static enum err store_list(struct arena *arena, const struct json *value, struct str_list *list)
{
    *list = (struct str_list){0};
    if (!value->count) {
        return OK;
    }
    str *items = ARENA_ARRAY(arena, str, value->count);
    if (!items) {
        return ERR_NOMEM;
    }
    size_t count = 0;
    JSON_EACH(item, value)
    {
        items[count++] = item->string;
    }
    *list = (struct str_list){items, count};
    return OK;
}

/* A null for a nullable field has empty string, false, zero and no items, so it stores the zero value by itself. */
static enum err store_value(struct arena *arena, const struct json_field *field, const struct json *value, void *target)
{
    void *at = (char *)target + field->offset;
    switch (field->kind) {
    case JSON_KIND_STR:
        *(str *)at = value->string;
        return OK;
    case JSON_KIND_I64:
        *(int64_t *)at = value->integer;
        return OK;
    case JSON_KIND_BOOL:
        *(bool *)at = value->boolean;
        return OK;
    case JSON_KIND_TIME:
        *(int64_t *)at = 0;
        (void)timestamp_parse(value->string, at);
        return OK;
    case JSON_KIND_STRLIST:
        return store_list(arena, value, at);
    case JSON_KIND_JSON:
        *(const struct json **)at = value->type == JSON_NULL && field->flags & JSON_NULLABLE ? NULL : value;
        return OK;
    }
    return ERR_INTERNAL;
}

enum err json_decode(struct arena *arena, const struct json *object, const struct json_field *fields, size_t count,
                     void *target, struct json_presence *presence, struct fault *fault)
{
    BUG_ON(count > FIELDS_MAX);
    if (!object || object->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "", "wrong_type", "This must be a JSON object.", "应为 JSON 对象。");
    }
    struct json_presence seen = {0};
    enum err err = check_object(object, fields, count, &seen, fault);
    if (err != OK) {
        return err;
    }
    JSON_EACH(member, object)
    {
        err = store_value(arena, &fields[field_find(fields, count, member->name)], member, target);
        if (err != OK) {
            return err;
        }
    }
    if (presence) {
        *presence = seen;
    }
    return OK;
}
