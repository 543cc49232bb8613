/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_STATS_QUERY_H
#define LINKPOND_API_STATS_QUERY_H

#include "linkpond/engine/attribution.h"
#include "linkpond/engine/editor.h"
#include "linkpond/engine/reporter.h"

/*
 * The question that a query string asks of the ledger, the same words for reports and for raw clicks: every DIM is a
 * filter (repeated = OR), not_DIM excludes, link takes any reference; class, from, to, period, tz. A parameter that is
 * not known is refused by name, for a mistyped filter would answer about everything. Questions about deals have only
 * the dimensions that touches have.
 */
enum stats_use { USE_STATS = 1, USE_CLICKS = 2, USE_ATTRIBUTION = 4, USE_FUNNEL = 8, USE_COHORTS = 16, USE_MONEY = 32 };
#define USE_DEALS (USE_ATTRIBUTION | USE_FUNNEL | USE_COHORTS | USE_MONEY) /* of customers and their touches */
enum stats_metric { METRIC_CLICKS = 1, METRIC_VISITORS = 2, METRIC_NEW_VISITORS = 4, METRIC_SCANS = 8 };
#define METRIC_ALL     15
#define METRIC_DEFAULT (METRIC_CLICKS | METRIC_SCANS) /* which no sets of visitors are made for */
enum stats_compare { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_YEAR };
enum stats_format { FORMAT_JSON, FORMAT_NDJSON, FORMAT_CSV };

#define STATS_GROUPS_DEFAULT 100
#define CLICKS_PAGE_DEFAULT  100

struct stats_query {
    struct report_query report; /* values of DIM_LINK are references until stats_query_links */
    bool from_first;            /* from the first click on: report.from_ms is 0 until the caller knows that instant */
    unsigned metrics;           /* enum stats_metric */
    enum stats_compare compare;
    /* only of raw clicks */
    enum stats_format format;
    bool ascending, count, bom;
    int64_t after_id; /* exclusive; 0 = from the start of that order */
    int64_t after_ms; /* that click's time; 0 = only the id is known */
    str request_id;
    int64_t limit; /* 0 = as many as there are (streams) */
    /* only of deals; its `report` stays empty */
    struct attribution_query deals;
    int64_t margin_bp; /* of money: hundredths of a percent of revenue, left before what is spent on winning it */
};

/* Pure. `query` is the raw query string; texts go into the arena. `zone` holds unless tz= names another. ERR_INVALID
 * with the parameter as field and the codes unknown_parameter, not_allowed, wrong_type, out_of_range, not_a_time,
 * out_of_order, too_many, conflicting, unknown (tz), bad_cursor; *out is then undefined. */
enum err stats_query_parse(struct arena *arena, str query, enum stats_use use, const struct zone *zone, int64_t now_ms,
                           struct stats_query *out, struct fault *fault);
/* Turns references of link filters into ids. ERR_NOT_FOUND, ERR_AMBIGUOUS (field "link"); a domain filter of one value
 * tells which alias is meant. */
enum err stats_query_links(struct db *db, struct arena *arena, const struct actor *actor, bool fold_case,
                           struct stats_query *query, struct fault *fault);
/* The day of the first click, from the rows and from the sums (which outlive the rows); today when there is none. */
enum err stats_query_first_day(struct db *db, const struct zone *zone, int64_t now_ms, int64_t *from_ms);
/* What the actor may see. */
void stats_query_bounds(struct stats_query *query, const struct actor *actor);
/* [from, to) of the range to compare with: as many days (or as much time) before, or the same days a year earlier. */
void stats_query_compared(const struct stats_query *query, int64_t *from_ms, int64_t *to_ms);
/* The cursor behind a click, bound to the order. */
str stats_query_cursor(struct arena *arena, bool ascending, int64_t time_ms, int64_t click_id);

#endif
