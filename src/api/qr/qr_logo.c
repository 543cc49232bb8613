/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/qr-logo: the picture in the middle of codes, one for the installation. What is uploaded is read by another
 * program and kept as bare pixels; nothing of its bytes is stored or sent on.
 */
#include <limits.h>

#include "linkpond/api/edit_call.h"
#include "linkpond/base/turnstile.h"
#include "linkpond/engine/image.h"
#include "linkpond/store/meta.h"
#include "qr_bulk.h"

enum err qr_logo_load(struct db *db, struct arena *arena, const uint8_t **out)
{
    str pixels;
    enum err err = meta_get_blob(db, arena, META_QR_LOGO, &pixels);
    if (err == OK && pixels.len != QR_LOGO_BYTES) {
        return ERR_CORRUPT;
    }
    *out = err == OK ? (const uint8_t *)pixels.ptr : NULL;
    return err;
}

static enum err store_logo(struct db *db, void *arg, struct fault *fault)
{
    const str *pixels = arg;
    (void)fault;
    return pixels ? meta_put_blob(db, META_QR_LOGO, *pixels) : meta_delete(db, META_QR_LOGO);
}

static enum err read_picture(struct request *request, uint8_t *pixels, struct fault *fault)
{
    char program[PATH_MAX];
    str body;
    enum err err = call_body(request, &body);
    if (err != OK) {
        return err;
    }
    return image_program(program, sizeof program) ? image_read(program, body, QR_LOGO_EDGE, pixels, fault)
                                                  : ERR_UNAVAILABLE;
}

void qr_logo_put(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    if (!call_unbound(request, reply) || !call_picture(request, reply)) {
        return;
    }
    uint8_t *pixels = arena_alloc(request->arena, QR_LOGO_BYTES);
    enum err err = pixels ? turnstile_enter(ctx->engine->pictures) : ERR_NOMEM;
    if (err == OK) {
        err = read_picture(request, pixels, &fault);
        turnstile_leave(ctx->engine->pictures);
    }
    str kept = {(const char *)pixels, QR_LOGO_BYTES};
    if (err == OK) {
        err = editor_run(ctx->engine->editor, &(struct writer_task){.run = store_logo, .arg = &kept}, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}

void qr_logo_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const uint8_t *pixels = NULL;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = qr_logo_load(db, request->arena, &pixels);
    readers_give(ctx->engine->readers, db);
    err = err ? err : qr_logo_png(&reply->body, pixels);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "image/png");
    reply_header_static(reply, "Cache-Control", "no-cache");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
}

void qr_logo_delete(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = editor_run(ctx->engine->editor, &(struct writer_task){.run = store_logo}, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 204;
}
