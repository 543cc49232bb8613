/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_ROWS_H
#define LINKPOND_ENGINE_FOLD_ROWS_H

#include "fold_cells.h"
#include "linkpond/engine/fold.h"
#include "linkpond/model/record.h"
#include "linkpond/store/clicks.h"

/*
 * Rows counted in memory, by link: its figures, and cells of its days. Whose the link is, is only asked when it is
 * stored or spread, once for all of its rows.
 */
struct fold_rows {
    struct fold_cells links;  /* link 0: unknown codes, which have no figures */
    struct fold_cells scopes; /* filled by the calls below */
    struct idmap index;       /* link id -> place in the list */
    struct link_stat *list;
    size_t list_count, list_cap;
    const struct fold_opts *opts; /* NULL: of no fold */
    bool takes;                   /* something is counted once less */
};
void fold_rows_init(struct fold_rows *self, const struct fold_opts *opts);
void fold_rows_done(struct fold_rows *self);
enum err fold_rows_add(struct fold_rows *self, const struct click_facts *click);
/* Once more (1) or once less (-1). A link's last click never goes back. */
enum err fold_rows_count(struct fold_rows *self, const struct click_facts *click, int sign);
/* Is there somebody who cannot wait for the rest of it? */
static inline bool fold_is_given_up(const struct fold_opts *opts)
{
    return opts && opts->give_up && atomic_load_explicit(opts->give_up, memory_order_relaxed);
}
/* So few links that they are stored one by one; there is time then to bring home what waits. */
bool fold_rows_are_few(const struct fold_rows *self);
/* Then one of these, once: adds all of it to the stored sums (ERR_UNAVAILABLE: given up, so the caller must not
 * commit); or only counts the scopes. */
enum err fold_rows_store(struct fold_rows *self, struct db *db);
enum err fold_rows_spread(struct fold_rows *self, struct db *db);

/* Days since 1970 and quarter of the day of an instant. */
void fold_place(int64_t time_ms, int64_t *day, uint32_t *quarter);

#endif
