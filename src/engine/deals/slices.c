/* SPDX-License-Identifier: MIT */
#include "slices.h"

#define SLICES 32

void slices_cut(struct slices *self, int64_t from, int64_t to, bool helped)
{
    self->from = from;
    self->to = to;
    self->count = helped ? SLICES : 1;
    self->step = (to - from) / (int64_t)self->count + 1;
    atomic_init(&self->taken, 0);
}

bool slices_take(struct slices *self, int64_t *from, int64_t *to)
{
    for (size_t at; (at = atomic_fetch_add(&self->taken, 1)) < self->count;) {
        *to = self->to - (int64_t)at * self->step;
        *from = *to - self->step > self->from ? *to - self->step : self->from;
        if (*from < *to) {
            return true;
        }
    }
    return false;
}

void slices_end(struct slices *self)
{
    atomic_store(&self->taken, self->count);
}
