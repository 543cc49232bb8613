/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_ROW_H
#define LINKPOND_STORE_ROW_H

#include "linkpond/store/db.h"

/* How the tables read their rows. */

/* A text of the current row: copied into the arena, or lent until the next step when arena is NULL. */
static inline str row_str(struct stmt *row, int column, struct arena *arena)
{
    str text = stmt_str(row, column);

    return arena ? arena_str(arena, text) : text;
}

static inline str row_blob(struct stmt *row, int column, struct arena *arena)
{
    str bytes = stmt_blob(row, column);

    return arena ? arena_str(arena, bytes) : bytes;
}

/* A blob of known size; zeros when the row's has another. */
static inline void row_bytes(struct stmt *row, int column, void *out, size_t len)
{
    str bytes = stmt_blob(row, column);

    memset(out, 0, len);
    if (bytes.len == len) {
        memcpy(out, bytes.ptr, len);
    }
}

/* Why there was no row. */
static inline enum err row_missing(const struct stmt *row)
{
    return stmt_err(row) ? stmt_err(row) : ERR_NOT_FOUND;
}

/* Ends a look-up whose row was read into the arena (NULL = nowhere). */
static inline enum err row_done(struct stmt *row, const struct arena *arena)
{
    stmt_reset(row);
    return arena && arena->overflow ? ERR_NOMEM : OK;
}

/* Reads one integer and ends the look-up. */
static inline enum err row_i64(struct stmt *row, int64_t *out)
{
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = stmt_i64(row, 0);
    return row_done(row, NULL);
}

/* Runs a statement that must touch a row. */
static inline enum err row_run(struct db *db, struct stmt *stmt)
{
    enum err err = stmt_run(stmt);

    return err ? err : db_changes(db) > 0 ? OK : ERR_NOT_FOUND;
}

#endif
