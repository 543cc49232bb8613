/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_COHORTS_H
#define LINKPOND_ENGINE_COHORTS_H

#include "linkpond/engine/reporter.h"
#include "linkpond/model/payback.h"

/*
 * Customers by the month of their first touch (in the zone asked for), and what they did in each month from that one
 * on. Filters ask about the first touch (attribution_dim). An event before the first touch counts in its month. What
 * was spent in a cohort's month stands beside it: all that the filters let through, where costs are known by what these
 * ask.
 */
#define COHORT_MONTHS_MAX 121 /* ten years; what began earlier is left out */
struct cohort_month {
    int64_t active;                /* customers with an event */
    int64_t leads, friends, deals; /* events: of types lead and add_friend; with a value above nought */
    const int64_t *values;         /* by currency: all of that month, refunds taken off */
};
struct cohort_cost {
    int64_t cost;
    enum payback payback;   /* by the margin of all that the cohort brought */
    int64_t payback_months; /* reached: months since its own */
};
struct cohort {
    int year, month; /* 1 .. 12 */
    int64_t customers;
    int64_t days, contents, events; /* of all of them: days with a touch, links they touched, events */
    struct cohort_month *months;    /* from their own on, up to that of to_ms */
    size_t months_count;
    const struct cohort_cost *costs; /* by currency; NULL: not known by these filters */
};
struct cohorts {
    str *currencies; /* in order of their codes */
    size_t currencies_count;
    struct cohort *cohorts; /* in order of time; those with nobody in them, too */
    size_t count;
};
/* margin_bp: of MARGIN_ONE. On a read handle, in one snapshot, by a thread that from then on stays behind visitors.
 * helper NULL = alone. Everything in `out` lives in the arena. The first touch lies in [from_ms, to_ms). ERR_NOMEM. */
enum err cohorts_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                     int64_t margin_bp, struct cohorts *out);

#endif
