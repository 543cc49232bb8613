/* SPDX-License-Identifier: MIT */
/* /api/v1/tag-rules: who clicked this, or did that, is tagged so from now on. */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/customer_edits.h"
#include "linkpond/store/keys.h"
#include "rule_about.h"

static const struct rule_about_words words = {
    .fields = {[LABEL_CAMPAIGN] = "campaign", [LABEL_CHANNEL] = "channel", [LABEL_TAG] = "link_tag"},
    .required = true,
    .one_of = "Give one of link, campaign, channel, link_tag and type.",
    .one_of_zh = "请提供 link、campaign、channel、link_tag、type 之一。",
};

static void write_rule(struct json_writer *json, const struct tag_rule *rule)
{
    json_object(json);
    json_put_i64(json, "id", rule->id);
    json_put_str(json, "tag", rule->tag);
    rule_about_write(json, &words, &rule->about);
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
    str tag;
    struct rule_about_body about;
};
#define AT(member) offsetof(struct rule_body, member)
static const struct json_field rule_fields[] = {
    {"tag", JSON_KIND_STR, AT(tag), JSON_REQUIRED, 1, LIMIT_TAG, 0},
    {"link", JSON_KIND_STR, AT(about.link), JSON_NULLABLE, 0, LIMIT_EXTERNAL_ID + 4, 0},
    {"campaign", JSON_KIND_STR, AT(about.labels[LABEL_CAMPAIGN]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"channel", JSON_KIND_STR, AT(about.labels[LABEL_CHANNEL]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"link_tag", JSON_KIND_STR, AT(about.labels[LABEL_TAG]), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    {"type", JSON_KIND_STR, AT(about.type), JSON_NULLABLE, 0, LIMIT_EVENT_TYPE, 0},
};
#undef AT

static enum err read_rule(struct ctx *ctx, struct request *request, const struct json *json, struct tag_rule *rule,
                          struct fault *fault)
{
    struct rule_body body = {0};
    enum err err = json_decode(request->arena, json, rule_fields, ARRAY_LEN(rule_fields), &body, NULL, fault);

    rule->tag = str_trim(body.tag);
    if (err == OK && rule->tag.len == 0) {
        err = fault_set(fault, ERR_INVALID, "tag", "required", "A tag is 1-64 bytes.", "标签为 1-64 字节。");
    }
    return err == OK ? rule_about_read(ctx, request, &words, &body.about, &rule->about, fault) : err;
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
    struct tag_rule rule = {0};
    struct fault fault = {0};
    struct json_writer out;
    const struct customer_edits edits = edits_of(ctx, request);
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = read_rule(ctx, request, json, &rule, &fault);
    err = err ? err : tag_rule_add(&edits, rule.tag, &rule, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
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
