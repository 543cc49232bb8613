/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_IMPATIENCE_H
#define LINKPOND_TESTS_SUPPORT_IMPATIENCE_H

#include <stdatomic.h>

#include "linkpond/store/db.h"

/* Somebody cannot wait any longer after so many steps of statements; at once when there are none. */
struct impatience {
    struct breather breather, *others;
    int steps;
    atomic_bool up;
};

static inline void impatience_breathe(struct breather *breather)
{
    struct impatience *self = (struct impatience *)(void *)breather;

    self->up = --self->steps < 0;
}

/* Where it is, it stays until the end. */
static inline void impatience_begin(struct impatience *self, struct db *db, int steps)
{
    *self = (struct impatience){.breather.breathe = impatience_breathe, .steps = steps, .up = steps == 0};
    self->others = db_set_breather(db, &self->breather);
}

static inline void impatience_end(struct impatience *self, struct db *db)
{
    db_set_breather(db, self->others);
}

#endif
