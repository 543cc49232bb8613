/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CONVERSIONS_H
#define LINKPOND_ENGINE_CONVERSIONS_H

#include "currencies.h"
#include "customer_set.h"
#include "linkpond/engine/attribution.h"

/* The events a question is about, in memory, those of a customer together. Those that no touch of the question can have
 * brought are summed up at once: nobody shares them out. */
#define CONVERSIONS_MAX (16U << 20)

struct conversion {
    int64_t customer_id; /* 0 = nobody is known */
    int64_t time_ms;     /* a refund's: of the deal that it takes back */
    int64_t value;
    uint8_t currency; /* place in currencies */
    bool has_value, takes_back;
    int32_t day; /* the event's own, when asked for */
};
struct conversion_sum {
    int64_t conversions, values[CURRENCIES_MAX];
};
struct conversions {
    struct conversion *rows;
    uint32_t *order; /* places in rows, by customer */
    size_t count, cap;
    int64_t first_ms, refunds; /* of all there were; TIME_NONE */
    int64_t customers;         /* known ones that converted */
    struct conversion_sum total;
    struct conversion_sum untouched; /* without a touch in the window */
    struct conversion_sum far;       /* of customers who are not near, but have one */
    struct currencies currencies;    /* in order of their codes */
    struct customer_set converted;
};
/* near NULL: everybody is. helper NULL: alone. Texts live in the arena. Release it on failure, too. */
enum err conversions_load(struct conversions *self, struct db *db, struct report_helper *helper, struct arena *arena,
                          const struct attribution_query *query, const struct customer_set *near, struct fault *fault);
void conversions_done(struct conversions *self);
static inline const struct conversion *conversions_at(const struct conversions *self, size_t place)
{
    return &self->rows[self->order[place]];
}

#endif
