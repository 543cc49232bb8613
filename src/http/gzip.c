/* SPDX-License-Identifier: MIT */
/*
 * Lists and figures are JSON that says the same words in every row: a tenth of it is left. Quick rather than small, for
 * it is made anew for each answer; 57 KiB take 0.3 ms. An answer with a secret is sent as it is: what stands beside it
 * may be somebody else's choice, and the length would tell of both (BREACH).
 */
#include "linkpond/http/gzip.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way to say: with a gzip head */
#define GZIP_MEMORY 8
#define QUICK       1

bool gzip_is_taken(const struct request *request)
{
    str rest = request_header(request, "Accept-Encoding");
    str item;
    while (str_next(&rest, ',', &item)) {
        str name, params;
        str_cut(str_trim(item), ';', &name, &params);
        if (str_ieq(str_trim(name), STR("gzip"))) {
            str weight = str_trim(params);
            return !(str_eq(weight, STR("q=0")) || str_starts(weight, STR("q=0.0")));
        }
    }
    return false;
}

/* The bytes as they are packed into at most bytes.len - 1 of `memory`; 0 when they do not fit. */
static size_t pack(str bytes, int level, char *memory)
{
    z_stream stream = {0};

    if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        return 0;
    }
    stream.next_in = (Bytef *)(uintptr_t)bytes.ptr; /* zlib only reads it */
    stream.avail_in = (uInt)bytes.len;
    stream.next_out = (Bytef *)memory;
    stream.avail_out = (uInt)(bytes.len - 1);
    size_t len = deflate(&stream, Z_FINISH) == Z_STREAM_END ? stream.total_out : 0;
    deflateEnd(&stream);
    return len;
}

bool gzip_make(str bytes, int level, struct buf *out)
{
    char *memory = bytes.len > 1 && bytes.len <= UINT_MAX ? malloc(bytes.len - 1) : NULL;
    size_t len = memory ? pack(bytes, level, memory) : 0;
    struct buf made;

    buf_init_heap(&made, bytes.len);
    if (len > 0) {
        buf_add(&made, (str){memory, len});
    }
    free(memory);
    if (len == 0 || made.overflow) {
        buf_done(&made);
        return false;
    }
    *out = made;
    return true;
}

static bool pays(const struct reply *reply)
{
    bool json = false, named = false;

    for (size_t i = 0; i < reply->headers_count; i++) {
        const struct header *header = &reply->headers[i];
        json = json || (str_ieq(header->name, STR("Content-Type")) && str_eq(header->value, STR("application/json")));
        named = named || str_ieq(header->name, STR("ETag"));
    }
    return reply->status == 200 && json && !named && !reply->secret && !reply->pull &&
           reply->body.len >= GZIP_BYTES_MIN;
}

void gzip_reply(const struct request *request, struct reply *reply)
{
    struct buf packed;

    if (request->method != METHOD_GET || !pays(reply)) {
        return;
    }
    reply_header_set(reply, request, "Vary", STR("Accept-Encoding"));
    if (gzip_is_taken(request) && gzip_make(buf_str(&reply->body), QUICK, &packed)) {
        buf_done(&reply->body);
        reply->body = packed;
        reply_header_static(reply, "Content-Encoding", "gzip");
    }
}
