/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_DEALS_JOINER_BATCH_H
#define LINKPOND_SRC_ENGINE_DEALS_JOINER_BATCH_H

#include "joiner_private.h"

#define JOIN_EVENTS_MAX 1024

/* Joins waiting events with ids up to to_id, at most JOIN_EVENTS_MAX of them. All clicks that were answered before
 * these came, and before settled_ms, are in the ledger. *full: more may wait. */
struct join_round {
    struct writer *writer;
    struct db *db; /* for reading */
    struct join_chunks *known;
    struct arena *arena;
    int64_t to_id, settled_ms;
    /* What came of it: */
    bool full;
    uint64_t joined, unmatched, touches;
};
enum err join_round_run(struct join_round *self);

#endif
