/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_QR_BULK_H
#define LINKPOND_API_QR_BULK_H

#include "linkpond/api/link_select.h"
#include "qr_call.h"

/* Codes of many links: as files in a ZIP (qr_bulk.c), on pages to print (qr_sheet.c). */
struct qr_link {
    struct link link;
    str place;
};
struct qr_links {
    struct qr_link *items;
    size_t count;
    struct link_view view;
};
/* Those that are still there, in the order selected; texts in the request's arena. */
enum err qr_links_load(struct ctx *ctx, struct request *request, struct db *db, const struct link_selection *selection,
                       struct qr_links *out);

/* The picture in the middle (qr_logo.c), QR_LOGO_BYTES in the arena. ERR_NOT_FOUND: there is none. */
enum err qr_logo_load(struct db *db, struct arena *arena, const uint8_t **out);
void qr_logo_get(struct ctx *ctx, struct request *request, struct reply *reply);
void qr_logo_put(struct ctx *ctx, struct request *request, struct reply *reply);
void qr_logo_delete(struct ctx *ctx, struct request *request, struct reply *reply);

void qr_bulk(struct ctx *ctx, struct request *request, struct reply *reply);
void qr_sheet(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
