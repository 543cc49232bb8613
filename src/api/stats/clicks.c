/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/clicks: the ledger as it is. A JSON page, or a stream of NDJSON or CSV that goes on page by page: each
 * page takes a read handle, goes on behind the last click, and gives the handle back, so that an export of years
 * to a slow client never keeps a read transaction (and with it the write-ahead log) from moving on.
 */
#include <stdlib.h>

#include "click_view.h"
#include "linkpond/api/call.h"
#include "linkpond/api/csv_cell.h"
#include "linkpond/api/routes.h"
#include "linkpond/api/stream.h"
#include "stats_query.h"

#define PAGE_ROWS        1000
#define TEXT_BYTES       (4 * 1024 * 1024)
#define PAGE_BYTES       (TEXT_BYTES - TEXT_BYTES / 4) /* a page ends here: one more click always fits */
#define PAGE_DEADLINE_NS (INT64_C(60) * 1000000000)

struct click_page {
    struct click_view view;
    struct buf *out;
    struct json_writer json; /* FORMAT_JSON: inside its array */
    enum stats_format format;
    size_t wanted, rows;
    int64_t last_ms, last_id;
    bool more; /* there is at least one click behind the page */
};

static bool add_click(void *arg, const struct click *click)
{
    struct click_page *page = arg;
    if (page->rows == page->wanted || page->out->len > PAGE_BYTES) {
        page->more = true;
        return false;
    }
    if (page->format == FORMAT_CSV) {
        click_view_csv(&page->view, page->out, click);
    } else if (page->format == FORMAT_JSON) {
        click_view_json(&page->view, &page->json, click);
    } else {
        json_writer_init(&page->json, page->out);
        click_view_json(&page->view, &page->json, click);
        buf_add_char(page->out, '\n');
    }
    page->rows++;
    page->last_ms = click->time_ms;
    page->last_id = click->id;
    return true;
}

static struct click_query ledger_query(const struct stats_query *query, size_t limit)
{
    return (struct click_query){.filter = query->report,
                                .descending = !query->ascending,
                                .after_id = query->after_id,
                                .after_ms = query->after_ms,
                                .limit = limit,
                                .request_id = query->request_id};
}

/* From query->after_* on. */
static enum err run_page(struct db *db, struct arena *arena, const struct stats_query *query, bool chinese,
                         struct click_page *page, struct fault *fault)
{
    struct click_query ledger = ledger_query(query, page->wanted + 1);
    click_view_init(&page->view, db, arena, chinese);
    page->last_ms = query->after_ms;
    page->last_id = query->after_id;
    db_set_deadline(db, clock_mono_ns() + PAGE_DEADLINE_NS);
    enum err err = clicks_run(db, arena, &ledger, add_click, page);
    db_set_deadline(db, 0);
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "after", "unknown", "There is no such click (any more).",
                         "没有该访问记录。");
    }
    return err == OK && (arena->overflow || page->out->overflow) ? ERR_NOMEM : err;
}

/* ---- one JSON page --------------------------------------------------------------------------------------------- */

static bool count_click(void *arg, const struct click *click)
{
    (void)click;
    ++*(int64_t *)arg;
    return true;
}

static enum err count_clicks(struct db *db, struct arena *arena, const struct stats_query *query, int64_t *total,
                             struct fault *fault)
{
    if (query->request_id.len > 0) {
        struct click_query ledger = ledger_query(query, SIZE_MAX);
        ledger.after_id = 0;
        *total = 0;
        return clicks_run(db, arena, &ledger, count_click, total);
    }
    struct report report;
    struct report_query counted = query->report;
    counted.want_visitors = false;
    counted.limit = 1;
    enum err err = report_run(db, NULL, arena, &counted, &report, fault);
    *total = err == OK ? report.totals.clicks : 0;
    return err;
}

static enum err write_page(struct request *request, struct reply *reply, struct db *db, const struct stats_query *query,
                           struct fault *fault)
{
    struct click_page *page = ARENA_NEW(request->arena, struct click_page);
    int64_t total = 0;
    if (!page) {
        return ERR_NOMEM;
    }
    page->out = &reply->body;
    page->wanted = (size_t)query->limit;
    reply_json_begin(reply, 200, &page->json);
    json_object(&page->json);
    json_name(&page->json, "items");
    json_array(&page->json);
    enum err err = run_page(db, request->arena, query, request->chinese, page, fault);
    if (err == OK && query->count) {
        err = count_clicks(db, request->arena, query, &total, fault);
    }
    json_array_end(&page->json);
    str cursor =
        page->more ? stats_query_cursor(request->arena, query->ascending, page->last_ms, page->last_id) : (str){0};
    json_put_opt(&page->json, "next_cursor", cursor);
    json_name(&page->json, "total");
    if (query->count) {
        json_i64(&page->json, total);
    } else {
        json_null(&page->json);
    }
    json_put_bool(&page->json, "total_exact", query->count);
    json_object_end(&page->json);
    return err;
}

/* ---- streams --------------------------------------------------------------------------------------------------- */

