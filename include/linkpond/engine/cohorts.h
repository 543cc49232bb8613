/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_COHORTS_H
#define LINKPOND_ENGINE_COHORTS_H

#include "linkpond/engine/reporter.h"

/*
 * Customers by the month of their first touch (in the zone asked for), and what they did in each month from that one
 * on. Filters ask about the first touch (attribution_dim). An event before the first touch counts in its month.
 */
#define COHORT_MONTHS_MAX 121 /* ten years; what began earlier is left out */
struct cohort_month {
    int64_t active;                /* customers with an event */
    int64_t leads, friends, deals; /* events: of types lead and add_friend; with a value above nought */
    const int64_t *values;         /* by currency: all of that month, refunds taken off */
};
struct cohort {
    int year, month; /* 1 .. 12 */
    int64_t customers;
    int64_t days, contents, events; /* of all of them: days with a touch, links they touched, events */
    struct cohort_month *months;    /* from their own on, up to that of to_ms */
    size_t months_count;
};
struct cohorts {
    str *currencies; /* in order of their codes */
    size_t currencies_count;
    struct cohort *cohorts; /* in order of time; those with nobody in them, too */
    size_t count;
};
/* On a read handle, in one snapshot. Everything in `out` lives in the arena. The first touch lies in [from_ms, to_ms).
 * ERR_NOMEM. */
enum err cohorts_run(struct db *db, struct arena *arena, const struct report_query *query, struct cohorts *out);

#endif
