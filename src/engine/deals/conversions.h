/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CONVERSIONS_H
#define LINKPOND_ENGINE_CONVERSIONS_H

#include "currencies.h"
#include "linkpond/engine/attribution.h"

/* The events a question is about, in memory, those of a customer together. */
#define CONVERSIONS_MAX (16U << 20)

struct conversion {
    int64_t customer_id; /* 0 = nobody is known */
    int64_t time_ms;     /* a refund's: of the deal that it takes back */
    int64_t value;
    uint8_t currency; /* place in currencies */
    bool has_value, takes_back;
    int32_t day; /* the event's own, when asked for */
};
struct conversions {
    struct conversion *rows;
    uint32_t *order; /* places in rows, by customer */
    size_t count, cap;
    int64_t first_ms;             /* TIME_NONE */
    struct currencies currencies; /* in order of their codes */
};
/* Texts live in the arena. Release it on failure, too. */
enum err conversions_load(struct conversions *self, struct db *db, struct arena *arena,
                          const struct attribution_query *query, struct fault *fault);
void conversions_done(struct conversions *self);
static inline const struct conversion *conversions_at(const struct conversions *self, size_t place)
{
    return &self->rows[self->order[place]];
}

#endif
