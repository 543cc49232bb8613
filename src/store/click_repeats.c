/* SPDX-License-Identifier: MIT */
#include "linkpond/store/click_repeats.h"

#include "row.h"

enum err click_repeats_put(struct db *db, int64_t click_id, int64_t first_id)
{
    struct stmt *stmt = db_stmt(db, SQL_CLICK_REPEAT_PUT);

    stmt_bind_i64(stmt, "click_id", click_id);
    stmt_bind_i64(stmt, "first_id", first_id);
    return stmt_run(stmt);
}

enum err click_repeats_first(struct db *db, int64_t click_id, int64_t *first_id)
{
    struct stmt *row = db_stmt(db, SQL_CLICK_REPEAT_FIRST);

    stmt_bind_i64(row, "click_id", click_id);
    enum err err = row_i64(row, first_id);
    if (err == ERR_NOT_FOUND) {
        *first_id = click_id;
    }
    return err == ERR_NOT_FOUND ? OK : err;
}
