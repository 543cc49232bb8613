/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_INGEST_TARGETS_H
#define LINKPOND_SRC_ENGINE_INGEST_TARGETS_H

#include "linkpond/engine/live_places.h"
#include "linkpond/model/click_row.h"
#include "linkpond/model/record.h"
#include "linkpond/store/targets.h"

/* What a batch of clicks says of targets, gathered and stored in the batch's own transaction, so that each click counts
 * once in the hour it happened. */
#define INGEST_TARGETS_MAX 256 /* targets, hours and channels of one batch; more are stored before its end */
struct ingest_targets {
    struct ingest_target_hour {
        int64_t target_id, hour_ms;
        int64_t channel_term; /* else its text, which is seen for the first time */
        char channel[LIMIT_TAG];
        size_t channel_len;
        struct target_figures figures;
    } hours[INGEST_TARGETS_MAX];
    size_t count;
};
/* Before the first click of a transaction. */
void ingest_targets_begin(struct ingest_targets *self);
/* Most clicks have no target and cost nothing here. first_there: this visitor's first at the target, by the day's
 * pseudonyms. */
enum err ingest_targets_count(struct ingest_targets *self, struct db *db, struct live_places *places,
                              const struct record *record, const struct click_row *row, bool first_there);
enum err ingest_targets_store(struct ingest_targets *self, struct db *db);

#endif
