/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICK_KEYS_H
#define LINKPOND_STORE_CLICK_KEYS_H

#include "linkpond/model/click_id.h"
#include "linkpond/store/db.h"

/* The keys of click ids, kept in meta: every version there was, because an id comes back when its campaign is long
 * over. */

/* Makes the first version where there is none. */
enum err click_keys_settle(struct db *db);
/* All versions, as click_ids_new() takes them. ERR_NOT_FOUND: none was made yet; ERR_CORRUPT. */
enum err click_keys_get(struct db *db, struct arena *arena, str *out);
/* The same, ready for use; click_ids_free() it. */
enum err click_keys_open(struct db *db, struct click_ids **out);

#endif
