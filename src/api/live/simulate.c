/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/links/{ref}/simulate: where would this visit go, and why? Nothing is taken and nothing is counted. With
 * `rules` and `weights` it says so of these instead of those stored, so that they can be tried out before they are.
 */
#include "linkpond/api/live_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/live_facts.h"
#include "linkpond/model/rule_json.h"
#include "linkpond/store/rules.h"

struct simulate_body {
    str user_agent, as, ip, query, language, referrer, visitor;
    const struct json *place, *rules, *weights;
    int64_t time_ms;
};
enum field {
    F_AGENT,
    F_AS,
    F_TIME,
    F_IP,
    F_PLACE,
    F_QUERY,
    F_LANGUAGE,
    F_REFERRER,
    F_VISITOR,
    F_RULES,
    F_WEIGHTS,
    F_COUNT
};
#define AT(member) offsetof(struct simulate_body, member)
static const struct json_field simulate_fields[F_COUNT] = {
    [F_AGENT] = {"user_agent", JSON_KIND_STR, AT(user_agent), 0, 0, LIMIT_CLICK_UA, 0},
    [F_AS] = {"as", JSON_KIND_STR, AT(as), 0, 1, LIMIT_NAME, 0},
    [F_TIME] = {"time", JSON_KIND_TIME, AT(time_ms), 0, 0, 0, 0},
    [F_IP] = {"ip", JSON_KIND_STR, AT(ip), 0, 1, LIMIT_NAME, 0},
    [F_PLACE] = {"place", JSON_KIND_JSON, AT(place), JSON_NULLABLE, 0, 0, 0},
    [F_QUERY] = {"query", JSON_KIND_STR, AT(query), 0, 0, LIMIT_CLICK_QUERY, 0},
    [F_LANGUAGE] = {"language", JSON_KIND_STR, AT(language), 0, 0, LIMIT_CLICK_LANGUAGE, 0},
    [F_REFERRER] = {"referrer", JSON_KIND_STR, AT(referrer), 0, 0, LIMIT_CLICK_REFERRER, 0},
    [F_VISITOR] = {"visitor", JSON_KIND_STR, AT(visitor), 0, 1, LIMIT_NAME, 0},
    [F_RULES] = {"rules", JSON_KIND_JSON, AT(rules), JSON_NULLABLE, 0, 0, 0},
    [F_WEIGHTS] = {"weights", JSON_KIND_JSON, AT(weights), JSON_NULLABLE, 0, 0, 0},
};
#undef AT

/* Who people mean by a word. query: what the app adds to a link that is forwarded in it. */
#define IPHONE  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define WECHAT  IPHONE "Mobile/15E148 MicroMessenger/8.0.50(0x1800323d) NetType/4G Language/zh_CN"
#define ANDROID "Mozilla/5.0 (Linux; Android 14; PJD110) AppleWebKit/537.36 (KHTML, like Gecko) "
#define CHROME  "Chrome/122.0.6261.120 Mobile Safari/537.36"
static const struct profile {
    str name, query, user_agent;
} profiles[] = {
    {STR_INIT("wechat"), STR_INIT(""), STR_INIT(WECHAT)},
    {STR_INIT("wechat-android"), STR_INIT(""),
     STR_INIT(ANDROID "Version/4.0 " CHROME " XWEB/1220099 MMWEBSDK/20240404 MicroMessenger/8.0.49.2600(0x28003133) "
                      "WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64")},
    {STR_INIT("wechat-single"), STR_INIT("from=singlemessage"), STR_INIT(WECHAT)},
    {STR_INIT("wechat-group"), STR_INIT("from=groupmessage"), STR_INIT(WECHAT)},
    {STR_INIT("wechat-moments"), STR_INIT("from=timeline"), STR_INIT(WECHAT)},
    {STR_INIT("wecom"), STR_INIT(""), STR_INIT(IPHONE "Mobile/15E148 wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh")},
    {STR_INIT("qq"), STR_INIT(""),
     STR_INIT(IPHONE "Mobile/15E148 QQ/9.0.60.613 V1_IPH_SQ_9.0.60_1_APP_A NetType/WIFI")},
    {STR_INIT("douyin"), STR_INIT(""),
     STR_INIT(ANDROID "Version/4.0 " CHROME
                      " aweme_290600 JsSdk/1.0 NetType/WIFI AppName/aweme app_version/29.6.0 ByteLocale/zh-CN")},
    {STR_INIT("xiaohongshu"), STR_INIT(""),
     STR_INIT(IPHONE "Mobile/15E148 discover/8.40 Device/(Apple Inc.;iPhone15,3) NetType/WiFi")},
    {STR_INIT("safari"), STR_INIT(""), STR_INIT(IPHONE "Version/17.5 Mobile/15E148 Safari/604.1")},
    {STR_INIT("android"), STR_INIT(""), STR_INIT(ANDROID CHROME)},
    {STR_INIT("desktop"), STR_INIT(""),
     STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 "
              "Safari/537.36")},
    {STR_INIT("bot"), STR_INIT(""),
     STR_INIT("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")},
};

