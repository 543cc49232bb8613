/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINKS_RANKING_H
#define LINKPOND_SRC_STORE_LINKS_RANKING_H

#include "linkpond/store/links.h"

/* Where a link stands in the order of a list: by key or by title, then by id. */
struct place {
    int64_t id, key;
    str title;
    size_t title_cap; /* of the ranking's own memory at title.ptr */
};

/* The first `keep` of all places that were added, behind one of them, in memory for about twice as many. */
struct ranking {
    struct place *places, after;
    size_t count, keep, cap;
    struct arena *arena;
    bool rising;
    bool full; /* what stands behind places[keep - 1] is not wanted any more */
};
/* Behind filter->after. false: no memory. */
bool ranking_init(struct ranking *self, struct arena *arena, const struct links_filter *filter, size_t keep);
/* Which comes first; below 0 = a. */
static inline int ranking_order(const struct ranking *self, const struct place *a, const struct place *b)
{
    int order = a->key != b->key ? (a->key < b->key ? -1 : 1) : str_cmp(a->title, b->title);

    order = order != 0 ? order : a->id < b->id ? -1 : a->id > b->id;
    return self->rising ? order : -order;
}

void ranking_put(struct ranking *self, const struct place *place);
/* The title is copied; when memory runs out the arena says so. Inline, for most of a million links are not wanted. */
static inline void ranking_add(struct ranking *self, const struct place *place)
{
    bool before = self->after.id != 0 && ranking_order(self, place, &self->after) <= 0;
    bool behind = self->full && ranking_order(self, place, &self->places[self->keep - 1]) > 0;

    if (!before && !behind) {
        ranking_put(self, place);
    }
}
/* Puts places[0..count) in order; count is at most `keep` then. */
void ranking_sort(struct ranking *self);

#endif
