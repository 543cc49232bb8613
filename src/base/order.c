/* SPDX-License-Identifier: MIT */
#include "linkpond/base/order.h"

#include <stdbool.h>
#include <string.h>

/*
 * A radix sort from the least key's lowest digits upwards: each pass keeps the order of the one before. A key that is
 * in order already is passed over. A pass is a dozen instructions a row, where comparing takes hundreds.
 */
#define DIGIT_BITS 11
#define DIGITS     (1U << DIGIT_BITS)

static int64_t number_of(struct order_key key, uint32_t row)
{
    return *(const int64_t *)(const void *)((const char *)key.first + row * key.stride);
}

/* Distances from the least number rise as the numbers do, negative ones too. */
static uint64_t range_of(struct order_key key, const uint32_t *order, size_t rows, int64_t *least, bool *sorted)
{
    int64_t most = number_of(key, order[0]), before = most;

    *least = most;
    *sorted = true;
    for (size_t i = 1; i < rows; i++) {
        int64_t number = number_of(key, order[i]);
        *least = number < *least ? number : *least;
        most = number > most ? number : most;
        *sorted = *sorted && number >= before;
        before = number;
    }
    return (uint64_t)most - (uint64_t)*least;
}

static size_t digit_of(int64_t number, int64_t least, unsigned shift)
{
    return ((uint64_t)number - (uint64_t)least) >> shift & (DIGITS - 1);
}

static void pass(struct order_key key, int64_t least, unsigned shift, const uint32_t *from, uint32_t *into, size_t rows)
{
    uint32_t places[DIGITS] = {0};
    uint32_t next = 0;

    for (size_t i = 0; i < rows; i++) {
        places[digit_of(number_of(key, from[i]), least, shift)]++;
    }
    for (size_t digit = 0; digit < DIGITS; digit++) {
        uint32_t count = places[digit];
        places[digit] = next;
        next += count;
    }
    for (size_t i = 0; i < rows; i++) {
        into[places[digit_of(number_of(key, from[i]), least, shift)]++] = from[i];
    }
}

void order_rows(const struct order_key *keys, size_t keys_count, size_t rows, uint32_t *order, uint32_t *spare)
{
    uint32_t *from = order, *into = spare;

    for (size_t i = 0; i < rows; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t at = keys_count; rows > 0 && at-- > 0;) {
        int64_t least = 0;
        bool sorted = true;
        uint64_t range = range_of(keys[at], from, rows, &least, &sorted);
        for (unsigned shift = 0; !sorted && shift < 64 && range >> shift > 0; shift += DIGIT_BITS) {
            pass(keys[at], least, shift, from, into, rows);
            uint32_t *sorted_so_far = into;
            into = from;
            from = sorted_so_far;
        }
    }
    if (from != order) {
        memcpy(order, from, rows * sizeof *order);
    }
}
