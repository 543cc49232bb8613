/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_ORDER_H
#define LINKPOND_MODEL_CHUNK_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* The numbers 0 to rows - 1 into `order`, by keys[0] of each, then by keys[1]...; equal ones as they came. `spare` is
 * memory as long as `order`. */
void chunk_order(const int64_t *const keys[], size_t keys_count, size_t rows, uint32_t *order, uint32_t *spare);

#endif