struct simulation {
    struct ctx *ctx;
    struct request *request;
    struct simulate_body body;
    struct link link;
    struct live_code *code; /* NULL: no live code */
    struct visit visit;
    struct addr ip;
    struct live_facts facts;
    struct agent agent;
    struct live_answer answer;
    struct rule_step steps[LIMIT_RULES];
    size_t steps_count;
    str sentence;
    struct rule *rules; /* NULL until they are known: those that are tried out, else the stored ones */
    size_t rules_count;
    struct live_weight weights[LIMIT_TARGETS]; /* that are tried out */
    size_t weights_count;
    struct target target;
    struct fault fault;
};

static enum err take_profile(struct simulation *self, struct fault *fault)
{
    struct simulate_body *body = &self->body;
    const struct profile *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
        found = str_eq(profiles[i].name, body->as.len > 0 ? body->as : STR("safari")) ? &profiles[i] : found;
    }
    if (!found) {
        return fault_set(
            fault, ERR_INVALID, "as", "not_allowed",
            "wechat, wechat-android, wechat-single, wechat-group, wechat-moments, wecom, qq, douyin, xiaohongshu, "
            "safari, "
            "android, desktop or bot.",
            "只能是 "
            "wechat、wechat-android、wechat-single、wechat-group、wechat-moments、wecom、qq、douyin、xiaohongshu、"
            "safari、android、desktop 或 bot。");
    }
    body->user_agent = body->user_agent.len > 0 ? body->user_agent : found->user_agent;
    if (found->query.len > 0) {
        body->query = body->query.len == 0 ? found->query
                                           : arena_f(self->request->arena, STR_FMT "&" STR_FMT, STR_ARG(body->query),
                                                     STR_ARG(found->query));
    }
    return OK;
}

static enum err take_visitor(struct simulation *self, struct fault *fault)
{
    str visitor = self->body.visitor;

    if (visitor.len == 0 || str_eq(visitor, STR("new")) || str_eq(visitor, STR("returning"))) {
        return OK;
    }
    return fault_set(fault, ERR_INVALID, "visitor", "not_allowed", "new or returning.", "只能是 new 或 returning。");
}

/* {"tgt_1": 3}; a name that is none is of no target either. */
static enum err take_weights(struct simulation *self, struct fault *fault)
{
    if (self->body.weights->type != JSON_OBJECT || self->body.weights->count > LIMIT_TARGETS) {
        return fault_set(fault, ERR_INVALID, "weights", "wrong_type", "A weight for each target: {\"tgt_1\": 3}.",
                         "应为每个子码的权重，例如 {\"tgt_1\": 3}。");
    }
    JSON_EACH(member, self->body.weights)
    {
        if (member->type != JSON_INT || member->integer < 1 || member->integer > LIMIT_WEIGHT) {
            return fault_set(fault, ERR_INVALID, "weights", "out_of_range", "Weights are from 1 to 100.",
                             "权重为 1 到 100。");
        }
        self->weights[self->weights_count++] =
            (struct live_weight){target_name_read(member->name), (int)member->integer};
    }
    return OK;
}
_Static_assert(LIMIT_WEIGHT == 100, "the refusal names the number");

