/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_WRITER_PRIVATE_H
#define LINKPOND_ENGINE_WRITER_PRIVATE_H

#include <pthread.h>
#include <time.h>

#include "ingest.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/checkpoint.h"
#include "linkpond/engine/writer.h"

/*
 * What the writer's thread (writer.c) and those who ask of it (writer_submit.c) share. One lock guards the queue, the
 * tickets and the figures; it is never held while the database works. Submitters wait on one condition; each has its
 * task on its own stack.
 */

struct pending {
    const struct writer_task *task;
    struct fault *fault;
    struct pending *next;
    enum err err;
    bool done;
};
struct writer {
    struct writer_opts opts;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    /* under the lock */
    struct pending *first, **last;
    size_t waiting;
    uint64_t drain_wanted, drain_done;
    bool stopping, set_rules;
    struct recognition new_rules;
    struct writer_stats stats;
    /* the thread's own */
    struct giving_way giving_way; /* hurried, set under the lock, while a task waits */
    atomic_bool edit_waits;       /* likewise, while one does for which somebody waits */
    struct ingest *ingest;
    struct checkpoint checkpoint;
    struct recognition own_rules; /* empty: the ones lent at the start are in use */
    int64_t
        edited_ns; /* when a task was done that somebody waits for, or a fold or a seal gave way to one; 0 = never */
    int64_t unfolded, unfolded_since_ns, fold_cost_ns;
    bool fold_failing;
    int64_t unsealed; /* in the sums and in the tail, about */
    int64_t seal_looked_ns, seal_retry_at_ns;
    bool seal_failing;
    int64_t expired_ns;
    int64_t retry_ns, retry_at_ns; /* 0 = all is well */
    size_t batch_rows;             /* of the last batch */
    bool more;                     /* the journal holds more than the last batch took */
    bool day_is_read;              /* which the next batch waits for */
};

#endif
