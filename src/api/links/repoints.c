/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/repoints: many links led elsewhere at once, chosen by the conditions of their list, and taken back whole. The
 * work is done in short transactions while the caller waits, at most for WORK_NS; what is left goes on with the next
 * call of run or undo, whoever makes it.
 */
#include "repoints.h"

#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"

#define WORK_NS    (INT64_C(2) * 1000000000)
#define CHOSEN_MAX (16 * 1024)
#define PAGE_ARENA ((size_t)8 * 1024 * 1024)

struct repoint_draft {
    str host, url, domain, from_host, note;
    const struct json *filter;
    bool dry_run;
};
#define AT(member) offsetof(struct repoint_draft, member)
static const struct json_field fields[] = {
    {"host", JSON_KIND_STR, AT(host), 0, 1, LIMIT_HOST + 6, 0},
    {"url", JSON_KIND_STR, AT(url), 0, 1, 0, 0},
    {"domain", JSON_KIND_STR, AT(domain), 0, 1, LIMIT_HOST + 6, 0},
    {"from_host", JSON_KIND_STR, AT(from_host), 0, 1, LIMIT_HOST, 0},
    {"note", JSON_KIND_STR, AT(note), JSON_NULLABLE, 0, LIMIT_TITLE, 0},
    {"filter", JSON_KIND_JSON, AT(filter), 0, 0, 0, 0},
    {"dry_run", JSON_KIND_BOOL, AT(dry_run), 0, 0, 0, 0},
};
#undef AT

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void write_repoint(struct json_writer *json, const struct repoint *repoint)
{
    char id[32];
    int len = snprintf(id, sizeof id, "rpt_%lld", (long long)repoint->id);
    json_object(json);
    json_put_str(json, "id", (str){id, (size_t)len});
    json_put_str(json, "state", repoint_state_name(repoint->state));
    for (int how = 0; how < REPOINT_HOWS; how++) {
        json_put_opt(json, repoint_how_name((enum repoint_how)how).ptr,
                     (int)repoint->how == how ? repoint->target : (str){0});
    }
    json_put_opt(json, "from_host", repoint->from_host);
    json_name(json, "filter");
    json_raw(json, repoint->chosen);
    json_put_opt(json, "note", repoint->note);
    json_put_i64(json, "changed", repoint->changed);
    json_put_i64(json, "unchanged", repoint->unchanged);
    json_put_i64(json, "refused", repoint->refused);
    json_put_i64(json, "undone", repoint->undone);
    json_put_i64(json, "kept", repoint->kept);
    json_put_i64(json, "targets", repoint->targets);
    json_put_bool(json, "done", repoint->state == REPOINT_DONE || repoint->state == REPOINT_UNDONE);
    json_put_opt(json, "by", repoint->user);
    json_put_time(json, "created_at", repoint->created_ms);
    json_put_time(json, "updated_at", repoint->updated_ms);
    json_object_end(json);
}

static void answer(struct reply *reply, int status, const struct repoint *repoint)
{
    struct json_writer json;
    reply_json_begin(reply, status, &json);
    write_repoint(&json, repoint);
}

static bool next_repoint(struct json_writer *json, struct stmt *rows, const struct request *request)
{
    struct repoint row;
    (void)request;
    if (!repoints_next(rows, &row)) {
        return false;
    }
    write_repoint(json, &row);
    return true;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* The conditions as they were asked, to be read again by who goes on. */
static str chosen_of(struct arena *arena, const struct json *filter)
{
    struct buf out;
    struct json_writer json;
    char *memory = arena_alloc(arena, CHOSEN_MAX);
    if (!memory) {
        return (str){0};
    }
    buf_init_fixed(&out, memory, CHOSEN_MAX);
    json_writer_init(&json, &out);
    json_object(&json);
    if (filter) {
        JSON_EACH(member, filter)
        {
            json_name_str(&json, member->name);
            json_str(&json, member->string);
        }
    }
    json_object_end(&json);
    return out.overflow ? (str){0} : buf_str(&out);
}

static enum err check_draft(const struct repoint_draft *draft, struct fault *fault)
{
    if ((draft->host.len > 0) + (draft->url.len > 0) + (draft->domain.len > 0) != 1) {
        return fault_set(fault, ERR_INVALID, "host", "required", "Give one of host, url and domain.",
                         "请提供 host、url、domain 之一。");
    }
    if (draft->filter && draft->filter->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "filter", "wrong_type", "The conditions of the list of links.",
                         "应为短链列表的筛选条件。");
    }
    if (draft->from_host.len == 0 && (!draft->filter || draft->filter->count == 0)) {
        return fault_set(fault, ERR_INVALID, "filter", "required", "Name at least one condition, or from_host.",
                         "请至少填写一个筛选条件或 from_host。");
    }
    return OK;
}