static bool read_body(struct simulation *self, struct reply *reply)
{
    const struct json *json;
    struct fault fault = {0};
    struct simulate_body *body = &self->body;

    body->time_ms = self->request->now_ms;
    if (!call_json(self->request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(self->request->arena, json, simulate_fields, F_COUNT, body, NULL, &fault);
    err = err != OK ? err : take_profile(self, &fault);
    err = err != OK ? err : take_visitor(self, &fault);
    if (err == OK && body->ip.len > 0 && !addr_parse(body->ip, &self->ip)) {
        err = fault_set(&fault, ERR_INVALID, "ip", "not_an_address", "An IPv4 or IPv6 address.",
                        "请填写 IPv4 或 IPv6 地址。");
    }
    if (err == OK && body->rules) {
        err = rule_json_read(self->request->arena, body->rules, &self->rules, &self->rules_count, &fault);
    }
    err = err == OK && body->weights ? take_weights(self, &fault) : err;
    if (err != OK) {
        reply_problem(reply, self->request, err, &fault);
    }
    return err == OK;
}

static str place_word(const struct json *place, const char *name)
{
    const struct json *member = json_get(place, str_from_c(name));

    return member && member->type == JSON_STRING ? member->string : (str){0};
}

/* A place that was named is taken as it is; else the address tells. */
static void take_place(struct simulation *self)
{
    struct rule_visit *facts = &self->facts.visit;

    if (self->body.place) {
        facts->country = place_word(self->body.place, "country");
        facts->region = place_word(self->body.place, "region");
        facts->city = place_word(self->body.place, "city");
    }
}

static void explain(struct simulation *self)
{
    const struct rules *rules = live_code_rules(self->code);
    struct arena *arena = self->request->arena;
    bool chinese = self->request->chinese;
    char memory[TARGET_NAME_MAX];
    str called = self->target.name.len > 0 ? self->target.name : target_name(self->target.id, memory);

    self->steps_count =
        rules_explain(rules, arena, &self->facts.visit, &self->answer.verdict, chinese, self->steps, LIMIT_RULES);
    self->sentence = rules_sentence(rules, arena, &self->facts.visit, &self->answer.verdict,
                                    self->answer.end == RULE_CHOSE ? called : STR(""), chinese);
}

/* Within a read section, because recognition tables and geo files may be replaced meanwhile. */
static enum err decide(struct simulation *self, struct db *db)
{
    const struct simulate_body *body = &self->body;
    const struct agent_request asked = {.user_agent = body->user_agent, .language = body->language};
    struct link_entry link = {.channel = self->link.channel};
    enum err err = OK;

    self->visit = (struct visit){.now_ms = body->time_ms,
                                 .query = body->query,
                                 .referrer = body->referrer,
                                 .ip = body->ip.len > 0 ? &self->ip : NULL};
    agent_recognise(resolver_rules(self->ctx->engine->resolver), &asked, &self->agent);
    live_facts_find(&self->facts, live_code_needs(self->code), &self->visit, &link, &self->agent,
                    self->ctx->engine->geo);
    take_place(self);
    self->facts.visit.returning = str_eq(body->visitor, STR("returning"));
    live_code_decide(self->code, &(struct live_visit){.facts = &self->facts.visit}, &self->answer);
    if (self->answer.end == RULE_CHOSE) {
        err = targets_find(db, self->request->arena, self->answer.target_id, &self->target);
    }
    if (err == OK) {
        explain(self);
    }
    return err;
}

static enum err run(struct simulation *self, struct db *db)
{
    struct arena *arena = self->request->arena;
    enum err err;

    if (self->rules || self->weights_count > 0) {
        const struct live_trial trial = {self->rules, self->rules_count, self->weights, self->weights_count};
        err = live_code_try(db, arena, self->ctx->engine->places, self->link.id, &trial, &self->code, &self->fault);
    } else {
        err = live_code_build(db, arena, self->ctx->engine->places, self->link.id, true, &self->code, NULL);
    }
    err = err != OK || self->rules ? err : rules_of(db, arena, self->link.id, &self->rules, &self->rules_count);
    if (err != OK || !self->code) {
        self->answer.end = RULE_NONE_HELD;
        return err;
    }
    destination_lists_judge_live(self->ctx->engine->destinations, self->code);
    cache_thread_register();
    cache_read_begin();
    err = decide(self, db);
    cache_read_end();
    cache_thread_unregister();
    return err;
}

/* ---- the answer ------------------------------------------------------------------------------------------------ */

static void put_rule(const struct simulation *self, struct json_writer *json, size_t index)
{
    bool own = index < self->rules_count;
    int64_t id = own ? self->rules[index].id : 0;

    json_put_i64(json, "rule", (int64_t)index);
    json_put_opt(json, "id", id != 0 ? arena_f(self->request->arena, "rul_%lld", (long long)id) : STR(""));
    json_put_opt(json, "name", own ? self->rules[index].name : STR(""));
}

static void write_steps(const struct simulation *self, struct json_writer *json)
{
    json_name(json, "steps");
    json_array(json);
    for (size_t i = 0; i < self->steps_count; i++) {
        const struct rule_step *step = &self->steps[i];
        json_object(json);
        put_rule(self, json, step->rule);
        json_put_bool(json, "held", step->condition == SIZE_MAX);
        json_name(json, "condition");
        if (step->condition == SIZE_MAX) {
            json_null(json);
        } else {
            json_i64(json, (int64_t)step->condition);
        }
        json_put_str(json, "why", step->why);
        json_object_end(json);
    }
    json_array_end(json);
}

static enum err write_answer(struct simulation *self, struct db *db, struct reply *reply)
{
    static const char *const ends[] = {[RULE_CHOSE] = "target", [RULE_NONE_HELD] = "url", [RULE_RAN_DRY] = "used_up"};
    struct json_writer json;
    enum err err = OK;

    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "end", str_from_c(ends[self->answer.end]));
    json_name(&json, "target");
    if (self->answer.end == RULE_CHOSE) {
        err = live_write_target(self->ctx, self->request, db, &json, &self->target);
    } else {
        json_null(&json);
    }
    str url = self->answer.end == RULE_CHOSE       ? self->target.kind == TARGET_URL ? self->target.url : STR("")
                    : self->answer.end == RULE_NONE_HELD ? self->link.url
                                                   : self->link.fallback_url;
    json_put_opt(&json, "url", url);
    json_put_str(&json, "class", click_class_name(self->code ? self->agent.class : CLASS_HUMAN));
    json_put_opt(&json, "why", self->sentence);
    write_steps(self, &json);
    live_write_warnings(self->ctx, self->request, &json, self->rules_count > 0 ? self->code : NULL);
    json_object_end(&json);
    return err;
}

static void simulate(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct simulation *self = ARENA_NEW(request->arena, struct simulation);
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    self->ctx = ctx;
    self->request = request;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    if (live_call_link(ctx, request, reply, db, &self->link) && read_body(self, reply)) {
        enum err err = run(self, db);
        err = err != OK ? err : write_answer(self, db, reply);
        if (err != OK) {
            reply_problem(reply, request, err, &self->fault);
        }
    }
    live_code_free(self->code);
    readers_give(ctx->engine->readers, db);
}

const struct route api_simulate_routes[] = {
    {METHOD_POST, "/api/v1/links/:ref/simulate", PLANE_ADMIN, simulate, SCOPE_LINKS_READ,
     "Where a visit would go, and why", 0, "domain"},
    {0},
};
