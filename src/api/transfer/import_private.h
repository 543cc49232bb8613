/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_IMPORT_PRIVATE_H
#define LINKPOND_API_IMPORT_PRIVATE_H

#include "linkpond/api/stream.h"
#include "transfer.h"

/* One import from its first byte to its summary. It owns all it needs, for it outlives the handler's call. */
struct import {
    struct engine *engine;
    struct actor actor;
    struct import_map map;
    struct import_rules rules;
    struct csv_reader *reader;
    enum import_conflict conflict;
    struct editor_claims *claims; /* of a dry run */
    struct import_trail trail;
    bool dry_run, report_all, progress, chinese;
    int64_t started_ns;

    /* what comes in: a spooled file or a body in memory */
    int fd;
    str body;
    bool input_over;
    enum err stopped; /* the input or the database ended it before its end */

    /* what goes out */
    struct stream stream;

    struct arena keep;     /* as long as the import */
    struct arena arena;    /* of one batch */
    struct link_view view; /* writes into the batch's arena */
    struct bounds bounds;
    int64_t rows;
    int64_t counts[IMPORT_STATUSES];
    int64_t noted;                /* rows whose UTM values something is to be said of */
    str unknown[CSV_COLUMNS_MAX]; /* what the head calls columns that mean nothing to us */
    size_t unknown_count;
};

/* import_input.c: takes over the body (a copy, or the file again), reads the header. ERR_INVALID, ERR_MALFORMED. */
enum err import_input_open(struct import *self, const struct request *request, struct fault *fault);
/* The next row that is not blank, numbered; false at the end. Only `err` and `fault` are set for one that cannot be
 * read. */
bool import_input_next(struct import *self, struct import_item *item);
void import_input_close(struct import *self);

#endif
