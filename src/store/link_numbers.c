/* SPDX-License-Identifier: MIT */
#include "linkpond/store/link_numbers.h"

#include <stdlib.h>

static void spread(const int64_t *values, size_t count, uint64_t *least, uint64_t *range)
{
    int64_t low = count > 0 ? values[0] : 0, high = low;

    for (size_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    *least = (uint64_t)low;
    *range = (uint64_t)high - (uint64_t)low;
}

size_t link_numbers_pack(const int64_t *values, size_t stride, size_t kinds, size_t count, uint8_t *out)
{
    uint8_t *head = out, *at = out + kinds * NUMBERS_HEAD;

    for (size_t kind = 0; kind < kinds; kind++, values += stride, head += NUMBERS_HEAD) {
        uint64_t least, range;
        unsigned width = 0;
        spread(values, count, &least, &range);
        for (; width < 8 && range >> 8 * width != 0; width++) {
        }
        uint64_t word = htole64(least);
        memcpy(head, &word, sizeof word);
        head[8] = (uint8_t)width;
        for (size_t i = 0; i < count; i++, at += width) {
            word = htole64((uint64_t)values[i] - least);
            memcpy(at, &word, width);
        }
    }
    memset(at, 0, NUMBERS_TAIL);
    return (size_t)(at + NUMBERS_TAIL - out);
}

size_t link_numbers_open(str bytes, size_t kinds, size_t count, struct link_numbers *out)
{
    const uint8_t *head = (const uint8_t *)bytes.ptr;
    size_t used = kinds * NUMBERS_HEAD + NUMBERS_TAIL;

    if (bytes.len < used || count > bytes.len << 8) {
        return 0;
    }
    const uint8_t *at = head + kinds * NUMBERS_HEAD;
    for (size_t kind = 0; kind < kinds; kind++, head += NUMBERS_HEAD) {
        uint64_t word;
        unsigned width = head[8];
        memcpy(&word, head, sizeof word);
        if (width > 8 || count * width > bytes.len - used) {
            return 0;
        }
        out[kind] = (struct link_numbers){
            .values = at,
            .least = le64toh(word),
            .mask = width == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * width) - 1,
            .width = width,
        };
        used += count * width;
        at += count * width;
    }
    return used;
}

/* ---- tables ---- */

#define TABLE_HEAD 8

enum err link_table_pack(const int64_t *rows, size_t kinds, size_t count, struct buf *out)
{
    int64_t *turned = malloc((count * kinds + 1) * sizeof *turned);
    uint8_t *packed = malloc(TABLE_HEAD + NUMBERS_BYTES(kinds, count));
    uint64_t word = htole64(count);

    if (turned && packed) {
        for (size_t i = 0; i < count * kinds; i++) {
            turned[i % kinds * count + i / kinds] = rows[i];
        }
        memcpy(packed, &word, sizeof word);
        size_t len = TABLE_HEAD + link_numbers_pack(turned, count, kinds, count, packed + TABLE_HEAD);
        buf_add(out, (str){(const char *)packed, len});
    }
    enum err err = turned && packed && !out->overflow ? OK : ERR_NOMEM;
    free(turned);
    free(packed);
    return err;
}

bool link_table_open(str bytes, size_t kinds, size_t *count, struct link_numbers *out)
{
    uint64_t word = 0;

    if (bytes.len < TABLE_HEAD) {
        return false;
    }
    memcpy(&word, bytes.ptr, sizeof word);
    *count = (size_t)le64toh(word);
    return link_numbers_open(str_from(bytes, TABLE_HEAD), kinds, *count, out) > 0;
}

size_t link_numbers_place(const struct link_numbers *self, size_t count, int64_t value)
{
    size_t from = 0;

    while (from < count) {
        size_t middle = from + (count - from) / 2;
        if (link_number(self, middle) < value) {
            from = middle + 1;
        } else {
            count = middle;
        }
    }
    return from;
}
