/* SPDX-License-Identifier: MIT */
#include "chunk_values.h"

#include <string.h>

#define SHARED_MIN 4 /* bytes in common that are worth a second number */

/* ---- writing */

/* 1 + the digit's value; 0 = no lower-case digit. */
static const uint8_t hex_digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static bool is_hex(str text)
{
    unsigned others = 0;

    if (text.len == 0 || text.len > CHUNK_HEX_MAX || text.len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        others += hex_digits[(uint8_t)text.ptr[i]] == 0;
    }
    return others == 0;
}

size_t chunk_hex_pack(str text, uint8_t *out)
{
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        unsigned high = hex_digits[(uint8_t)text.ptr[i]] - 1U, low = hex_digits[(uint8_t)text.ptr[i + 1]] - 1U;
        *out++ = (uint8_t)(high << 4 | low);
    }
    return text.len / 2;
}

static size_t shared_bytes(str text, str before)
{
    size_t most = text.len < before.len ? text.len : before.len, shared = 0;

    while (shared < most && text.ptr[shared] == before.ptr[shared]) {
        shared++;
    }
    return text.len > CHUNK_JOINED_MAX || shared < SHARED_MIN ? 0 : shared;
}

uint64_t chunk_value_head(const struct click_value *value, str before, size_t *shared)
{
    *shared = 0;
    if (value->term != 0 || value->text.len == 0) {
        return (uint64_t)value->term << CHUNK_KIND_BITS | CHUNK_TERM;
    }
    if (is_hex(value->text)) {
        return (uint64_t)value->text.len / 2 << CHUNK_KIND_BITS | CHUNK_HEX;
    }
    *shared = shared_bytes(value->text, before);
    return (uint64_t)(value->text.len - *shared) << CHUNK_KIND_BITS | (*shared > 0 ? CHUNK_JOINED : CHUNK_TEXT);
}

/* ---- reading */

void chunk_values_init(struct chunk_values *self, struct varint_cursor at)
{
    self->at = at;
    self->before = (str){0};
}

bool chunk_is_lone_head(uint64_t head)
{
    return (head & 3) < CHUNK_JOINED && ((head & 3) != CHUNK_HEX || head >> CHUNK_KIND_BITS <= CHUNK_HEX_MAX / 2);
}

static const char digits[] = "0123456789abcdef";

struct click_value chunk_lone_value(uint64_t head, const uint8_t *bytes, char hex[CHUNK_HEX_MAX])
{
    size_t number = (size_t)(head >> CHUNK_KIND_BITS);

    if ((head & 3) == CHUNK_TERM) {
        return (struct click_value){.term = (int64_t)number};
    }
    if ((head & 3) == CHUNK_TEXT) {
        return (struct click_value){.text = {(const char *)bytes, number}};
    }
    for (size_t i = 0; i < number; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (struct click_value){.text = {hex, 2 * number}};
}

/* What it shares is already there where the text before was joined too. */
static enum err join(struct chunk_values *self, uint64_t own)
{
    uint64_t shared = varint_take(&self->at);
    const uint8_t *bytes = varint_take_bytes(&self->at, own);

    if (self->at.bad || shared > self->before.len || shared + own > CHUNK_JOINED_MAX) {
        return ERR_CORRUPT;
    }
    if (self->before.ptr != self->joined && shared > 0) {
        memcpy(self->joined, self->before.ptr, (size_t)shared);
    }
    memcpy(self->joined + shared, bytes, (size_t)own);
    self->before = (str){self->joined, (size_t)(shared + own)};
    return OK;
}

enum err chunk_values_next(struct chunk_values *self, struct click_value *out, bool *lent)
{
    uint64_t head = varint_take(&self->at);

    *lent = (head & 3) >= CHUNK_HEX;
    if ((head & 3) == CHUNK_JOINED) {
        enum err err = join(self, head >> CHUNK_KIND_BITS);
        *out = (struct click_value){.text = self->before};
        return err;
    }
    const uint8_t *bytes = varint_take_bytes(&self->at, chunk_value_bytes(head));
    if (self->at.bad || !chunk_is_lone_head(head)) {
        return ERR_CORRUPT;
    }
    *out = chunk_lone_value(head, bytes, self->hex);
    self->before = (head & 3) == CHUNK_TEXT ? out->text : self->before;
    return OK;
}
