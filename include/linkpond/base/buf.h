/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_BUF_H
#define LINKPOND_BASE_BUF_H

#include "linkpond/base/str.h"

/*
 * A capped byte builder. Every buffer has a maximum; adding past it (or running out of memory) sets
 * the sticky `overflow` flag and adds nothing more, so callers build freely and check once.
 * Not thread-safe.
 */
struct buf {
    char *ptr;
    size_t len;
    size_t cap;     /* bytes that fit at ptr */
    size_t cap_max; /* ceiling for growth; == cap for fixed buffers */
    bool owned;     /* ptr came from malloc */
    bool overflow;
};

/* Builds in the caller's memory. */
void buf_init_fixed(struct buf *self, void *memory, size_t cap);
/* Builds on the heap, doubling up to cap_max bytes; nothing is allocated before the first add. */
void buf_init_heap(struct buf *self, size_t cap_max);
/* Frees heap memory; harmless on a zeroed or fixed buffer. */
void buf_done(struct buf *self);
/* Empties, keeps the memory, clears the flag. */
void buf_reset(struct buf *self);

void buf_add(struct buf *self, str s);
void buf_add_c(struct buf *self, const char *text);
void buf_add_char(struct buf *self, char c);
void buf_add_u64(struct buf *self, uint64_t value);
void buf_add_i64(struct buf *self, int64_t value);
void buf_add_hex(struct buf *self, const void *bytes, size_t len);    /* lower case */
void buf_add_base64(struct buf *self, const void *bytes, size_t len); /* RFC 4648 4, padded */
void buf_addf(struct buf *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was built, lent until the next add, reset or done. */
str buf_str(const struct buf *self);
/* The same, NUL-terminated (the NUL is not counted in len); "" on overflow. A fixed buffer that is full
 * to its last byte has no room for the NUL, and that is an overflow too. */
const char *buf_c(struct buf *self);

#endif
