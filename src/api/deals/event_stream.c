/* SPDX-License-Identifier: MIT */
/*
 * Any number of events in one call. The body has come in whole, spooled to a file when large; each pull of the answer
 * stores one batch and reports it, so a slow reader slows the work down instead of filling memory. Each batch is whole
 * or not at all; a call that broke off is sent again: what has an event_id is not stored twice.
 */
#include "event_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "linkpond/api/csv_cell.h"
#include "linkpond/base/clock.h"

#include "event_columns.h"
#include "event_report.h"

#define PATIENCE_S  600
#define ARENA_BYTES (96 * 1024 * 1024)
#define OUT_BYTES   (16 * 1024 * 1024)

struct event_stream {
    struct engine *engine;
    bool csv;
    /* what comes in */
    int fd;
    str body;
    struct csv_reader *reader;
    struct event_columns columns;
    char *line; /* NDJSON: LIMIT_CSV_LINE bytes, a line that is not whole yet */
    size_t line_len;
    char piece[CSV_PIECE_MAX];
    str left; /* of the piece */
    bool input_over;
    enum err stopped;
    /* what goes out */
    struct event_report report;
    struct arena keep, arena; /* as long as the call; of one batch */
};

/* ---- bytes ---- */

static enum err read_piece(struct event_stream *self, str *out)
{
    ssize_t got = 0;

    if (self->fd < 0) {
        *out = str_slice(self->body, 0, CSV_PIECE_MAX);
        self->body = str_from(self->body, out->len);
        return OK;
    }
    do {
        got = read(self->fd, self->piece, sizeof self->piece);
    } while (got < 0 && errno == EINTR);
    *out = (str){self->piece, got > 0 ? (size_t)got : 0};
    return got < 0 ? ERR_IO : OK;
}

/* ---- NDJSON ---- */

/* A whole line, lent until the next; ERR_NOT_FOUND at the end; ERR_TOO_LARGE: longer than allowed, and passed over. */
static enum err next_line(struct event_stream *self, str *out)
{
    bool too_long = false;

    self->line_len = 0;
    while (true) {
        if (self->left.len == 0) {
            enum err err = self->input_over ? OK : read_piece(self, &self->left);
            self->input_over = self->input_over || self->left.len == 0;
            if (err || self->input_over) {
                *out = (str){self->line, self->line_len};
                return err ? err : too_long ? ERR_TOO_LARGE : self->line_len > 0 ? OK : ERR_NOT_FOUND;
            }
        }
        ssize_t end = str_find_char(self->left, '\n', 0);
        str part = end >= 0 ? str_slice(self->left, 0, (size_t)end) : self->left;
        too_long = too_long || self->line_len + part.len > LIMIT_CSV_LINE;
        if (!too_long) {
            memcpy(self->line + self->line_len, part.ptr, part.len);
            self->line_len += part.len;
        }
        self->left = str_from(self->left, part.len + (end >= 0));
        if (end >= 0) {
            *out = (str){self->line, self->line_len};
            return too_long ? ERR_TOO_LARGE : OK;
        }
    }
}

static enum err read_line(struct event_stream *self, struct event_item *item)
{
    struct json *json = NULL;
    str line;
    enum err err = OK;

    do {
        err = next_line(self, &line);
    } while (err == OK && str_trim(line).len == 0);
    item->over = err == ERR_NOT_FOUND || err == ERR_IO;
    if (item->over) {
        return err;
    }
    item->row = ++self->report.rows;
    if (err == ERR_TOO_LARGE) {
        item->result.err = fault_set(&item->result.fault, ERR_INVALID, "row", "line_too_long",
                                     "A line may have 64 KiB.", "每行最多 64 KiB。");
        return OK;
    }
    item->result.err = json_parse(&self->arena, line, &json, &item->result.fault);
    if (item->result.err == OK) {
        item->result.err = event_draft_decode(&self->arena, json, &item->draft, &item->result.fault);
    }
    return OK;
}

/* ---- CSV ---- */

static enum err next_row(struct event_stream *self, struct csv_row *row)
{
    enum err err = OK;

    while (err == OK && !csv_reader_next(self->reader, row)) {
        str piece;
        if (self->input_over) {
            return ERR_NOT_FOUND;
        }
        err = read_piece(self, &piece);
        self->input_over = err == OK && piece.len == 0;
        err = err ? err : self->input_over ? csv_reader_end(self->reader) : csv_reader_feed(self->reader, piece);
    }
    return err;
}

