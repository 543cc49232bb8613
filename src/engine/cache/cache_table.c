/* SPDX-License-Identifier: MIT */
#include "cache_private.h"

/*
 * Linear probing over 16-byte slots, at most three quarters taken. A removed slot keeps its hash, so probes go on past
 * it, and may take another key: readers compare the key itself, never the hash alone. Growing copies into a new table;
 * readers go on in the old one until it is swapped. A table has as many slots as it needs, not a power of two: for a
 * million links that is 24 MiB instead of 32.
 */
#define SLOTS_MIN 64

struct table *table_new(size_t slots)
{
    struct table *self = malloc(sizeof *self);
    struct slot *memory = huge_alloc(slots * sizeof(struct slot));

    if (!self || !memory) {
        free(self);
        free(memory);
        return NULL;
    }
    memset(memory, 0, slots * sizeof(struct slot));
    *self = (struct table){.count = slots, .slots = memory};
    return self;
}

void table_free(struct table *self)
{
    if (self) {
        free(self->slots);
        free(self);
    }
}

size_t table_bytes(const struct table *self)
{
    return sizeof *self + self->count * sizeof(struct slot);
}

bool table_has_room(const struct table *self, size_t need)
{
    return (self->taken + need) * 4 <= self->count * 3;
}

void table_insert(struct table *self, uint64_t hash, uint64_t node)
{
    for (size_t i = table_home(self, hash);; i = table_next(self, i)) {
        struct slot *slot = &self->slots[i];
        uint64_t there = atomic_load_explicit(&slot->hash, memory_order_relaxed);

        if (there != 0 && atomic_load_explicit(&slot->node, memory_order_relaxed) != 0) {
            continue;
        }
        self->taken += there == 0;
        atomic_store_explicit(&slot->node, node, memory_order_release);
        atomic_store_explicit(&slot->hash, hash, memory_order_release);
        return;
    }
}

struct table *table_grow(const struct table *self, size_t live, size_t need)
{
    /* Twice what there is, so that growing link by link is rare; what is known to come gets what it needs. */
    size_t slots = live * 2 + need + need / 2;
    struct table *grown = table_new(slots < SLOTS_MIN ? SLOTS_MIN : slots);

    for (size_t i = 0; grown && i < self->count; i++) {
        uint64_t node = atomic_load_explicit(&self->slots[i].node, memory_order_relaxed);
        if (node != 0) {
            table_insert(grown, atomic_load_explicit(&self->slots[i].hash, memory_order_relaxed), node);
        }
    }
    return grown;
}
