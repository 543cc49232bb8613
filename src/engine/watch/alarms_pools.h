/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_ALARMS_POOLS_H
#define LINKPOND_SRC_ENGINE_ALARMS_POOLS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/zone.h"
#include "linkpond/store/outbox.h"

/* What is to be told of live codes: every target that is nearly full (80 %), full, ends within a day or has ended, each
 * once until it is replaced or its end is moved; of a cap on a day or hour once a day; and every pool in which nothing
 * is open, once a day while that lasts. What is still so when the outbox has let go of the notice, after a month, is
 * told once more. Days are the zone's. */
struct pool_alarm {
    struct notice notice; /* texts in the arena */
    char dedupe[LIMIT_DEDUPE];
};
struct pool_alarms {
    struct pool_alarm *items;
    size_t count, cap;
};
/* On a read handle. */
enum err pool_alarms_find(struct db *db, struct arena *arena, const struct zone *zone, int64_t now_ms,
                          struct pool_alarms *out);

#endif
