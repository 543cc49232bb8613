/* SPDX-License-Identifier: MIT */
/* /api/v1/radar/rules: of which key events sales are told, beside the openings of customers' own links. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/radar_edits.h"
#include "linkpond/store/keys.h"
#include "rule_about.h"

static const struct rule_about_words words = {
    .fields = {[LABEL_CAMPAIGN] = "campaign", [LABEL_CHANNEL] = "channel", [LABEL_TAG] = "tag"},
    .one_of = "Give one of link, campaign, channel, tag and type, or none.",
    .one_of_zh = "link、campaign、channel、tag、type 至多提供一个。",
};

static void put_number(struct json_writer *json, const char *name, bool there, int64_t number)
{
    json_name(json, name);
    if (there) {
        json_i64(json, number);
    } else {
        json_null(json);
    }
}

static void write_rule(struct json_writer *json, const struct radar_rule *rule)
{
    json_object(json);
    json_put_i64(json, "id", rule->id);
    json_put_str(json, "name", rule->name);
    json_put_str(json, "kind", radar_kind_name(rule->condition.kind));
    put_number(json, "visits", rule->condition.kind == RADAR_VISITS, rule->condition.visits);
    json_put_i64(json, "days", rule->condition.days);
    rule_about_write(json, &words, &rule->about);
    json_put_bool(json, "enabled", rule->enabled);
    json_put_time(json, "created_at", rule->created_ms);
    json_put_time(json, "updated_at", rule->updated_ms);
    json_object_end(json);
}

static bool next_rule(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct radar_rule rule;
    (void)request;
    if (!radar_rules_next(rows, &rule)) {
        return false;
    }
    write_rule(json, &rule);
    return true;
}

static void rules_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){radar_rules_each, next_rule});
    }
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

struct rule_body {
    str name, kind;
    struct rule_about_body about;
    int64_t visits, days;
    bool enabled;
};
enum rule_field { NAME, KIND, VISITS, DAYS, LINK, CAMPAIGN, CHANNEL, TAG, TYPE, ENABLED };
#define AT(member) offsetof(struct rule_body, member)
static const struct json_field rule_fields[] = {
    [NAME] = {"name", JSON_KIND_STR, AT(name), 0, 1, LIMIT_RADAR_NAME, 0},
    [KIND] = {"kind", JSON_KIND_STR, AT(kind), 0, 1, 16, 0},
    [VISITS] = {"visits", JSON_KIND_I64, AT(visits), JSON_NULLABLE, 0, RADAR_VISITS_MAX, 0},
    [DAYS] = {"days", JSON_KIND_I64, AT(days), 0, 0, RADAR_RETURN_DAYS_MAX, 0},
    [LINK] = {"link", JSON_KIND_STR, AT(about.link), JSON_NULLABLE, 0, LIMIT_EXTERNAL_ID + 4, 0},
    [CAMPAIGN] = {"campaign", JSON_KIND_STR, AT(about.labels[LABEL_CAMPAIGN]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [CHANNEL] = {"channel", JSON_KIND_STR, AT(about.labels[LABEL_CHANNEL]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [TAG] = {"tag", JSON_KIND_STR, AT(about.labels[LABEL_TAG]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [TYPE] = {"type", JSON_KIND_STR, AT(about.type), JSON_NULLABLE, 0, LIMIT_EVENT_TYPE, 0},
    [ENABLED] = {"enabled", JSON_KIND_BOOL, AT(enabled), 0, 0, 0, 0},
};
#undef AT

static bool has(const struct json_presence *presence, enum rule_field field)
{
    return presence->present >> field & 1;
}

static enum err read_draft(struct ctx *ctx, struct request *request, const struct json *json, bool whole,
                           struct radar_rule_draft *draft, struct fault *fault)
{
    struct rule_body body = {.enabled = true};
    struct json_presence presence = {0};
    struct radar_rule *rule = &draft->rule;
    enum err err = json_decode(request->arena, json, rule_fields, ARRAY_LEN(rule_fields), &body, &presence, fault);

    if (err) {
        return err;
    }
    if (whole ? !radar_kind_find(body.kind, &rule->condition.kind) : has(&presence, KIND)) {
        return fault_set(fault, ERR_INVALID, "kind", !whole || body.kind.len ? "not_allowed" : "required",
                         whole ? "visits, return or event." : "A rule keeps its kind.",
                         whole ? "只能是 visits、return 或 event。" : "规则的种类不可更改。");
    }
    body.name = str_trim(body.name);
    if ((whole || has(&presence, NAME)) && body.name.len == 0) {
        return fault_set(fault, ERR_INVALID, "name", "required", "A name is 1-64 bytes.", "名称为 1-64 字节。");
    }
    *draft = (struct radar_rule_draft){
        .has_name = has(&presence, NAME),
        .has_visits = has(&presence, VISITS),
        .has_days = has(&presence, DAYS),
        .has_enabled = has(&presence, ENABLED),
        .has_about = has(&presence, LINK) || has(&presence, CAMPAIGN) || has(&presence, CHANNEL) ||
                     has(&presence, TAG) || has(&presence, TYPE),
        .rule = {.name = body.name,
                 .condition = {rule->condition.kind, body.visits, body.days},
                 .enabled = body.enabled},
    };
    return rule_about_read(ctx, request, &words, &body.about, &rule->about, fault);
}

/* ---- changing ---------------------------------------------------------------------------------------------------- */

