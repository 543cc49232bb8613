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
    enum links_sort sort;
    struct arena *arena;
    bool full; /* what stands behind places[keep - 1] is not wanted any more */
};
/* Behind filter->after. false: no memory. */
bool ranking_init(struct ranking *self, struct arena *arena, const struct links_filter *filter, size_t keep);
/* The title is copied; when memory runs out the arena says so. */
void ranking_add(struct ranking *self, const struct place *place);
/* Puts places[0..count) in order; count is at most `keep` then. */
void ranking_sort(struct ranking *self);

#endif
