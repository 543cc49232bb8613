/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICKS_BATCHES_H
#define LINKPOND_STORE_CLICKS_BATCHES_H

#include "linkpond/model/click_pack.h"
#include "linkpond/store/db.h"

/* The rows of the table, for the scans and for what deletes. */
struct clicks_stored {
    int64_t first_id, last_id, rows;
    str bytes; /* lent until the next step */
};
/* Batches that touch [from_id, to_id]. */
struct stmt *clicks_batch_scan(struct db *db, int64_t from_id, int64_t to_id, bool descending);
struct clicks_stored clicks_batch_stored(struct stmt *rows);
enum err clicks_batch_insert(struct db *db, struct click_pack *pack);
/* An empty pack deletes the row. */
enum err clicks_batch_replace(struct db *db, int64_t first_id, struct click_pack *pack);

#endif
