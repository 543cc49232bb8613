/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_VISITORS_H
#define LINKPOND_STORE_VISITORS_H

#include "linkpond/store/db.h"

/* Pseudonyms found by the day's keyed hash: one row holds the hashes of consecutive numbers of one day, because a row
 * for each cost more than all else a new visitor takes. Rows go two days after, so the highest number here is not the
 * highest ever given: that counter is the engine's and lives in meta. */

/* The hashes of first_number, first_number + 1, …; count at least 1. Numbers are higher than all before. ERR_CONFLICT:
 * a row starts with that number. */
enum err visitors_insert(struct db *db, int64_t first_number, int64_t day, const int64_t *hashes, size_t count);
enum err visitors_max_number(struct db *db, int64_t *number); /* 0 = none */
/* Of all days before `day`. */
enum err visitors_delete_before(struct db *db, int64_t day);

/* Of one install-local civil day, by number. Bytes of a damaged row that make no whole hash are left out. */
struct visitors_scan {
    struct stmt *rows; /* stmt_err() tells why it ended */
    str hashes;        /* still to come of the row */
    int64_t number;    /* of the first of them */
};
void visitors_scan(struct visitors_scan *self, struct db *db, int64_t day);
bool visitors_scan_next(struct visitors_scan *self, int64_t *number, int64_t *hash);

#endif
