/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_SUMS_BYTES_H
#define LINKPOND_MODEL_SUMS_BYTES_H

#include "linkpond/model/sums.h"

/* What both readings of a day's bytes share. */
#define KEY_CLASS_STRIDE 16
_Static_assert(OUTCOME_COUNT <= KEY_CLASS_STRIDE, "outcomes must fit between two classes");

static inline uint32_t sums_key_of(size_t class, size_t outcome)
{
    return (uint32_t)(1 + class * KEY_CLASS_STRIDE + outcome);
}

void sums_add_varint(struct buf *out, uint32_t value);
bool sums_take_varint(str *rest, uint32_t *out);

#endif
