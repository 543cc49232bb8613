/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_HISTORIES_H
#define LINKPOND_ENGINE_HISTORIES_H

#include "currencies.h"
#include "linkpond/base/zone.h"
#include "linkpond/engine/report_second.h"
#include "slices.h"
#include "touch_match.h"

/* Customers one after the other, each with how they came and all that happened since. Several threads may each have
 * such a thing: they share the slices of ids, and each customer is met once. */
struct history_event {
    int64_t time_ms, value;
    str type; /* lent until the next customer */
    uint8_t currency;
    bool has_value;
};
struct history {
    int64_t customer_id;
    bool touched, passes; /* has a touch at all; the first one is what is asked about */
    struct credit_touch_row first;
    int64_t days, contents;       /* on how many days, to how many links their touches led; when asked for */
    struct history_event *events; /* in order of time */
    size_t events_count;
};
struct histories {
    struct db *db;
    struct slices *slices; /* of customers' ids */
    struct touch_match *match;
    const struct zone *zone; /* not NULL: days and contents are asked for */
    struct currencies currencies;
    struct arena codes;     /* of the currencies */
    struct arena arena;     /* of the customer at hand */
    struct stmt *customers; /* of the slice at hand; NULL before the first */
    struct credit_customer_events events;
    struct credit_touches touches;
    struct history at;
    size_t events_cap, links_cap;
    int64_t *links;
};
void histories_open(struct histories *self, struct db *db, struct slices *slices, struct touch_match *match,
                    const struct zone *zone);
void histories_done(struct histories *self);
/* NULL at the end. */
enum err histories_next(struct histories *self, const struct history **out);

/* What one thread makes of customers: the first member of whatever counts them. */
struct history_part {
    struct report_second second;
    const struct report_query *query; /* whose filters ask about the first touch */
    const struct zone *zone;          /* as of histories */
    enum err (*add)(struct history_part *self, const struct history *history);
    struct touch_match match;
    struct histories histories;
    enum err err;
};
/* Each customer to one of the parts, in no order. helper NULL: all to the first. Release both, on failure too; they
 * were zeroed but for what is asked. */
enum err history_parts_run(struct db *db, struct report_helper *helper, struct history_part *first,
                           struct history_part *other);
void history_part_done(struct history_part *self);

#endif
