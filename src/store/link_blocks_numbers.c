/* SPDX-License-Identifier: MIT */
#include "link_blocks_numbers.h"

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
