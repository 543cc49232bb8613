/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_GAINS_H
#define LINKPOND_ENGINE_FOLD_GAINS_H

#include "fold_store.h"
#include "linkpond/engine/fold.h"

/*
 * Where a fold puts what it counted of links (docs/decisions/0028): beside them, a row for all links of a part, until
 * there is so much of that part that bringing it home pays. Inside the caller's transaction.
 */
struct fold_gains;
/* NULL: out of memory. */
struct fold_gains *fold_gains_new(struct db *db, struct fold_store *store, const struct fold_opts *opts);
void fold_gains_free(struct fold_gains *self);

/* Links by rising id, the days of each as they rise; nothing is taken by them. ERR_UNAVAILABLE: given up. */
enum err fold_gains_link(struct fold_gains *self, const struct link_stat *gain);
enum err fold_gains_day(struct fold_gains *self, const struct fold_day *day);
enum err fold_gains_end(struct fold_gains *self);

/* Brings home what waits of the part that link is in. */
enum err fold_gains_home(struct db *db, int64_t link_id);
/* The same for the first part of which something waits, if there is one. */
enum err fold_gains_home_first(struct db *db, const struct fold_opts *opts);

#endif
