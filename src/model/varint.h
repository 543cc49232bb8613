/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_VARINT_H
#define LINKPOND_MODEL_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LEB128 of 64 bits: seven bits a byte, little end first, the top bit says that more follow. */
#define VARINT_BYTES 10 /* at most */

/* Needs VARINT_BYTES of room; gives the place behind. */
static inline uint8_t *varint_put(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        *at++ = (uint8_t)(value | 0x80);
    }
    *at++ = (uint8_t)value;
    return at;
}

/* Reads until the first thing that is not there; from then on `bad` stands and everything reads as 0. */
struct varint_cursor {
    const uint8_t *at, *end;
    bool bad;
};

static inline uint64_t varint_bad(struct varint_cursor *self)
{
    self->bad = true;
    self->at = self->end;
    return 0;
}

static inline uint8_t varint_take_byte(struct varint_cursor *self)
{
    return self->at < self->end ? *self->at++ : (uint8_t)varint_bad(self);
}

/* Bad when it does not end in time or is wider than 64 bits. */
static inline uint64_t varint_take(struct varint_cursor *self)
{
    uint64_t value = 0;

    for (unsigned shift = 0; self->at < self->end && shift < 7 * VARINT_BYTES; shift += 7) {
        uint8_t byte = *self->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return shift == 63 && byte > 1 ? varint_bad(self) : value;
        }
    }
    return varint_bad(self);
}

/* That many bytes, or NULL and bad. */
static inline const uint8_t *varint_take_bytes(struct varint_cursor *self, uint64_t len)
{
    const uint8_t *bytes = self->at;

    if (len > (uint64_t)(self->end - self->at)) {
        varint_bad(self);
        return NULL;
    }
    self->at += len;
    return bytes;
}

#endif
