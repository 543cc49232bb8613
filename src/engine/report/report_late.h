/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_LATE_H
#define LINKPOND_ENGINE_REPORT_LATE_H

#include "linkpond/store/chunks.h"

/*
 * Visitors, after clicks: a table of one dimension shows the first few of what may be a million groups, and which these
 * are is known when all clicks are counted. So chunks are read for their clicks first; which of their rows count, and
 * what group each value has, is kept; then only visitors and the column of the groups are read, and who was seen is
 * added where it is shown (report_shown.h). Noting each visitor at each group meanwhile (report_visitors.h) took half
 * as much processor time again, most of it for groups that nobody sees. Bounded: 512 MiB a thread; a bit a row and four
 * bytes a value of a chunk's dictionary.
 */
struct late_chunk {
    const struct chunk_info *info; /* lent: as long as the list of chunks */
    uint64_t *rows;                /* a bit each: 1 = it counts */
    uint32_t *ordinals;            /* by code, or by each row that counts (CHUNK_PLAIN); NULL: groups follow links */
    size_t ordinals_count;
};
/* A click that is in no chunk. */
struct late_visit {
    int64_t visitor;
    uint32_t place; /* its group, or its link */
    uint8_t by;
};
struct report_late {
    bool wanted;
    struct arena memory;
    struct late_chunk *chunks;
    size_t chunks_count, chunks_cap;
    struct late_visit *visits;
    size_t visits_count, visits_cap;
};
void report_late_init(struct report_late *self);
void report_late_done(struct report_late *self);
bool report_late_visit(struct report_late *self, const struct late_visit *visit); /* false: too many */

struct report_tally;
struct report_columns;
struct report_helper;
struct report_share;
struct late_question;
/* Can this question be answered so? */
bool report_late_can(const struct report_tally *tally);
/* Of a chunk being read: its rows that `keep` says count; then the ordinals of its values. */
enum err report_late_keep_rows(struct report_columns *self);
enum err report_late_keep_ordinals(struct report_columns *self, const uint32_t *ordinals, size_t count);
/* Once all clicks are counted. theirs: of the helper's groups the ones here; share: of who helps; NULL = alone. */
enum err report_late_count(struct report_tally *tally, const uint32_t *theirs, struct report_helper *helper,
                           struct report_share *share);
/* The helper's part of either step. */
enum err report_late_help(struct late_question *question, struct db *db);

/* report_chunk_visitors.c: adds the visitors of all rows that are 1 in `rows`, at places by row. All rows are left. */
struct report_shown;
enum err report_chunk_shown(struct report_columns *self, const uint64_t *rows, const uint16_t *places,
                            struct report_shown *shown);

#endif
