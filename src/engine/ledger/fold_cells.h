/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_CELLS_H
#define LINKPOND_ENGINE_FOLD_CELLS_H

#include "linkpond/base/idmap.h"
#include "linkpond/model/sums.h"
#include "linkpond/store/links.h"
#include "linkpond/store/sums.h"

/*
 * Counts gathered in memory before they touch a stored day: owner (a link, or scope and id), day, quarter, key. Sorted
 * they come out one owner's day after the other.
 */
struct fold_cells {
    struct idmap map;
};
/* One stored day's additions. */
struct fold_day {
    int64_t owner; /* fold_owner_link() or fold_owner_scope() */
    int64_t day;
    const struct sums_cell *cells;
    size_t count;
};
void fold_cells_init(struct fold_cells *self, size_t cells_max);
void fold_cells_done(struct fold_cells *self);

int64_t fold_owner_link(int64_t link_id);
int64_t fold_owner_scope(enum sums_scope scope, int64_t scope_id);
/* True for a link. */
bool fold_owner_split(int64_t owner, enum sums_scope *scope, int64_t *id);

/* ERR_NOMEM when there are too many. */
enum err fold_cells_count(struct fold_cells *self, int64_t owner, int64_t day, uint32_t quarter, uint32_t key,
                          int64_t delta);
/* The counts of a link's day go to all and to its scopes. */
enum err fold_cells_spread(struct fold_cells *self, const struct link_ids *ids, const struct fold_day *day);
/* Calls each with every owner's day that has a count other than 0, in order; stops at an error. */
enum err fold_cells_each(const struct fold_cells *self, enum err (*each)(void *arg, const struct fold_day *day),
                         void *arg);

#endif
