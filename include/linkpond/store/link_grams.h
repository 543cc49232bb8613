/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LINK_GRAMS_H
#define LINKPOND_STORE_LINK_GRAMS_H

#include "linkpond/store/db.h"

/*
 * What a search need not look at. A part of a text cannot be found by an index, and an index of all groups of letters
 * would make an import several times as long. So links stand in blocks of 256 by id, and of each block 65,536 bits say
 * which groups of three and of six bytes occur in its texts (targets, titles, codes, aliases, notes; ASCII letters in
 * any case). A text that is searched for can only be where all its groups are: that is some blocks in a thousand,
 * unless it is common, and then a page is full soon. Every hit is looked up after all, so a bit too many costs time
 * only.
 */
#define LINK_BLOCK_SHIFT 8
#define LINK_GRAM_BYTES  8192
#define LINK_GRAM_MIN    3 /* bytes; shorter texts are searched for everywhere */

/* Makes at most `max` rows of full blocks that have none. In a transaction of the caller's. */
enum err link_grams_make(struct db *db, size_t max, size_t *made);

/* Where a text may be. on = false: everywhere. */
struct link_search {
    bool on;
    uint8_t *blocks; /* bits; in the arena */
    int64_t blocks_count;
    int64_t links; /* in those blocks, at most */
};
enum err link_search_init(struct link_search *self, struct db *db, struct arena *arena, str text);
bool link_search_may(const struct link_search *self, int64_t id);

#endif
