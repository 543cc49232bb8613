/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/export: every link that a list's filters let through, oldest first, page by page along the primary key.
 * Each page is a snapshot of its own, so no reader holds the database for the length of a download; a link made
 * meanwhile is at the end.
 */
#include <stdlib.h>

#include "linkpond/api/csv_cell.h"
#include "linkpond/api/stream.h"
#include "linkpond/base/clock.h"
#include "transfer.h"

#define PAGE_ROWS   500
#define ARENA_BYTES (64 * 1024 * 1024) /* of one page */
#define OUT_BYTES   (64 * 1024 * 1024)

struct export
{
    struct engine *engine;
    struct links_filter filter;
    struct bounds bounds;
    struct arena keep;  /* as long as the export */
    struct arena arena; /* of one page */
    struct link_view view;
    struct stream stream;
    bool csv;
    bool mark; /* a byte order mark first: some spreadsheets take UTF-8 for something else without it */
};

static void export_free(void *arg)
{
    struct export *self = arg;
    buf_done(&self->stream.text);
    arena_done(&self->arena);
    arena_done(&self->keep);
    free(self);
}

/* ---- CSV ----------------------------------------------------------------------------------------------------------
 */

static const char *const columns[] = {
    "id",           "code",          "aliases",        "short_url",       "domain",     "url",         "title",
    "tags",         "campaign",      "channel",        "source",          "utm_source", "utm_medium",  "utm_campaign",
    "utm_term",     "utm_content",   "utm_id",         "redirect_status", "valid_from", "valid_until", "max_clicks",
    "fallback_url", "forward_query", "query_conflict", "click_id_param",  "enabled",    "archived",    "crawlable",
    "owner",        "customer",      "external_id",    "notes",           "metadata",   "state",       "clicks",
    "visitors",     "scans",         "bots",           "total",           "last_at",    "created_by",  "created_at",
    "updated_at",
};

/* One line under construction. */
struct line {
    struct buf *out;
    size_t cells;
};

static void put(struct line *line, str text)
{
    csv_cell(line->out, line->cells++ == 0, text);
}

static void put_i64(struct line *line, int64_t value)
{
    csv_cell_i64(line->out, line->cells++ == 0, value);
}

static void put_bool(struct line *line, bool value)
{
    put(line, value ? STR("true") : STR("false"));
}

static void put_time(struct line *line, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    put(line, ms == TIME_NONE ? (str){0} : timestamp_utc(ms, text));
}

static void put_list(struct line *line, struct arena *arena, const struct str_list *list, char separator)
{
    size_t cap = 1;
    for (size_t i = 0; i < list->count; i++) {
        cap += list->items[i].len + 1;
    }
    char *memory = arena_alloc(arena, cap);
    struct buf text;
    buf_init_fixed(&text, memory, memory ? cap : 0);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0) {
            buf_add_char(&text, separator);
        }
        buf_add(&text, list->items[i]);
    }
    put(line, buf_str(&text));
}

static void put_settings(struct line *line, const struct link *link)
{
    put_i64(line, link->redirect_status);
    put_time(line, link->valid_from_ms);
    put_time(line, link->valid_until_ms);
    if (link->max_clicks > 0) {
        put_i64(line, link->max_clicks);
    } else {
        put(line, (str){0});
    }
    put(line, link->fallback_url);
    put_bool(line, link->forward_query);
    put(line, link->visitor_wins ? STR("visitor") : STR("target"));
    put(line, link->click_id_param);
    put_bool(line, link->enabled);
    put_bool(line, link->archived);
    put_bool(line, link->crawlable);
}

static void write_csv(struct export *self, const struct link *link)
{
    struct line line = {.out = &self->stream.text};
    put(&line, arena_f(&self->arena, "lnk_%lld", (long long)link->id));
    put(&line, link->code);
    put_list(&line, &self->arena, &link->aliases, '\n'); /* the one byte that no alias can have */
    put(&line, link_short_url(&self->view, link));
    put(&line, link->domain);
    put(&line, link->url);
    put(&line, link->title);
    put_list(&line, &self->arena, &link->tags, ',');
    put(&line, link->campaign);
    put(&line, link->channel);
    put(&line, link->source);
    for (int i = 0; i < UTM_COUNT; i++) {
        put(&line, link->utm[i]);
    }
    put_settings(&line, link);
    put(&line, link->owner);
    put(&line, link->customer);
    put(&line, link->external_id);
    put(&line, link->notes);
    put(&line, link->metadata);
    put(&line, link_state_name(link_state_at(link, self->view.now_ms)));
    put_i64(&line, link->counts.clicks);
    put_i64(&line, link->counts.visitors);
    put_i64(&line, link->counts.scans);
    put_i64(&line, link->counts.bots);
    put_i64(&line, link->counts.total);
    put_time(&line, link->counts.last_ms);
    put(&line, link->created_by);
    put_time(&line, link->created_ms);
    put_time(&line, link->updated_ms);
    BUG_ON(line.cells != ARRAY_LEN(columns));
    csv_line_end(&self->stream.text);
}

