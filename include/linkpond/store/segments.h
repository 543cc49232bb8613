/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_SEGMENTS_H
#define LINKPOND_STORE_SEGMENTS_H

#include "linkpond/store/db.h"

/* How far each journal segment is ingested into the ledger and folded into the sums, and the time range of its clicks,
 * so that a report skips what cannot matter. The id is a click id without its low 17 bits (node and segment). */
#define SEGMENT_CLICK_BITS 17
struct segment {
    int64_t id;
    int64_t ingested_to; /* byte offset; all records before it are rows */
    int64_t folded_to;   /* byte offset; all rows before it are in the sums */
    bool closed;         /* nothing more will be appended */
    int64_t rows;
    int64_t min_ms, max_ms; /* TIME_NONE when it has no rows */
};
int64_t segment_id_of_click(int64_t click_id);
/* First and last click id a segment can hold, both included. */
int64_t segment_first_click(int64_t segment_id);
int64_t segment_last_click(int64_t segment_id);

/* After a batch, in its transaction: sets ingested_to and closed, adds rows, widens the range. Makes the row. */
enum err segments_ingested(struct db *db, int64_t id, int64_t ingested_to, bool closed, int64_t rows, int64_t min_ms,
                           int64_t max_ms);
enum err segments_folded(struct db *db, int64_t id, int64_t folded_to); /* ERR_NOT_FOUND */
/* Everything is to be folded anew. */
enum err segments_unfold_all(struct db *db);
/* Retention or a purge took rows away. */
enum err segments_rows_removed(struct db *db, int64_t id, int64_t rows);

/* By id; lent values are plain numbers. */
struct stmt *segments_each(struct db *db);
/* Only those with clicks in [from, to), and only the ones not wholly folded when unfolded. */
struct stmt *segments_each_in(struct db *db, int64_t from_ms, int64_t to_ms);
struct stmt *segments_each_unfolded(struct db *db);
bool segments_next(struct stmt *rows, struct segment *out);

#endif
