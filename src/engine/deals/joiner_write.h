/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_DEALS_JOINER_WRITE_H
#define LINKPOND_SRC_ENGINE_DEALS_JOINER_WRITE_H

#include "joiner_batch.h"

/* What a round writes once it knows whose clicks are whose: touches, and that the events are settled. */
struct join_work {
    struct join_round *round;
    struct join_batch batch;
    size_t from, to;            /* of the events a task is about */
    const struct join_hit *hit; /* where the next task of touches begins */
    uint64_t joined, unmatched, touches;
};
/* All of an event's touches in a row: whose it is by then is asked once for them. ERR_NOMEM. */
enum err join_sort_hits(struct join_batch *batch);

/* Tasks of the writer; arg is the work. */
/* Some touches, from work->hit on, which then stands where the next task begins; NULL = there are no more. */
enum err join_put_touches(struct db *db, void *arg, struct fault *fault);
/* Events from work->from to before work->to. */
enum err join_settle(struct db *db, void *arg, struct fault *fault);

#endif
