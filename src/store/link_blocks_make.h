/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINK_BLOCKS_MAKE_H
#define LINKPOND_SRC_STORE_LINK_BLOCKS_MAKE_H

#include "linkpond/store/link_columns.h"
#include "linkpond/store/link_numbers.h"

/*
 * What a row of link_column holds, made from the tables; and of which id it is.
 *
 * facts: a row of numbers for each link. titles: how long each is, then all bytes. tags: how many each link has, then
 * all ids. figures: the last row of link_figures that is in it (8 bytes, little end first), then a row of numbers for
 * each.
 */
#define FIGURES_HEAD 8

enum err link_block_make(struct db *db, enum link_column column, int64_t block, struct buf *out);
/* A column of figures from values[figure][i]. */
void link_block_figures(int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS], int64_t last_row, struct buf *out);

bool link_block_read_figures(str column, int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS], int64_t *last_row);

static inline int64_t link_column_id(enum link_column column, int64_t block)
{
    return ((int64_t)column << 40) + block;
}

#endif
