/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/import. The body has come in whole (spooled to a file when large); the answer is a stream that does the
 * work while it is read: each pull makes one batch of links and reports it. So a slow reader slows the import down
 * instead of filling memory, and one that goes away stops it after the batch at hand.
 */
#include <stdlib.h>

#include "import_private.h"
#include "linkpond/api/routes.h"

#define PATIENCE_S  3600 /* a million rows without a problem are minutes without a word */
#define BATCH_ROWS  LIMIT_BULK
#define BATCH_BYTES (8 * 1024 * 1024)  /* a batch with long rows is closed early */
#define ARENA_BYTES (96 * 1024 * 1024) /* of one batch with everything the editor adds */
#define OUT_BYTES   (16 * 1024 * 1024)

static const char *const status_names[IMPORT_STATUSES] = {
#define STATUS_NAME(constant, name) [IMPORT_##constant] = name,
    IMPORT_STATUS_TABLE(STATUS_NAME)
#undef STATUS_NAME
};

static void import_free(void *arg)
{
    struct import *self = arg;
    import_input_close(self);
    editor_claims_free(self->claims);
    buf_done(&self->stream.text);
    arena_done(&self->arena);
    arena_done(&self->keep);
    free(self);
}

/* ---- one batch and its report -------------------------------------------------------------------------------------
 */

static size_t fill(struct import *self, struct import_item *items)
{
    size_t count = 0;
    while (count < BATCH_ROWS && self->arena.used < BATCH_BYTES && import_input_next(self, &items[count])) {
        count++;
    }
    return count;
}

static void write_problem(const struct import *self, struct json_writer *json, const struct import_item *item)
{
    const struct fault *fault = &item->fault;
    const char *detail = self->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;
    json_name(json, "problem");
    json_object(json);
    json_put_opt(json, "field", str_from_c(fault->field));
    json_put_str(json, "code", str_from_c(fault->code[0] ? fault->code : err_slug(item->err)));
    json_put_str(json, "detail", str_from_c(detail[0] ? detail : err_text(item->err, self->chinese)));
    json_object_end(json);
}

/* A link that a dry run would make has neither id nor code yet; nor has one made so and then written over. */
static void write_link(struct import *self, struct json_writer *json, const struct link *link, bool made)
{
    made = made || link->id == 0;
    if (!(made && self->dry_run)) {
        json_put_str(json, "id", arena_f(&self->arena, "lnk_%lld", (long long)link->id));
    }
    if (!(made && self->dry_run) || link->aliases.count > 0) {
        json_put_str(json, "short_url", link_short_url(&self->view, link));
    }
}

static void write_existing(struct import *self, struct json_writer *json, struct db *db, int64_t id)
{
    struct link link;
    if (db && links_find(db, &self->arena, &self->bounds, id, &link) == OK) {
        write_link(self, json, &link, false);
    }
}

static void write_notes(const struct import *self, struct json_writer *json, const struct utm_notes *notes)
{
    if (notes->count > 0) {
        json_name(json, "warnings");
        json_array(json);
        link_view_notes(&self->view, json, notes);
        json_array_end(json);
    }
}

static void write_item(struct import *self, struct db *db, const struct import_item *item)
{
    struct json_writer json;
    json_writer_init(&json, &self->stream.text);
    json_object(&json);
    json_put_i64(&json, "row", item->row);
    json_put_str(&json, "status", str_from_c(status_names[item->status]));
    if (item->status == IMPORT_FAILED) {
        write_problem(self, &json, item);
    } else if (item->status == IMPORT_SKIPPED) {
        write_existing(self, &json, db, item->result->existing_id);
    } else {
        write_link(self, &json, &item->result->link, item->status != IMPORT_UPDATED);
        write_notes(self, &json, &item->result->notes);
    }
    json_object_end(&json);
    buf_add_char(&self->stream.text, '\n');
}

static void report(struct import *self, const struct import_item *items, size_t count)
{
    struct db *db = self->report_all ? readers_take(self->engine->readers, READER_WAIT_MS) : NULL;
    for (size_t i = 0; i < count; i++) {
        bool noted =
            items[i].status != IMPORT_FAILED && items[i].status != IMPORT_SKIPPED && items[i].result->notes.count > 0;
        self->counts[items[i].status]++;
        self->noted += noted;
        if (self->report_all || items[i].status == IMPORT_FAILED) {
            write_item(self, db, &items[i]);
        }
    }
    if (db) {
        readers_give(self->engine->readers, db);
    }
    if (self->progress) {
        buf_addf(&self->stream.text, "{\"progress\":{\"rows\":%lld}}\n", (long long)self->rows);
    }
}

