/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_TRAFFIC_FALL_H
#define LINKPOND_MODEL_TRAFFIC_FALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Did visits from one app stop coming while the others went on? A hint that the app blocks a domain, and no more than
 * that: campaigns end too. */
#define FALL_HOURS     192 /* the last 24 and the seven days before */
#define FALL_USUAL_MIN 20  /* visits a day, below which nothing can be said */
#define FALL_LEFT      20  /* percent of the usual day: at or above, it has not fallen */
#define FALL_OTHERS    50  /* percent: below, the others fell as well */
struct traffic_fall {
    int64_t last_day;                  /* visits in the last 24 hours */
    int64_t usual_day;                 /* a day of the seven before, on average, rounded down */
    int64_t others_last, others_usual; /* of all other apps */
    bool fell;
};
/* Visits by the hour, the latest last: those of the app, and all (which hold them). */
void traffic_fall_find(const int64_t app[FALL_HOURS], const int64_t all[FALL_HOURS], struct traffic_fall *out);

#endif
