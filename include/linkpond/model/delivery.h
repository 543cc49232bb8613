/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_DELIVERY_H
#define LINKPOND_MODEL_DELIVERY_H

#include "linkpond/base/zone.h"

/* When a notice goes out: again after a failure, not too many at once, not at night. */

/* Tries of one notice. The waits between them are those of Standard Webhooks (standardwebhooks.com, "Retry schedule"):
 * at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
#define DELIVERY_TRIES 10
/* How long after that many failed tries (1 …) comes the next: up to a tenth longer, by `entropy`, so that what failed
 * together does not come back together. -1: no more, it is dead. */
int64_t delivery_wait_ms(int64_t tries, uint64_t entropy);
/* An answer "not now" is no failed try; but what could not be told for so long is dead as well. */
#define DELIVERY_KEEP_MS (4 * MS_PER_DAY)

/* At most 20 in any 60 seconds: PACE_BURST at once, then one each PACE_EVERY_MS (the generic cell rate algorithm). The
 * state is one instant, 0 at first, that the caller keeps. */
#define PACE_BURST    5
#define PACE_EVERY_MS 4000
/* How many may go now, one after the other. */
unsigned pace_allows(int64_t state_ms, int64_t now_ms);
/* The first instant at which one may go; now_ms when that is now. */
int64_t pace_next_ms(int64_t state_ms, int64_t now_ms);
/* The state after one went. */
int64_t pace_charge(int64_t state_ms, int64_t now_ms);

/* Quiet hours: minutes of the day in a zone, [from, to), over midnight when from > to; from == to = none. */
struct quiet_hours {
    int from_min, to_min;
    const struct zone *zone;
};
bool quiet_at(const struct quiet_hours *self, int64_t now_ms);
/* The first whole minute that is not quiet; now_ms when now is not. A time of the day that a clock change leaves out
 * counts as over when the clock has jumped past it. */
int64_t quiet_until_ms(const struct quiet_hours *self, int64_t now_ms);

#endif
