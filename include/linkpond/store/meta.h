/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_META_H
#define LINKPOND_STORE_META_H

#include "linkpond/store/db.h"

/* Facts about this installation by key: cipher keys, node number, choices made at init, counters. */
/* ERR_NOT_FOUND when the key was never put. */
enum err meta_get_blob(struct db *db, struct arena *arena, str key, str *out);
enum err meta_get_i64(struct db *db, str key, int64_t *out);
/* Insert or replace. */
enum err meta_put_blob(struct db *db, str key, str value);
enum err meta_put_i64(struct db *db, str key, int64_t value);
/* OK also when there was none. */
enum err meta_delete(struct db *db, str key);

#endif
