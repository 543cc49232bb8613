/* SPDX-License-Identifier: MIT */
/*
 * The landing script and what it reports (docs/attribution.md). Everybody on the web may post here, so a report counts
 * only with a click id that we gave out, says nothing about money or about who somebody is, and cannot name a deal:
 * that is for your own server and a key. It is plain text or an image's address, so pages of any origin send it without
 * asking first, and no cookie of ours goes along or is set.
 */
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/http/pages.h"
#include "linkpond/model/agent.h"
#include "linkpond/model/source.h"

#include "inlet.h"

#define REPORT_MAX  (8 * 1024)
#define PATH_BYTES  512
#define SENT_ID_MAX 32

/* ---- the script ---- */

static str etag_of(struct request *request, str text)
{
    uint8_t sum[SHA256_BYTES];
    char memory[2 * 8 + 1];
    struct buf hex;

    crypt_sha256(text, sum);
    buf_init_fixed(&hex, memory, sizeof memory);
    buf_add_hex(&hex, sum, 8);
    return arena_f(request->arena, "\"" STR_FMT "\"", STR_ARG(buf_str(&hex)));
}

static void landing_script(struct ctx *ctx, struct request *request, struct reply *reply)
{
    str text = pages_file("lp.js"), etag = etag_of(request, text);

    (void)ctx;
    reply->status = request_if_none_match(request, etag) ? 304 : 200;
    reply_header_static(reply, "Content-Type", "text/javascript; charset=utf-8");
    reply_header_static(reply, "Cache-Control", "public, max-age=86400");
    reply_header_static(reply, "Access-Control-Allow-Origin", "*");
    reply_header_static(reply, "Cross-Origin-Resource-Policy", "cross-origin");
    reply_header(reply, request, "ETag", etag);
    if (reply->status == 200) {
        reply->body_static = text;
    }
}

/* ---- a report ---- */

static str field(const struct request *request, const char *name)
{
    str value = {0};

    if (request->method == METHOD_POST) {
        request_form(request, name, &value);
    } else {
        request_query(request, name, &value);
    }
    return value;
}

