/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_SEGMENTS_H
#define LINKPOND_STORE_SEGMENTS_H

#include "linkpond/store/db.h"

/* How far each journal segment is ingested into the ledger, folded into the sums and sealed into chunks, and the time
 * range of its clicks in the tail, so that a report skips what cannot matter. sealed_to <= folded_to <= ingested_to.
 * The id is a click id without its low 17 bits (node and segment). */
#define SEGMENT_CLICK_BITS 17
struct segment {
    int64_t id;
    int64_t ingested_to;    /* byte offset; all records before it are rows */
    int64_t folded_to;      /* byte offset; all rows before it are in the sums */
    int64_t sealed_to;      /* byte offset; all rows before it are in chunks, all behind it in the tail */
    bool closed;            /* nothing more will be appended */
    int64_t rows;           /* in the tail */
    int64_t min_ms, max_ms; /* of these at least; TIME_NONE when there are none */
};
int64_t segment_id_of_click(int64_t click_id);
/* First and last click id a segment can hold, both included. */
int64_t segment_first_click(int64_t segment_id);
int64_t segment_last_click(int64_t segment_id);

/* After a batch, in its transaction: sets ingested_to and closed, adds rows, widens the range. Makes the row. */
enum err segments_ingested(struct db *db, int64_t id, int64_t ingested_to, bool closed, int64_t rows, int64_t min_ms,
                           int64_t max_ms);
enum err segments_folded(struct db *db, int64_t id, int64_t folded_to); /* ERR_NOT_FOUND */
/* `rows` of its clicks went into a chunk, up to that offset. */
enum err segments_sealed(struct db *db, int64_t id, int64_t sealed_to, int64_t rows);
/* 0 when there is no such segment. */
enum err segments_sealed_to(struct db *db, int64_t id, int64_t *sealed_to);
/* Everything in the tail is to be folded anew. */
enum err segments_unfold_all(struct db *db);
/* Retention or a purge took rows away. */
enum err segments_rows_removed(struct db *db, int64_t id, int64_t rows);

/* By id; lent values are plain numbers. */
struct stmt *segments_each(struct db *db);
/* Only those with clicks in [from, to), and only the ones not wholly folded when unfolded. */
struct stmt *segments_each_in(struct db *db, int64_t from_ms, int64_t to_ms);
struct stmt *segments_each_unfolded(struct db *db);
/* Those with clicks that are in the sums and in no chunk, by time. */
struct stmt *segments_each_unsealed(struct db *db);
bool segments_next(struct stmt *rows, struct segment *out);

#endif
