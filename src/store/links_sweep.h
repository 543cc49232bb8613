/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINKS_SWEEP_H
#define LINKPOND_SRC_STORE_LINKS_SWEEP_H

#include "linkpond/store/link_columns.h"

#include "links_ranking.h"

/*
 * A look at all links by their columns: those that a filter means, its text apart, which no column has. A million take
 * some 40 ms; what narrows to a few thousand links is quicker by an index.
 */
struct links_sweep {
    const struct links_filter *filter;
    struct link_blocks *blocks;
    int64_t first_id;
    unsigned i; /* the next of the block */
    bool open;
};
static inline bool links_sorts_by_figures(enum links_sort sort)
{
    return sort == LINKS_BY_CLICKS || sort == LINKS_BY_LAST_CLICK;
}
/* search: blocks it leaves out are passed over. placed: links_sweep_place will be asked. false: no memory. */
bool links_sweep_begin(struct links_sweep *self, struct db *db, struct arena *arena, const struct links_filter *filter,
                       const struct link_search *search, bool placed);
/* The next link that is meant, by rising id. */
bool links_sweep_next(struct links_sweep *self, int64_t *id);
/* Where that one stands in the order of the filter; the title is lent until the next. Not by value: the copy of a place
 * just written waits until the processor has written it, 9 ns a link. */
void links_sweep_place(const struct links_sweep *self, struct place *out);
/* How many blocks had to be read from the tables. */
size_t links_sweep_unmade(const struct links_sweep *self);
enum err links_sweep_end(struct links_sweep *self);

#endif
