/* SPDX-License-Identifier: MIT */
#include "linkpond/base/idmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CAP_MIN    64
#define HUGE_BYTES ((size_t)2 << 20)

void idmap_init(struct idmap *self, size_t count_max)
{
    *self = (struct idmap){.count_max = count_max};
}

void idmap_done(struct idmap *self)
{
    free(self->slots);
    *self = (struct idmap){0};
}

void idmap_clear(struct idmap *self)
{
    size_t count_max = self->count_max;

    idmap_done(self);
    self->count_max = count_max;
}

/* The finalizer of MurmurHash3 over both words. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t hash = a ^ (b * UINT64_C(0x9E3779B97F4A7C15));

    hash = (hash ^ (hash >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return hash ^ (hash >> 33);
}

/* The slot that holds the key, or the free one where it belongs. There always is a free one. */
static struct idmap_slot *slot_for(const struct idmap *self, uint64_t a, uint64_t b)
{
    size_t at = mix(a, b) & (self->cap - 1);

    while (self->slots[at].a != IDMAP_NO_KEY && (self->slots[at].a != a || self->slots[at].b != b)) {
        at = (at + 1) & (self->cap - 1);
    }
    return &self->slots[at];
}

/* Many of them in large pages: all are written at once, and each page of the usual size is a fault. */
static struct idmap_slot *new_slots(size_t cap)
{
    size_t bytes = cap * sizeof(struct idmap_slot);
    bool huge = bytes >= 2 * HUGE_BYTES;
    struct idmap_slot *slots =
        huge ? aligned_alloc(HUGE_BYTES, (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES) : malloc(bytes);

    if (slots && huge) {
        madvise(slots, bytes / HUGE_BYTES * HUGE_BYTES, MADV_HUGEPAGE);
    }
    if (slots) {
        memset(slots, 0xFF, bytes);
    }
    return slots;
}

static bool grow(struct idmap *self)
{
    struct idmap old = *self;
    size_t cap = old.cap > 0 ? old.cap * 2 : CAP_MIN;
    struct idmap_slot *slots = new_slots(cap);

    if (!slots) {
        return false;
    }
    self->slots = slots;
    self->cap = cap;
    for (size_t i = 0; i < old.cap; i++) {
        if (old.slots[i].a != IDMAP_NO_KEY) {
            *slot_for(self, old.slots[i].a, old.slots[i].b) = old.slots[i];
        }
    }
    free(old.slots);
    return true;
}

void idmap_ask(const struct idmap *self, uint64_t a, uint64_t b)
{
    if (self->slots) {
        __builtin_prefetch(&self->slots[mix(a, b) & (self->cap - 1)]);
    }
}

int64_t *idmap_find(const struct idmap *self, uint64_t a, uint64_t b)
{
    if (!self->slots) {
        return NULL;
    }
    struct idmap_slot *slot = slot_for(self, a, b);
    return slot->a == IDMAP_NO_KEY ? NULL : &slot->value;
}

int64_t *idmap_put(struct idmap *self, uint64_t a, uint64_t b, bool *added)
{
    BUG_ON(a == IDMAP_NO_KEY);
    struct idmap_slot *slot = self->slots ? slot_for(self, a, b) : NULL;
    bool known = slot && slot->a != IDMAP_NO_KEY;

    if (added) {
        *added = !known;
    }
    if (known) {
        return &slot->value;
    }
    if (self->count >= self->count_max) {
        return NULL;
    }
    if (!slot || self->count * 2 >= self->cap) {
        if (!grow(self)) {
            return NULL;
        }
        slot = slot_for(self, a, b);
    }
    *slot = (struct idmap_slot){a, b, 0};
    self->count++;
    return &slot->value;
}

/* Moves later members of the run back over the hole, so that no tombstones are needed. */
void idmap_remove(struct idmap *self, uint64_t a, uint64_t b)
{
    if (!idmap_find(self, a, b)) {
        return;
    }
    size_t mask = self->cap - 1, hole = (size_t)(slot_for(self, a, b) - self->slots);

    for (size_t at = (hole + 1) & mask; self->slots[at].a != IDMAP_NO_KEY; at = (at + 1) & mask) {
        size_t home = mix(self->slots[at].a, self->slots[at].b) & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            self->slots[hole] = self->slots[at];
            hole = at;
        }
    }
    self->slots[hole].a = IDMAP_NO_KEY;
    self->count--;
}

/* ---- in parts */

void idmap_parts_init(struct idmap_parts *self, size_t count_max)
{
    for (size_t i = 0; i < IDMAP_PARTS; i++) {
        idmap_init(&self->parts[i], (count_max + IDMAP_PARTS - 1) / IDMAP_PARTS);
    }
}

void idmap_parts_done(struct idmap_parts *self)
{
    for (size_t i = 0; i < IDMAP_PARTS; i++) {
        idmap_done(&self->parts[i]);
    }
}

size_t idmap_parts_count(const struct idmap_parts *self)
{
    size_t count = 0;

    for (size_t i = 0; i < IDMAP_PARTS; i++) {
        count += self->parts[i].count;
    }
    return count;
}

/* By the high bits, because the low ones tell the slot. */
size_t idmap_part_of(uint64_t a, uint64_t b)
{
    return (size_t)(mix(a, b) >> 32) % IDMAP_PARTS;
}

struct idmap *idmap_part(struct idmap_parts *self, uint64_t a, uint64_t b)
{
    return &self->parts[idmap_part_of(a, b)];
}

const int64_t *idmap_parts_find(const struct idmap_parts *self, uint64_t a, uint64_t b)
{
    return idmap_find(&self->parts[idmap_part_of(a, b)], a, b);
}
