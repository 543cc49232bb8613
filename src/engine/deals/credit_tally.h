/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CREDIT_TALLY_H
#define LINKPOND_ENGINE_CREDIT_TALLY_H

#include "conversions.h"
#include "credit_days.h"
#include "linkpond/engine/report_groups.h"
#include "touch_match.h"

/* What one thread shares out: customers one after the other, their touches read once, for all of their events. */

/* Where a touch's credit goes. */
struct credit_place {
    uint32_t first, count; /* in tally->group_list */
    bool passes;
};
/* The same of all touches of a link. */
struct credit_link {
    uint32_t group;
    bool known, passes;
};
struct credit_tally {
    const struct attribution_query *query;
    struct db *db;
    struct touch_match match;
    struct credit_touches rows;
    bool by_link; /* the link alone says where credit goes */
    struct credit_link *links;
    size_t links_cap;
    struct report_groups groups;
    size_t width, lines;     /* numbers of a model, of all models */
    int64_t *cells;          /* `lines` numbers by group */
    size_t cells_cap;        /* groups */
    struct credit_days days; /* of the first model, when asked for */
    int64_t *credited, *direct, *elsewhere, *unattributed;
    /* of the customer at hand */
    struct credit_touch *touches;
    struct credit_place *places;
    int64_t *weights, *counted, *valued; /* of the event at hand */
    uint64_t *spare;
    size_t touches_count, touches_cap;
    uint32_t *group_list;
    size_t group_list_count, group_list_cap;
};
/* Zeroed before; release it on failure, too. */
enum err credit_tally_open(struct credit_tally *self, struct db *db, const struct attribution_query *query,
                           size_t currencies_count);
void credit_tally_done(struct credit_tally *self);
/* The conversions at [first, end) of the order, whole customers. */
enum err credit_tally_add(struct credit_tally *self, const struct conversions *conversions, size_t first, size_t end);
/* What another thread shared out of other customers. */
enum err credit_tally_merge(struct credit_tally *self, const struct credit_tally *from);

#endif
