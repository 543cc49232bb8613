/* SPDX-License-Identifier: MIT */
/* GET /api/v1/links/{ref}/qr: one link's code; and the routes of all that draw them. */
#include "file_names.h"
#include "linkpond/api/link_call.h"
#include "linkpond/api/routes.h"
#include "qr_bulk.h"

static enum err draw_link(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, int64_t id,
                          const struct qr_wish *wish, bool download, struct fault *fault)
{
    struct bounds bounds = call_bounds(request);
    struct link link;
    struct link_view view;
    struct qr_place last = {0};
    str place = {0};
    enum err err = links_find(db, request->arena, &bounds, id, &link);
    err = err ? err : link_view_load(&view, ctx, request, db);
    err = err ? err : qr_call_place(db, request->arena, &link, request->chinese, &last, &place);
    err = err ? err : qr_call_draw(wish, &view, &link, place, &reply->body, fault);
    if (err == OK && download) {
        str stem = file_stem(request->arena, place, link.code);
        reply_header(reply, request, "Content-Disposition",
                     file_disposition(request->arena, stem, link.code, wish->png ? "png" : "svg"));
    }
    return err;
}

static void answer(struct ctx *ctx, struct request *request, struct reply *reply, struct db *db, struct qr_wish *wish)
{
    int64_t id;
    bool download = false;
    struct fault fault = {0};
    if (!call_query_bool(request, reply, "download", &download) ||
        !link_call_find(ctx, request, reply, db, request->params[0], &id) || !qr_call_open(request, reply, db, wish)) {
        return;
    }
    enum err err = draw_link(ctx, request, reply, db, id, wish, download, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", qr_call_type(wish));
    reply_header_static(reply, "Cache-Control", "private, max-age=300");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    /* An SVG opened by itself is a page of ours: it may show its own logo and nothing else. */
    reply_header_static(reply, "Content-Security-Policy", "default-src 'none'; img-src data:");
}

static void link_qr(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct qr_wish wish;
    if (!qr_call_read(request, reply, NULL, &wish)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    answer(ctx, request, reply, db, &wish);
    readers_give(ctx->engine->readers, db);
    qr_call_done(&wish);
}

const struct route api_qr_routes[] = {
    {METHOD_GET, "/api/v1/links/:ref/qr", PLANE_ADMIN, link_qr, SCOPE_LINKS_READ, "QR code of a link", 0,
     "domain download " QR_PARAMS},
    {METHOD_POST, "/api/v1/bulk/qr", PLANE_ADMIN, qr_bulk, SCOPE_LINKS_READ, "QR codes of many links as a ZIP", 0,
     "domain"},
    {METHOD_GET, "/api/v1/qr-sheet", PLANE_ADMIN, qr_sheet, SCOPE_LINKS_READ, "QR codes on pages to print", 0,
     "refs " LINK_CONDITIONS " sort per_page size margin level dark light caption logo"},
    {METHOD_GET, "/api/v1/qr-logo", PLANE_ADMIN, qr_logo_get, SCOPE_LINKS_READ, "The picture in the middle of QR codes",
     0, NULL},
    {METHOD_PUT, "/api/v1/qr-logo", PLANE_ADMIN, qr_logo_put, SCOPE_ADMIN, "Set the picture in the middle of QR codes",
     0, NULL},
    {METHOD_DELETE, "/api/v1/qr-logo", PLANE_ADMIN, qr_logo_delete, SCOPE_ADMIN,
     "Remove the picture in the middle of QR codes", 0, NULL},
    {0},
};
