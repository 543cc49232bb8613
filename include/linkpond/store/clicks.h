/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICKS_H
#define LINKPOND_STORE_CLICKS_H

#include "linkpond/model/chunk.h"
#include "linkpond/model/click_pack.h"
#include "linkpond/store/db.h"

/*
 * The ledger's tail (store/chunks.h is the rest): clicks in order of id, packed into batches (model/click_pack.h) that
 * are appended and never span two journal segments; no secondary index (one costs 8-17 us a click).
 */

/*
 * Writing. Of a segment one batch is open at a time, of several segments several may be; one is stored when it is full,
 * when it is given another segment's click and by click_batch_flush, which belongs before the commit. The last batch of
 * a segment is gone on with while it is small, so a quiet pond's batches grow over many transactions. Nothing is kept
 * from one transaction to the next: begin each with click_batch_init, and a rollback needs nothing.
 */
struct click_batch {
    struct click_pack pack;
    int64_t segment_id; /* being written; -1 = none */
    int64_t stored_to;  /* the highest id of that segment that is stored or in the pack */
    bool stored;        /* the pack is a row already, to be replaced */
    bool changed;       /* the pack holds what is not stored */
};
void click_batch_init(struct click_batch *self);
/* Ids of a segment rise. ERR_CONFLICT: that click, or a later one of its segment, is there (the journal was read
 * again). Texts need to live only during the call. */
enum err click_batch_add(struct click_batch *self, struct db *db, const struct click_row *row);
enum err click_batch_flush(struct click_batch *self, struct db *db);

/*
 * A scan of ids [from_id, to_id] in order. `columns`: bits of the values that will be asked for; those that are not are
 * passed over unread. CLICK_WITH_IP asks for the address. One scan of a handle and direction at a time; end it by
 * reading on until false, or by stmt_reset(scan.rows). A damaged batch ends it with ERR_CORRUPT.
 *
 *     struct clicks_scan scan;
 *     clicks_scan(&scan, db, from, to, false, CLICK_BIT(CLICK_APP));
 *     while (clicks_scan_next(&scan)) { … scan.facts … clicks_scan_value(&scan, CLICK_APP) … }
 *     err = stmt_err(scan.rows);
 */
#define CLICK_WITH_IP (UINT64_C(1) << 63)
struct clicks_scan {
    struct stmt *rows;
    struct click_facts facts; /* of the current click */
    uint64_t columns;
    int64_t from_id, to_id;
    bool descending, in_batch;
    struct click_value values[CLICK_COLUMNS]; /* of the current click, those announced */
    struct click_pack_reader batch;
    const struct chunk *chunk; /* NULL: the tail */
    size_t row, row_end;       /* the chunk's next one; behind the last */
    char hex[CLICK_COLUMNS + 1][CHUNK_HEX_MAX];
};

void clicks_scan(struct clicks_scan *self, struct db *db, int64_t from_id, int64_t to_id, bool descending,
                 uint64_t columns);
/* The same over rows [from_row, to_row) of a chunk that has CHUNK_FACTS and the announced columns open, in its order.
 * It cannot fail, has no statement (scan.rows is NULL) and may be left at any time. */
void clicks_scan_chunk(struct clicks_scan *self, const struct chunk *chunk, size_t from_row, size_t to_row,
                       uint64_t columns);
/* Bits of enum chunk_column that such a scan needs. */
uint64_t clicks_scan_chunk_columns(uint64_t columns);
bool clicks_scan_next(struct clicks_scan *self);
/* Goes on to that click if it stands ahead in the batch being read, which costs a fraction of another scan. False: it
 * does not; begin another scan. */
bool clicks_scan_skip_to(struct clicks_scan *self, int64_t id);
/* Of the current click; text lent until the next step. Asking for a column that was not announced is a bug. */
struct click_value clicks_scan_value(const struct clicks_scan *self, enum click_column column);
str clicks_scan_ip(const struct clicks_scan *self);
/* All of it, when everything and the address were announced. */
void clicks_scan_row(const struct clicks_scan *self, struct click_row *out);

/* A link's clicks in the tail, all of which is read; what chunks hold of it is taken out by engine/rewriter.h. */
enum err clicks_delete_link_of_tail(struct db *db, int64_t link_id, int64_t *deleted);
/* Ids [from, to] of the tail. */
enum err clicks_delete_range(struct db *db, int64_t from_id, int64_t to_id, int64_t *deleted);
/* Of the tail and of chunks. */
enum err clicks_count(struct db *db, int64_t *count);
/* Reads everything: OK, or ERR_CORRUPT with the first batch or chunk in the fault that is not as it was written. */
enum err clicks_verify(struct db *db, struct fault *fault);

#endif
