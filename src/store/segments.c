/* SPDX-License-Identifier: MIT */
#include "linkpond/store/segments.h"

#include "row.h"

int64_t segment_id_of_click(int64_t click_id)
{
    return click_id >> SEGMENT_CLICK_BITS;
}

int64_t segment_first_click(int64_t segment_id)
{
    return segment_id << SEGMENT_CLICK_BITS;
}

int64_t segment_last_click(int64_t segment_id)
{
    return (segment_id << SEGMENT_CLICK_BITS) | ((INT64_C(1) << SEGMENT_CLICK_BITS) - 1);
}

enum err segments_ingested(struct db *db, int64_t id, int64_t ingested_to, bool closed, int64_t rows, int64_t min_ms,
                           int64_t max_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_SEGMENT_INGESTED);

    stmt_bind_i64(stmt, "id", id);
    stmt_bind_i64(stmt, "ingested_to", ingested_to);
    stmt_bind_i64(stmt, "closed", closed);
    stmt_bind_i64(stmt, "rows", rows);
    if (rows > 0) {
        stmt_bind_time_opt(stmt, "min_ms", min_ms);
        stmt_bind_time_opt(stmt, "max_ms", max_ms);
    }
    return stmt_run(stmt);
}

enum err segments_folded(struct db *db, int64_t id, int64_t folded_to)
{
    struct stmt *stmt = db_stmt(db, SQL_SEGMENT_FOLDED);

    stmt_bind_i64(stmt, "folded_to", folded_to);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err segments_sealed(struct db *db, int64_t id, int64_t sealed_to, int64_t rows)
{
    struct stmt *stmt = db_stmt(db, SQL_SEGMENT_SEALED);

    stmt_bind_i64(stmt, "sealed_to", sealed_to);
    stmt_bind_i64(stmt, "rows", rows);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err segments_sealed_to(struct db *db, int64_t id, int64_t *sealed_to)
{
    struct stmt *stmt = db_stmt(db, SQL_SEGMENT_SEALED_TO);

    stmt_bind_i64(stmt, "id", id);
    enum err err = row_i64(stmt, sealed_to);
    if (err == ERR_NOT_FOUND) {
        *sealed_to = 0;
        err = OK;
    }
    return err;
}

enum err segments_unfold_all(struct db *db)
{
    return stmt_run(db_stmt(db, SQL_SEGMENT_UNFOLD_ALL));
}

enum err segments_rows_removed(struct db *db, int64_t id, int64_t rows)
{
    struct stmt *stmt = db_stmt(db, SQL_SEGMENT_ROWS_REMOVED);

    stmt_bind_i64(stmt, "rows", rows);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

struct stmt *segments_each(struct db *db)
{
    return db_stmt(db, SQL_SEGMENT_EACH);
}

struct stmt *segments_each_in(struct db *db, int64_t from_ms, int64_t to_ms)
{
    struct stmt *rows = db_stmt(db, SQL_SEGMENT_EACH_IN);

    stmt_bind_i64(rows, "from_ms", from_ms);
    stmt_bind_i64(rows, "to_ms", to_ms);
    return rows;
}

struct stmt *segments_each_unfolded(struct db *db)
{
    return db_stmt(db, SQL_SEGMENT_EACH_UNFOLDED);
}

struct stmt *segments_each_unsealed(struct db *db)
{
    return db_stmt(db, SQL_SEGMENT_EACH_UNSEALED);
}

bool segments_next(struct stmt *rows, struct segment *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct segment){
        .id = stmt_i64(rows, 0),
        .ingested_to = stmt_i64(rows, 1),
        .folded_to = stmt_i64(rows, 2),
        .sealed_to = stmt_i64(rows, 3),
        .closed = stmt_i64(rows, 4),
        .rows = stmt_i64(rows, 5),
        .min_ms = stmt_time(rows, 6),
        .max_ms = stmt_time(rows, 7),
    };
    return true;
}