static bool is_number(str text, size_t low, size_t high)
{
    bool good = text.len >= low && text.len <= high;

    for (size_t i = 0; good && i < text.len; i++) {
        char c = text.ptr[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    return good;
}

static enum err read_click(const struct ctx *ctx, const struct request *request, int64_t *click, struct fault *fault)
{
    struct click_ids *ids = engine_click_ids(ctx->engine);
    struct click_named named;
    bool good = ids && click_ids_read(ids, field(request, "c"), &named) &&
                named.second <= (request->now_ms + MS_PER_MINUTE) / MS_PER_SECOND;

    click_ids_free(ids);
    if (!good) {
        return ids ? fault_set(fault, ERR_INVALID, "c", "unknown", "That is no click id of this server.",
                               "不是本系统的点击 ID。")
                   : ERR_NOMEM;
    }
    *click = named.click;
    return OK;
}

/* What only your own server may say: anybody can post here. */
static bool is_reserved(str type)
{
    static const str reserved[] = {STR_INIT("deal"), STR_INIT("refund"), STR_INIT("repurchase")};
    bool found = false;

    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        found = found || str_eq(type, reserved[i]);
    }
    return found;
}

static enum err read_type(const struct request *request, str *type, struct fault *fault)
{
    *type = field(request, "t");
    return is_reserved(*type) ? fault_set(fault, ERR_INVALID, "t", "reserved",
                                          "A page cannot say that; your server can, by POST /api/v1/events.",
                                          "页面不能上报该事件，请由服务器调用 POST /api/v1/events。")
                              : OK;
}

/* What the page said of it, with the path of its address. */
static enum err read_details(const struct request *request, str *out, struct fault *fault)
{
    str text = field(request, "m"), path = field(request, "u");
    struct json *object = NULL;
    struct json_writer writer;
    struct buf json;
    enum err err = text.len > 0 ? json_parse(request->arena, text, &object, fault) : OK;

    if (err || (object && (object->type != JSON_OBJECT || object->count >= LIMIT_METADATA_KEYS))) {
        return fault_set(fault, ERR_INVALID, "m", "wrong_type", "This must be a JSON object of fewer than 20 keys.",
                         "应为少于 20 个键的 JSON 对象。");
    }
    char *memory = arena_alloc(request->arena, LIMIT_METADATA);
    if (!memory) {
        return ERR_NOMEM;
    }
    buf_init_fixed(&json, memory, LIMIT_METADATA);
    json_writer_init(&writer, &json);
    json_object(&writer);
    if (path.len > 0 && !(object && json_get(object, STR("path")))) {
        json_put_str(&writer, "path", utf8_cut(path, PATH_BYTES));
    }
    JSON_EACH(member, object)
    {
        json_name_str(&writer, member->name);
        json_value(&writer, member);
    }
    json_object_end(&writer);
    *out = buf_str(&json);
    return json.overflow ? fault_set(fault, ERR_INVALID, "m", "too_long", "That is too long.", "内容过长。") : OK;
}

static enum err read_report(const struct ctx *ctx, struct request *request, struct landing *out, struct fault *fault)
{
    str id = field(request, "i"), from = field(request, "f");
    str page = field(request, "p");
    enum err err = read_click(ctx, request, &out->forward.click_id, fault);

    err = err ? err : read_type(request, &out->event.type, fault);
    err = err ? err : read_details(request, &out->event.metadata, fault);
    if (!err && !is_number(page, FORWARD_PAGE_LEN, FORWARD_PAGE_LEN)) {
        err = fault_set(fault, ERR_INVALID, "p", "wrong_type", "22 letters and digits of the script's own.",
                        "应为 22 位字母或数字。");
    }
    if (!err && is_number(id, 1, SENT_ID_MAX)) {
        out->event.event_id = arena_f(request->arena, "page:" STR_FMT ":" STR_FMT, STR_ARG(page), STR_ARG(id));
    }
    out->forward.page = page;
    out->forward.scene = source_scene(arena_f(request->arena, "from=" STR_FMT, STR_ARG(from)));
    out->forward.time_ms = request->now_ms;
    return err ? err : deal_event_check(&out->event, request->now_ms, fault);
}

/* Machines open pages too, and whoever said no is not reported. */
static bool is_wanted(const struct ctx *ctx, const struct request *request)
{
    const struct agent_request asked = {.user_agent = request_header(request, "User-Agent"),
                                        .language = request_header(request, "Accept-Language"),
                                        .package = request_header(request, "X-Requested-With")};
    struct agent agent;

    if (str_eq(request_header(request, "Sec-GPC"), STR("1")) || str_eq(request_header(request, "DNT"), STR("1"))) {
        return false;
    }
    cache_thread_register();
    cache_read_begin();
    agent_recognise(resolver_rules(ctx->engine->resolver), &asked, &agent);
    cache_read_end();
    cache_thread_unregister();
    return agent.class == CLASS_HUMAN;
}

static bool take_report(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct landing landing = {0};
    struct fault fault = {0};
    int64_t wait_s = inlet_wait_s(ctx, request);

    if (wait_s > 0) {
        reply_problem_retry(reply, request, ERR_RATE_LIMITED, NULL, wait_s);
        return false;
    }
    if (!is_wanted(ctx, request)) {
        return true;
    }
    enum err err = read_report(ctx, request, &landing, &fault);
    err = err ? err : landings_take(ctx->engine->landings, request->arena, &landing);
    fault = err || !landing.result.err ? fault : landing.result.fault;
    err = err ? err : landing.result.err;
    if (err) {
        reply_problem(reply, request, err, &fault);
    }
    return !err;
}

static void set_headers(struct reply *reply)
{
    reply_header_static(reply, "Cache-Control", "no-store");
    reply_header_static(reply, "Access-Control-Allow-Origin", "*");
    reply_header_static(reply, "Cross-Origin-Resource-Policy", "cross-origin");
}

static void landing_beacon(struct ctx *ctx, struct request *request, struct reply *reply)
{
    reply->status = 204;
    take_report(ctx, request, reply);
    set_headers(reply);
}

static void landing_pixel(struct ctx *ctx, struct request *request, struct reply *reply)
{
    /* One transparent dot (GIF89a). */
    static const char dot[] =
        "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02"
        "\x01"
        "D\0;";

    if (request->method == METHOD_HEAD || take_report(ctx, request, reply)) {
        reply_text(reply, 200, "image/gif", (str){dot, sizeof dot - 1});
    }
    set_headers(reply);
}

const struct route api_landing_routes[] = {
    {METHOD_GET, "/-/lp.js", PLANE_PUBLIC, landing_script, SCOPE_ANYONE, "The script of landing pages", 0,
     ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/e", PLANE_PUBLIC, landing_beacon, SCOPE_ANYONE, "What happened on a landing page", REPORT_MAX,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/e.gif", PLANE_PUBLIC, landing_pixel, SCOPE_ANYONE, "What happened, as a picture's address", 0,
     ROUTE_QUERY_ANY},
    {0},
};
