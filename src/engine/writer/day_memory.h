/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_DAY_MEMORY_H
#define LINKPOND_ENGINE_DAY_MEMORY_H

#include <stdatomic.h>

#include "linkpond/base/idmap.h"
#include "linkpond/base/zone.h"
#include "linkpond/model/click.h"
#include "linkpond/store/db.h"

/*
 * What pseudonyms.c remembers of one day and finds again after a restart: which hash has which number, and when each
 * visitor was last seen at each link and target. Not thread-safe; may be handed from one thread to another.
 */
#define PSEUDONYM_DENSE_MAX (INT64_C(1) << 39) /* numbers from here on are hashes */

struct day_memory {
    int64_t day, start_ms, end_ms; /* a civil day of the zone: [start, end) */
    struct idmap_parts numbers;    /* hash -> number */
    struct idmap_parts pairs;      /* (visitor, link or target) -> last PV, ms */
};
/* Empty; at most pairs_max of either. */
void day_memory_init(struct day_memory *self, const struct zone *zone, int64_t day, size_t pairs_max);
void day_memory_done(struct day_memory *self);

/* Keys of pairs. */
uint64_t day_memory_visitor(int64_t number, enum visitor_by by);
uint64_t day_memory_target(int64_t target_id);

/* How many clicks reading it looks at. */
enum err day_memory_work(const struct day_memory *self, struct db *db, int64_t *clicks);
/* From the day's visitors and clicks as they are stored; in a transaction. Up to a microsecond a click; breathes.
 * ERR_UNAVAILABLE: *give_up was set meanwhile (NULL = never). */
enum err day_memory_read(struct day_memory *self, struct db *db, const atomic_bool *give_up);

#endif
