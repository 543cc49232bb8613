/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_HELPER_H
#define LINKPOND_ENGINE_REPORT_HELPER_H

#include <stdatomic.h>

#include "linkpond/engine/report_second.h"
#include "report_columns.h"

/*
 * Chunks of one question, taken by two threads from both ends: each reads days of its own, so that what it counts with
 * stays in its core's cache and few visitors are met by both.
 */
struct chunk_queue {
    const struct chunk_info *items;
    size_t count;
    struct link_traits *traits; /* for both; of two only who has the question loads them */
    bool by_runs, late;
    _Atomic size_t taken;
    _Atomic bool failed; /* by either: the other may stop */
};
/* The part of who starts at the beginning, or at the end. */
enum err report_scan_queue(struct report_tally *tally, struct db *db, struct chunk_queue *queue, bool from_end);

/* The helper's part of a question: everything of its own but the queue and the question. */
struct report_share {
    struct report_second second;
    struct db *db;
    const struct report_query *query;
    struct chunk_queue *queue;
    struct arena arena;
    struct report_match match;
    struct report_tally tally;
    struct report report;
    struct fault fault;
    enum err err;
    struct late_question *late;         /* not NULL: only visitors are asked for now, one step of it */
    struct visitors_question *question; /* not NULL: only to be counted by, now that chunks are read */
    struct visitors_count counted;
};

/* Sets the helper to work on a share; the share lives until report_helper_wait has returned. */
void report_share_begin(struct report_helper *self, struct report_share *share);

/* report_once.c: counts the visitors that were noted, with who helped (NULL = nobody did), whose groups are these here.
 */
enum err report_once(struct report_tally *tally, uint32_t *theirs, struct report_helper *helper,
                     struct report_share *share);

#endif
