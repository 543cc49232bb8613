/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_ALARMS_POOLS_H
#define LINKPOND_SRC_ENGINE_ALARMS_POOLS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/zone.h"
#include "linkpond/store/outbox.h"

/* What is to be told of live codes: every target that is nearly full (80 %), full, ends within a day or has ended, each
 * once until it is replaced, its cap is another or its end is moved; of a cap on a day or hour once a day; and every
 * pool in which nothing is open, once until its targets change, or once a day where another day opens it again. Each is
 * found at every look as long as it is so: its name is what it is told once by (store/outbox.h). Days are the zone's.
 */
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
