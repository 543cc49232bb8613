/* SPDX-License-Identifier: MIT */
#include "linkpond/store/pool_watch.h"

#define FIRST_CAP 11 /* column of cap_total; each cap is followed by what was taken of it */

struct stmt *pool_watch_each(struct db *db, const struct pool_look *look)
{
    struct stmt *rows = db_stmt(db, SQL_ALARM_TARGETS);

    bounds_bind(rows, look->bounds);
    stmt_bind_i64(rows, "day_ms", look->day_ms);
    stmt_bind_i64(rows, "hour_ms", look->hour_ms);
    return rows;
}

bool pool_watch_next(struct stmt *rows, struct watched_target *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    int kind = target_kind_find(stmt_str(rows, 4));
    *out = (struct watched_target){
        .link_id = stmt_i64(rows, 0),
        .link_title = stmt_str(rows, 1),
        .short_url = stmt_str(rows, 2),
        .id = stmt_i64(rows, 3),
        .kind = kind < 0 ? TARGET_URL : (enum target_kind)kind,
        .name = stmt_str(rows, 5),
        .staff = stmt_str(rows, 6),
        .enabled = stmt_i64(rows, 7),
        .valid_from_ms = stmt_time(rows, 8),
        .valid_until_ms = stmt_time(rows, 9),
        .replaced_ms = stmt_i64(rows, 10),
        .has_url = stmt_i64(rows, 17),
        .has_image = stmt_i64(rows, 18),
        .has_code = stmt_i64(rows, 19),
    };
    for (int span = 0; span < WATCH_SPANS; span++) {
        int column = FIRST_CAP + 2 * span;
        out->caps[span].cap = stmt_is_null(rows, column) ? TARGET_NO_CAP : stmt_i64(rows, column);
        out->caps[span].taken = stmt_i64(rows, column + 1);
    }
    return true;
}

enum err pool_watch_edited(struct db *db, int64_t link_id, int64_t *edited_ms)
{
    struct stmt *row = db_stmt(db, SQL_ALARM_POOL_EDITED);

    stmt_bind_i64(row, "link_id", link_id);
    *edited_ms = stmt_next(row) ? stmt_i64(row, 0) : 0;
    enum err err = stmt_err(row);
    stmt_reset(row);
    return err;
}
