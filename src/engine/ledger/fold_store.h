/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_STORE_H
#define LINKPOND_ENGINE_FOLD_STORE_H

#include "fold_cells.h"

/* Counts onto the stored sums, inside the caller's transaction. */
struct fold_store;
struct fold_store *fold_store_new(struct db *db); /* NULL: out of memory */
void fold_store_free(struct fold_store *self);

/* One scope's day. */
enum err fold_store_scope_day(struct fold_store *self, const struct fold_day *day);

/* One link: what is stored of it is read, its figures are added, then its days as they rise (a day may come again),
 * then it is written. */
enum err fold_store_link(struct fold_store *self, const struct link_stat *gain);
enum err fold_store_link_day(struct fold_store *self, const struct fold_day *day);
enum err fold_store_link_end(struct fold_store *self);
/* After the last of them, which came by rising id: their figures once more, for lists. */
enum err fold_store_figures(struct fold_store *self);

#endif
