/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TERMS_H
#define LINKPOND_STORE_TERMS_H

#include "linkpond/store/db.h"

/* Texts that many clicks share, stored once. Ids are dense from 1 and never change; 0 is no term. Caches of either
 * direction belong to the engine. */
enum err terms_insert(struct db *db, int64_t id, str text); /* ERR_CONFLICT: id or text exists */
enum err terms_find(struct db *db, str text, int64_t *id);  /* ERR_NOT_FOUND */
/* Into the arena. ERR_NOT_FOUND. */
enum err terms_text(struct db *db, struct arena *arena, int64_t id, str *out);
enum err terms_max_id(struct db *db, int64_t *id); /* 0 = none */
/* Ids after after_id in order; text lent until the next step. */
struct stmt *terms_each(struct db *db, int64_t after_id);
bool terms_next(struct stmt *rows, int64_t *id, str *text);

#endif
