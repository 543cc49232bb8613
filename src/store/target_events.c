/* SPDX-License-Identifier: MIT */
#include "linkpond/store/target_events.h"

#include "linkpond/model/link.h"
#include "row.h"

static enum err put(struct db *db, struct stmt *stmt, bool *fresh)
{
    enum err err = stmt_run(stmt);

    *fresh = !err && db_changes(db) > 0;
    return err;
}

enum err target_presses_put(struct db *db, struct arena *arena, const struct target_page *page, int64_t pressed_ms,
                            bool *fresh, str *channel)
{
    struct stmt *row = db_stmt(db, SQL_TARGET_PRESS);

    stmt_bind_i64(row, "clicked_ms", page->clicked_ms);
    stmt_bind_i64(row, "target_id", page->target_id);
    stmt_bind_i64(row, "page", page->page);
    stmt_bind_i64(row, "pressed_ms", pressed_ms);
    *channel = (str){0};
    *fresh = stmt_next(row);
    if (!*fresh) {
        return stmt_err(row);
    }
    *channel = arena_str(arena, stmt_str(row, 0));
    return row_done(row, arena);
}

enum err target_presses_channel(struct db *db, const struct target_page *page, const struct click_value *channel,
                                int64_t *pressed_ms)
{
    struct stmt *row = db_stmt(db, SQL_TARGET_PRESS_CHANNEL);

    stmt_bind_i64(row, "clicked_ms", page->clicked_ms);
    stmt_bind_i64(row, "target_id", page->target_id);
    stmt_bind_i64(row, "page", page->page);
    stmt_bind_i64(row, "term", channel->term);
    stmt_bind_str(row, "text", channel->text);
    *pressed_ms = TIME_NONE;
    if (!stmt_next(row)) {
        return stmt_err(row);
    }
    *pressed_ms = stmt_time(row, 0);
    return row_done(row, NULL);
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
