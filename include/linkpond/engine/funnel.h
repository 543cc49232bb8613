/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FUNNEL_H
#define LINKPOND_ENGINE_FUNNEL_H

#include "linkpond/engine/reporter.h"
#include "linkpond/model/stage.h"

/*
 * How far the customers of a time came, step by step. They are of the time their first touch was in; filters and the
 * one dimension of groups ask about that touch (attribution_dim). Who reached a step has reached those before it, be
 * there an event for each or not; the first step is the first touch. A step's lag is the time from the step before it,
 * of those for whom an event tells of either, in that order.
 *
 * Before them stand the visitors: the people whose clicks of that time pass the same filters, as report_run counts
 * them, be they customers or not. Of a time whose clicks retention deleted in part nobody knows how many there were.
 */
#define FUNNEL_UNKNOWN (-1) /* visitors that cannot be told */
struct funnel_step {
    int64_t customers;
    int64_t lag_customers, median_ms, p90_ms; /* by nearest rank; 0 without any */
};
struct funnel_group {
    str value;
    int64_t visitors;
    struct funnel_step *steps;
};
struct funnel {
    const struct stage *stages;
    size_t stages_count;
    struct funnel_step *steps;     /* of all that pass */
    struct funnel_step *untouched; /* of those without a touch, by the time of their first event */
    struct funnel_group *groups;   /* most customers first, then most visitors */
    size_t groups_count, groups_total;
    int64_t visitors;
    int64_t clicks_since_ms; /* only clicks from then on are left; TIME_NONE = all are, of the time asked for */
    int64_t first_ms;        /* of the earliest customer; TIME_NONE = nobody */
};
/* On a read handle, in one snapshot, by a thread that from then on stays behind visitors. helper NULL = alone.
 * Everything in `out` lives in the arena. ERR_NOMEM and what report_run gives. */
enum err funnel_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct funnel *out, struct fault *fault);

#endif
