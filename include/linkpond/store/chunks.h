/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CHUNKS_H
#define LINKPOND_STORE_CHUNKS_H

#include "linkpond/model/chunk.h"
#include "linkpond/store/db.h"

/*
 * The sealed part of the ledger: clicks that left the tail, a blob for each column of a chunk (model/chunk.h). A click
 * is in the tail or in one chunk. Chunks never change: what takes rows away writes a new one.
 */
struct chunk_info {
    int64_t id, rows;
    struct chunk_bounds bounds;
    int64_t bytes; /* of its columns */
    bool folded;   /* its rows are in the sums */
    int64_t seq;   /* place in the order of sealing, which a chunk written anew takes over; unique */
};
/* By id; the `in` form only those that reach into [from, to), the `with` form those whose range of ids holds this one.
 */
struct stmt *chunks_each(struct db *db);
struct stmt *chunks_each_in(struct db *db, int64_t from_ms, int64_t to_ms);
struct stmt *chunks_each_unfolded(struct db *db);
struct stmt *chunks_each_with(struct db *db, int64_t click_id);
bool chunks_next(struct stmt *rows, struct chunk_info *out);
/* All of them at once, so that chunks can be touched meanwhile. `out` begins as zeros; `items` go to free(), after an
 * error too. ERR_NOMEM. */
struct chunk_list {
    struct chunk_info *items;
    size_t count, cap;
};
enum err chunks_list(struct stmt *rows, struct chunk_list *out);
enum err chunks_find(struct db *db, int64_t id, struct chunk_info *out); /* ERR_NOT_FOUND */
/* The first with a seq in (after_seq, seq_end]; ERR_NOT_FOUND: there is none (any more). */
enum err chunks_find_behind(struct db *db, int64_t after_seq, int64_t seq_end, struct chunk_info *out);
/* How many there are and the highest seq; zeros when there are none. */
enum err chunks_extent(struct db *db, int64_t *count, int64_t *seq_end);

/* Opens these columns (CHUNK_BITs), with their bytes in the arena. May go on: a chunk with some columns open takes more
 * by chunks_load_more. ERR_CORRUPT: one is missing or damaged; ERR_NOMEM: the arena is full. */
enum err chunks_load(struct db *db, const struct chunk_info *info, uint64_t columns, struct arena *arena,
                     struct chunk *out);
enum err chunks_load_more(struct db *db, struct chunk *chunk, uint64_t columns);

/* Reads a few rows of chunks, columns not whole (chunk_open_some). Inside a transaction. */
struct chunk_parts {
    struct chunk_source source;
    struct db *db;
    uint8_t *bytes; /* of the part read last */
    size_t cap;
};
void chunk_parts_init(struct chunk_parts *self, struct db *db);
void chunk_parts_done(struct chunk_parts *self);
enum err chunks_find_link(struct chunk_parts *self, const struct chunk_info *info, int64_t link_id, size_t *from,
                          size_t *to);
/* Columns of rows from `from` on, as many as the chunk was initialised with; may go on, as chunks_load_more. */
enum err chunks_load_some(struct chunk_parts *self, struct chunk *chunk, size_t all_rows, size_t from,
                          uint64_t columns);
/* A column that is not stored: ERR_CORRUPT unless the chunk is older than the column. */
enum err chunks_open_missing(struct db *db, struct chunk *chunk, enum chunk_column column);

/* Inside the caller's transaction. What the builder holds, sorted. */
enum err chunks_insert(struct db *db, const struct chunk_builder *builder, const struct chunk_bounds *bounds,
                       bool folded, int64_t *id);
/* The builder's rows (sorted; bounds NULL = none: it only goes) in the place of that chunk. */
enum err chunks_replace(struct db *db, const struct chunk_info *info, const struct chunk_builder *builder,
                        const struct chunk_bounds *bounds);
/* The same in two parts, so that a transaction need not wait for the first: a sorted builder's blobs, then these in the
 * place of that chunk (blobs NULL = it only goes). The blobs are told their chunk's id then. */
struct chunk_blobs {
    int64_t rows;
    struct chunk_bounds bounds;
    struct buf bytes;
    size_t ends[CHUNK_COLUMNS];
};
enum err chunk_blobs_make(struct chunk_blobs *self, const struct chunk_builder *builder,
                          const struct chunk_bounds *bounds);
void chunk_blobs_done(struct chunk_blobs *self);
enum err chunks_replace_by_blobs(struct db *db, const struct chunk_info *info, struct chunk_blobs *blobs);
enum err chunks_delete(struct db *db, int64_t id);
/* Two chunks become one. */
enum err chunks_merge(struct db *db, const struct chunk_info *first, const struct chunk_info *second, uint64_t seed);
enum err chunks_set_folded(struct db *db, int64_t id);
/* Everything is to be folded anew. */
enum err chunks_unfold_all(struct db *db);

/* Reads everything: OK, or ERR_CORRUPT with the first chunk in the fault that is not as it was written or holds clicks
 * that are in the tail. */
enum err chunks_verify(struct db *db, struct fault *fault);

#endif
