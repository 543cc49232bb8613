/* SPDX-License-Identifier: MIT */
/* /api/v1/stages: the ordered steps that events lead to: a preset, or a list of one's own. */
#include "linkpond/store/stages.h"

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/customer_edits.h"
#include "linkpond/store/keys.h"

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_names(struct json_writer *json, str zh, str en)
{
    json_name(json, "names");
    json_object(json);
    json_put_str(json, "zh", zh);
    json_put_str(json, "en", en);
    json_object_end(json);
}

static void write_stages(struct json_writer *json, const struct stage *stages, size_t count)
{
    json_name(json, "stages");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_put_str(json, "key", stages[i].key);
        write_names(json, stages[i].name_zh, stages[i].name_en);
        json_name(json, "events");
        json_array(json);
        for (size_t k = 0; k < stages[i].events_count; k++) {
            json_object(json);
            json_put_str(json, "type", stages[i].events[k].type);
            json_put_i64(json, "nth", stages[i].events[k].nth);
            json_object_end(json);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void answer(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct stage *stages = NULL;
    size_t count = 0;
    struct json_writer json;
    const struct stage_preset *chosen = NULL;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = stages_list(db, request->arena, &stages, &count);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    for (size_t i = 0; stage_preset_at(i); i++) {
        chosen = stage_preset_is(stage_preset_at(i), stages, count) ? stage_preset_at(i) : chosen;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_opt(&json, "preset", chosen ? chosen->key : (str){0});
    write_stages(&json, stages, count);
    json_name(&json, "presets");
    json_array(&json);
    for (size_t i = 0; stage_preset_at(i); i++) {
        const struct stage_preset *preset = stage_preset_at(i);
        json_object(&json);
        json_put_str(&json, "key", preset->key);
        write_names(&json, preset->name_zh, preset->name_en);
        write_stages(&json, preset->stages, preset->count);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

struct stages_body {
    str preset;
    const struct json *stages;
};
static const struct json_field stages_fields[] = {
    {"preset", JSON_KIND_STR, offsetof(struct stages_body, preset), JSON_NULLABLE, 0, LIMIT_STAGE_KEY, 0},
    {"stages", JSON_KIND_JSON, offsetof(struct stages_body, stages), 0, 0, 0, 0},
};
struct stage_body {
    str key;
    const struct json *names, *events;
};
static const struct json_field stage_fields[] = {
    {"key", JSON_KIND_STR, offsetof(struct stage_body, key), JSON_REQUIRED, 1, LIMIT_STAGE_KEY, 0},
    {"names", JSON_KIND_JSON, offsetof(struct stage_body, names), JSON_NULLABLE, 0, 0, 0},
    {"events", JSON_KIND_JSON, offsetof(struct stage_body, events), JSON_NULLABLE, 0, 0, 0},
};
struct names_body {
    str zh, en;
};
static const struct json_field names_fields[] = {
    {"zh", JSON_KIND_STR, offsetof(struct names_body, zh), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    {"en", JSON_KIND_STR, offsetof(struct names_body, en), JSON_NULLABLE, 0, LIMIT_NAME, 0},
};
static const struct json_field event_fields[] = {
    {"type", JSON_KIND_STR, offsetof(struct stage_event, type), JSON_REQUIRED, 1, LIMIT_EVENT_TYPE, 0},
    {"nth", JSON_KIND_I64, offsetof(struct stage_event, nth), 0, 1, STAGE_NTH_MAX, 0},
};

static enum err read_events(struct arena *arena, const struct json *list, struct stage *out, struct fault *fault)
{
    enum err err = OK;

    if (list && list->type != JSON_ARRAY) {
        return fault_set(fault, ERR_INVALID, "events", "wrong_type", "A list is needed.", "应为列表。");
    }
    if (list && list->count > STAGE_EVENTS_MAX) {
        return fault_set(fault, ERR_INVALID, "events", "too_many", "16 events lead to a stage at most.",
                         "每个阶段最多对应 16 种事件。");
    }
    JSON_EACH(item, list)
    {
        struct stage_event *event = &out->events[out->events_count];
        *event = (struct stage_event){.nth = 1};
        err = json_decode(arena, item, event_fields, ARRAY_LEN(event_fields), event, NULL, fault);
        if (err != OK) {
            fault_in_item(fault, "events", out->events_count);
            return err;
        }
        out->events_count++;
    }
    return OK;
}

static enum err read_stage(struct arena *arena, const struct json *item, struct stage *out, struct fault *fault)
{
    struct stage_body body = {0};
    struct names_body names = {0};
    enum err err = json_decode(arena, item, stage_fields, ARRAY_LEN(stage_fields), &body, NULL, fault);

    if (err == OK && body.names) {
        err = json_decode(arena, body.names, names_fields, ARRAY_LEN(names_fields), &names, NULL, fault);
    }
    *out = (struct stage){.key = body.key, .name_zh = str_trim(names.zh), .name_en = str_trim(names.en)};
    return err != OK ? err : read_events(arena, body.events, out, fault);
}

static enum err read_list(struct arena *arena, const struct json *list, struct stage *stages, size_t *count,
                          struct fault *fault)
{
    if (!list || list->type != JSON_ARRAY || list->count < 2 || list->count > STAGES_MAX) {
        return fault_set(fault, ERR_INVALID, "stages", list ? "out_of_range" : "required",
                         "Give a preset, or a list of 2 to 12 stages.", "请提供预设，或 2 到 12 个阶段的列表。");
    }
    JSON_EACH(item, list)
    {
        enum err err = read_stage(arena, item, &stages[*count], fault);
        if (err != OK) {
            fault_in_item(fault, "stages", *count);
            return err;
        }
        ++*count;
    }
    return OK;
}

static enum err choose(struct ctx *ctx, struct request *request, const struct json *json, struct fault *fault)
{
    struct stages_body body = {0};
    struct stage *own = ARENA_ARRAY(request->arena, struct stage, STAGES_MAX);
    size_t count = 0;
    const struct customer_edits edits = {
        .editor = ctx->engine->editor, .actor = request->actor, .arena = request->arena, .now_ms = request->now_ms};
    enum err err = own ? json_decode(request->arena, json, stages_fields, ARRAY_LEN(stages_fields), &body, NULL, fault)
                       : ERR_NOMEM;
    if (err != OK) {
        return err;
    }
    if (body.preset.len > 0 && body.stages) {
        return fault_set(fault, ERR_INVALID, "preset", "conflicting", "Either a preset or stages of your own.",
                         "预设和自定义阶段只能选其一。");
    }
    const struct stage_preset *preset = stage_preset_find(body.preset);
    if (body.preset.len > 0) {
        return preset ? stages_choose(&edits, preset->stages, preset->count, fault)
                      : fault_set(fault, ERR_INVALID, "preset", "unknown", "traffic or training.",
                                  "只能是 traffic 或 training。");
    }
    err = read_list(request->arena, body.stages, own, &count, fault);
    return err != OK ? err : stages_choose(&edits, own, count, fault);
}

static void put_stages(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = choose(ctx, request, json, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer(ctx, request, reply);
}

const struct route api_stage_routes[] = {
    {METHOD_GET, "/api/v1/stages", PLANE_ADMIN, answer, SCOPE_CUSTOMERS_READ, "The steps that events lead to", 0, NULL},
    {METHOD_PUT, "/api/v1/stages", PLANE_ADMIN, put_stages, SCOPE_ADMIN, "Choose the steps that events lead to", 0,
     NULL},
    {0},
};