/* Behind a quote that nobody closed rows cannot be told apart: that one is reported, and nothing behind it is read. */
static enum err stop_at(struct event_stream *self, struct event_item *item, enum err err)
{
    item->over = err != ERR_TOO_LARGE;
    if (!item->over) {
        item->row = ++self->report.rows;
        item->result.err = fault_set(&item->result.fault, ERR_INVALID, "row", "line_too_long",
                                     "A quote is not closed, or a cell goes on past 64 KiB. Nothing behind it is read.",
                                     "缺少结尾引号，或单元格超过 64 KiB，其后的内容未读取。");
    }
    return err;
}

static enum err read_row(struct event_stream *self, struct event_item *item)
{
    struct csv_row row;
    bool blank = true;

    while (blank) {
        enum err err = next_row(self, &row);
        if (err) {
            return stop_at(self, item, err);
        }
        item->result = (struct deal_result){0};
        item->result.err = event_columns_row(&self->columns, &self->arena, self->engine, &row, &item->draft, &blank,
                                             &item->result.fault);
    }
    item->row = ++self->report.rows;
    return OK;
}

/* ---- a batch ---- */

static size_t fill(struct event_stream *self, struct event_item *items)
{
    size_t count = 0;
    enum err err = self->stopped;

    while (err == OK && count < LIMIT_BULK) {
        items[count] = (struct event_item){0};
        err = self->csv ? read_row(self, &items[count]) : read_line(self, &items[count]);
        count += !items[count].over;
    }
    self->stopped = err == ERR_NOT_FOUND ? OK : err;
    return count;
}

static enum err intake(struct event_stream *self, const struct deal_event *events, size_t count,
                       struct deal_result *results)
{
    struct fault fault = {0};

    if (!self->report.dry_run) {
        return deals_intake(&self->engine->deals, &self->arena, events, count, clock_now_ms(), results, &fault);
    }
    struct db *db = readers_take(self->engine->readers, READER_WAIT_MS);
    enum err err = db ? deals_try(db, &self->arena, events, count, clock_now_ms(), results) : ERR_UNAVAILABLE;
    readers_give(self->engine->readers, db);
    return err;
}

static enum err store(struct event_stream *self, struct event_item *items, size_t count)
{
    struct deal_event *events = ARENA_ARRAY(&self->arena, struct deal_event, count);
    struct deal_result *results = ARENA_ARRAY(&self->arena, struct deal_result, count);
    size_t *slot = ARENA_ARRAY(&self->arena, size_t, count), good = 0;
    struct event_reader reader;
    enum err err = events && results && slot ? event_reader_open(&reader, self->engine, &self->arena) : ERR_NOMEM;

    if (err) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        struct deal_result *result = &items[i].result;
        if (result->err == OK) {
            result->err = event_reader_read(&reader, &items[i].draft, self->csv ? EVENT_BY_CSV : EVENT_BY_API,
                                            &events[good], &result->fault);
            slot[good] = i;
            good += result->err == OK;
        }
    }
    event_reader_close(&reader);
    err = good > 0 ? intake(self, events, good, results) : OK;
    for (size_t i = 0; i < good; i++) {
        items[slot[i]].result = results[i];
        items[slot[i]].result.err = err ? err : results[i].err;
    }
    return err;
}

static bool more(void *arg)
{
    struct event_stream *self = arg;

    arena_reset(&self->arena);
    struct event_item *items = ARENA_ARRAY(&self->arena, struct event_item, LIMIT_BULK + 1);
    size_t count = items ? fill(self, items) : 0;
    enum err err = items ? OK : ERR_NOMEM;
    if (count > 0) {
        err = store(self, items, count);
        event_report_items(&self->report, &self->arena, items, count);
    }
    self->stopped = self->stopped ? self->stopped : err;
    if (self->stopped || count == 0) {
        event_report_end(&self->report, &self->columns, self->stopped == OK);
    }
    return true;
}

static ssize_t pull(void *arg, char *out, size_t cap)
{
    struct event_stream *self = arg;

    return stream_pull(&self->report.stream, more, self, out, cap);
}

static void stream_free(void *arg)
{
    struct event_stream *self = arg;

    csv_reader_free(self->reader);
    if (self->fd >= 0) {
        close(self->fd);
    }
    free(self->line);
    buf_done(&self->report.stream.text);
    arena_done(&self->arena);
    arena_done(&self->keep);
    free(self);
}

