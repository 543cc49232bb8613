/* SPDX-License-Identifier: MIT */
#include "linkpond/store/dim_days.h"

#include "row.h"

#define BYTES_MAX (2 << 20) /* TOPS_OPEN texts of TOPS_TEXT, and numbers */

enum err dim_day_find(struct db *db, struct arena *arena, int64_t day_ms, enum chunk_column dim, struct tops *out)
{
    struct stmt *row = db_stmt(db, SQL_DIM_DAY_FIND);

    stmt_bind_i64(row, "day_ms", day_ms);
    stmt_bind_i64(row, "dim", dim);
    *out = (struct tops){0};
    if (!stmt_next(row)) {
        return stmt_err(row);
    }
    str bytes = row_blob(row, 0, arena);
    enum err err = row_done(row, arena);
    return err != OK || tops_decode(arena, bytes, out) ? err : ERR_CORRUPT;
}

enum err dim_day_put(struct db *db, int64_t day_ms, enum chunk_column dim, const struct tops *tops)
{
    struct buf bytes;

    buf_init_heap(&bytes, BYTES_MAX);
    tops_encode(tops, &bytes);
    struct stmt *stmt = db_stmt(db, SQL_DIM_DAY_PUT);
    stmt_bind_i64(stmt, "day_ms", day_ms);
    stmt_bind_i64(stmt, "dim", dim);
    stmt_bind_i64(stmt, "kept", (int64_t)tops->count);
    stmt_bind_blob(stmt, "tops", buf_str(&bytes));
    enum err err = bytes.overflow ? ERR_NOMEM : stmt_run(stmt);
    buf_done(&bytes);
    return err;
}

struct stmt *dim_days_in(struct db *db, enum chunk_column dim, int64_t from_ms, int64_t to_ms)
{
    struct stmt *rows = db_stmt(db, SQL_DIM_DAYS_IN);

    stmt_bind_i64(rows, "dim", dim);
    stmt_bind_i64(rows, "from_ms", from_ms);
    stmt_bind_i64(rows, "to_ms", to_ms);
    return rows;
}

bool dim_days_next(struct stmt *rows, int64_t *day_ms, str *bytes)
{
    bool found = stmt_next(rows);

    if (found) {
        *day_ms = stmt_i64(rows, 0);
        *bytes = stmt_blob(rows, 1);
    }
    return found;
}

enum err dim_day_find_open(struct db *db, int64_t before_ms, size_t kept, int64_t *day_ms, enum chunk_column *dim)
{
    struct stmt *row = db_stmt(db, SQL_DIM_DAYS_OPEN);

    stmt_bind_i64(row, "kept", (int64_t)kept);
    stmt_bind_i64(row, "before_ms", before_ms);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *day_ms = stmt_i64(row, 0);
    *dim = (enum chunk_column)stmt_i64(row, 1);
    return row_done(row, NULL);
}
