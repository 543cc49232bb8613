/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LINK_NUMBERS_H
#define LINKPOND_STORE_LINK_NUMBERS_H

#include <endian.h>
#include <string.h>

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/*
 * Rows of whole numbers as bytes, kind by kind: the least one and how many bytes (0 to 8) the others are above it, then
 * these, little end first. A value is one load, so nothing is unpacked that nobody asks for.
 */
#define NUMBERS_HEAD 9
#define NUMBERS_TAIL 8 /* behind the end, for the last load */
#define NUMBERS_BYTES(kinds, count)                                                                                    \
    ((size_t)(kinds) * (NUMBERS_HEAD + (size_t)(count)*8) + NUMBERS_TAIL) /* at most                                   \
                                                                           */

struct link_numbers {
    const uint8_t *values;
    uint64_t least, mask;
    unsigned width;
};

static inline int64_t link_number(const struct link_numbers *self, size_t i)
{
    uint64_t word;

    memcpy(&word, self->values + i * self->width, sizeof word);
    return (int64_t)(self->least + (le64toh(word) & self->mask));
}

/* Kind k of row i stands at values[k * stride + i]. `out` has NUMBERS_BYTES(kinds, count). Gives the bytes used. */
size_t link_numbers_pack(const int64_t *values, size_t stride, size_t kinds, size_t count, uint8_t *out);
/* Gives the bytes read, which are lent; 0: not what was packed. */
size_t link_numbers_open(str bytes, size_t kinds, size_t count, struct link_numbers *out);

/* A table of them: how many rows (8 bytes, little end first), then the numbers. Row i begins at rows[i * kinds]. */
enum err link_table_pack(const int64_t *rows, size_t kinds, size_t count, struct buf *out);
/* The bytes are lent. false: not what was packed. */
bool link_table_open(str bytes, size_t kinds, size_t *count, struct link_numbers *out);
/* Where the first of `count` rising numbers stands that is at least `value`; count: none is. */
size_t link_numbers_place(const struct link_numbers *self, size_t count, int64_t value);

#endif
