/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LEDGER_H
#define LINKPOND_ENGINE_LEDGER_H

#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"

/*
 * All clicks wherever they are, in the tail's segments or in chunks, each once, in no particular order. The caller
 * holds a transaction, so that none moves meanwhile.
 */
#define LEDGER_CHUNK_BYTES ((size_t)256 << 20) /* memory for the columns of one chunk: texts and all */

enum ledger_part { LEDGER_ALL, LEDGER_FOLDED, LEDGER_UNFOLDED, LEDGER_TAIL };
struct ledger_range {
    enum ledger_part part; /* in the sums, or not yet; not in chunks */
    bool of_link;          /* only link_id's */
    int64_t link_id;
    int64_t from_ms, to_ms; /* only to skip what has nothing in it: ask each click's time too */
    uint64_t columns;       /* as clicks_scan wants them */
};
#define LEDGER_FOR_EVER .from_ms = INT64_MIN, .to_ms = INT64_MAX
/* Stops at the first error of `each` and returns it. */
enum err ledger_each(struct db *db, const struct ledger_range *range,
                     enum err (*each)(void *arg, const struct clicks_scan *scan), void *arg);
/* The same of one chunk. */
enum err ledger_chunk_each(struct db *db, const struct chunk_info *info, const struct ledger_range *range,
                           enum err (*each)(void *arg, const struct clicks_scan *scan), void *arg);
/* How many rows ledger_each looks at for that time: no fewer clicks than there are. */
enum err ledger_rows_in(struct db *db, int64_t from_ms, int64_t to_ms, int64_t *rows);

#endif
