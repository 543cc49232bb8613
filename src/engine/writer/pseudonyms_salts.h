/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PSEUDONYMS_SALTS_H
#define LINKPOND_ENGINE_PSEUDONYMS_SALTS_H

#include "linkpond/base/hash.h"
#include "linkpond/store/db.h"

/* The salts of the last days, stored until they expire: without its salt a day's hashes tell nothing. Inside the
 * caller's transaction. */

/* Finds the day's salt or makes one; the oldest goes when there are too many. A day older than all of them gets a salt
 * that is not stored. */
enum err pseudonyms_salt_for(struct db *db, int64_t day, struct siphash_key *out);
/* Salts of days before first_kept go. */
enum err pseudonyms_salts_expire(struct db *db, int64_t first_kept);

#endif
