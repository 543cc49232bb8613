/* SPDX-License-Identifier: MIT */
#include "cache_private.h"

#include <sys/mman.h>

/*
 * Entries differ in length by what people paste, so malloc would cost 16 bytes of its own on each and lose track of
 * the bound. Blocks are cut from chunks of 2 MiB in steps of 8 bytes; a freed block waits in the list of its size.
 * An edit that changes an entry's size takes a block up to six steps larger before new memory, so churn settles.
 * Chunks are never given back: a cache that shrank is about to grow again.
 */
#define CHUNK_BYTES (HUGE_PAGE - BLOCK_STEP)
#define STEPS_OVER  6

struct chunk {
    struct chunk *next;
    _Alignas(BLOCK_STEP) uint8_t bytes[];
};
_Static_assert(sizeof(struct chunk) + CHUNK_BYTES == HUGE_PAGE, "a chunk is one huge page");

/* A look-up is two cache misses; on small pages each brings a miss of the translation buffer along. */
void *huge_alloc(size_t bytes)
{
    void *memory = bytes < HUGE_PAGE ? malloc(bytes) : aligned_alloc(HUGE_PAGE, bytes);

    if (memory && bytes >= HUGE_PAGE) {
        madvise(memory, bytes, MADV_HUGEPAGE);
    }
    return memory;
}

static bool slab_refill(struct slab *self)
{
    struct chunk *chunk = huge_alloc(sizeof *chunk + CHUNK_BYTES);

    if (!chunk) {
        return false;
    }
    if (self->left >= BLOCK_STEP) {
        slab_free(self, self->at, (uint16_t)(self->left / BLOCK_STEP));
    }
    chunk->next = self->chunks;
    self->chunks = chunk;
    self->at = chunk->bytes;
    self->left = CHUNK_BYTES;
    return true;
}

void *slab_alloc(struct slab *self, size_t bytes, size_t bytes_max, uint16_t *steps)
{
    size_t want = (bytes + BLOCK_STEP - 1) / BLOCK_STEP;

    BUG_ON(bytes == 0 || want >= BLOCK_SIZES);
    for (size_t i = want; i <= want + STEPS_OVER && i < BLOCK_SIZES; i++) {
        void *block = self->free[i];
        if (block) {
            memcpy(&self->free[i], block, sizeof(void *));
            *steps = (uint16_t)i;
            return block;
        }
    }
    if (self->bytes + want * BLOCK_STEP > bytes_max || (self->left < want * BLOCK_STEP && !slab_refill(self))) {
        return NULL;
    }
    void *block = self->at;
    self->at += want * BLOCK_STEP;
    self->left -= want * BLOCK_STEP;
    self->bytes += want * BLOCK_STEP;
    *steps = (uint16_t)want;
    return block;
}

void slab_free(struct slab *self, void *block, uint16_t steps)
{
    memcpy(block, &self->free[steps], sizeof(void *));
    self->free[steps] = block;
}

void slab_done(struct slab *self)
{
    while (self->chunks) {
        struct chunk *next = self->chunks->next;
        free(self->chunks);
        self->chunks = next;
    }
}

bool retired_add(struct retired *self, void *ptr, uint16_t steps)
{
    if (self->count == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 64;
        struct retired_item *items = realloc(self->items, cap * sizeof *items);
        if (!items) {
            return false;
        }
        self->items = items;
        self->cap = cap;
    }
    self->items[self->count++] = (struct retired_item){ptr, steps};
    return true;
}

void retired_free_one(struct slab *slab, void *ptr, uint16_t steps)
{
    if (steps == RETIRED_POOL) {
        live_code_free(ptr);
    } else if (steps > 0) {
        slab_free(slab, ptr, steps);
    } else {
        free(ptr);
    }
}

void retired_free(struct retired *self, struct slab *slab)
{
    for (size_t i = 0; i < self->count; i++) {
        retired_free_one(slab, self->items[i].ptr, self->items[i].steps);
    }
    self->count = 0;
}
