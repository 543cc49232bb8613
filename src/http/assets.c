/* SPDX-License-Identifier: MIT */
/*
 * The desk's files are part of the program, so they are looked up in a table and never on a disk. What the build did
 * not compress is compressed once at start; a copy that is not smaller is thrown away.
 */
#include "linkpond/http/assets.h"

#include "linkpond/base/crypt.h"
#include "linkpond/http/gzip.h"

#define ETAG_BYTES 8
#define ASSET_TEXT 64
#define PATH_TEXT  128
#define PACKED     ".gz"
#define SMALL      9 /* for it is made once */

struct asset {
    str name, bytes;
    const char *type;
    struct buf gzip_made; /* at start */
    str gzip;             /* empty when not worth it */
    char etag[ASSET_TEXT], gzip_etag[ASSET_TEXT];
    bool is_html;
};
struct assets {
    struct asset *items;
    size_t count;
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
};

static const char *type_of(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ends(name, str_from_c(types[i].ending))) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* "name.gz" of the table: what the build made of it. */
static str packed_copy(const struct embedded *table, const char *name)
{
    char wanted[PATH_TEXT];
    int len = snprintf(wanted, sizeof wanted, "%s" PACKED, name);
    BUG_ON(len >= (int)sizeof wanted);
    return embedded_find(table, wanted);
}

static void make_asset(struct asset *self, const struct embedded *table, const struct embedded *file)
{
    uint8_t sum[SHA256_BYTES];
    struct buf etag;
    self->name = str_from_c(file->name);
    self->bytes = (str){file->bytes, file->len};
    self->type = type_of(self->name);
    self->is_html = str_ends(self->name, STR(".html"));
    self->gzip = packed_copy(table, file->name);
    if (!self->gzip.ptr && gzip_make(self->bytes, SMALL, &self->gzip_made)) {
        self->gzip = buf_str(&self->gzip_made);
    }
    crypt_sha256(self->bytes, sum);
    buf_init_fixed(&etag, self->etag, sizeof self->etag);
    buf_add_char(&etag, '"');
    buf_add_hex(&etag, sum, ETAG_BYTES);
    /* Another representation needs another tag (RFC 9110 8.8.3.3). */
    snprintf(self->gzip_etag, sizeof self->gzip_etag, "%s-gz\"", buf_c(&etag));
    buf_add_char(&etag, '"');
    buf_c(&etag);
}

struct assets *assets_new(const struct embedded *table)
{
    struct assets *self = calloc(1, sizeof *self);
    size_t count = 0;
    while (table[count].name[0] != '\0') {
        count++;
    }
    BUG_ON(!self);
    self->items = calloc(count + 1, sizeof *self->items);
    BUG_ON(!self->items);
    for (size_t i = 0; i < count; i++) {
        str bytes = {table[i].bytes, table[i].len};
        bool is_template = str_ends(str_from_c(table[i].name), STR(".html")) && str_find(bytes, STR("{{"), 0) >= 0;
        if (!is_template && !str_ends(str_from_c(table[i].name), STR(PACKED))) { /* templates are filled, not served */
            make_asset(&self->items[self->count++], table, &table[i]);
        }
    }
    return self;
}

void assets_free(struct assets *self)
{
    if (!self) {
        return;
    }
    for (size_t i = 0; i < self->count; i++) {
        buf_done(&self->items[i].gzip_made);
    }
    free(self->items);
    free(self);
}

bool assets_reply(const struct assets *self, const struct request *request, str name, struct reply *reply)
{
    const struct asset *asset = NULL;
    for (size_t i = 0; i < self->count && !asset; i++) {
        asset = str_eq(self->items[i].name, name) ? &self->items[i] : NULL;
    }
    if (!asset) {
        return false;
    }
    bool gzip = asset->gzip.len > 0 && gzip_is_taken(request);
    if (asset->is_html) {
        reply_html_headers(reply);
    }
    reply_header_set(reply, request, "Content-Type", str_from_c(asset->type));
    reply_header_set(reply, request, "Cache-Control", STR("no-cache"));
    reply_header_set(reply, request, "Vary", STR("Accept-Encoding"));
    reply_header_static(reply, "ETag", gzip ? asset->gzip_etag : asset->etag);
    if (request_if_none_match(request, str_from_c(asset->etag)) ||
        request_if_none_match(request, str_from_c(asset->gzip_etag))) {
        reply->status = 304;
        return true;
    }
    if (gzip) {
        reply_header_static(reply, "Content-Encoding", "gzip");
    }
    reply->status = 200;
    reply->body_static = gzip ? asset->gzip : asset->bytes;
    return true;
}
