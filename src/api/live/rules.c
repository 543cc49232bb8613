/* SPDX-License-Identifier: MIT */
/* /api/v1/links/{ref}/rules: what a live code asks of a visit, as one list in order. */
#include "linkpond/store/rules.h"
#include "linkpond/api/edit_call.h"
#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/model/rule_json.h"

#define DOUBTS_MAX (2 * LIMIT_RULES)
#define PLACES     (1U << FACT_COUNTRY | 1U << FACT_REGION | 1U << FACT_CITY)

static void write_warning(struct json_writer *json, int64_t rule, const char *code, const char *detail)
{
    json_object(json);
    json_name(json, "rule");
    if (rule >= 0) {
        json_i64(json, rule);
    } else {
        json_null(json);
    }
    json_put_str(json, "code", str_from_c(code));
    json_put_str(json, "detail", str_from_c(detail));
    json_object_end(json);
}

void live_write_warnings(struct ctx *ctx, const struct request *request, struct json_writer *json,
                         const struct live_code *code)
{
    static const char *const codes[] = {[DOUBT_UNREACHABLE] = "unreachable",
                                        [DOUBT_NO_TARGETS] = "no_targets",
                                        [DOUBT_ALL_ENDED] = "all_ended",
                                        [DOUBT_NEVER] = "never"};
    struct rule_doubt doubts[DOUBTS_MAX];
    size_t count = code ? rules_doubts(live_code_rules(code), request->now_ms, doubts, DOUBTS_MAX) : 0;

    json_name(json, "warnings");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        write_warning(json, (int64_t)doubts[i].rule, codes[doubts[i].kind],
                      rule_doubt_text(doubts[i].kind, request->chinese));
    }
    if (code && (live_code_needs(code) & PLACES) && geo_in_use(ctx->engine->geo) == 0) {
        write_warning(json, -1, "no_geo_files",
                      request->chinese ? "未配置地理位置文件，国家、地区、城市条件无法成立。"
                                       : "No geo files are in use, so no country, region or city is known.");
    }
    json_array_end(json);
}

enum err live_write_rules(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                          const struct link *link)
{
    struct rule *rules = NULL;
    struct live_code *code = NULL;
    struct json_writer json;
    size_t count = 0;
    enum err err = rules_of(db, request->arena, link->id, &rules, &count);

    err = err != OK ? err : live_code_build(db, request->arena, ctx->engine->places, link->id, true, &code, NULL);
    if (err != OK) {
        return err;
    }
    reply_json_begin(reply, 200, &json);
    reply_etag(reply, request, link->revision);
    json_object(&json);
    json_name(&json, "rules");
    rule_json_write(&json, rules, count);
    live_write_warnings(ctx, request, &json, count > 0 ? code : NULL);
    json_object_end(&json);
    live_code_free(code);
    return OK;
}

static void rules_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct link link;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    if (live_call_link(ctx, request, reply, db, &link)) {
        enum err err = live_write_rules(ctx, request, reply, db, &link);
        if (err != OK) {
            reply_problem(reply, request, err, NULL);
        }
    }
    readers_give(ctx->engine->readers, db);
}

static bool read_rules(struct request *request, struct reply *reply, struct rule **rules, size_t *count)
{
    static const char *const names[] = {"rules"};
    const struct json *json;
    struct fault fault = {0};

    if (!call_json(request, reply, &json) || !call_members(request, reply, json, names, ARRAY_LEN(names))) {
        return false;
    }
    const struct json *list = json_get(json, STR("rules"));
    enum err err =
        list ? rule_json_read(request->arena, list, rules, count, &fault)
             : fault_set(&fault, ERR_INVALID, "rules", "required", "The list of rules is needed.", "请填写规则列表。");
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static enum err write_put(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    const struct live_edit *live = edit->arg;
    struct link link;
    enum err err = links_find(db, edit->request->arena, BOUNDS_ALL, live->link_id, &link);

    (void)seen;
    return err != OK ? err : live_write_rules(edit->ctx, edit->request, edit->reply, db, &link);
}

static void rules_put_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct rule *rules = NULL;
    size_t count = 0;
    struct live_edit live;
    if (!live_call_edit(ctx, request, reply, &live) || !read_rules(request, reply, &rules, &count)) {
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_put, .arg = &live};
    enum err err = editor_rules_put(ctx->engine->editor, edit_call_actor(&edit), request->arena, &live, rules, count);
    if (err != OK) {
        reply_problem(reply, request, err, &live.fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){0});
}

const struct route api_rule_routes[] = {
    {METHOD_GET, "/api/v1/links/:ref/rules", PLANE_ADMIN, rules_get, SCOPE_LINKS_READ, "Rules of a live code", 0,
     "domain"},
    {METHOD_PUT, "/api/v1/links/:ref/rules", PLANE_ADMIN, rules_put_list, SCOPE_LINKS_WRITE,
     "Set the rules of a live code", 0, "domain"},
    {0},
};
