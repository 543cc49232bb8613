/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_BYTES_H
#define LINKPOND_MODEL_CHUNK_BYTES_H

#include <endian.h>
#include <string.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/chunk.h"
#include "varint.h"

/* The head of a column's blob, and what both sides of the codec know of it. */
#define CHUNK_VERSION   1
#define CHUNK_HEAD      16
#define CHUNK_SUM_BYTES 4
#define CHUNK_PADDING   8 /* behind offsets, so that each is read with one load */

enum chunk_kind { CHUNK_TERM, CHUNK_TEXT, CHUNK_HEX, CHUNK_KINDS };
#define CHUNK_KIND_BITS 2

struct chunk_head {
    uint32_t sum;
    uint8_t version, encoding, width, zero;
    uint32_t rows, count;
};
_Static_assert(sizeof(struct chunk_head) == CHUNK_HEAD, "no holes");
_Static_assert(CHUNK_COLUMNS < 64, "bits of a word, and 64 keys to a chunk");

static inline uint32_t chunk_sum(const uint8_t *bytes, size_t len, int64_t key)
{
    return (uint32_t)hash_xxh3(bytes + CHUNK_SUM_BYTES, len - CHUNK_SUM_BYTES, (uint64_t)key);
}

/* chunk.c: the next entry of a column's dictionary, checked. */
enum err chunk_take_entry(enum chunk_column column, struct varint_cursor *at, struct click_value *out);
bool chunk_is_plain_head(uint64_t head);
/* A plain value with that head, which was checked; a text of hex is written to `hex`. */
struct click_value chunk_plain_value(uint64_t head, const uint8_t *bytes, char hex[CHUNK_HEX_MAX]);

/* Bytes behind a value's head. */
static inline uint64_t chunk_value_bytes(uint64_t head)
{
    return (head & 3) == CHUNK_TERM ? 0 : head >> CHUNK_KIND_BITS;
}

#endif
