/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_VISITORS_H
#define LINKPOND_STORE_VISITORS_H

#include "linkpond/store/db.h"

/* Pseudonyms found by the day's keyed hash. Rows go two days after, so the highest number here is not the highest ever
 * given: that counter is the engine's and lives in meta. */
enum err visitors_insert(struct db *db, int64_t number, int64_t day, int64_t hash); /* ERR_CONFLICT: number exists */
enum err visitors_max_number(struct db *db, int64_t *number);                       /* 0 = none */
enum err visitors_delete_before(struct db *db, int64_t day, int64_t *deleted);      /* deleted may be NULL */
/* Of one install-local civil day, by number. */
struct stmt *visitors_each(struct db *db, int64_t day);
bool visitors_next(struct stmt *rows, int64_t *number, int64_t *hash);

#endif
