/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINKS_SOURCE_H
#define LINKPOND_SRC_STORE_LINKS_SOURCE_H

#include "linkpond/store/links.h"

/*
 * Where a list's candidates come from. A source is the ids that one condition of a filter leaves, read from that
 * condition's index alone; a walk is ids in the order of the list. Neither looks at a link; checking is the list's own.
 */
#define LINKS_FEW 4096 /* so many are looked at and put in order in some 12 ms */

/* All that the narrowest condition leaves, if that is at most LINKS_FEW; ids in any order, into the arena. complete =
 * false: every condition leaves more, or there is none. */
struct links_few {
    int64_t *ids;
    size_t count;
    bool complete;
};
enum err links_source_few(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_few *out);

/* Ids of the condition that usually narrows most, of all links where there is none; ascending, after after_id. */
struct stmt *links_source_by_id(struct db *db, const struct links_filter *filter, int64_t after_id);

/* Ids in the order of the filter's sort, behind its cursor. false: no index has that order. */
struct links_walk {
    struct stmt *rows, *next;
};
bool links_walk_begin(struct links_walk *self, struct db *db, const struct links_filter *filter);
bool links_walk_next(struct links_walk *self, int64_t *id);
enum err links_walk_end(struct links_walk *self);

#endif
