/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_SLICES_H
#define LINKPOND_ENGINE_SLICES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range of numbers in slices, which two threads take one after the other, the last first: what is newest is most. */
struct slices {
    int64_t from, to, step;
    size_t count;
    atomic_size_t taken;
};
/* [from, to), `to` above `from`. `helped`: more than one thread takes of them; else it is one slice. */
void slices_cut(struct slices *self, int64_t from, int64_t to, bool helped);
/* Any thread. False: none is left, as of zeroed ones. */
bool slices_take(struct slices *self, int64_t *from, int64_t *to);
/* Any thread: nobody gets another. */
void slices_end(struct slices *self);

#endif
