/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_BYTES_H
#define LINKPOND_MODEL_CHUNK_BYTES_H

#include <endian.h>
#include <string.h>

#include "chunk_values.h"
#include "linkpond/base/hash.h"

/* The head of a column's blob, and what both sides of the codec know of it. */
#define CHUNK_VERSION   1
#define CHUNK_HEAD      16
#define CHUNK_SUM_BYTES 4
#define CHUNK_PADDING   8 /* behind offsets, so that each is read with one load */

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

/* chunk.c: the next of a column's values, checked. Its text is lent as chunk_values_next says. */
enum err chunk_take_value(enum chunk_column column, struct chunk_values *values, struct click_value *out, bool *lent);

/* Its text becomes the arena's. */
static inline enum err chunk_keep_text(struct arena *arena, struct click_value *value)
{
    if (value->text.len > 0) {
        value->text = arena_str(arena, value->text);
    }
    return arena->overflow ? ERR_NOMEM : OK;
}

#endif