static void summarize(struct import *self)
{
    struct json_writer json;
    json_writer_init(&json, &self->stream.text);
    json_object(&json);
    json_name(&json, "summary");
    json_object(&json);
    json_put_opt(&json, "tool", str_from_c(self->map.tool ? self->map.tool : ""));
    json_put_i64(&json, "rows", self->rows);
    for (int i = 0; i < IMPORT_STATUSES; i++) {
        json_put_i64(&json, status_names[i], self->counts[i]);
    }
    json_put_i64(&json, "noted", self->noted);
    json_name(&json, "unknown_columns");
    json_array(&json);
    for (size_t i = 0; i < self->unknown_count; i++) {
        json_str(&json, self->unknown[i]);
    }
    json_array_end(&json);
    json_name(&json, "seconds");
    int64_t took_ms = (clock_mono_ns() - self->started_ns) / 1000000;
    json_double(&json, (double)took_ms / 1000.0);
    json_put_bool(&json, "dry_run", self->dry_run);
    json_put_bool(&json, "complete", self->stopped == OK);
    json_object_end(&json);
    json_object_end(&json);
    buf_add_char(&self->stream.text, '\n');
    self->stream.over = true;
}

static void step(struct import *self)
{
    arena_reset(&self->arena);
    struct import_item *items = ARENA_ARRAY(&self->arena, struct import_item, BATCH_ROWS);
    size_t count = items ? fill(self, items) : 0;
    if (count == 0) {
        self->stopped = items ? self->stopped : ERR_NOMEM;
        summarize(self);
        return;
    }
    struct import_batch batch = {
        .editor = self->engine->editor,
        .actor = &self->actor,
        .arena = &self->arena,
        .conflict = self->conflict,
        .dry_run = self->dry_run,
        .claims = self->claims,
        .trail = &self->trail,
        .items = items,
        .count = count,
    };
    enum err err = import_batch_run(&batch);
    self->stopped = self->stopped == OK ? err : self->stopped;
    report(self, items, count);
}

static bool import_more(void *arg)
{
    step(arg);
    return true;
}

static ssize_t import_pull(void *arg, char *out, size_t cap)
{
    struct import *self = arg;
    return stream_pull(&self->stream, import_more, self, out, cap);
}

/* ---- the call -----------------------------------------------------------------------------------------------------
 */

static bool check_type(struct request *request, struct reply *reply)
{
    static const str types[] = {STR_INIT("text/csv"), STR_INIT("application/csv"),
                                STR_INIT("text/tab-separated-values"), STR_INIT("text/plain"),
                                STR_INIT("application/vnd.ms-excel")};
    str type, params;
    struct fault fault = {0};
    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    ssize_t charset = str_ifind(params, STR("charset="), 0);
    str name = charset >= 0 ? str_trim(str_from(params, (size_t)charset + 8)) : STR("utf-8");
    bool utf8 =
        str_istarts(name, STR("utf-8")) || str_istarts(name, STR("\"utf-8")) || str_istarts(name, STR("us-ascii"));
    for (size_t i = 0; utf8 && i < ARRAY_LEN(types); i++) {
        if (str_ieq(str_trim(type), types[i])) {
            return true;
        }
    }
    enum err err = fault_set(&fault, ERR_MEDIA_TYPE, "Content-Type", "content_type",
                             "Send Content-Type: text/csv, in UTF-8.", "请使用 Content-Type: text/csv（UTF-8 编码）。");
    reply_problem(reply, request, err, &fault);
    return false;
}

/* One of a few words; the first is the default. */
static bool read_word(struct request *request, struct reply *reply, const char *name, const char *const *words,
                      size_t count, size_t *out)
{
    str text;
    *out = 0;
    if (!request_query(request, name, &text)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(text, str_from_c(words[i]))) {
            *out = i;
            return true;
        }
    }
    struct fault fault = {0};
    enum err err = fault_setf(&fault, ERR_INVALID, name, "not_allowed", "One of %s, %s%s%s.", words[0], words[1],
                              count > 2 ? ", " : "", count > 2 ? words[2] : "");
    fault_chinesef(&fault, "只能是 %s、%s%s%s。", words[0], words[1], count > 2 ? "、" : "", count > 2 ? words[2] : "");
    reply_problem(reply, request, err, &fault);
    return false;
}

