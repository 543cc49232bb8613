/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_INGEST_H
#define LINKPOND_ENGINE_INGEST_H

#include "linkpond/base/zone.h"
#include "linkpond/engine/journal.h"
#include "linkpond/engine/recognition.h"
#include "linkpond/store/db.h"

/*
 * Journal records to ledger rows: who asked, where from, which visitor, which texts. At most LIMIT_CLICK_BATCH rows a
 * transaction together with the journal positions they bring the ledger to: after a crash either both are there or
 * neither, so every record becomes a row exactly once. Writer thread only.
 */
struct ingest;
struct geo;
struct live_places;
struct ingest_opts {
    struct db *db;
    struct journal *journal;
    struct recognition rules;   /* lent */
    struct geo *geo;            /* NULL = none */
    struct live_places *places; /* NULL = none */
    const struct zone *zone;
    unsigned node;
    int64_t repeat_window_ms;
    int64_t started_ms; /* a repeated request id is a duplicate for a minute from here */
    const char *path;   /* of the database, for a thread that reads days of more clicks than that; NULL = none does */
    int64_t day_clicks;
};
/* Tells the journal where the ledger stands. */
enum err ingest_open(const struct ingest_opts *opts, struct ingest **out);
/* No batch comes any more; what works beside it ends. */
void ingest_end(struct ingest *self);
void ingest_free(struct ingest *self);
void ingest_set_rules(struct ingest *self, const struct recognition *rules);

struct ingest_batch {
    size_t rows; /* committed */
    bool more;   /* the batch was full: there may be more in the journal */
    uint64_t by_class[CLASS_COUNT];
};
/* On an error nothing happened, and the same records come again. ERR_UNAVAILABLE: nothing is wrong, but a day's
 * visitors are still being read; look again in a moment. */
enum err ingest_run(struct ingest *self, int64_t now_ms, struct ingest_batch *out);
/* Hourly: forgets old visitors (a transaction of its own). */
enum err ingest_expire(struct ingest *self, int64_t now_ms);

#endif
