/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_TRANSFER_H
#define LINKPOND_API_TRANSFER_H

#include "import_map.h"
#include "linkpond/api/link_call.h"

/* Links in and out in bulk: both answers are streams, so that a million links need no more memory than a thousand. */

/* GET /api/v1/export */
void export_links(struct ctx *ctx, struct request *request, struct reply *reply);

/* ---- one import: import.c reads rows and answers, import_batch.c makes links of them ---------------------------- */
enum import_conflict { CONFLICT_SKIP, CONFLICT_OVERWRITE, CONFLICT_RENAME };
#define IMPORT_STATUS_TABLE(X)                                                                                         \
    X(CREATED, "created")                                                                                              \
    X(UPDATED, "updated")                                                                                              \
    X(SKIPPED, "skipped")                                                                                              \
    X(RENAMED, "renamed")                                                                                              \
    X(FAILED, "failed")
enum import_status {
#define IMPORT_STATUS(constant, name) IMPORT_##constant,
    IMPORT_STATUS_TABLE(IMPORT_STATUS)
#undef IMPORT_STATUS
        IMPORT_STATUSES,
    IMPORT_PENDING, /* not decided yet */
};
struct import_item {
    int64_t row; /* from 1, the header not counted */
    struct import_row in;
    enum import_status status;
    unsigned renames;           /* suffixes tried */
    struct link_result *result; /* the last one; NULL when the row could not be read */
    enum err err;
    struct fault fault; /* of the row, when there is no result */
};
struct import_batch {
    struct editor *editor;
    const struct actor *actor;
    struct arena *arena;
    enum import_conflict conflict;
    bool dry_run;
    struct editor_claims *claims; /* of the dry run; else NULL */
    struct import_trail *trail;   /* its line in the audit log */
    struct import_item *items;
    size_t count;
};
/* Decides every pending item. Not OK when the whole batch could not be done; its items are then failed. */
enum err import_batch_run(struct import_batch *self);

#endif
