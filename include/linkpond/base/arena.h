/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ARENA_H
#define LINKPOND_BASE_ARENA_H

#include "linkpond/base/str.h"

/*
 * Memory with one lifetime: a request, a batch, a load. Allocation is a bump of a pointer; release is
 * all at once. Bounded: past bytes_max (or when malloc fails) alloc returns NULL and sets the sticky
 * `overflow` flag, which a request answers with 503. Not thread-safe.
 */
struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out since the last reset */
    size_t bytes_max;
    bool overflow;
};

void arena_init(struct arena *self, size_t bytes_max);
/* Frees everything; harmless on a zeroed arena. */
void arena_done(struct arena *self);
/* Forgets what was handed out; keeps one block of ordinary size for reuse. */
void arena_reset(struct arena *self);
/* The same, but keeps all the memory there is, in one block: for rounds of about the same size that end with the arena.
 */
void arena_rewind(struct arena *self);

/* `bytes` zeroed bytes, aligned to 16; NULL as said above. */
void *arena_alloc(struct arena *self, size_t bytes);
/* size * count bytes, checked: a product that does not fit is an overflow like any other. */
void *arena_alloc_array(struct arena *self, size_t size, size_t count);
/* The `count` items of a list that grows one by one, with room for another: where they are while *cap has it, else
 * copied to where there is twice the room. Begins with NULL and *cap 0. NULL: memory ran out, and nothing has changed.
 */
void *arena_grow(struct arena *self, void *items, size_t size, size_t count, size_t *cap);
/* A copy, NUL-terminated after len; the empty slice when memory ran out. */
str arena_str(struct arena *self, str s);
/* printf into the arena; the empty slice when memory ran out. */
str arena_f(struct arena *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type)               ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count)      ((type *)arena_alloc_array((arena), sizeof(type), (size_t)(count)))
#define ARENA_GROW(arena, items, count, cap) arena_grow((arena), (items), sizeof *(items), (count), (cap))

#endif
