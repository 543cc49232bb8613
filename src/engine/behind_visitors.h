/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_BEHIND_VISITORS_H
#define LINKPOND_ENGINE_BEHIND_VISITORS_H

#include "linkpond/store/db.h"

/* For the calling thread and for good: on a busy core a visitor waits for the end of its time slice, so it asks for
 * little time (nice 10) but for small slices (Linux 6.12 and later: sched_setattr(2), sched_runtime of a normal task).
 * Without either things only are less fair. */
void step_behind_visitors(void);

/* To whoever waits for this core: a redirect thread that never sleeps never wakes up, and so preempts nobody, and the
 * kernel looks at slices only at its ticks, up to 4 ms later. */
void give_way(void);

/* For the steps of long work: gives way once the thread had its core for a slice. */
struct giving_way {
    struct breather breather; /* of the thread's handle */
    int64_t since_ns;
};
void giving_way_init(struct giving_way *self);

#endif
