/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_ALARMS_POOLS_H
#define LINKPOND_SRC_ENGINE_ALARMS_POOLS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/outbox.h"

/* What is to be told of live codes: every target that is nearly full (80 %), full, ends within a day or has ended, each
 * once until it is replaced or its end is moved; and every pool in which nothing is open, once a day while that lasts.
 */
struct pool_alarm {
    struct notice notice; /* texts in the arena */
    char dedupe[LIMIT_DEDUPE];
};
struct pool_alarms {
    struct pool_alarm *items;
    size_t count, cap;
};
/* On a read handle. `day`: names the day for what is told once a day. */
enum err pool_alarms_find(struct db *db, struct arena *arena, int64_t now_ms, int64_t day, struct pool_alarms *out);

#endif
