/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_WRITER_H
#define LINKPOND_ENGINE_WRITER_H

#include "linkpond/engine/journal.h"
#include "linkpond/engine/recognition.h"
#include "linkpond/store/db.h"

/*
 * The one thread that writes: API writes as tasks first, then at most LIMIT_CLICK_BATCH clicks per transaction with
 * their journal positions, folding of rows into the sums, sealing of folded rows into chunks, and every checkpoint.
 * Nice 10, so that visitors come first.
 */
struct writer;
struct cache;
struct live_places;
struct geo;

/* A task runs inside one durable transaction on the writer thread; an error rolls it back. `published` (may be NULL)
 * runs after the commit, still on the writer thread, to put what changed into the cache; then the cache is synchronised
 * and the submitter wakes. */
struct writer_task {
    enum err (*run)(struct db *db, void *arg, struct fault *fault);
    void (*published)(void *arg);
    void *arg;
    bool relaxed; /* a power cut may take it back: of work that would be done again */
};
struct writer_opts {
    struct db *db;    /* the read-write handle, owned by the writer from start to stop */
    const char *path; /* of its database, copied; NULL = the writer reads days of any size itself */
    struct journal *journal;
    struct cache *cache;
    struct recognition rules;   /* lent */
    struct live_places *places; /* which links know their visitors; NULL = none */
    struct geo *geo;            /* where addresses are; NULL = nobody knows */
    const char *zone_name;      /* the install's zone: when the visitor salt turns */
    unsigned node;              /* the journal's */
    int64_t repeat_window_ms;
    int64_t fold_rows;  /* rows of the tail before they are folded into the sums */
    int64_t chunk_rows; /* folded rows of the tail before they are sealed into a chunk; 0 = never */
    int64_t day_clicks; /* the visitors of a day of more are read by a thread of its own, for which no task waits */
};
enum err writer_start(const struct writer_opts *opts, struct writer **out, struct fault *fault);
/* Finishes queued tasks, ingests what is journalled, checkpoints, ends the thread. While a large day is still being
 * read clicks stay in the journal, for the next start. */
void writer_stop(struct writer *self);
/* Blocks until the task's transaction is committed and published. ERR_UNAVAILABLE when the queue is full or the writer
 * stops. Any thread but the writer's own. */
enum err writer_submit(struct writer *self, const struct writer_task *task, struct fault *fault);
/* Blocks until all that was appended before the call is ingested and in the sums (or timeout_ms passed:
 * ERR_UNAVAILABLE). */
enum err writer_drain(struct writer *self, int64_t timeout_ms);
/* SIGHUP: new recognition rules, used from the next batch. Takes ownership. */
void writer_set_rules(struct writer *self, const struct recognition *rules);

struct writer_stats {
    uint64_t ingested, by_class[CLASS_COUNT], tasks, batches, folded, folds, sealed, duplicates;
    int64_t last_commit_ms;
    int64_t at_end_ns; /* monotonic: all that was journalled before is ingested; 0 = not once yet */
    int64_t wal_bytes;
    bool disk_full; /* the last batch could not be committed */
};
void writer_stats(const struct writer *self, struct writer_stats *out);

#endif
