/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_FOLD_ROWS_H
#define LINKPOND_ENGINE_FOLD_ROWS_H

#include "fold_cells.h"
#include "linkpond/model/record.h"
#include "linkpond/store/clicks.h"

/* Rows counted in memory: cells of links and scopes, and each link's figures. */
struct fold_rows {
    struct db *db;
    struct fold_cells cells;
    struct idmap links; /* link id -> index */
    struct fold_link *list;
    size_t list_count, list_cap;
};
struct fold_link {
    struct link_stat stat;
    struct link_ids ids;
};
void fold_rows_init(struct fold_rows *self, struct db *db);
void fold_rows_done(struct fold_rows *self);
enum err fold_rows_add(struct fold_rows *self, const struct click_facts *click);
/* Adds all of it to the stored sums. */
enum err fold_rows_store(struct fold_rows *self, struct db *db);

/* Days since 1970 and quarter of the day of an instant. */
void fold_place(int64_t time_ms, int64_t *day, uint32_t *quarter);

#endif
