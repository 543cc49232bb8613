/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DIM_DAYS_H
#define LINKPOND_STORE_DIM_DAYS_H

#include "linkpond/model/chunk.h"
#include "linkpond/model/tops.h"
#include "linkpond/store/db.h"

/* What is kept of clicks that retention deleted: the most frequent values of each dimension and day. A day goes by its
 * first instant in the installation's zone of then; a dimension by the column of chunks that it reads. */

/* Into the arena; nothing of that day gives an empty list. ERR_CORRUPT. */
enum err dim_day_find(struct db *db, struct arena *arena, int64_t day_ms, enum chunk_column dim, struct tops *out);
enum err dim_day_put(struct db *db, int64_t day_ms, enum chunk_column dim, const struct tops *tops);

/* Days that begin in [from, to), in order; bytes lent until the next step. */
struct stmt *dim_days_in(struct db *db, enum chunk_column dim, int64_t from_ms, int64_t to_ms);
bool dim_days_next(struct stmt *rows, int64_t *day_ms, str *bytes);

/* The first list of a day that begins before before_ms with more than `kept` values. ERR_NOT_FOUND: there is none. */
enum err dim_day_find_open(struct db *db, int64_t before_ms, size_t kept, int64_t *day_ms, enum chunk_column *dim);

#endif
