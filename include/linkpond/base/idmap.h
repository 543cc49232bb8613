/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_IDMAP_H
#define LINKPOND_BASE_IDMAP_H

#include "linkpond/base/err.h"

/*
 * A map from two 64-bit words to a number, to count and to number distinct things with. Open addressing, at most half
 * full, bounded. 24 bytes a slot. `a` may be anything but IDMAP_NO_KEY. Not thread-safe.
 */
#define IDMAP_NO_KEY UINT64_MAX
struct idmap_slot {
    uint64_t a, b;
    int64_t value;
};
struct idmap {
    struct idmap_slot *slots; /* NULL while empty */
    size_t cap;               /* a power of two */
    size_t count, count_max;
};

void idmap_init(struct idmap *self, size_t count_max);
void idmap_done(struct idmap *self);
/* Forgets everything and gives the memory back. */
void idmap_clear(struct idmap *self);
/* NULL when it is not there. Lent until the next put or remove. */
int64_t *idmap_find(const struct idmap *self, uint64_t a, uint64_t b);
/* The value under that key, made as 0 when missing (*added, may be NULL). NULL: full, or out of memory. */
int64_t *idmap_put(struct idmap *self, uint64_t a, uint64_t b, bool *added);
/* Asks memory for where the key would be: for whoever looks up many, some keys ahead. */
void idmap_ask(const struct idmap *self, uint64_t a, uint64_t b);
void idmap_remove(struct idmap *self, uint64_t a, uint64_t b);

/*
 * The same in many parts, for who must never be held up by the growth of one of millions (0.7 s for 4 million): parts
 * grow at different times, each in some milliseconds. A part is full when it holds its share of count_max, so
 * that all together hold a little less.
 */
#define IDMAP_PARTS 64
struct idmap_parts {
    struct idmap parts[IDMAP_PARTS];
};
void idmap_parts_init(struct idmap_parts *self, size_t count_max);
void idmap_parts_done(struct idmap_parts *self);
size_t idmap_parts_count(const struct idmap_parts *self);
/* Where the key belongs: which of the parts, and that part. */
size_t idmap_part_of(uint64_t a, uint64_t b);
struct idmap *idmap_part(struct idmap_parts *self, uint64_t a, uint64_t b);
const int64_t *idmap_parts_find(const struct idmap_parts *self, uint64_t a, uint64_t b);

#endif
