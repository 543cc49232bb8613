/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_MONEY_REPORT_H
#define LINKPOND_ENGINE_MONEY_REPORT_H

#include "linkpond/engine/attribution.h"
#include "linkpond/model/payback.h"
#include "linkpond/store/credits.h"

/*
 * What was spent beside what it brought, from one snapshot: clicks, and leads, added friends, deals and new customers
 * as one model credits them, by one dimension that costs are known by (spending_dim). Nothing is hidden and nothing is
 * spread by a guess: of each figure, and of money in each currency,
 *     totals = rows + other + unassigned
 * to the last unit. Unassigned are costs on what the dimension does not know, and what happened to people without a
 * touch.
 */
#define MONEY_CURRENCIES 8
#define MONEY_ROWS_MAX   10000

struct money_query {
    struct attribution_query
        deals; /* its report: one dimension, filters by that alone; one model; no types, no stage */
    int64_t margin_bp;
};
struct money_row {
    str value;
    int64_t clicks;
    int64_t leads, friends; /* millionths, as all counts that are credited */
    /* By currency: all that brought money of it, and customers whose first deal was in it. */
    int64_t deals[MONEY_CURRENCIES], customers[MONEY_CURRENCIES];
    int64_t cost[MONEY_CURRENCIES], revenue[MONEY_CURRENCIES];
    /* Days from the first day of cost on which the margin of the revenue covers all costs of the time for good; nought
     * on that day or before. Only of rows and of totals. */
    enum payback payback[MONEY_CURRENCIES];
    int64_t payback_days[MONEY_CURRENCIES], first_cost_day[MONEY_CURRENCIES];
};
struct money_report {
    str currencies[MONEY_CURRENCIES];
    size_t currencies_count;
    struct money_row *rows; /* most cost first, then revenue, then clicks */
    size_t rows_count, rows_total;
    struct money_row totals, other, unassigned; /* other: rows past the limit */
    struct credit_buyers buyers;                /* of whatever currency */
    struct credit_buyers buyers_in[MONEY_CURRENCIES];
};
/* On a read handle. Everything in `out` lives in the arena. ERR_NOMEM (field "group_by"): more than MONEY_ROWS_MAX
 * groups, (field "from"): too many events or more than MONEY_CURRENCIES currencies. */
enum err money_report_run(struct db *db, struct arena *arena, const struct money_query *query, struct money_report *out,
                          struct fault *fault);

#endif
