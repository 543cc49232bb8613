/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/bulk/qr: the codes of many links as one ZIP, each named after its place, with a table of what is what.
 * The archive is made in a file without a name and sent from there, so that neither it nor its pictures are ever whole
 * in memory.
 */
#include <stdlib.h>
#include <unistd.h>

#include "file_names.h"
#include "linkpond/api/csv_cell.h"
#include "linkpond/api/link_select.h"
#include "linkpond/base/files.h"
#include "qr_bulk.h"
#include "qrzip.h"

#define PIXELS_MAX (INT64_C(1) << 28) /* of all PNGs of one call: some ten seconds of work, more with captions */
#define ENTRY_MAX  ((size_t)16 * 1024 * 1024)
#define INDEX_MAX  ((size_t)32 * 1024 * 1024)

enum err qr_links_load(struct ctx *ctx, struct request *request, struct db *db, const struct link_selection *selection,
                       struct qr_links *out)
{
    struct bounds bounds = call_bounds(request);
    struct qr_place last = {0};
    *out = (struct qr_links){.items = ARENA_ARRAY(request->arena, struct qr_link, selection->count)};
    enum err err = out->items ? link_view_load(&out->view, ctx, request, db) : ERR_NOMEM;
    for (size_t i = 0; err == OK && i < selection->count; i++) {
        struct qr_link *item = &out->items[out->count];
        err = links_find(db, request->arena, &bounds, selection->picks[i].id, &item->link);
        err = err ? err : qr_call_place(db, request->arena, &item->link, request->chinese, &last, &item->place);
        out->count += err == OK;
        err = err == ERR_NOT_FOUND ? OK : err; /* gone since it was selected */
    }
    return err == OK && request->arena->overflow ? ERR_NOMEM : err;
}

/* ---- the table ---- */

static const char *const columns[] = {"file",    "place",    "short_url", "id",    "code",  "alias",
                                      "channel", "campaign", "customer",  "owner", "title", "url"};

struct packing {
    struct qr_wish *wish;
    struct qr_links links;
    struct qrzip_entry *entries; /* the table first */
    struct arena *arena;
};

static void put(struct buf *out, size_t *cells, str text)
{
    csv_cell(out, (*cells)++ == 0, text);
}

static void index_row(const struct packing *self, size_t i, struct buf *out)
{
    const struct link *link = &self->links.items[i].link;
    size_t cells = 0;
    put(out, &cells, self->entries[i + 1].name);
    put(out, &cells, self->links.items[i].place);
    put(out, &cells, link_short_url(&self->links.view, link));
    put(out, &cells, arena_f(self->arena, "lnk_%lld", (long long)link->id));
    put(out, &cells, link->code);
    put(out, &cells, link->aliases.count > 0 ? link->aliases.items[0] : (str){0});
    put(out, &cells, link->channel);
    put(out, &cells, link->campaign);
    put(out, &cells, link->customer);
    put(out, &cells, link->owner);
    put(out, &cells, link->title);
    put(out, &cells, link->url);
    BUG_ON(cells != ARRAY_LEN(columns));
    csv_line_end(out);
}

static void make_index(const struct packing *self, struct buf *out)
{
    buf_add_c(out, CSV_BOM);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        csv_cell(out, i == 0, str_from_c(columns[i]));
    }
    csv_line_end(out);
    for (size_t i = 0; i < self->links.count; i++) {
        index_row(self, i, out);
    }
}

/* ---- the archive ---- */

static enum err make_entry(void *arg, size_t i, struct buf *out, struct fault *fault)
{
    const struct packing *self = arg;
    if (i == 0) {
        make_index(self, out);
        return OK;
    }
    const struct qr_link *item = &self->links.items[i - 1];
    return qr_call_draw(self->wish, &self->links.view, &item->link, item->place, out, fault);
}

