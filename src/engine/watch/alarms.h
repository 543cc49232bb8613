/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_ALARMS_H
#define LINKPOND_SRC_ENGINE_ALARMS_H

#include "linkpond/engine/engine.h"

/* What an operator is told of by itself: the disk is nearly full, visits could not be recorded, backups have stopped.
 * And what runs out in live codes (alarms_pools.h), every five minutes. Looked at once a minute; as long as it lasts it
 * is told once a day (visits: once an hour in which there were some). The state is the caller's, zeros at first: what
 * was told in this run. */
struct alarms {
    int64_t disk_day, backup_day; /* civil days + 1 */
    uint64_t dropped;             /* visits that were told of */
    int64_t pools_ms;             /* when live codes were looked at */
};
/* What is to be told now; at most 3. */
#define ALARMS_MAX 3
struct alarm {
    struct notice notice;
    char dedupe[64];
};
struct alarm_figures {
    int64_t free_bytes;       /* -1 = not known */
    int64_t newest_backup_ms; /* 0 = none */
    bool backs_up;            /* a schedule is set, and the installation is old enough for a first backup */
    uint64_t dropped;
    str subject; /* what this installation is called */
};
size_t alarms_due(struct alarms *self, const struct alarm_figures *figures, const struct zone *zone, int64_t now_ms,
                  struct alarm out[ALARMS_MAX]);
/* The janitor's: looks, and puts what is to be told into the outbox. */
enum err alarms_sweep(struct engine *engine, struct alarms *self, int64_t now_ms, struct fault *fault);

#endif
