/* SPDX-License-Identifier: MIT */
#include "pseudonyms_undo.h"

#include <stdlib.h>

#define UNDO_MIN 4096

void undo_done(struct undo_log *self)
{
    free(self->list);
}

bool undo_set(struct undo_log *self, struct idmap_parts *maps, uint64_t a, uint64_t b, int64_t value)
{
    struct idmap *map = idmap_part(maps, a, b);
    bool added = false;

    if (self->count == self->cap) {
        size_t cap = self->cap > 0 ? self->cap * 2 : UNDO_MIN;
        struct undo *list = realloc(self->list, cap * sizeof *list);
        if (!list) {
            return false;
        }
        self->list = list;
        self->cap = cap;
    }
    int64_t *slot = idmap_put(map, a, b, &added);
    if (!slot) {
        return false;
    }
    self->list[self->count++] = (struct undo){map, a, b, *slot, added};
    *slot = value;
    return true;
}

void undo_forget(struct undo_log *self, const struct idmap_parts *maps)
{
    for (size_t i = 0; i < self->count; i++) {
        struct undo *undo = &self->list[i];
        if (undo->map && undo->map == &maps->parts[idmap_part_of(undo->a, undo->b)]) {
            undo->map = NULL;
        }
    }
}

void undo_committed(struct undo_log *self)
{
    self->count = 0;
}

void undo_roll_back(struct undo_log *self)
{
    for (size_t i = self->count; i > 0; i--) {
        const struct undo *undo = &self->list[i - 1];
        if (undo->map && undo->added) {
            idmap_remove(undo->map, undo->a, undo->b);
        } else if (undo->map) {
            *idmap_put(undo->map, undo->a, undo->b, NULL) = undo->value;
        }
    }
    self->count = 0;
}
