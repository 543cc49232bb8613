/* SPDX-License-Identifier: MIT */
#include "linkpond/store/forwards.h"

#include "row.h"

enum err forwards_note(struct db *db, struct forward *forward)
{
    struct stmt *put = db_stmt(db, SQL_FORWARD_PUT);

    stmt_bind_i64(put, "click_id", forward->click_id);
    stmt_bind_str(put, "page", forward->page);
    stmt_bind_i64(put, "scene", forward->scene);
    stmt_bind_i64(put, "time_ms", forward->time_ms);
    enum err err = stmt_run(put);
    if (err) {
        return err;
    }
    struct stmt *row = db_stmt(db, SQL_FORWARD_FIND);
    stmt_bind_i64(row, "click_id", forward->click_id);
    stmt_bind_str(row, "page", forward->page);
    if (!stmt_next(row)) {
        return stmt_err(row) ? stmt_err(row) : ERR_CORRUPT;
    }
    forward->generation = (int)stmt_i64(row, 0);
    forward->scene = (enum click_scene)stmt_i64(row, 1);
    forward->time_ms = stmt_i64(row, 2);
    return row_done(row, NULL);
}

enum err forwards_expire(struct db *db, int64_t before_ms, int64_t most, int64_t *gone)
{
    struct stmt *stmt = db_stmt(db, SQL_FORWARD_EXPIRE);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    stmt_bind_i64(stmt, "most", most);
    enum err err = stmt_run(stmt);
    *gone = err ? 0 : db_changes(db);
    return err;
}

enum err forwards_scene(struct db *db, int64_t click_id, int64_t customer_id, enum click_scene *scene)
{
    struct stmt *row = db_stmt(db, SQL_FORWARD_SCENE);
    int64_t value = 0;

    stmt_bind_i64(row, "click_id", click_id);
    stmt_bind_i64(row, "customer_id", customer_id);
    enum err err = row_i64(row, &value);
    *scene = err ? SCENE_UNKNOWN : (enum click_scene)value;
    return err == ERR_NOT_FOUND ? OK : err;
}
