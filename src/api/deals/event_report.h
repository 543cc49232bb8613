/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_EVENT_REPORT_H
#define LINKPOND_SRC_API_DEALS_EVENT_REPORT_H

#include "linkpond/api/stream.h"
#include "linkpond/engine/intake.h"

#include "event_columns.h"

/* What the answer to a stream of events says, as NDJSON: a line for each row, or for those that were refused; how far
 * it is; a summary as the last. Single-threaded. */
struct event_item {
    int64_t row; /* 1 = the first */
    bool over;   /* the input ended instead */
    struct event_draft draft;
    struct deal_result result;
};
struct event_report {
    bool all, dry_run, progress, chinese;
    struct stream stream; /* its text is the caller's to init and to release */
    int64_t rows;         /* read so far: the caller counts them */
    int64_t stored, existed, refused;
    int64_t unmatched, unnamed; /* of those stored */
};
/* Counts a batch and tells of it. The arena is for what is said meanwhile. */
void event_report_items(struct event_report *self, struct arena *arena, const struct event_item *items, size_t count);
/* The summary; nothing comes behind it. */
void event_report_end(struct event_report *self, const struct event_columns *columns, bool complete);

#endif
