/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/body.h"

#define NAME_BYTES_MAX 64

/* The API's word for a flag. */
static const char *member_name(const char *flag, bool plural, char out[NAME_BYTES_MAX])
{
    size_t len = 0;

    for (; flag[len] && len < NAME_BYTES_MAX - 2; len++) {
        out[len] = (char)(flag[len] == '-' ? '_' : flag[len]);
    }
    if (plural) {
        out[len++] = 's';
    }
    out[len] = '\0';
    return out;
}

static void write_list(const struct args *args, const struct flag *flag, struct json_writer *json)
{
    json_array(json);
    for (size_t i = 0; i < args->flags_count; i++) {
        if (args->flags[i].flag == flag) {
            json_c(json, args->flags[i].value);
        }
    }
    json_array_end(json);
}

static enum err write_value(const struct args *args, const struct flag *flag, struct json_writer *json,
                            struct fault *fault)
{
    const char *value = args_flag(args, flag->name);
    bool yes = strcmp(value, "true") == 0;
    int64_t number;

    switch (flag->body) {
    case BODY_INT:
        if (!str_to_i64(str_from_c(value), &number)) {
            return fault_setf(fault, ERR_USAGE, flag->name, "not_a_number", "--%s takes a whole number, not \"%.64s\"",
                              flag->name, value);
        }
        json_i64(json, number);
        return OK;
    case BODY_BOOL:
        if (!yes && strcmp(value, "false") != 0) {
            return fault_setf(fault, ERR_USAGE, flag->name, "not_a_boolean", "--%s takes true or false, not \"%.64s\"",
                              flag->name, value);
        }
        json_bool(json, yes);
        return OK;
    case BODY_LIST:
        write_list(args, flag, json);
        return OK;
    default:
        json_c(json, value);
        return OK;
    }
}

enum err body_write_flags(const struct args *args, struct json_writer *json, struct fault *fault)
{
    char name[NAME_BYTES_MAX];

    for (const struct flag *flag = args->command->flags; flag && flag->name; flag++) {
        if (flag->body == BODY_NONE || !args_has(args, flag->name)) {
            continue;
        }
        json_name(json, member_name(flag->name, flag->body == BODY_LIST, name));
        enum err err = write_value(args, flag, json, fault);
        if (err) {
            return err;
        }
    }
    for (size_t i = 0; i < args->flags_count; i++) {
        if (strcmp(args->flags[i].flag->name, "clear") == 0) {
            json_name(json, member_name(args->flags[i].value, false, name));
            json_null(json);
        }
    }
    return OK;
}