static void write_header(struct export *self)
{
    struct line line = {.out = &self->stream.text};
    if (self->mark) {
        buf_add_c(&self->stream.text, CSV_BOM);
    }
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        put(&line, str_from_c(columns[i]));
    }
    csv_line_end(&self->stream.text);
}

/* ---- pages --------------------------------------------------------------------------------------------------------
 */

static void write_link(struct export *self, const struct link *link)
{
    if (self->csv) {
        write_csv(self, link);
        return;
    }
    struct json_writer json;
    json_writer_init(&json, &self->stream.text);
    link_view_write(&self->view, &json, link, NULL);
    buf_add_char(&self->stream.text, '\n');
}

static bool next_page(struct export *self)
{
    struct links_page page;
    arena_reset(&self->arena);
    struct db *db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!db) {
        return false;
    }
    enum err err = links_list(db, &self->arena, &self->filter, &page, NULL);
    readers_give(self->engine->readers, db);
    if (err != OK) {
        return false;
    }
    for (size_t i = 0; i < page.count; i++) {
        write_link(self, &page.links[i]);
    }
    self->stream.over = !page.more;
    if (page.count > 0) {
        self->filter.after = links_after(&page.links[page.count - 1], LINKS_BY_ID);
        self->filter.after.title = (str){0};
    }
    return !self->stream.text.overflow && !self->arena.overflow;
}

static bool export_more(void *arg)
{
    return next_page(arg);
}

static ssize_t export_pull(void *arg, char *out, size_t cap)
{
    struct export *self = arg;
    return stream_pull(&self->stream, export_more, self, out, cap);
}

/* ---- the call -----------------------------------------------------------------------------------------------------
 */

static bool read_format(struct export *self, struct request *request, struct reply *reply)
{
    str format = STR("csv");
    request_query(request, "format", &format);
    self->csv = str_eq(format, STR("csv"));
    if (!self->csv && !str_eq(format, STR("ndjson"))) {
        call_bad_query(request, reply, "format", "not_allowed", "csv or ndjson.", "只能是 csv 或 ndjson。");
        return false;
    }
    return call_query_bool(request, reply, "bom", &self->mark);
}

static bool export_open(struct export *self, struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!read_format(self, request, reply)) {
        return false;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return false;
    }
    struct request own = *request;
    own.arena = &self->keep; /* texts of the filter and the domains live as long as the export */
    struct link_params params = {.request = &own, .zone = ctx->engine->zone};
    bool ok = link_call_filter(&params, reply, db, &self->bounds, &self->filter);
    enum err err = ok ? link_view_load(&self->view, ctx, &own, db) : OK;
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return ok && err == OK;
}

void export_links(struct ctx *ctx, struct request *request, struct reply *reply)
{
    str text;
    struct export *self = calloc(1, sizeof(*self));
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    arena_init(&self->keep, LIMIT_ARENA_REQUEST);
    arena_init(&self->arena, ARENA_BYTES);
    buf_init_heap(&self->stream.text, OUT_BYTES);
    self->engine = ctx->engine;
    self->bounds = call_bounds(request);
    if (!export_open(self, ctx, request, reply)) {
        export_free(self);
        return;
    }
    self->filter.bounds = &self->bounds;
    self->filter.sort = LINKS_BY_ID;
    self->filter.after = (struct links_after){0};
    self->filter.limit = PAGE_ROWS;
    if (!request_query(request, "archived", &text)) {
        self->filter.archived = -1; /* an export is a copy of everything unless it is asked for less */
    }
    self->view.arena = &self->arena;
    if (self->csv) {
        write_header(self);
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", self->csv ? "text/csv; charset=utf-8" : "application/x-ndjson");
    reply_header_static(reply, "Content-Disposition",
                        self->csv ? "attachment; filename=\"links.csv\"" : "attachment; filename=\"links.ndjson\"");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply->pull = export_pull;
    reply->pull_done = export_free;
    reply->pull_arg = self;
}
