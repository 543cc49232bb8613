/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/images: pictures for the pages of live codes. What is uploaded is read by another program, which makes a new
 * file of it; only that is kept. A code in it is read from that new file, since it is what visitors scan.
 */
#include "linkpond/engine/image.h"

#include <limits.h>

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/turnstile.h"
#include "linkpond/model/qr_text.h"

struct upload {
    struct image_row row;
    str data;
    struct arena *arena;
};

static enum err put_image(struct db *db, void *arg, struct fault *fault)
{
    struct upload *self = arg;
    (void)fault;
    return images_put(db, self->arena, &self->row, self->data);
}

static enum err no_code(struct fault *fault)
{
    return fault_set(fault, ERR_INVALID, "image", "no_qr_code",
                     "No QR code can be read in this picture, so visitors could not scan it either. Save the code from "
                     "WeChat and upload that, or take the photo again: straight, sharp, without reflections, with the "
                     "white border around the code.",
                     "图片里识别不到二维码，访客也无法扫码。请在微信里保存二维码图片后上传，或重新拍摄：正对、清晰、"
                     "不反光，并保留二维码四周的白边。");
}

static enum err no_reader(struct fault *fault)
{
    return fault_set(fault, ERR_UNAVAILABLE, "image", "no_reader",
                     "QR codes in pictures cannot be read here: " IMAGE_CODE_READER " could not run (Debian package "
                     "zxing-cpp-tools).",
                     "此处无法识别图片中的二维码：" IMAGE_CODE_READER " 未能运行（Debian 软件包 zxing-cpp-tools）。");
}

/* The picture made anew, and what its code says. */
static enum err read_picture(struct request *request, bool code_wanted, struct upload *out, struct fault *fault)
{
    char program[PATH_MAX];
    struct image_picture picture;
    str body;
    if (!image_program(program, sizeof program)) {
        return ERR_UNAVAILABLE;
    }
    enum err err = call_body(request, &body);
    err = err ? err : image_prepare(program, body, request->arena, &picture, fault);
    if (err != OK) {
        return err;
    }
    out->data = picture.bytes;
    out->row.kind = picture.kind;
    out->row.width = picture.width;
    out->row.height = picture.height;
    err = image_code_text(program, IMAGE_CODE_READER, picture.bytes, request->arena, &out->row.qr_text);
    if (!code_wanted) {
        return err == ERR_UNAVAILABLE ? OK : err;
    }
    return err == ERR_UNAVAILABLE ? no_reader(fault) : err == OK && out->row.qr_text.len == 0 ? no_code(fault) : err;
}

/* Who comes when many wait already is told to come again. */
static enum err make(struct ctx *ctx, struct request *request, bool code_wanted, struct upload *out,
                     struct fault *fault)
{
    enum err err = turnstile_enter(ctx->engine->pictures);
    if (err != OK) {
        return err;
    }
    err = read_picture(request, code_wanted, out, fault);
    turnstile_leave(ctx->engine->pictures);
    return err;
}

static void write_image(const struct ctx *ctx, const struct request *request, const struct image_row *row,
                        struct reply *reply, int status)
{
    const char *base = ctx->engine->opts.public_url;
    char ref[IMAGE_REF_MAX];
    struct json_writer json;
    str id = image_ref(row->id, ref);
    reply_json_begin(reply, status, &json);
    json_object(&json);
    json_put_str(&json, "id", id);
    json_put_str(&json, "type", str_from_c(image_kind_type(row->kind)));
    json_put_i64(&json, "width", row->width);
    json_put_i64(&json, "height", row->height);
    json_put_i64(&json, "bytes", row->bytes);
    json_put_opt(&json, "qr_text", row->qr_text);
    json_put_opt(&json, "qr_kind", row->qr_text.len > 0 ? qr_kind_name(qr_kind_of(row->qr_text)) : (str){0});
    json_put_str(&json, "url", arena_f(request->arena, "%s/-/image/" STR_FMT, base ? base : "", STR_ARG(row->name)));
    json_put_str(&json, "file", arena_f(request->arena, "/api/v1/images/" STR_FMT "/file", STR_ARG(id)));
    json_put_time(&json, "created_at", row->created_ms);
    json_object_end(&json);
}

static bool wants_code(struct request *request, struct reply *reply, bool *out)
{
    str what = {0};
    *out = request_query(request, "expect", &what);
    if (*out && !str_eq(what, STR("qr"))) {
        call_bad_query(request, reply, "expect", "not_allowed", "qr, or not at all.", "只能是 qr 或不填。");
        return false;
    }
    return true;
}

static void images_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    struct upload upload = {.arena = request->arena};
    bool code_wanted;
    if (!wants_code(request, reply, &code_wanted) || !call_picture(request, reply)) {
        return;
    }
    upload.row.owner_id = request->actor->owner_bound ? request->actor->owner_id : request->actor->user_id;
    upload.row.created_ms = request->now_ms;
    enum err err = make(ctx, request, code_wanted, &upload, &fault);
    if (err == OK) {
        err = editor_run(ctx->engine->editor, &(struct writer_task){.run = put_image, .arg = &upload}, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    write_image(ctx, request, &upload.row, reply, 201);
}

/* ---- looking at one ---- */

/* What callers bound to an owner or domain have neither uploaded nor on a link of theirs is not there for them. */
static enum err find_image(struct ctx *ctx, struct request *request, struct image_row *row, enum image_kind *kind,
                           str *data)
{
    int64_t id = image_ref_read(request->params[0]);
    struct bounds bounds = call_bounds(request);
    bool seen = false;
    struct db *db = id > 0 ? readers_take(ctx->engine->readers, READER_WAIT_MS) : NULL;
    if (!db) {
        return id > 0 ? ERR_UNAVAILABLE : ERR_NOT_FOUND;
    }
    enum err err = images_find(db, request->arena, id, row);
    err = err ? err : images_is_seen(db, &bounds, row, &seen);
    err = err || seen ? err : ERR_NOT_FOUND;
    err = err || !data ? err : images_data(db, request->arena, id, kind, data);
    readers_give(ctx->engine->readers, db);
    return err;
}

static void images_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct image_row row;
    enum err err = find_image(ctx, request, &row, NULL, NULL);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    write_image(ctx, request, &row, reply, 200);
}

static void images_file(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct image_row row;
    enum image_kind kind;
    str data;
    enum err err = find_image(ctx, request, &row, &kind, &data);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply->status = 200;
    buf_add(&reply->body, data);
    reply_header_static(reply, "Content-Type", image_kind_type(kind));
    reply_header_static(reply, "Cache-Control", "private, max-age=86400, immutable");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "Content-Security-Policy", "default-src 'none'");
}

const struct route api_image_routes[] = {
    {METHOD_POST, "/api/v1/images", PLANE_ADMIN, images_create, SCOPE_LINKS_WRITE,
     "Upload a picture for a live code's page", LIMIT_BODY_PICTURE, "expect"},
    {METHOD_GET, "/api/v1/images/:id", PLANE_ADMIN, images_get, SCOPE_LINKS_READ, "Fetch what is known of a picture", 0,
     NULL},
    {METHOD_GET, "/api/v1/images/:id/file", PLANE_ADMIN, images_file, SCOPE_LINKS_READ, "Fetch a picture", 0, NULL},
    {0},
};
