/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_VALUES_H
#define LINKPOND_MODEL_CHUNK_VALUES_H

#include "linkpond/model/chunk.h"
#include "varint.h"

/* How a value stands in a blob: a dictionary's entries and plain values alike. What each kind means is said in chunk.h.
 */
enum chunk_kind { CHUNK_TERM, CHUNK_TEXT, CHUNK_HEX, CHUNK_JOINED, CHUNK_KINDS };
#define CHUNK_KIND_BITS  2
#define CHUNK_JOINED_MAX 2048 /* bytes of a text that begins as the one before it; longer ones stand whole */

/* Bytes behind a value's head that are its own; a joined text has how much it shares before them. */
static inline uint64_t chunk_value_bytes(uint64_t head)
{
    return (head & 3) == CHUNK_TERM ? 0 : head >> CHUNK_KIND_BITS;
}

/* ---- writing */

/* Chooses how the value will stand behind `before`, the last text that stood whole or joined. `shared`: of a joined
 * text, the bytes it has in common with that. */
uint64_t chunk_value_head(const struct click_value *value, str before, size_t *shared);
/* Bytes of hex as half as many; `out` has room for CHUNK_HEX_MAX / 2. */
size_t chunk_hex_pack(str text, uint8_t *out);

/* ---- reading */

/* Values that stand one behind the other. */
struct chunk_values {
    struct varint_cursor at;
    str before; /* the last text that stood whole or joined: in the blob or in `joined` */
    char hex[CHUNK_HEX_MAX];
    char joined[CHUNK_JOINED_MAX];
};
void chunk_values_init(struct chunk_values *self, struct varint_cursor at);
/* ERR_CORRUPT: no value. Its text is in the blob, or else lent until the next call. */
enum err chunk_values_next(struct chunk_values *self, struct click_value *out, bool *lent);
/* A head that needs nothing of the values before it. */
bool chunk_is_lone_head(uint64_t head);
/* The value of such a head, which was checked; a text of hex is written to `hex`. */
struct click_value chunk_lone_value(uint64_t head, const uint8_t *bytes, char hex[CHUNK_HEX_MAX]);

#endif
