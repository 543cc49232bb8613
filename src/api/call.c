/* SPDX-License-Identifier: MIT */
#include "linkpond/api/call.h"

#include "linkpond/base/host.h"

#include <unistd.h>

#include "linkpond/base/percent.h"

struct db *call_reader(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    struct fault fault = {0};
    if (!db) {
        reply_problem(reply, request, call_readers_busy(&fault), &fault);
    }
    return db;
}

enum err call_readers_busy(struct fault *fault)
{
    return fault_set(fault, ERR_UNAVAILABLE, "", "readers_busy", "Other questions keep every reader busy; ask again.",
                     "其他查询占用了全部读连接，请稍后再试。");
}

struct bounds call_bounds(const struct request *request)
{
    const struct actor *actor = request->actor;
    return (struct bounds){.by_owner = actor->owner_bound,
                           .by_domain = actor->domain_bound,
                           .owner_id = actor->owner_id,
                           .domain_id = actor->domain_id};
}

bool call_unbound(const struct request *request, struct reply *reply)
{
    if (!request->actor->owner_bound && !request->actor->domain_bound) {
        return true;
    }
    struct fault fault = {0};
    enum err err = fault_set(&fault, ERR_FORBIDDEN, "", "bound_key",
                             "You are bound to the links of one owner or domain; this concerns everybody.",
                             "你只能访问单个负责人或域名的短链，不能修改公共设置。");
    reply_problem(reply, request, err, &fault);
    return false;
}

str call_location(struct request *request, const char *prefix, str text)
{
    size_t cap = strlen(prefix) + 3 * text.len + 2;
    char *memory = arena_alloc(request->arena, cap);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, cap);
    buf_add_c(&out, prefix);
    buf_add_char(&out, '/');
    percent_encode(&out, text);
    return buf_str(&out);
}

/* application/json, or any type with the +json suffix (RFC 6839 3.1). */
static bool is_json_type(str content_type)
{
    str type, params;
    str_cut(content_type, ';', &type, &params);
    type = str_trim(type);
    return str_ieq(type, STR("application/json")) || str_iends(type, STR("+json"));
}

/* A body that went through a file: no larger than any other, but it is read into memory only once it is wanted. */
static enum err read_spooled(const struct request *request, str *out)
{
    if (request->body_bytes > LIMIT_BODY_PICTURE) { /* routes that take more read it as it stands */
        return ERR_TOO_LARGE;
    }
    size_t len = (size_t)request->body_bytes;
    char *memory = arena_alloc(request->arena, len + 1);
    if (!memory) {
        return ERR_NOMEM;
    }
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(request->body_fd, memory + done, len - done, (off_t)done);
        if (got <= 0) {
            return ERR_IO;
        }
        done += (size_t)got;
    }
    *out = (str){memory, len};
    return OK;
}

bool call_is_json(const struct request *request)
{
    return is_json_type(request_header(request, "Content-Type"));
}

enum err call_body(struct request *request, str *out)
{
    *out = request->body;
    return request->body_fd >= 0 ? read_spooled(request, out) : OK;
}

bool call_json(struct request *request, struct reply *reply, const struct json **out)
{
    struct fault fault = {0};
    struct json *json = NULL;
    enum err err = OK;
    if (request->body_bytes == 0) {
        err = fault_set(&fault, ERR_MALFORMED, "", "required", "A JSON body is needed.", "请求需要 JSON 内容。");
    } else if (!call_is_json(request)) {
        err = fault_set(&fault, ERR_MEDIA_TYPE, "", "content_type", "Send Content-Type: application/json.",
                        "请使用 Content-Type: application/json。");
    } else {
        str body;
        err = call_body(request, &body);
        err = err == OK ? json_parse(request->arena, body, &json, &fault) : err;
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    *out = json;
    return true;
}

void call_bad_query(struct request *request, struct reply *reply, const char *name, const char *code,
                    const char *message, const char *message_zh)
{
    struct fault fault = {0};
    enum err err = fault_set(&fault, ERR_INVALID, name, code, message, message_zh);
    reply_problem(reply, request, err, &fault);
}

static bool is_known(str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_from_c(names[i]))) {
            return true;
        }
    }
    return false;
}

bool call_members(struct request *request, struct reply *reply, const struct json *body, const char *const *names,
                  size_t count)
{
    if (body->type != JSON_OBJECT) {
        call_bad_query(request, reply, "body", "wrong_type", "A JSON object is needed.", "请提交 JSON 对象。");
        return false;
    }
    JSON_EACH(member, body)
    {
        if (!is_known(member->name, names, count)) {
            call_bad_query(request, reply, arena_str(request->arena, member->name).ptr, "unknown_field",
                           "That field is not known.", "未知字段。");
            return false;
        }
    }
    return true;
}

bool call_query_i64(struct request *request, struct reply *reply, const char *name, int64_t low, int64_t high,
                    int64_t *out)
{
    str text;
    if (!request_query(request, name, &text)) {
        return true;
    }
    int64_t value;
    if (!str_to_i64(text, &value)) {
        call_bad_query(request, reply, name, "wrong_type", "A whole number is needed.", "请填写整数。");
        return false;
    }
    if (value < low || value > high) {
        struct fault fault = {0};
        enum err err = fault_setf(&fault, ERR_INVALID, name, "out_of_range", "Must be from %lld to %lld.",
                                  (long long)low, (long long)high);
        fault_chinesef(&fault, "应在 %lld 到 %lld 之间。", (long long)low, (long long)high);
        reply_problem(reply, request, err, &fault);
        return false;
    }
    *out = value;
    return true;
}

