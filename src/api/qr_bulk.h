/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_QR_BULK_H
#define LINKPOND_API_QR_BULK_H

#include "link_select.h"
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

void qr_bulk(struct ctx *ctx, struct request *request, struct reply *reply);
void qr_sheet(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
