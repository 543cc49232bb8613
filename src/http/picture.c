/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include "linkpond/store/images.h"

#define READER_WAIT_MS 2000

static bool has_it_already(const struct request *request, str name)
{
    return request_if_none_match(request, arena_f(request->arena, "\"" STR_FMT "\"", STR_ARG(name)));
}

static enum err load(struct ctx *ctx, struct request *request, enum image_kind *kind, str *data)
{
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = images_data_named(db, request->arena, request->params[0], kind, data);
    readers_give(ctx->engine->readers, db);
    return err;
}

void picture_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    str name = request->params[0], data;
    enum image_kind kind;
    enum err err = name.len == IMAGE_NAME_LEN ? load(ctx, request, &kind, &data) : ERR_NOT_FOUND;
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_header(reply, request, "ETag", arena_f(request->arena, "\"" STR_FMT "\"", STR_ARG(name)));
    reply_header_static(reply, "Cache-Control", "public, max-age=31536000, immutable");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    reply_header_static(reply, "Content-Security-Policy", "default-src 'none'");
    if (has_it_already(request, name)) {
        reply->status = 304;
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", image_kind_type(kind));
    buf_add(&reply->body, data);
}