bool call_query_bool(struct request *request, struct reply *reply, const char *name, bool *out)
{
    str text;
    if (!request_query(request, name, &text)) {
        return true;
    }
    if (str_eq(text, STR("true")) || str_eq(text, STR("1"))) {
        *out = true;
    } else if (str_eq(text, STR("false")) || str_eq(text, STR("0"))) {
        *out = false;
    } else {
        call_bad_query(request, reply, name, "wrong_type", "Must be true or false.", "只能是 true 或 false。");
        return false;
    }
    return true;
}

/* A '+' of an offset that nobody percent-encoded has become a space, and is meant. */
bool call_instant(struct arena *arena, str text, const struct zone *zone, bool end, int64_t *ms)
{
    int64_t days;
    if (date_parse(text, &days)) {
        *ms = zone_day_start(zone, days + end);
        return true;
    }
    if (timestamp_parse(text, ms)) {
        return true;
    }
    if (text.len < 17 || text.ptr[text.len - 6] != ' ') {
        return false;
    }
    text = arena_f(arena, STR_FMT "+" STR_FMT, STR_ARG(str_slice(text, 0, text.len - 6)),
                   STR_ARG(str_from(text, text.len - 5)));
    return timestamp_parse(text, ms);
}

/* ---- lists */

void call_list_begin(struct reply *reply, struct json_writer *json)
{
    reply_json_begin(reply, 200, json);
    json_object(json);
    json_name(json, "items");
    json_array(json);
}

void call_list_end(struct json_writer *json, str next_cursor, int64_t total)
{
    bool exact = total <= LIMIT_COUNT_EXACT;
    call_list_end_counted(json, next_cursor, exact ? total : LIMIT_COUNT_EXACT, exact);
}

void call_list_end_counted(struct json_writer *json, str next_cursor, int64_t total, bool exact)
{
    json_array_end(json);
    json_put_opt(json, "next_cursor", next_cursor);
    json_put_i64(json, "total", total);
    json_put_bool(json, "total_exact", exact);
    json_object_end(json);
}

void call_list_all(struct ctx *ctx, struct request *request, struct reply *reply, const struct call_rows *list)
{
    struct json_writer json;
    int64_t total = 0;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    call_list_begin(reply, &json);
    struct stmt *rows = list->each(db);
    while (list->next(&json, rows, request)) {
        total++;
    }
    enum err err = stmt_err(rows);
    readers_give(ctx->engine->readers, db);
    call_list_end(&json, (str){0}, total);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

/* ---- cursors: base64url without padding (RFC 4648 5) ---------------------------------------------------------------
 */

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum err call_find_domain(struct db *db, struct arena *arena, str text, struct domain *out)
{
    char memory[HOST_TEXT_MAX];
    str name, canonical;
    unsigned port;

    enum err err = domains_find_host(db, arena, text, out);
    if (err != ERR_NOT_FOUND || !host_split_port(text, &name, &port) || !host_normalize(name, memory, &canonical)) {
        return err;
    }
    str host = port ? arena_f(arena, STR_FMT ":%u", STR_ARG(canonical), port) : canonical;
    return domains_find_host(db, arena, host, out);
}

str cursor_encode(struct arena *arena, str text)
{
    char *out = arena_alloc(arena, text.len * 4 / 3 + 4);
    if (!out) {
        return (str){0};
    }
    size_t len = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++) {
        bits = bits << 8 | (uint8_t)text.ptr[i];
        for (count += 8; count >= 6; count -= 6) {
            out[len++] = digits64[bits >> (count - 6) & 63];
        }
    }
    if (count > 0) {
        out[len++] = digits64[bits << (6 - count) & 63];
    }
    return (str){out, len};
}

bool cursor_decode(struct arena *arena, str cursor, str *text)
{
    char *out = arena_alloc(arena, cursor.len + 1);
    if (!out) {
        return false;
    }
    size_t len = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < cursor.len; i++) {
        const char *digit = memchr(digits64, cursor.ptr[i], sizeof(digits64) - 1);
        if (!digit) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - digits64);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[len++] = (char)(bits >> count & 255);
        }
    }
    if (count == 6) {
        return false; /* no bytes are written so: one digit is left over */
    }
    *text = (str){out, len};
    return true;
}

bool call_picture(struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    str type, params;
    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    type = str_trim(type);
    if (str_ieq(type, STR("image/png")) || str_ieq(type, STR("image/jpeg"))) {
        return true;
    }
    enum err err = fault_set(&fault, ERR_MEDIA_TYPE, "", "content_type", "Send image/png or image/jpeg.",
                             "请上传 PNG 或 JPEG 图片（image/png、image/jpeg）。");
    reply_problem(reply, request, err, &fault);
    return false;
}

str cursor_encode_id(struct arena *arena, int64_t id)
{
    return cursor_encode(arena, arena_f(arena, "%lld", (long long)id));
}

void call_bad_cursor(struct request *request, struct reply *reply)
{
    call_bad_query(request, reply, "cursor", "bad_cursor", "This cursor was not given out for this list.",
                   "此游标不属于当前列表。");
}

bool call_query_cursor(struct request *request, struct reply *reply, str *out)
{
    str cursor;
    if (request_query(request, "cursor", &cursor) && !cursor_decode(request->arena, cursor, out)) {
        call_bad_cursor(request, reply);
        return false;
    }
    return true;
}

bool call_query_cursor_id(struct request *request, struct reply *reply, int64_t *out)
{
    str text = {0};
    if (!call_query_cursor(request, reply, &text)) {
        return false;
    }
    if (text.ptr && !str_to_i64(text, out)) {
        call_bad_cursor(request, reply);
        return false;
    }
    return true;
}