static bool read_params(struct import *self, struct request *request, struct reply *reply)
{
    static const char *const conflicts[] = {"skip", "overwrite", "rename"};
    static const char *const reports[] = {"all", "problems"};
    size_t conflict, report_word;
    str domain = {0};
    if (!read_word(request, reply, "conflict", conflicts, ARRAY_LEN(conflicts), &conflict) ||
        !read_word(request, reply, "report", reports, ARRAY_LEN(reports), &report_word) ||
        !call_query_bool(request, reply, "dry_run", &self->dry_run) ||
        !call_query_bool(request, reply, "progress", &self->progress)) {
        return false;
    }
    self->conflict = (enum import_conflict)conflict;
    self->report_all = report_word == 0;
    if (request_query(request, "domain", &domain)) {
        self->rules.domain = arena_str(&self->keep, str_trim(domain));
    }
    return true;
}

/* Our domains, whose short URLs keep their place. */
static enum err load_domains(struct import *self, struct ctx *ctx, struct request *request, struct db *db)
{
    struct request own = {.arena = &self->keep, .now_ms = request->now_ms};
    enum err err = link_view_load(&self->view, ctx, &own, db);
    if (err != OK) {
        return err;
    }
    str *hosts = ARENA_ARRAY(&self->keep, str, self->view.domains_count + 1);
    if (!hosts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < self->view.domains_count; i++) {
        hosts[i] = self->view.domains[i].host;
    }
    self->rules.hosts = hosts;
    self->rules.hosts_count = self->view.domains_count;
    self->view.arena = &self->arena;
    return OK;
}

static bool check_domain(struct import *self, struct request *request, struct reply *reply)
{
    if (self->rules.domain.len == 0) {
        return true;
    }
    for (size_t i = 0; i < self->rules.hosts_count; i++) {
        if (str_ieq(self->rules.hosts[i], self->rules.domain)) {
            return true;
        }
    }
    call_bad_query(request, reply, "domain", "unknown", "There is no domain of that name here.", "没有这个域名。");
    return false;
}

static bool import_open(struct import *self, struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    if (!read_params(self, request, reply)) {
        return false;
    }
    self->claims = self->dry_run ? editor_claims_new() : NULL;
    if (self->dry_run && !self->claims) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return false;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    enum err err = load_domains(self, ctx, request, db);
    readers_give(ctx->engine->readers, db);
    if (err == OK && !check_domain(self, request, reply)) {
        return false;
    }
    err = err == OK ? import_input_open(self, request, &fault) : err;
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

static void import_links(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!check_type(request, reply)) {
        return;
    }
    struct import *self = calloc(1, sizeof(*self));
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    arena_init(&self->keep, LIMIT_ARENA_REQUEST);
    arena_init(&self->arena, ARENA_BYTES);
    buf_init_heap(&self->stream.text, OUT_BYTES);
    self->engine = ctx->engine;
    self->fd = -1;
    self->chinese = request->chinese;
    self->started_ns = clock_mono_ns();
    self->actor = *request->actor;
    self->actor.name = arena_str(&self->keep, request->actor->name);
    self->bounds = call_bounds(request);
    self->rules.zone = ctx->engine->zone;
    if (!import_open(self, ctx, request, reply)) {
        import_free(self);
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "application/x-ndjson");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply->patience_s = PATIENCE_S;
    reply->pull = import_pull;
    reply->pull_done = import_free;
    reply->pull_arg = self;
}

const struct route api_transfer_routes[] = {
    {METHOD_POST, "/api/v1/import", PLANE_ADMIN, import_links, SCOPE_LINKS_WRITE, "Make links of a CSV file",
     LIMIT_BODY_IMPORT, "conflict dry_run domain report progress"},
    {METHOD_GET, "/api/v1/export", PLANE_ADMIN, export_links, SCOPE_LINKS_READ, "All links as CSV or NDJSON", 0,
     "format bom " LINK_CONDITIONS},
    {0},
};
