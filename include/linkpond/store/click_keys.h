/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICK_KEYS_H
#define LINKPOND_STORE_CLICK_KEYS_H

#include "linkpond/model/click_id.h"
#include "linkpond/store/db.h"

/* The keys of click ids, kept in meta: every version there was, because an id comes back when its campaign is long
 * over. A version that was dropped keeps its place (click_id.h). */

/* Makes the first version where there is none. */
enum err click_keys_settle(struct db *db);
/* All versions, as click_ids_new() takes them. ERR_NOT_FOUND: none was made yet; ERR_CORRUPT. */
enum err click_keys_get(struct db *db, struct arena *arena, str *out);
/* Of keys that click_keys_get gave. A version is 1 .. click_keys_versions(). */
enum click_key_state { CLICK_KEY_CURRENT, CLICK_KEY_KEPT, CLICK_KEY_DROPPED };
int64_t click_keys_versions(str keys);
enum click_key_state click_keys_state(str keys, int64_t version);
/* Writer. Another version makes ids from now on. ERR_TOO_LARGE: there are CLICK_ID_VERSIONS_MAX. */
enum err click_keys_turn(struct db *db, int64_t *version);
/* Writer. Forgets that version's key. ERR_NOT_FOUND: there is none such any more; ERR_CONFLICT: it makes the ids. */
enum err click_keys_drop(struct db *db, int64_t version);
/* All of them, ready for use; click_ids_free() it. */
enum err click_keys_open(struct db *db, struct click_ids **out);

#endif