struct click_stream {
    struct readers *readers;
    struct stats_query query;
    bool chinese;
    struct arena arena;      /* the query's texts: as long as the stream */
    struct arena page_arena; /* a page's */
    struct stream stream;    /* a page a piece */
    int64_t left;            /* rows that may still come */
};

static void stream_done(void *arg)
{
    struct click_stream *self = arg;
    buf_done(&self->stream.text);
    arena_done(&self->page_arena);
    arena_done(&self->arena);
    free(self);
}

static enum err stream_page(struct click_stream *self, struct db *db, struct fault *fault)
{
    arena_reset(&self->page_arena);
    struct click_page *page = ARENA_NEW(&self->page_arena, struct click_page);
    if (!page) {
        return ERR_NOMEM;
    }
    page->out = &self->stream.text;
    page->format = self->query.format;
    page->wanted = self->left < PAGE_ROWS ? (size_t)self->left : PAGE_ROWS;
    enum err err = run_page(db, &self->page_arena, &self->query, self->chinese, page, fault);
    self->query.after_ms = page->last_ms;
    self->query.after_id = page->last_id;
    self->left -= (int64_t)page->rows;
    self->stream.over = !page->more || self->left == 0;
    return err;
}

static bool clicks_more(void *arg)
{
    struct click_stream *self = arg;
    struct db *db = readers_take(self->readers, READER_WAIT_MS);
    if (!db) {
        return false;
    }
    enum err err = stream_page(self, db, NULL);
    readers_give(self->readers, db);
    return err == OK;
}

static ssize_t clicks_pull(void *arg, char *out, size_t cap)
{
    struct click_stream *self = arg;
    return stream_pull(&self->stream, clicks_more, self, out, cap);
}

/* Upwards the ledger is followed: it ends where nothing older can still come in between. */
static void end_at_settled(const struct ctx *ctx, struct stats_query *query)
{
    int64_t settled = engine_settled_ms(ctx->engine);
    if (query->ascending && query->report.to_ms > settled) {
        query->report.to_ms = settled;
    }
}

/* The first page is made before anything is answered, so that what is wrong with the question is still a problem. */
static enum err stream_open(struct ctx *ctx, struct request *request, struct click_stream *self, struct fault *fault)
{
    str query = arena_str(&self->arena, request->query);
    enum err err =
        stats_query_parse(&self->arena, query, USE_CLICKS, ctx->engine->zone, request->now_ms, &self->query, fault);
    if (err != OK) {
        return err;
    }
    stats_query_bounds(&self->query, request->actor);
    end_at_settled(ctx, &self->query);
    self->left = self->query.limit > 0 ? self->query.limit : INT64_MAX;
    if (self->query.format == FORMAT_CSV) {
        buf_add_c(&self->stream.text, self->query.bom ? CSV_BOM : "");
        click_view_csv_head(&self->stream.text);
    }
    struct db *db = readers_take(self->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    err = stats_query_links(db, &self->arena, request->actor, ctx->engine->fold_case, &self->query, fault);
    if (err == OK) {
        err = stream_page(self, db, fault);
    }
    readers_give(self->readers, db);
    return err;
}

static void answer_stream(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    struct click_stream *self = calloc(1, sizeof(*self));
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return;
    }
    self->readers = ctx->engine->readers;
    self->chinese = request->chinese;
    arena_init(&self->arena, LIMIT_ARENA_REQUEST);
    arena_init(&self->page_arena, LIMIT_ARENA_REQUEST);
    buf_init_heap(&self->stream.text, TEXT_BYTES);
    enum err err = stream_open(ctx, request, self, &fault);
    if (err != OK) {
        stream_done(self);
        reply_problem(reply, request, err, &fault);
        return;
    }
    bool csv = self->query.format == FORMAT_CSV;
    reply->status = 200;
    reply->pull = clicks_pull;
    reply->pull_done = stream_done;
    reply->pull_arg = self;
    reply_header_static(reply, "Content-Type",
                        csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson");
    reply_header_static(reply, "Content-Disposition",
                        csv ? "attachment; filename=\"clicks.csv\"" : "attachment; filename=\"clicks.ndjson\"");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
}

static void clicks_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct stats_query query;
    struct fault fault = {0};
    enum err err = stats_query_parse(request->arena, request->query, USE_CLICKS, ctx->engine->zone, request->now_ms,
                                     &query, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    if (query.format != FORMAT_JSON) {
        answer_stream(ctx, request, reply);
        return;
    }
    stats_query_bounds(&query, request->actor);
    end_at_settled(ctx, &query);
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    err = stats_query_links(db, request->arena, request->actor, ctx->engine->fold_case, &query, &fault);
    if (err == OK) {
        err = write_page(request, reply, db, &query, &fault);
    }
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
}

const struct route api_click_routes[] = {
    {METHOD_GET, "/api/v1/clicks", PLANE_ADMIN, clicks_get, SCOPE_STATS_READ, "Read the ledger of clicks", 0,
     ROUTE_QUERY_ANY},
    {0},
};
