/* SPDX-License-Identifier: MIT */
#include "linkpond/store/pool_watch.h"

struct stmt *pool_watch_each(struct db *db)
{
    return db_stmt(db, SQL_ALARM_TARGETS);
}

bool pool_watch_next(struct stmt *rows, struct watched_target *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct watched_target){
        .link_id = stmt_i64(rows, 0),
        .link_title = stmt_str(rows, 1),
        .short_url = stmt_str(rows, 2),
        .id = stmt_i64(rows, 3),
        .name = stmt_str(rows, 4),
        .staff = stmt_str(rows, 5),
        .enabled = stmt_i64(rows, 6),
        .valid_from_ms = stmt_time(rows, 7),
        .valid_until_ms = stmt_time(rows, 8),
        .cap_total = stmt_is_null(rows, 9) ? TARGET_NO_CAP : stmt_i64(rows, 9),
        .taken = stmt_i64(rows, 10),
        .replaced_ms = stmt_i64(rows, 11),
    };
    return true;
}
