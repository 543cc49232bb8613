/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_PAYBACK_H
#define LINKPOND_MODEL_PAYBACK_H

#include "linkpond/base/str.h"

/* Whether what was spent comes back: when, and by whom. Amounts are whole minor units of one currency; the margin is
 * what is left of revenue before what is spent on winning it, in basis points. Pure. */
#define MARGIN_ONE 10000

/* X(constant, name) */
#define PAYBACK_TABLE(X)                                                                                               \
    X(PAYBACK_REACHED, "reached")                                                                                      \
    X(PAYBACK_NO_COST, "no_cost")                                                                                      \
    X(PAYBACK_NO_REVENUE, "no_revenue")                                                                                \
    X(PAYBACK_NOT_YET, "not_yet")
enum payback {
#define PAYBACK_ENUM(constant, name) constant,
    PAYBACK_TABLE(PAYBACK_ENUM)
#undef PAYBACK_ENUM
};
str payback_name(enum payback payback);
/* Revenue by step (a day, a month) in order, refunds negative. Reached: *step is the first from which on the margin of
 * all so far covers the cost at every step to the end, so that what a refund undoes was not reached. */
enum payback payback_find(int64_t cost, const int64_t *revenue, size_t count, int64_t margin_bp, size_t *step);

/*
 * Does it pay to have customers who can be reached again (a private domain, 私域)? One who was won for `cac` brings the
 * margin of an order; a share r of buyers buy again, of those again a share r, and so on: 1 / (1 - r) orders each; a
 * share f bring another customer, who costs nothing and does as they do: 1 / (1 - f) customers for each that was paid
 * for. lifetime margin = order margin / ((1 - r) (1 - f)),   each of r and f counted as 95 % at most X(constant, name):
 * what covers the cac
 */
#define WORTH_TABLE(X)                                                                                                 \
    X(WORTH_UNKNOWN, "unknown") /* no cost, no new customers, or nobody bought */                                      \
    X(WORTH_FIRST_ORDER, "first_order")                                                                                \
    X(WORTH_REPEAT, "repeat")     /* only with the orders of who come back */                                          \
    X(WORTH_REFERRAL, "referral") /* only with the customers they bring, too */                                        \
    X(WORTH_LOSS, "loss")
enum worth {
#define WORTH_ENUM(constant, name) constant,
    WORTH_TABLE(WORTH_ENUM)
#undef WORTH_ENUM
};
str worth_name(enum worth worth);

#define WORTH_ONE      1000000 /* rates, and what models share out, are in millionths */
#define WORTH_RATE_MAX 950000
struct worth_question {
    int64_t cost, revenue, margin_bp;
    int64_t customers, orders;          /* new customers; events that brought money; millionths */
    int64_t buyers, repeated, referred; /* people: who bought, of them who did so again, who brought somebody */
};
struct worth_answer {
    enum worth worth; /* WORTH_UNKNOWN: the rest is 0 */
    int64_t cac, order_margin, lifetime_margin;
    int64_t repeat_rate, referral_rate;
    int64_t repeat_rate_needed; /* for the lifetime margin to cover the cac; 0 = none, WORTH_ONE = no rate would do */
};
/* Amounts and rates are rounded to the nearest, halves away from nought; the verdict compares what was rounded. */
struct worth_answer worth_of(const struct worth_question *question);

#endif
