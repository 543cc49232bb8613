/* SPDX-License-Identifier: MIT */
/* /api/v1/tag-rules: who clicked this, or did that, is tagged so from now on. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/customer_edits.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/labels.h"

static void write_rule(struct json_writer *json, const struct tag_rule *rule)
{
    char link[32];

    snprintf(link, sizeof link, "lnk_%lld", (long long)rule->link_id);
    json_object(json);
    json_put_i64(json, "id", rule->id);
    json_put_str(json, "tag", rule->tag);
    json_put_opt(json, "link", rule->link_id ? str_from_c(link) : (str){0});
    for (int i = 0; i < LABEL_KINDS; i++) {
        str kind = label_kind_name((enum label_kind)i);
        json_put_opt(json, i == LABEL_TAG ? "link_tag" : kind.ptr,
                     str_eq(rule->label_kind, kind) ? rule->label : (str){0});
    }
    json_put_opt(json, "type", rule->type);
    json_put_time(json, "created_at", rule->created_ms);
    json_object_end(json);
}

static bool next_rule(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct tag_rule rule;
    (void)request;
    if (!tag_rules_next(rows, &rule)) {
        return false;
    }
    write_rule(json, &rule);
    return true;
}

static void rules_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){tag_rules_each, next_rule});
    }
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

struct rule_body {
    str tag, link, campaign, channel, link_tag, type;
};
#define AT(member) offsetof(struct rule_body, member)
static const struct json_field rule_fields[] = {
    {"tag", JSON_KIND_STR, AT(tag), JSON_REQUIRED, 1, LIMIT_TAG, 0},
    {"link", JSON_KIND_STR, AT(link), JSON_NULLABLE, 0, LIMIT_EXTERNAL_ID + 4, 0},
    {"campaign", JSON_KIND_STR, AT(campaign), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"channel", JSON_KIND_STR, AT(channel), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"link_tag", JSON_KIND_STR, AT(link_tag), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"type", JSON_KIND_STR, AT(type), JSON_NULLABLE, 0, LIMIT_EVENT_TYPE, 0},
};
#undef AT

static enum err find_label(struct db *db, struct request *request, const struct rule_body *body, struct tag_rule *rule,
                           struct fault *fault)
{
    const str keys[LABEL_KINDS] = {
        [LABEL_CAMPAIGN] = body->campaign, [LABEL_CHANNEL] = body->channel, [LABEL_TAG] = body->link_tag};
    static const char *const fields[LABEL_KINDS] = {
        [LABEL_CAMPAIGN] = "campaign", [LABEL_CHANNEL] = "channel", [LABEL_TAG] = "link_tag"};
    struct label label;

    for (int i = 0; i < LABEL_KINDS; i++) {
        if (keys[i].len == 0) {
            continue;
        }
        enum err err = labels_find(db, request->arena, (enum label_kind)i, keys[i], &label);
        if (err == ERR_NOT_FOUND) {
            return fault_set(fault, ERR_INVALID, fields[i], "unknown", "Nothing goes by that name.", "没有这个名称。");
        }
        rule->label_id = err ? 0 : label.id;
        return err;
    }
    return OK;
}

static enum err find_link(struct ctx *ctx, struct db *db, struct request *request, str text, struct tag_rule *rule,
                          struct fault *fault)
{
    struct link_ref ref = {.text = text};

    if (text.len == 0) {
        return OK;
    }
    enum err err = link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, &rule->link_id, NULL, NULL);
    return err == ERR_NOT_FOUND || err == ERR_AMBIGUOUS
               ? fault_set(fault, ERR_INVALID, "link", err == ERR_AMBIGUOUS ? "ambiguous" : "unknown",
                           "No one link goes by that name.", "没有唯一对应的短链。")
               : err;
}

static enum err read_rule(struct ctx *ctx, struct request *request, const struct json *json, struct rule_body *body,
                          struct tag_rule *rule, struct fault *fault)
{
    enum err err = json_decode(request->arena, json, rule_fields, ARRAY_LEN(rule_fields), body, NULL, fault);
    int said = (body->link.len > 0) + (body->campaign.len > 0) + (body->channel.len > 0) + (body->link_tag.len > 0) +
               (body->type.len > 0);

    if (err == OK && said != 1) {
        err = fault_set(fault, ERR_INVALID, "link", said ? "conflicting" : "required",
                        "Give one of link, campaign, channel, link_tag and type.",
                        "请提供 link、campaign、channel、link_tag、type 之一。");
    }
    if (err == OK && body->type.len > 0 && !event_type_valid(body->type)) {
        err = fault_set(fault, ERR_INVALID, "type", "bad_name", "A type is 1-64 bytes.", "事件类型为 1-64 字节。");
    }
    body->tag = str_trim(body->tag);
    if (err == OK && body->tag.len == 0) {
        err = fault_set(fault, ERR_INVALID, "tag", "required", "A tag is 1-64 bytes.", "标签为 1-64 字节。");
    }
    if (err != OK) {
        return err;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    rule->type = body->type;
    err = find_label(db, request, body, rule, fault);
    err = err ? err : find_link(ctx, db, request, body->link, rule, fault);
    readers_give(ctx->engine->readers, db);
    return err;
}

static struct customer_edits edits_of(struct ctx *ctx, struct request *request)
{
    return (struct customer_edits){.editor = ctx->engine->editor,
                                   .actor = request->actor,
                                   .arena = request->arena,
                                   .strict_dictionary = ctx->engine->opts.strict_dictionary,
                                   .now_ms = request->now_ms};
}

static void rules_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct rule_body body = {0};
    struct tag_rule rule = {0};
    struct fault fault = {0};
    struct json_writer out;
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = read_rule(ctx, request, json, &body, &rule, &fault);
    err = err ? err : tag_rule_add(&edits, body.tag, &rule, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    rule.tag = body.tag;
    rule.label = body.campaign.len ? body.campaign : body.channel.len ? body.channel : body.link_tag;
    rule.label_kind = label_kind_name(body.campaign.len  ? LABEL_CAMPAIGN
                                      : body.channel.len ? LABEL_CHANNEL
                                                         : LABEL_TAG);
    reply_json_begin(reply, 201, &out);
    write_rule(&out, &rule);
}

static void rules_remove(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = str_to_i64(request->params[0], &id) && id > 0 ? tag_rule_remove(&edits, id, &fault) : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

const struct route api_tag_rule_routes[] = {
    {METHOD_GET, "/api/v1/tag-rules", PLANE_ADMIN, rules_list, SCOPE_CUSTOMERS_READ, "List rules that tag customers", 0,
     NULL},
    {METHOD_POST, "/api/v1/tag-rules", PLANE_ADMIN, rules_create, SCOPE_CUSTOMERS_WRITE,
     "Add a rule that tags customers", 0, NULL},
    {METHOD_DELETE, "/api/v1/tag-rules/:id", PLANE_ADMIN, rules_remove, SCOPE_CUSTOMERS_WRITE,
     "Remove a rule that tags customers", 0, NULL},
    {0},
};
