/* SPDX-License-Identifier: MIT */
/* /api/v1/destinations: hosts that links may not, or may alone, lead to (model/destinations.h); and of one address,
 * whether it passes. */
#include "linkpond/store/destinations.h"
#include "linkpond/api/edit_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/model/url.h"

struct destination_draft {
    str list, pattern, note;
    bool dry_run;
};
#define AT(member) offsetof(struct destination_draft, member)
static const struct json_field fields[] = {
    {"list", JSON_KIND_STR, AT(list), JSON_REQUIRED, 1, 16, 0},
    {"pattern", JSON_KIND_STR, AT(pattern), JSON_REQUIRED, 1, LIMIT_URL, 0},
    {"note", JSON_KIND_STR, AT(note), JSON_NULLABLE, 0, LIMIT_TITLE, 0},
    {"dry_run", JSON_KIND_BOOL, AT(dry_run), 0, 0, 0, 0},
};
#undef AT

/* Members of a line. `site` is the registrable domain: what one may have meant by a host of it. */
static void put_line(struct json_writer *json, const struct destination *line)
{
    str host = destination_host(line->pattern);
    json_put_str(json, "list", destination_list_name(line->list));
    json_put_str(json, "pattern", line->pattern);
    json_put_str(json, "site", host_registrable(host));
    json_put_opt(json, "note", line->note);
    json_name(json, "warnings");
    json_array(json);
    if (destination_is_suffix(line->pattern)) {
        json_c(json, "public_suffix"); /* every site below it */
    }
    json_array_end(json);
}

static void write_line(struct json_writer *json, const struct destination *line)
{
    json_object(json);
    json_put_i64(json, "id", line->id);
    put_line(json, line);
    json_put_opt(json, "by", line->user);
    json_put_time(json, "created_at", line->created_ms);
    json_object_end(json);
}

static bool next_line(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct destination line;
    (void)request;
    if (!destinations_next(rows, &line)) {
        return false;
    }
    write_line(json, &line);
    return true;
}

static void list_lines(struct ctx *ctx, struct request *request, struct reply *reply)
{
    call_list_all(ctx, request, reply, &(struct call_rows){destinations_each, next_line});
}

static bool read_line(struct request *request, struct reply *reply, struct destination *out, bool *dry_run)
{
    const struct json *json;
    struct destination_draft draft = {0};
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(request->arena, json, fields, ARRAY_LEN(fields), &draft, NULL, &fault);
    int list = destination_list_find(draft.list);
    if (err == OK && list < 0) {
        err = fault_set(&fault, ERR_INVALID, "list", "not_allowed", "deny or allow.", "只能是 deny 或 allow。");
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    *out = (struct destination){.list = (enum destination_list)list,
                                .pattern = draft.pattern,
                                .note = str_trim(draft.note),
                                .user = request->actor->name};
    *dry_run = draft.dry_run;
    return true;
}

static void add_line(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct destination line;
    struct fault fault = {0};
    struct json_writer json;
    size_t stopped = 0;
    bool dry_run;
    if (!read_line(request, reply, &line, &dry_run)) {
        return;
    }
    enum err err =
        editor_destination_add(ctx->engine->editor, request->actor, request->arena, dry_run, &line, &stopped, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply_json_begin(reply, dry_run ? 200 : 201, &json);
    json_object(&json);
    if (!dry_run) {
        json_put_i64(&json, "id", line.id);
    }
    put_line(&json, &line);
    if (!dry_run) {
        json_put_opt(&json, "by", line.user);
        json_put_time(&json, "created_at", line.created_ms);
    }
    json_put_i64(&json, "links_stopped", (int64_t)stopped);
    json_put_bool(&json, "dry_run", dry_run);
    json_object_end(&json);
}

static void remove_line(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    int64_t id;
    if (!call_unbound(request, reply)) {
        return;
    }
    if (!str_to_i64(request->params[0], &id) || id <= 0) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = edit_call_gone};
    enum err err = editor_destination_remove(ctx->engine->editor, edit_call_actor(&edit), id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.id = id});
}

/* ---- of one address ---------------------------------------------------------------------------------------------- */

static void write_verdict(struct json_writer *json, struct db *db, struct arena *arena, str host,
                          const struct destination_verdict *verdict)
{
    struct destination line;
    bool by_line = verdict->line_id != 0 && destinations_find(db, arena, verdict->line_id, &line) == OK;
    json_object(json);
    json_put_str(json, "host", host);
    json_put_str(json, "site", host_registrable(host));
    json_put_bool(json, "passes", verdict->passes);
    json_name(json, "list");
    if (verdict->passes && verdict->line_id == 0) {
        json_null(json);
    } else {
        json_str(json, destination_list_name(verdict->list));
    }
    json_name(json, "line");
    if (by_line) {
        write_line(json, &line);
    } else {
        json_null(json);
    }
    json_object_end(json);
}

static void check_address(struct ctx *ctx, struct request *request, struct reply *reply)
{
    char memory[DESTINATION_PATTERN_MAX];
    struct fault fault = {0};
    struct json_writer json;
    str url = {0}, pattern;
    request_query(request, "url", &url);
    enum err err = destination_pattern(url, memory, &pattern, &fault);
    if (err != OK) {
        call_bad_query(request, reply, "url", "bad_host", "An address or a host is needed.", "请填写网址或域名。");
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    str host = destination_host(pattern);
    struct destination_verdict verdict = destination_lists_judge_host(ctx->engine->destinations, host);
    reply_json_begin(reply, 200, &json);
    write_verdict(&json, db, request->arena, host, &verdict);
    readers_give(ctx->engine->readers, db);
}

const struct route api_destination_routes[] = {
    {METHOD_GET, "/api/v1/destinations", PLANE_ADMIN, list_lines, SCOPE_LINKS_READ,
     "List the hosts that links may not, or may alone, lead to", 0, NULL},
    {METHOD_POST, "/api/v1/destinations", PLANE_ADMIN, add_line, SCOPE_ADMIN, "Deny or allow a destination", 0, NULL},
    {METHOD_DELETE, "/api/v1/destinations/:id", PLANE_ADMIN, remove_line, SCOPE_ADMIN,
     "Take a destination off its list", 0, NULL},
    {METHOD_GET, "/api/v1/destination-check", PLANE_ADMIN, check_address, SCOPE_LINKS_READ, "May links lead there?", 0,
     "url"},
    {0},
};
