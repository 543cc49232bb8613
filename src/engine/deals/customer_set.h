/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CUSTOMER_SET_H
#define LINKPOND_ENGINE_CUSTOMER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Customers as bits by their ids, which are given out one after the other: asking costs no miss of the cache, as a map
 * would for each event. Zeroed = empty; customer_set_done() it. */
struct customer_set {
    uint64_t *bits;
    size_t words;
};
/* False: no memory, or ids past 2^31 (256 MiB of bits). */
bool customer_set_add(struct customer_set *self, int64_t customer_id);
/* All of another's. False: no memory. */
bool customer_set_join(struct customer_set *self, const struct customer_set *from);
int64_t customer_set_count(const struct customer_set *self);
void customer_set_done(struct customer_set *self);

static inline bool customer_set_has(const struct customer_set *self, int64_t customer_id)
{
    uint64_t word = (uint64_t)customer_id / 64;

    return word < self->words && (self->bits[word] >> (uint64_t)customer_id % 64 & 1) != 0;
}

#endif
