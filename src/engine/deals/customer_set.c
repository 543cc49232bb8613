/* SPDX-License-Identifier: MIT */
#include "customer_set.h"

#include <stdlib.h>
#include <string.h>

#define IDS_MAX (INT64_C(1) << 31)

static bool make_room(struct customer_set *self, size_t words)
{
    if (words <= self->words) {
        return true;
    }
    size_t cap = words > self->words * 2 ? words : self->words * 2;
    uint64_t *bits = realloc(self->bits, cap * sizeof *bits);
    if (!bits) {
        return false;
    }
    memset(bits + self->words, 0, (cap - self->words) * sizeof *bits);
    self->bits = bits;
    self->words = cap;
    return true;
}

bool customer_set_add(struct customer_set *self, int64_t customer_id)
{
    if (customer_id < 0 || customer_id >= IDS_MAX || !make_room(self, (size_t)customer_id / 64 + 1)) {
        return false;
    }
    self->bits[customer_id / 64] |= UINT64_C(1) << customer_id % 64;
    return true;
}

bool customer_set_join(struct customer_set *self, const struct customer_set *from)
{
    if (!make_room(self, from->words)) {
        return false;
    }
    for (size_t i = 0; i < from->words; i++) {
        self->bits[i] |= from->bits[i];
    }
    return true;
}

int64_t customer_set_count(const struct customer_set *self)
{
    int64_t count = 0;

    for (size_t i = 0; i < self->words; i++) {
        count += __builtin_popcountll(self->bits[i]);
    }
    return count;
}

void customer_set_done(struct customer_set *self)
{
    free(self->bits);
    *self = (struct customer_set){0};
}
