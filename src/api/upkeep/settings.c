/* SPDX-License-Identifier: MIT */
/* /api/v1/settings: what the operator chose, where, and what each setting is. Changed in the file, not here. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"

static void put_setting(struct json_writer *json, const struct setting_shown *row, bool chinese)
{
    json_object(json);
    json_put_str(json, "name", str_from_c(row->name));
    json_put_str(json, "value", row->value);
    json_put_str(json, "default", str_from_c(row->fallback));
    json_put_opt(json, "where", str_from_c(row->where ? row->where : ""));
    json_put_bool(json, "reloads", row->reloads);
    json_put_str(json, "help", str_from_c(chinese ? row->help_zh : row->help));
    json_object_end(json);
}

static void settings_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    int64_t count = 0;

    if (!call_unbound(request, reply)) {
        return;
    }
    call_list_begin(reply, &json);
    for (const struct setting_shown *row = ctx->settings; row && row->name; row++, count++) {
        put_setting(&json, row, request->chinese);
    }
    call_list_end(&json, (str){0}, count);
}

const struct route api_settings_routes[] = {
    {METHOD_GET, "/api/v1/settings", PLANE_ADMIN, settings_get, SCOPE_ADMIN, "What the operator chose", 0, NULL},
    {0},
};
