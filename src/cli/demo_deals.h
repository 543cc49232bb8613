/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_DEALS_H
#define LINKPOND_SRC_CLI_DEMO_DEALS_H

#include "demo_plan.h"

/* What comes of the visits of a plan: who of the visitors become customers, by which other links they came, and what
 * they do afterwards. Pure, like the plan. */
enum happening_kind {
    HAPPENED_LEAD,
    HAPPENED_HANDED, /* somebody whom the customer sent the page leaves a lead */
    HAPPENED_FRIEND,
    HAPPENED_JOIN,
    HAPPENED_DEAL,
    HAPPENED_REFUND,
    HAPPENED_REFERRAL,
    HAPPENING_KINDS
};
struct happening {
    int64_t time_ms;
    uint32_t customer; /* counted from 1 */
    uint32_t kind;
    uint32_t nth;  /* of its kind, of that customer */
    int64_t value; /* minor units; negative takes back */
};
struct deal_customer {
    uint32_t link;      /* index in the story of the one that led here */
    uint32_t handed_by; /* the customer who sent this one the page; 0 = nobody */
    bool walked_in;     /* nobody knows by which link */
    bool friend;        /* in WeCom */
};
struct deals_plan {
    struct deal_customer *customers; /* the first is number 1 */
    size_t customers_count, customers_cap;
    struct happening *happenings; /* in order of time */
    size_t count, cap;
    struct arena arena;
};
/* Says in the plan's steps whose they are. ERR_NOMEM. */
enum err deals_draw(const struct story *story, const struct plan_opts *opts, struct plan *plan, struct deals_plan *out);
void deals_done(struct deals_plan *self);

#endif