static struct customer_edits edits_of(struct ctx *ctx, struct request *request)
{
    return (struct customer_edits){
        .editor = ctx->engine->editor, .actor = request->actor, .arena = request->arena, .now_ms = request->now_ms};
}

static void answer(struct request *request, struct reply *reply, int status, enum err err,
                   const struct radar_rule *rule, const struct fault *fault)
{
    struct json_writer out;

    if (err != OK) {
        reply_problem(reply, request, err, fault);
        return;
    }
    reply_json_begin(reply, status, &out);
    write_rule(&out, rule);
}

static void rules_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct radar_rule_draft draft = {0};
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = read_draft(ctx, request, json, true, &draft, &fault);
    err = err ? err : radar_rule_add(&edits, &draft.rule, &fault);
    answer(request, reply, 201, err, &draft.rule, &fault);
}

static void rules_change(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct radar_rule_draft draft = {0};
    struct radar_rule rule;
    struct fault fault = {0};
    int64_t id = 0;
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = str_to_i64(request->params[0], &id) && id > 0 ? OK : ERR_NOT_FOUND;
    err = err ? err : read_draft(ctx, request, json, false, &draft, &fault);
    err = err ? err : radar_rule_change(&edits, id, &draft, &rule, &fault);
    answer(request, reply, 200, err, &rule, &fault);
}

static void rules_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err =
        str_to_i64(request->params[0], &id) && id > 0 ? radar_rule_remove(&edits, id, &fault) : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

const struct route api_radar_rule_routes[] = {
    {METHOD_GET, "/api/v1/radar/rules", PLANE_ADMIN, rules_list, SCOPE_CUSTOMERS_READ, "List rules of key events", 0,
     NULL},
    {METHOD_POST, "/api/v1/radar/rules", PLANE_ADMIN, rules_create, SCOPE_CUSTOMERS_WRITE, "Add a rule of key events",
     0, NULL},
    {METHOD_PATCH, "/api/v1/radar/rules/:id", PLANE_ADMIN, rules_change, SCOPE_CUSTOMERS_WRITE,
     "Change a rule of key events", 0, NULL},
    {METHOD_DELETE, "/api/v1/radar/rules/:id", PLANE_ADMIN, rules_remove, SCOPE_CUSTOMERS_WRITE,
     "Remove a rule of key events", 0, NULL},
    {0},
};