static bool read_filter(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db,
                        const struct json *object, struct links_filter *out)
{
    static const struct bounds all = {0};
    struct link_params params = {.request = request, .object = object, .zone = ctx->engine->zone};
    if (object && object->count > 0) {
        return link_call_filter(&params, reply, db, &all, out);
    }
    *out = (struct links_filter){
        .bounds = &all, .state = -1, .created_to_ms = INT64_MAX, .now_ms = request->now_ms, .limit = 50};
    return true;
}

/* On false the reply is the problem. */
static bool read_wish(struct ctx *ctx, struct request *request, struct reply *reply, struct repoint *out,
                      struct links_filter *filter, bool *dry_run)
{
    const struct json *json;
    struct repoint_draft draft = {0};
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return false;
    }
    enum err err = json_decode(request->arena, json, fields, ARRAY_LEN(fields), &draft, NULL, &fault);
    err = err != OK ? err : check_draft(&draft, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return false;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    bool read = read_filter(ctx, request, reply, db, draft.filter, filter);
    readers_give(ctx->engine->readers, db);
    if (!read) {
        return false;
    }
    *dry_run = draft.dry_run;
    *out = (struct repoint){.how = draft.host.len > 0  ? REPOINT_HOST
                                   : draft.url.len > 0 ? REPOINT_URL
                                                       : REPOINT_DOMAIN,
                            .from_host = draft.from_host,
                            .chosen = chosen_of(request->arena, draft.filter),
                            .note = str_trim(draft.note)};
    out->target = draft.host.len > 0 ? draft.host : draft.url.len > 0 ? draft.url : draft.domain;
    if (out->chosen.len == 0) {
        reply_problem(reply, request, ERR_TOO_LARGE, NULL);
        return false;
    }
    return true;
}

/* ---- the work ---------------------------------------------------------------------------------------------------- */

static bool at_end(const struct repoint *repoint)
{
    return repoint->state == REPOINT_DONE || repoint->state == REPOINT_UNDONE;
}

static void work(struct ctx *ctx, struct request *request, struct reply *reply, int status, struct repoint *repoint,
                 const struct links_filter *filter)
{
    struct fault fault = {0};
    int64_t until_ns = clock_mono_ns() + WORK_NS;
    struct arena arena;
    enum err err = OK;
    arena_init(&arena, PAGE_ARENA);
    do {
        arena_reset(&arena);
        err = editor_repoint_step(ctx->engine->editor, request->actor, &arena, filter, repoint, &fault);
    } while (err == OK && !at_end(repoint) && clock_mono_ns() < until_ns);
    if (err == OK) {
        answer(reply, status, repoint);
    } else {
        reply_problem(reply, request, err, &fault);
    }
    arena_done(&arena);
}

static void start(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct repoint repoint;
    struct links_filter filter;
    struct fault fault = {0};
    bool dry_run;
    if (!read_wish(ctx, request, reply, &repoint, &filter, &dry_run)) {
        return;
    }
    enum err err = editor_repoint_start(ctx->engine->editor, request->actor, request->arena, dry_run, &repoint, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    } else if (dry_run) {
        repoints_preview(ctx, request, reply, &repoint, &filter);
    } else {
        work(ctx, request, reply, 201, &repoint, &filter);
    }
}

