/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_ATTRIBUTION_H
#define LINKPOND_ENGINE_ATTRIBUTION_H

#include "linkpond/engine/reporter.h"
#include "linkpond/model/credit.h"
#include "linkpond/model/link.h"

/*
 * Which touches brought the deals of a time, by several models side by side. Computed when asked, from one snapshot.
 * The touches of an event are those of its customer in the window before it (credit_window). What an event brings is
 * one conversion, and its value; one with a negative value takes back: no conversion, its value from whom the deal was
 * credited to, which is the customer's last before it that brought money of that currency (else as of its own time).
 *
 * Nothing is hidden: of each currency, and of conversions,
 *     totals = unattributed + elsewhere + credited,   credited = groups + other   (but by tags, which overlap)
 * to the last unit, for every model.
 */
struct attribution_query {
    /* Time is that of events. Filters and groups: dimensions of a touch (attribution_dim); what does not pass is
     * `elsewhere`. Keys that see some links only are told what these are credited with (seen_whole). */
    struct report_query report;
    enum credit_model models[CREDIT_MODELS];
    size_t models_count; /* 1 .. */
    int64_t window_ms, half_life_ms;
    struct str_list types; /* events of these types; none = every event with a value */
    str stage;             /* not empty: those that lead to this step (its key), of these types if there are any */
    bool by_day;           /* also by day: attribution.days */
    str currency;          /* not empty: only events with a value in it */
    bool first_deals;      /* only each customer's first event that brought money: new customers; no types, no stage */
};
/*
 * Numbers come in lines of `width`: conversions in millionths (CREDIT_ONE), then the value in minor units of each
 * currency (one that is nought where nothing had a value). What differs by model is a line for each of query->models.
 */
struct attribution_group {
    str values[2];
    const int64_t *lines;
};
/* What the first model credited of that day (of the event, in the zone asked for), where there was money. */
struct attribution_day {
    uint32_t group;                           /* place in groups */
#define ATTRIBUTION_CREDITED UINT32_MAX       /* to touches that pass */
#define ATTRIBUTION_TOTALS   (UINT32_MAX - 1) /* everything that happened */
    int32_t day;                              /* since 1970-01-01 */
    uint8_t currency;
    int64_t value;
};
struct attribution {
    str *currencies; /* in order of their codes */
    size_t currencies_count, width;
    int64_t first_ms;                 /* the earliest of these events; TIME_NONE = there is none */
    int64_t refunds, customers;       /* in totals: events that take back; known customers that converted */
    int64_t *totals;                  /* one line: everything that happened */
    int64_t *unattributed;            /* one line: no touch in the window */
    int64_t *elsewhere;               /* by model: to touches that do not pass */
    int64_t *credited;                /* by model: to touches that pass */
    int64_t *direct;                  /* by model: of these, to touches nobody knows the origin of */
    int64_t *other;                   /* by model: of these, to groups past the limit */
    struct attribution_group *groups; /* by value, then conversions, of the first model, falling */
    size_t groups_count, groups_total;
    struct attribution_day *days; /* by group, currency, day; without groups past the limit */
    size_t days_count;
};
bool attribution_dim(enum dim dim);
/* On a read handle, in one snapshot; helper NULL = alone. Everything in `out` lives in the arena. ERR_NOT_FOUND (field
 * "stage"): there is no such step. ERR_NOMEM (field "group_by"): too many groups, (field "from"): too many events. */
enum err attribution_run(struct db *db, struct report_helper *helper, struct arena *arena,
                         const struct attribution_query *query, struct attribution *out, struct fault *fault);

#endif
