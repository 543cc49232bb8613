/* SPDX-License-Identifier: MIT */
#include "linkpond/base/arena.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>

/*
 * A list of blocks, newest first; only the newest hands out. Blocks double, so a large request costs few mallocs and
 * a small one little memory. What was not handed out is poisoned under AddressSanitizer, so an overrun inside an
 * arena is found like one of malloc's.
 */

#define ALIGNMENT   16
#define BLOCK_FIRST ((size_t)8 * 1024)
#define BLOCK_LAST  ((size_t)256 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t used;
    size_t cap;
    _Alignas(ALIGNMENT) char bytes[];
};

void arena_init(struct arena *self, size_t bytes_max)
{
    *self = (struct arena){.bytes_max = bytes_max};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *older = block->older;
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->cap);
        free(block);
        block = older;
    }
}

void arena_done(struct arena *self)
{
    free_blocks(self->head);
    *self = (struct arena){0};
}

void arena_reset(struct arena *self)
{
    struct arena_block *kept = self->head;

    self->used = 0;
    self->overflow = false;
    if (!kept) {
        return;
    }
    free_blocks(kept->older);
    kept->older = NULL;
    kept->used = 0;
    if (kept->cap > BLOCK_LAST) {
        /* One huge allocation must not stay with its worker for ever. */
        free_blocks(kept);
        self->head = NULL;
        return;
    }
    ASAN_POISON_MEMORY_REGION(kept->bytes, kept->cap);
}

static bool add_block(struct arena *self, size_t need)
{
    size_t cap = self->head ? self->head->cap * 2 : BLOCK_FIRST;

    if (cap > BLOCK_LAST) {
        cap = BLOCK_LAST;
    }
    if (cap < need) {
        cap = need;
    }
    struct arena_block *block = malloc(sizeof *block + cap);
    if (!block) {
        return false;
    }
    *block = (struct arena_block){.older = self->head, .cap = cap};
    ASAN_POISON_MEMORY_REGION(block->bytes, cap);
    self->head = block;
    return true;
}

void arena_rewind(struct arena *self)
{
    size_t cap = 0;

    self->used = 0;
    self->overflow = false;
    for (const struct arena_block *block = self->head; block; block = block->older) {
        cap += block->cap;
    }
    if (self->head && self->head->older) {
        free_blocks(self->head);
        self->head = NULL;
        add_block(self, cap); /* else the next to be handed out makes one */
    } else if (self->head) {
        self->head->used = 0;
        ASAN_POISON_MEMORY_REGION(self->head->bytes, self->head->cap);
    }
}

/* What arena_alloc gives, but as it was left. */
static void *take(struct arena *self, size_t bytes)
{
    size_t left = self->bytes_max - self->used;
    size_t need = bytes ? bytes : 1;

    if (need > left || need > SIZE_MAX - BLOCK_LAST) {
        self->overflow = true;
        return NULL;
    }
    need = (need + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!self->head || need > self->head->cap - self->head->used) {
        if (!add_block(self, need)) {
            self->overflow = true;
            return NULL;
        }
    }
    struct arena_block *block = self->head;
    char *memory = block->bytes + block->used;
    block->used += need;
    self->used += need < left ? need : left;
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    return memory;
}

void *arena_alloc(struct arena *self, size_t bytes)
{
    void *memory = take(self, bytes);

    if (memory && bytes) {
        memset(memory, 0, bytes);
    }
    return memory;
}

void *arena_alloc_array(struct arena *self, size_t size, size_t count)
{
    size_t bytes;

    if (__builtin_mul_overflow(size, count, &bytes)) {
        self->overflow = true;
        return NULL;
    }
    return arena_alloc(self, bytes);
}

void *arena_grow(struct arena *self, void *items, size_t size, size_t count, size_t *cap)
{
    if (count < *cap) {
        return items;
    }
    size_t larger = *cap > 0 ? *cap * 2 : 4;
    void *grown = arena_alloc_array(self, size, larger);
    if (!grown) {
        return NULL;
    }
    if (count > 0) {
        memcpy(grown, items, size * count);
    }
    *cap = larger;
    return grown;
}

str arena_str(struct arena *self, str s)
{
    char *copy = s.len < SIZE_MAX ? take(self, s.len + 1) : NULL;

    if (!copy) {
        return STR("");
    }
    if (s.len) {
        memcpy(copy, s.ptr, s.len);
    }
    copy[s.len] = 0;
    return (str){copy, s.len};
}

str arena_f(struct arena *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = need < 0 ? NULL : arena_alloc(self, (size_t)need + 1);
    if (!text) {
        self->overflow = true;
        return STR("");
    }
    va_start(args, format);
    vsnprintf(text, (size_t)need + 1, format, args);
    va_end(args);
    return (str){text, (size_t)need};
}
