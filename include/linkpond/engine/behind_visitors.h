/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_BEHIND_VISITORS_H
#define LINKPOND_ENGINE_BEHIND_VISITORS_H

#include <stdatomic.h>

#include "linkpond/store/db.h"

/*
 * A thread for whom no visitor waits asks for little time (nice 10) and for small slices (Linux 6.12 and later:
 * sched_setattr(2), sched_runtime of a normal task), because on a busy core a visitor waits for the end of one. Without
 * either things only are less fair. Both are for good.
 */
void step_behind_visitors(void);

/* To whoever waits for this core: a redirect thread that never sleeps never wakes up, and so preempts nobody, and the
 * kernel looks at slices only at its ticks, up to 4 ms later. */
void give_way(void);

/* Steps behind visitors, and between the steps of what the thread does with the handle until the end, gives way once it
 * had its core for a slice. Zeroed before. */
struct giving_way {
    struct breather breather;
    struct breather *before; /* of a caller's caller */
    int64_t since_ns;
    atomic_bool hurried;
};
void giving_way_begin(struct giving_way *self, struct db *db);
void giving_way_end(struct giving_way *self, struct db *db);
/* Any thread: somebody waits for what it does, or nobody does any more. It then keeps its core longer, though not to
 * the tick. */
void giving_way_hurry(struct giving_way *self, bool hurried);

#endif
