/* SPDX-License-Identifier: MIT */
#include "demo_browsers.h"

#include <stdlib.h>

#define BROWSERS_MAX ((size_t)1 << 21)
#define FIRST        4096

void browsers_init(struct browsers *self)
{
    *self = (struct browsers){0};
    idmap_init(&self->places, BROWSERS_MAX);
}

void browsers_done(struct browsers *self)
{
    idmap_done(&self->places);
    free(self->kept);
    *self = (struct browsers){0};
}

static bool make_room(struct browsers *self)
{
    size_t cap = self->cap > 0 ? self->cap * 2 : FIRST;

    if (self->places.count < self->cap) {
        return true;
    }
    char(*bigger)[BROWSER_KEEPS] = realloc(self->kept, cap * sizeof *bigger);
    self->kept = bigger ? bigger : self->kept;
    self->cap = bigger ? cap : self->cap;
    return bigger != NULL;
}

char *browsers_keep(struct browsers *self, uint64_t number)
{
    int64_t *place = number != 0 && make_room(self) ? idmap_put(&self->places, number, 0, NULL) : NULL;

    if (!place) {
        return NULL;
    }
    if (*place == 0) {
        *place = (int64_t)self->places.count;
        self->kept[*place - 1][0] = '\0';
    }
    return self->kept[*place - 1];
}