/* The repoint of the path, and what it chose; on false the reply is the problem. */
static bool load(struct ctx *ctx, struct request *request, struct reply *reply, struct repoint *out,
                 struct links_filter *filter)
{
    str text = request->params[0];
    int64_t id = 0;
    if (!call_unbound(request, reply)) {
        return false;
    }
    if (!str_starts(text, STR("rpt_")) || !str_to_i64(str_from(text, 4), &id)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return false;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    struct json *chosen = NULL;
    enum err err = repoints_find(db, request->arena, id, out);
    err = err != OK || !filter ? err : json_parse(request->arena, out->chosen, &chosen, NULL);
    bool good = err == OK && (!filter || read_filter(ctx, request, reply, db, chosen, filter));
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return good;
}

static void go_on(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct repoint repoint;
    struct links_filter filter;
    if (load(ctx, request, reply, &repoint, &filter)) {
        work(ctx, request, reply, 200, &repoint, &filter);
    }
}

static void undo(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const char *const names[] = {"force"};
    const struct json *json;
    struct repoint repoint;
    struct links_filter filter;
    struct fault fault = {0};
    if (!load(ctx, request, reply, &repoint, &filter) || !call_json(request, reply, &json) ||
        !call_members(request, reply, json, names, ARRAY_LEN(names))) {
        return;
    }
    const struct json *force = json_get(json, STR("force"));
    enum err err = editor_repoint_undo(ctx->engine->editor, request->actor, request->arena,
                                       force && force->type == JSON_BOOL && force->boolean, &repoint, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    work(ctx, request, reply, 200, &repoint, &filter);
}

static void get_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct repoint repoint;
    if (load(ctx, request, reply, &repoint, NULL)) {
        answer(reply, 200, &repoint);
    }
}

static void get_all(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (call_unbound(request, reply)) {
        call_list_all(ctx, request, reply, &(struct call_rows){repoints_each, next_repoint});
    }
}

static void write_links(struct request *request, struct reply *reply, const struct repoint_link *links, size_t count,
                        bool more)
{
    struct json_writer json;
    str next = more ? cursor_encode_id(request->arena, links[count - 1].link_id) : STR("");
    call_list_begin(reply, &json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_put_str(&json, "link", arena_f(request->arena, "lnk_%lld", (long long)links[i].link_id));
        json_put_str(&json, "code", links[i].code);
        json_put_str(&json, "state", links[i].state);
        json_put_str(&json, "before", links[i].before);
        json_put_opt(&json, "why", links[i].why);
        json_object_end(&json);
    }
    call_list_end_counted(&json, next, (int64_t)count, !more);
}

static void get_links(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct repoint repoint;
    str state = {0};
    int64_t limit = 50, after_id = 0;
    if (!load(ctx, request, reply, &repoint, NULL) || !call_query_i64(request, reply, "limit", 1, LIMIT_PAGE, &limit)) {
        return;
    }
    request_query(request, "state", &state);
    struct repoint_link *links = ARENA_ARRAY(request->arena, struct repoint_link, (size_t)limit + 1);
    size_t count = 0;
    struct db *db = links ? call_reader(ctx, request, reply) : NULL;
    if (!db) {
        return;
    }
    enum err err =
        repoint_links_list(db, request->arena, repoint.id, state, after_id, links, (size_t)limit + 1, &count);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    bool more = count > (size_t)limit;
    write_links(request, reply, links, more ? (size_t)limit : count, more);
}

const struct route api_repoint_routes[] = {
    {METHOD_POST, "/api/v1/repoints", PLANE_ADMIN, start, SCOPE_LINKS_WRITE, "Lead many links elsewhere", 0, NULL},
    {METHOD_GET, "/api/v1/repoints", PLANE_ADMIN, get_all, SCOPE_LINKS_WRITE, "List what was led elsewhere", 0, NULL},
    {METHOD_GET, "/api/v1/repoints/:id", PLANE_ADMIN, get_one, SCOPE_LINKS_WRITE, "Fetch one", 0, NULL},
    {METHOD_GET, "/api/v1/repoints/:id/links", PLANE_ADMIN, get_links, SCOPE_LINKS_WRITE, "List its links", 0,
     "state limit cursor"},
    {METHOD_POST, "/api/v1/repoints/:id/run", PLANE_ADMIN, go_on, SCOPE_LINKS_WRITE, "Go on where it was cut short", 0,
     NULL},
    {METHOD_POST, "/api/v1/repoints/:id/undo", PLANE_ADMIN, undo, SCOPE_LINKS_WRITE, "Take it back", 0, NULL},
    {0},
};
