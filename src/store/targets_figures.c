/* SPDX-License-Identifier: MIT */
#include "linkpond/store/targets.h"

#include "row.h"

/* What became of targets, hour by hour, and who was sent to which. */

enum err targets_hour_add(struct db *db, int64_t target_id, int64_t hour_ms, const struct target_figures *more)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_HOUR_ADD);

    stmt_bind_i64(stmt, "target_id", target_id);
    stmt_bind_i64(stmt, "hour_ms", hour_ms);
    stmt_bind_i64(stmt, "shown", more->shown);
    stmt_bind_i64(stmt, "visitors", more->visitors);
    stmt_bind_i64(stmt, "pressed", more->pressed);
    stmt_bind_i64(stmt, "joined", more->joined);
    stmt_bind_i64(stmt, "left", more->left);
    stmt_bind_i64(stmt, "reserved", more->reserved);
    return stmt_run(stmt);
}

enum err targets_channel_add(struct db *db, int64_t target_id, int64_t hour_ms, const struct click_value *channel,
                             const struct target_figures *more)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_CHANNEL_ADD);

    stmt_bind_i64(stmt, "target_id", target_id);
    stmt_bind_i64(stmt, "hour_ms", hour_ms);
    stmt_bind_i64(stmt, "term", channel->term);
    stmt_bind_str(stmt, "text", channel->text);
    stmt_bind_i64(stmt, "channels_max", TARGET_CHANNELS_MAX);
    stmt_bind_i64(stmt, "shown", more->shown);
    stmt_bind_i64(stmt, "visitors", more->visitors);
    stmt_bind_i64(stmt, "pressed", more->pressed);
    stmt_bind_i64(stmt, "joined", more->joined);
    stmt_bind_i64(stmt, "left", more->left);
    return stmt_run(stmt);
}

static void read_figures(struct stmt *row, int column, struct target_figures *out)
{
    *out = (struct target_figures){
        .shown = stmt_i64(row, column),
        .visitors = stmt_i64(row, column + 1),
        .pressed = stmt_i64(row, column + 2),
        .joined = stmt_i64(row, column + 3),
        .left = stmt_i64(row, column + 4),
        .reserved = stmt_i64(row, column + 5),
    };
}

static struct stmt *between(struct db *db, enum sql_id text, int64_t target_id, int64_t from_ms, int64_t to_ms)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "target_id", target_id);
    stmt_bind_i64(stmt, "from_ms", from_ms);
    stmt_bind_i64(stmt, "to_ms", to_ms);
    return stmt;
}

enum err targets_sum(struct db *db, int64_t target_id, int64_t from_ms, int64_t to_ms, struct target_figures *out)
{
    struct stmt *row = between(db, SQL_TARGET_SUM, target_id, from_ms, to_ms);

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_figures(row, 0, out);
    return row_done(row, NULL);
}

struct stmt *targets_hours(struct db *db, int64_t target_id, int64_t from_ms, int64_t to_ms)
{
    return between(db, SQL_TARGET_HOURS, target_id, from_ms, to_ms);
}

bool targets_hours_next(struct stmt *rows, int64_t *hour_ms, struct target_figures *out)
{
    bool found = stmt_next(rows);

    if (found) {
        *hour_ms = stmt_i64(rows, 0);
        read_figures(rows, 1, out);
    }
    return found;
}

/* ---- who was sent where ---- */

enum err target_visitors_put(struct db *db, const struct target_visitor *row)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_VISITOR_PUT);

    stmt_bind_i64(stmt, "link_id", row->link_id);
    stmt_bind_i64(stmt, "visitor", row->visitor);
    stmt_bind_i64(stmt, "target_id", row->target_id);
    stmt_bind_i64(stmt, "seen_ms", row->seen_ms);
    return stmt_run(stmt);
}

struct stmt *target_visitors_each(struct db *db, int64_t since_ms, size_t limit)
{
    struct stmt *rows = db_stmt(db, SQL_TARGET_VISITOR_EACH);

    stmt_bind_i64(rows, "since_ms", since_ms);
    stmt_bind_i64(rows, "limit", (int64_t)limit);
    return rows;
}

bool target_visitors_next(struct stmt *rows, struct target_visitor *out)
{
    bool found = stmt_next(rows);

    if (found) {
        *out = (struct target_visitor){stmt_i64(rows, 0), stmt_i64(rows, 1), stmt_i64(rows, 2), stmt_i64(rows, 3)};
    }
    return found;
}

enum err target_visitors_forget(struct db *db, int64_t visitor)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_VISITOR_FORGET);

    stmt_bind_i64(stmt, "visitor", visitor);
    return stmt_run(stmt);
}

enum err target_visitors_expire(struct db *db, int64_t before_ms, int64_t limit, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_TARGET_VISITOR_EXPIRE);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    stmt_bind_i64(stmt, "limit", limit);
    enum err err = stmt_run(stmt);
    *deleted = err ? 0 : db_changes(db);
    return err;
}
