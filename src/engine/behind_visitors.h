/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_BEHIND_VISITORS_H
#define LINKPOND_ENGINE_BEHIND_VISITORS_H

/* For the calling thread and for good: on a busy core a visitor waits for the end of its time slice, so it asks for
 * little time (nice 10) but for small slices (Linux 6.12 and later: sched_setattr(2), sched_runtime of a normal task).
 * Without either things only are less fair. */
void step_behind_visitors(void);

#endif
