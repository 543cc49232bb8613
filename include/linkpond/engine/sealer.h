/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_SEALER_H
#define LINKPOND_ENGINE_SEALER_H

#include <stdatomic.h>

#include "linkpond/store/db.h"

/*
 * Clicks that are in the sums move from the tail into chunks (docs/decisions/0011). On the writer thread; each call is
 * one transaction of its own, well under 100 ms, so look at what waits between two.
 */
struct sealing {
    size_t rows;    /* clicks that went into a chunk; 0 = nothing was due */
    size_t waiting; /* in the tail and in the sums, as far as was looked: at most about chunk_rows */
};
/* The earliest chunk_rows clicks become a chunk, or all there are when one of them is older than old_ms.
 * ERR_UNAVAILABLE: *give_up (NULL: never) was set meanwhile; nothing was changed. */
enum err sealer_run(struct db *db, size_t chunk_rows, int64_t old_ms, const atomic_bool *give_up, struct sealing *out);
/* The same inside the caller's transaction. */
enum err sealer_seal(struct db *db, size_t chunk_rows, int64_t old_ms, struct sealing *out);
/* Two neighbours in time, each under a quarter of chunk_rows, become one. *merged = false: there are none, or
 * history is being written anew, which goes by chunks. */
enum err sealer_merge(struct db *db, size_t chunk_rows, bool *merged);

/* About how many clicks are in the tail. */
enum err sealer_backlog(struct db *db, int64_t *rows);

#endif
