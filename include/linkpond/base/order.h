/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ORDER_H
#define LINKPOND_BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Many rows in order of several numbers, for less than comparing them costs. */

/* A number of each row: of row i it stands i * stride bytes behind `first`, aligned. */
struct order_key {
    const int64_t *first;
    size_t stride;
};
/* The numbers 0 to rows - 1 into `order`, by keys[0] of each, then by keys[1]...; equal ones as they came. `spare` is
 * memory as long as `order`. */
void order_rows(const struct order_key *keys, size_t keys_count, size_t rows, uint32_t *order, uint32_t *spare);

#endif
