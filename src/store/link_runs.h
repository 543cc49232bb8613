/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINK_RUNS_H
#define LINKPOND_SRC_STORE_LINK_RUNS_H

#include "linkpond/store/link_columns.h"
#include "linkpond/store/link_numbers.h"

/*
 * What folds wrote since, read in step with the blocks. A row of link_figures is a run: a table of links, for each its
 * id, rising, and its figures.
 */
#define RUN_KINDS (1 + LINK_FIGURES)

struct link_run {
    int64_t row;
    size_t count, at; /* the next link */
    struct link_numbers numbers[RUN_KINDS];
};
struct link_runs {
    struct link_run *runs; /* the oldest first; bytes in the arena */
    size_t count;
};
/* All there are. */
enum err link_runs_read(struct link_runs *self, struct db *db, struct arena *arena);
/* Puts what runs later than `row` say of a block over its figures. Blocks are given as they rise. */
void link_runs_apply(struct link_runs *self, int64_t block, int64_t row,
                     int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS]);
/* The row of the last one; `none` where there is none. */
int64_t link_runs_last(const struct link_runs *self, int64_t none);

#endif