static enum err name_entries(struct packing *self)
{
    struct file_names names;
    const char *ending = self->wish->png ? "png" : "svg";
    self->entries = ARENA_ARRAY(self->arena, struct qrzip_entry, self->links.count + 1);
    if (!self->entries || !file_names_init(&names, self->arena, self->links.count)) {
        return ERR_NOMEM;
    }
    self->entries[0].name = STR("index.csv");
    for (size_t i = 0; i < self->links.count; i++) {
        const struct qr_link *item = &self->links.items[i];
        str stem = file_names_take(&names, file_stem(self->arena, item->place, item->link.code));
        self->entries[i + 1] =
            (struct qrzip_entry){arena_f(self->arena, STR_FMT ".%s", STR_ARG(stem), ending), self->wish->png};
    }
    return self->arena->overflow ? ERR_NOMEM : OK;
}

/* ---- the answer ---- */

struct download {
    int fd;
    off_t at;
};

static ssize_t download_pull(void *arg, char *out, size_t cap)
{
    struct download *self = arg;
    ssize_t got = pread(self->fd, out, cap, self->at);
    self->at += got > 0 ? got : 0;
    return got > 0 ? got : got == 0 ? -1 : -2;
}

static void download_done(void *arg)
{
    struct download *self = arg;
    if (self->fd >= 0) {
        close(self->fd);
    }
    free(self);
}

static enum err send_zip(struct ctx *ctx, struct request *request, struct reply *reply, struct packing *packing,
                         struct fault *fault)
{
    struct download *download = malloc(sizeof *download);
    if (!download) {
        return ERR_NOMEM;
    }
    *download = (struct download){.fd = -1};
    const struct qrzip zip = {.entries = packing->entries,
                              .count = packing->links.count + 1,
                              .now_ms = request->now_ms,
                              .entry_max = INDEX_MAX > ENTRY_MAX ? INDEX_MAX : ENTRY_MAX,
                              .make = make_entry,
                              .arg = packing};
    enum err err = files_spool(ctx->engine->opts.data_dir, &download->fd);
    err = err ? err : qrzip_write(&zip, download->fd, fault);
    if (err != OK) {
        download_done(download);
        return err;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "application/zip");
    reply_header_static(reply, "Content-Disposition", "attachment; filename=\"qr-codes.zip\"");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply->pull = download_pull;
    reply->pull_done = download_done;
    reply->pull_arg = download;
    return OK;
}

/* ---- the call ---- */

static bool check_members(struct request *request, struct reply *reply, const struct json *json)
{
    static const char *const members[] = {"refs",  "filter", "format", "size",    "margin",
                                          "level", "dark",   "light",  "caption", "logo"};
    return call_members(request, reply, json, members, ARRAY_LEN(members));
}

static bool check_pixels(struct request *request, struct reply *reply, const struct qr_wish *wish, size_t count)
{
    if (wish->png && (int64_t)count * wish->opts.size * wish->opts.size > PIXELS_MAX) {
        call_bad_query(request, reply, "size", "out_of_range", "So many PNGs of that size are too much for one call.",
                       "图片总量过大：请减小尺寸或分批下载。");
        return false;
    }
    return true;
}

static void answer(struct ctx *ctx, struct request *request, struct reply *reply, struct packing *packing,
                   const struct json *json)
{
    struct fault fault = {0};
    struct link_selection selection;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    bool ready =
        link_select(ctx, request, reply, db, json, &selection) && link_select_all_found(request, reply, &selection) &&
        check_pixels(request, reply, packing->wish, selection.count) && qr_call_open(request, reply, db, packing->wish);
    enum err err = ready ? qr_links_load(ctx, request, db, &selection, &packing->links) : OK;
    readers_give(ctx->engine->readers, db);
    if (!ready) {
        return;
    }
    if (err == OK && packing->links.count == 0) {
        err = fault_set(&fault, ERR_INVALID, "filter", "required", "No link matches.", "没有匹配的短链。");
    }
    err = err ? err : name_entries(packing);
    err = err ? err : send_zip(ctx, request, reply, packing, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
}

void qr_bulk(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct qr_wish wish;
    if (!call_json(request, reply, &json) || !check_members(request, reply, json) ||
        !qr_call_read(request, reply, json, &wish)) {
        return;
    }
    wish.png = wish.png || !json_get(json, STR("format"));
    struct packing packing = {.wish = &wish, .arena = request->arena};
    answer(ctx, request, reply, &packing, json);
    qr_call_done(&wish);
}
