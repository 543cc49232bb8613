/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_LIVE_PAGE_H
#define LINKPOND_HTTP_LIVE_PAGE_H

#include "linkpond/http/router.h"
#include "linkpond/store/images.h"
#include "linkpond/store/targets.h"

/* What a visitor of a live code sees: one page, in their language, that works without script and loads nothing but the
 * picture and a script of our own. */
struct live_page {
    const struct target *target;
    const struct image_row *image; /* NULL = none */
};
/* Status 200, with headers. */
void live_page_write(struct ctx *ctx, struct request *request, const struct live_page *page, struct reply *reply);
/* The code that this visitor was sent to is not there any more: `again` is where to ask for another one. Status 410. */
void live_page_changed(struct ctx *ctx, struct request *request, str again, struct reply *reply);
/* GET /-/live.js, /-/icon.svg */
void live_page_script(struct ctx *ctx, struct request *request, struct reply *reply);
void live_page_icon(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
