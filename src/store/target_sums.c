/* SPDX-License-Identifier: MIT */
#include "linkpond/store/target_sums.h"

#include "row.h"

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t higher(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct stmt *target_sums(struct db *db, enum target_group group, const struct bounds *bounds, int64_t link_id,
                         const struct target_span *span)
{
    static const enum sql_id texts[TARGET_GROUPS] = {
        [TARGETS_BY_TARGET] = SQL_TARGET_SUMS_BY_TARGET,   [TARGETS_BY_STAFF] = SQL_TARGET_SUMS_BY_STAFF,
        [TARGETS_BY_CHANNEL] = SQL_TARGET_SUMS_BY_CHANNEL, [TARGETS_BY_LINK] = SQL_TARGET_SUMS_BY_LINK,
        [TARGETS_BY_HOUR] = SQL_TARGET_SUMS_BY_HOUR,
    };
    struct stmt *rows = db_stmt(db, texts[group]);
    bool compares = span->before_from_ms < span->before_to_ms;

    bounds_bind(rows, bounds);
    stmt_bind_i64(rows, "link_id", link_id);
    stmt_bind_i64(rows, "from_ms", span->from_ms);
    stmt_bind_i64(rows, "to_ms", span->to_ms);
    stmt_bind_i64(rows, "before_from_ms", span->before_from_ms);
    stmt_bind_i64(rows, "before_to_ms", span->before_to_ms);
    stmt_bind_i64(rows, "low_ms", compares ? lower(span->from_ms, span->before_from_ms) : span->from_ms);
    stmt_bind_i64(rows, "high_ms", compares ? higher(span->to_ms, span->before_to_ms) : span->to_ms);
    return rows;
}

static void read(struct stmt *row, int column, struct target_figures *out)
{
    *out = (struct target_figures){
        .shown = stmt_i64(row, column),
        .visitors = stmt_i64(row, column + 1),
        .pressed = stmt_i64(row, column + 2),
        .joined = stmt_i64(row, column + 3),
        .left = stmt_i64(row, column + 4),
    };
}

bool target_sums_next(struct stmt *rows, struct target_sum *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct target_sum){
        .id = stmt_i64(rows, 0),
        .key = stmt_str(rows, 1),
        .name = stmt_str(rows, 2),
        .title = stmt_str(rows, 3),
        .url = stmt_str(rows, 4),
        .kind = stmt_str(rows, 5),
        .link_id = stmt_i64(rows, 6),
        .gone = stmt_i64(rows, 7) != 0,
    };
    read(rows, 8, &out->now);
    read(rows, 13, &out->before);
    return true;
}
