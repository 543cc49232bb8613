/* SPDX-License-Identifier: MIT */
#include "postback_names.h"

#include "linkpond/base/utf8.h"

static const char *const own_names[POSTBACK_WHO] = {
    [POSTBACK_CLICK_ID] = "click_id", [POSTBACK_EVENT_ID] = "event_id", [POSTBACK_TYPE] = "type",
    [POSTBACK_TIME] = "time",         [POSTBACK_VALUE] = "value",       [POSTBACK_CURRENCY] = "currency",
    [POSTBACK_OWNER] = "owner",       [POSTBACK_NAME] = "name",
};

static str own_name(int field)
{
    return str_from_c(field < POSTBACK_WHO ? own_names[field] : event_who_name((enum event_who)(field - POSTBACK_WHO)));
}

static int find_field(str name)
{
    for (int i = 0; i < POSTBACK_FIELDS; i++) {
        if (str_eq(name, own_name(i))) {
            return i;
        }
    }
    return -1;
}

static enum err refuse(struct fault *fault, const char *code, const char *en, const char *zh)
{
    return fault_set(fault, ERR_INVALID, "params", code, en, zh);
}

static enum err check_name(const struct json *value, struct fault *fault)
{
    bool good = value->type == JSON_STRING && value->string.len > 0 && value->string.len <= POSTBACK_PARAMETER_MAX &&
                !utf8_has_control(value->string);

    return good ? OK
                : refuse(fault, "bad_name", "A parameter's name is a text of 1 to 64 bytes.",
                         "参数名应为 1 到 64 字节的文本。");
}

static enum err read_metadata(const struct json *list, struct postback_names *out, struct fault *fault)
{
    enum err err = OK;

    if (list->type == JSON_NULL) {
        return OK;
    }
    if (list->type != JSON_ARRAY || list->count > LIMIT_METADATA_KEYS) {
        return refuse(fault, list->type == JSON_ARRAY ? "too_many" : "wrong_type",
                      "metadata is a list of at most 20 names of parameters.", "metadata 应为最多 20 个参数名的数组。");
    }
    JSON_EACH(item, list)
    {
        err = err ? err : check_name(item, fault);
        if (err == OK) {
            out->metadata[out->metadata_count++] = item->string;
        }
    }
    return err;
}

static bool is_one_for_two(const struct postback_names *self)
{
    for (int i = 0; i < POSTBACK_FIELDS; i++) {
        for (int k = i + 1; k < POSTBACK_FIELDS && self->of[i].len > 0; k++) {
            if (str_eq(self->of[i], self->of[k])) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < self->metadata_count; i++) {
        for (size_t k = i + 1; k < self->metadata_count; k++) {
            if (str_eq(self->metadata[i], self->metadata[k])) {
                return true;
            }
        }
    }
    return false;
}

enum err postback_names_read(const struct json *object, struct postback_names *out, struct fault *fault)
{
    enum err err = OK;

    *out = (struct postback_names){0};
    for (int i = 0; i < POSTBACK_FIELDS; i++) {
        out->of[i] = own_name(i);
    }
    if (!object || object->type == JSON_NULL) {
        return OK;
    }
    if (object->type != JSON_OBJECT) {
        return refuse(fault, "wrong_type", "This must be a JSON object.", "应为 JSON 对象。");
    }
    JSON_EACH(member, object)
    {
        int field = find_field(member->name);
        if (err == OK && str_eq(member->name, STR("metadata"))) {
            err = read_metadata(member, out, fault);
        } else if (err == OK && field < 0) {
            err = refuse(fault, "unknown_field", "Nothing of an event goes by that name.", "事件没有该字段。");
        } else if (err == OK && member->type == JSON_NULL) {
            out->of[field] = (str){0};
        } else if (err == OK) {
            err = check_name(member, fault);
            out->of[field] = member->string;
        }
    }
    return err || !is_one_for_two(out)
               ? err
               : refuse(fault, "conflicting", "One parameter cannot carry two things.", "同一参数不能对应两个字段。");
}

void postback_names_write(struct json_writer *json, const struct postback_names *self)
{
    char memory[32];

    json_object(json);
    for (int i = 0; i < POSTBACK_FIELDS; i++) {
        snprintf(memory, sizeof memory, STR_FMT, STR_ARG(own_name(i)));
        json_put_opt(json, memory, self->of[i]);
    }
    json_name(json, "metadata");
    json_array(json);
    for (size_t i = 0; i < self->metadata_count; i++) {
        json_str(json, self->metadata[i]);
    }
    json_array_end(json);
    json_object_end(json);
}
