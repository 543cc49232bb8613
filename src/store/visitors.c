/* SPDX-License-Identifier: MIT */
#include "linkpond/store/visitors.h"

#include "row.h"

enum err visitors_insert(struct db *db, int64_t number, int64_t day, int64_t hash)
{
    struct stmt *stmt = db_stmt(db, SQL_VISITOR_INSERT);

    stmt_bind_i64(stmt, "number", number);
    stmt_bind_i64(stmt, "day", day);
    stmt_bind_i64(stmt, "hash", hash);
    return stmt_run(stmt);
}

enum err visitors_max_number(struct db *db, int64_t *number)
{
    return row_i64(db_stmt(db, SQL_VISITOR_MAX_NUMBER), number);
}

enum err visitors_delete_before(struct db *db, int64_t day, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_VISITOR_DELETE_BEFORE);

    stmt_bind_i64(stmt, "day", day);
    enum err err = stmt_run(stmt);
    if (!err && deleted) {
        *deleted = db_changes(db);
    }
    return err;
}

struct stmt *visitors_each(struct db *db, int64_t day)
{
    struct stmt *rows = db_stmt(db, SQL_VISITOR_EACH);

    stmt_bind_i64(rows, "day", day);
    return rows;
}

bool visitors_next(struct stmt *rows, int64_t *number, int64_t *hash)
{
    bool found = stmt_next(rows);

    if (found) {
        *number = stmt_i64(rows, 0);
        *hash = stmt_i64(rows, 1);
    }
    return found;
}
