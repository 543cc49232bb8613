/* SPDX-License-Identifier: MIT */
#include "linkpond/store/target_events.h"

#include "row.h"

static enum err put(struct db *db, struct stmt *stmt, bool *fresh)
{
    enum err err = stmt_run(stmt);

    *fresh = !err && db_changes(db) > 0;
    return err;
}

enum err target_presses_put(struct db *db, int64_t target_id, int64_t clicked_ms, bool *fresh)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_PRESS);

    stmt_bind_i64(stmt, "clicked_ms", clicked_ms);
    stmt_bind_i64(stmt, "target_id", target_id);
    return put(db, stmt, fresh);
}

enum err target_presses_expire(struct db *db, int64_t before_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_PRESS_EXPIRE);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    return stmt_run(stmt);
}

enum err target_events_put(struct db *db, int64_t target_id, str event, int64_t now_ms, bool *fresh)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_EVENT);

    stmt_bind_i64(stmt, "target_id", target_id);
    stmt_bind_str(stmt, "event", event);
    stmt_bind_i64(stmt, "time_ms", now_ms);
    return put(db, stmt, fresh);
}

enum err target_events_purge(struct db *db, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_EVENT_PURGE);

    stmt_bind_i64(stmt, "link_id", link_id);
    return stmt_run(stmt);
}
