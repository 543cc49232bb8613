/* SPDX-License-Identifier: MIT */
#include "linkpond/store/terms.h"

#include "row.h"

enum err terms_insert(struct db *db, int64_t id, str text)
{
    struct stmt *stmt = db_stmt(db, SQL_TERM_INSERT);

    stmt_bind_i64(stmt, "id", id);
    stmt_bind_str(stmt, "text", text);
    return stmt_run(stmt);
}

enum err terms_find(struct db *db, str text, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_TERM_FIND);

    stmt_bind_str(row, "text", text);
    return row_i64(row, id);
}

enum err terms_text(struct db *db, struct arena *arena, int64_t id, str *out)
{
    struct stmt *row = db_stmt(db, SQL_TERM_TEXT);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    str text = row_str(row, 0, arena);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = text;
    }
    return err;
}

enum err terms_max_id(struct db *db, int64_t *id)
{
    return row_i64(db_stmt(db, SQL_TERM_MAX_ID), id);
}

struct stmt *terms_each(struct db *db, int64_t after_id)
{
    struct stmt *rows = db_stmt(db, SQL_TERM_EACH);

    stmt_bind_i64(rows, "after_id", after_id);
    return rows;
}

bool terms_next(struct stmt *rows, int64_t *id, str *text)
{
    bool found = stmt_next(rows);

    if (found) {
        *id = stmt_i64(rows, 0);
        *text = stmt_str(rows, 1);
    }
    return found;
}
