/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CLICK_VIEW_H
#define LINKPOND_API_CLICK_VIEW_H

#include "linkpond/base/json.h"
#include "linkpond/model/click.h"
#include "linkpond/store/db.h"

/* How clicks look from outside: one table of fields for JSON, NDJSON and CSV. */

/* The campaign of a click follows its link as it is now; asked once per link while its slot lasts. */
#define CLICK_VIEW_SLOTS 256
struct click_view {
    struct db *db;       /* a read handle, for the length of a page */
    struct arena *arena; /* likewise */
    bool chinese;        /* language of `why` */
    struct {
        int64_t link_id;
        str campaign;
    } slots[CLICK_VIEW_SLOTS];
};
void click_view_init(struct click_view *self, struct db *db, struct arena *arena, bool chinese);
void click_view_json(struct click_view *self, struct json_writer *json, const struct click *click);
void click_view_csv(struct click_view *self, struct buf *out, const struct click *click);
void click_view_csv_head(struct buf *out);
/* Why this click is none of the visits that count, as a sentence; NULL when it is one. */
const char *click_why(const struct click *click, bool chinese);

#endif