/* ---- the call ---- */

static enum err open_csv(struct event_stream *self, const struct request *request, struct fault *fault)
{
    struct csv_row header;
    str piece, type = STR("");
    enum err err = read_piece(self, &piece);

    if (err) {
        return err;
    }
    piece = str_starts(piece, STR(CSV_BOM)) ? str_from(piece, sizeof CSV_BOM - 1) : piece;
    self->reader = csv_reader_new(csv_sniff(piece));
    err = self->reader ? csv_reader_feed(self->reader, piece) : ERR_NOMEM;
    err = err ? err : next_row(self, &header);
    if (err == ERR_NOT_FOUND || err == ERR_TOO_LARGE || (err == OK && header.too_long)) {
        return fault_set(fault, ERR_INVALID, "header", "required", "The first line names the columns.",
                         "首行应为列名。");
    }
    (void)request_query(request, "type", &type);
    return err ? err
               : event_columns_read(&self->columns, &self->keep, &header, arena_str(&self->keep, str_trim(type)),
                                    fault);
}

static enum err open_body(struct event_stream *self, const struct request *request, struct fault *fault)
{
    self->fd = -1;
    if (request->body_fd >= 0) {
        self->fd = dup(request->body_fd);
        if (self->fd < 0 || lseek(self->fd, 0, SEEK_SET) != 0) {
            return ERR_IO;
        }
    } else {
        self->body = arena_str(&self->keep, request->body);
    }
    self->line = malloc(LIMIT_CSV_LINE);
    if (!self->line || self->keep.overflow) {
        return ERR_NOMEM;
    }
    return self->csv ? open_csv(self, request, fault) : OK;
}

static bool read_report(struct request *request, struct reply *reply, bool *all)
{
    str word = STR("all");

    (void)request_query(request, "report", &word);
    *all = str_eq(word, STR("all"));
    if (*all || str_eq(word, STR("problems"))) {
        return true;
    }
    call_bad_query(request, reply, "report", "not_allowed", "One of all, problems.", "只能是 all、problems。");
    return false;
}

static bool body_type(const struct request *request, bool *csv)
{
    str type, params;

    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    type = str_trim(type);
    *csv = str_ieq(type, STR("text/csv")) || str_ieq(type, STR("application/csv"));
    return *csv || str_ieq(type, STR("application/x-ndjson")) || str_ieq(type, STR("application/ndjson")) ||
           str_ieq(type, STR("application/jsonl"));
}

/* Whoever writes JSON says what happened in each event. */
static bool check_type(struct request *request, struct reply *reply, bool csv)
{
    str type;

    if (csv || !request_query(request, "type", &type)) {
        return true;
    }
    call_bad_query(request, reply, "type", "not_allowed", "Only a table may leave it to the query what happened.",
                   "只有表格可以用参数指定事件类型。");
    return false;
}

bool event_stream_begin(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    bool csv = false, all = false, dry_run = false, progress = false;

    if (!call_query_bool(request, reply, "dry_run", &dry_run) ||
        !call_query_bool(request, reply, "progress", &progress)) {
        return true;
    }
    bool streams = body_type(request, &csv);
    if (!check_type(request, reply, csv)) {
        return true;
    }
    if (!streams) {
        return false;
    }
    if (!read_report(request, reply, &all)) {
        return true;
    }
    struct event_stream *self = calloc(1, sizeof *self);
    if (!self) {
        reply_problem(reply, request, ERR_NOMEM, NULL);
        return true;
    }
    self->engine = ctx->engine;
    self->csv = csv;
    self->report =
        (struct event_report){.all = all, .dry_run = dry_run, .progress = progress, .chinese = request->chinese};
    arena_init(&self->keep, LIMIT_BODY_MEMORY * 2);
    arena_init(&self->arena, ARENA_BYTES);
    buf_init_heap(&self->report.stream.text, OUT_BYTES);
    enum err err = open_body(self, request, &fault);
    if (err) {
        stream_free(self);
        reply_problem(reply, request, err, &fault);
        return true;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "application/x-ndjson");
    reply->pull = pull;
    reply->pull_done = stream_free;
    reply->pull_arg = self;
    reply->patience_s = PATIENCE_S;
    return true;
}
