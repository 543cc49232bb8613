/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LINK_COLUMNS_H
#define LINKPOND_STORE_LINK_COLUMNS_H

#include "linkpond/store/link_grams.h"
#include "linkpond/store/sums.h"

/*
 * What lists and counts look at of all links, by columns (docs/decisions/0024). Links stand in blocks of 256 by id, as
 * in link_grams.h; of each full block there is a row for each of the columns below. An edit drops the rows of its
 * block, by a trigger or by the calls here; a block without a row is read from the tables, as is the last one, which is
 * not full. So what is read is always what the tables say, in the snapshot of the handle.
 *
 * A fold changes some figures in nearly every block. It writes them down once more in a row of its own, and who reads a
 * column of figures adds the rows that are later than it.
 */
enum link_column { LINK_COLUMN_FACTS, LINK_COLUMN_TITLES, LINK_COLUMN_TAGS, LINK_COLUMN_FIGURES, LINK_COLUMNS };

/* Whole numbers of a link; of ids 0 = none. */
enum link_fact {
    LINK_FACT_FLAGS,
    LINK_FACT_CREATED_MS,
    LINK_FACT_UPDATED_MS,
    LINK_FACT_CAMPAIGN,
    LINK_FACT_CHANNEL,
    LINK_FACT_OWNER,
    LINK_FACT_DOMAIN,
    LINK_FACT_FROM_MS,  /* where LINK_FLAG_FROM stands */
    LINK_FACT_UNTIL_MS, /* where LINK_FLAG_UNTIL stands */
    LINK_FACT_MAX_CLICKS,
    LINK_FACTS
};
enum {
    LINK_FLAG_HERE = 1, /* there is such a link, and it is no tombstone; what that belonged to still stands */
    LINK_FLAG_BIN = 2,
    LINK_FLAG_ARCHIVED = 4,
    LINK_FLAG_OFF = 8,
    LINK_FLAG_FROM = 16,
    LINK_FLAG_UNTIL = 32,
};
enum link_figure {
    LINK_FIGURE_CLICKS,
    LINK_FIGURE_VISITORS,
    LINK_FIGURE_BOTS,
    LINK_FIGURE_TOTAL,
    LINK_FIGURE_SCANS,
    LINK_FIGURE_RESERVED,
    LINK_FIGURE_LAST_MS, /* 0 = never clicked */
    LINK_FIGURES
};

#define LINK_BLOCK_LINKS (1 << LINK_BLOCK_SHIFT)

/* ---- keeping them: in a transaction of the caller's ----------------------------------------------------------------
 */
/* Makes at most `max` rows of full blocks that have none. */
enum err link_columns_make(struct db *db, size_t max, size_t *made);
/* Once there are enough rows of folds: puts them into the columns of the next `blocks` blocks; behind the last block
 * the rows that are in all columns are deleted. Begins zeroed. *done: nothing is left to be done, or nothing is due.
 * After an error it is begun anew. */
struct link_merge {
    int64_t block, last_row;
};
enum err link_figures_merge(struct link_merge *self, struct db *db, size_t blocks, bool *done);
/* What a fold writes: figures of links by rising id, then all of them at once. */
struct link_figures {
    struct buf bytes; /* buf_init_heap, buf_done: the caller's */
    int64_t last_id;
};
void link_figures_add(struct link_figures *self, const struct link_stat *stat);
enum err link_figures_store(struct link_figures *self, struct db *db);
/* A link's figures were changed otherwise. */
enum err link_figures_changed(struct db *db, int64_t link_id);
/* All of them. */
enum err link_figures_reset(struct db *db);

/* ---- reading them: in a snapshot of the caller's -------------------------------------------------------------------
 */
struct link_blocks; /* a reader of blocks in order of id */
/* columns: bits, 1 << enum link_column. search (may be NULL): blocks it leaves out are not given. NULL: no memory. */
struct link_blocks *link_blocks_new(struct db *db, struct arena *arena, unsigned columns,
                                    const struct link_search *search);
bool link_blocks_next(struct link_blocks *self);
/* After the last, or before: ends it. */
enum err link_blocks_end(struct link_blocks *self);
/* How many blocks were read from the tables so far, the last one not counted. */
size_t link_blocks_unmade(const struct link_blocks *self);

/* Of the block that was given: its links are first_id + i, i < LINK_BLOCK_LINKS. Texts are lent until the next. */
int64_t link_blocks_first_id(const struct link_blocks *self);
int64_t link_blocks_fact(const struct link_blocks *self, enum link_fact fact, unsigned i);
int64_t link_blocks_figure(const struct link_blocks *self, enum link_figure figure, unsigned i);
str link_blocks_title(const struct link_blocks *self, unsigned i);
size_t link_blocks_tags(const struct link_blocks *self, unsigned i); /* how many it has */
/* The tags of the next links stand behind those of one. */
int64_t link_blocks_tag(const struct link_blocks *self, unsigned i, size_t tag);

#endif
