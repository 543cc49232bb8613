/* SPDX-License-Identifier: MIT */
#include "linkpond/store/stages.h"

#include "row.h"

static enum err put_events(struct db *db, int64_t stage_id, const struct stage *stage)
{
    struct stmt *stmt = db_stmt(db, SQL_STAGE_EVENTS_DROP);

    stmt_bind_i64(stmt, "stage_id", stage_id);
    enum err err = stmt_run(stmt);
    for (size_t i = 0; i < stage->events_count && !err; i++) {
        stmt = db_stmt(db, SQL_STAGE_EVENT_PUT);
        stmt_bind_str(stmt, "type", stage->events[i].type);
        stmt_bind_i64(stmt, "nth", stage->events[i].nth);
        stmt_bind_i64(stmt, "stage_id", stage_id);
        err = stmt_run(stmt);
    }
    return err;
}

static enum err put_stage(struct db *db, const struct stage *stage, size_t position, int64_t now_ms)
{
    struct stmt *row = db_stmt(db, SQL_STAGE_PUT);
    int64_t id = 0;

    stmt_bind_str(row, "key", stage->key);
    stmt_bind_str(row, "name_zh", stage->name_zh);
    stmt_bind_str(row, "name_en", stage->name_en);
    stmt_bind_i64(row, "position", (int64_t)position);
    stmt_bind_i64(row, "now_ms", now_ms);
    enum err err = row_i64(row, &id);
    return err ? err : put_events(db, id, stage);
}

enum err stages_put(struct db *db, const struct stage *stages, size_t count, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_STAGE_NONE);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    enum err err = stmt_run(stmt);
    for (size_t i = 0; i < count && !err; i++) {
        err = put_stage(db, &stages[i], i, now_ms);
    }
    return err ? err : stmt_run(db_stmt(db, SQL_CUSTOMER_RESTAGE));
}

static enum err read_events(struct db *db, struct arena *arena, struct stage *stage)
{
    struct stmt *rows = db_stmt(db, SQL_STAGE_EVENTS);

    stmt_bind_i64(rows, "stage_id", stage->id);
    while (stmt_next(rows)) {
        if (stage->events_count == STAGE_EVENTS_MAX) {
            stmt_fail(rows, ERR_CORRUPT);
            break;
        }
        stage->events[stage->events_count++] =
            (struct stage_event){.type = row_str(rows, 0, arena), .nth = stmt_i64(rows, 1)};
    }
    return stmt_err(rows);
}

enum err stages_list(struct db *db, struct arena *arena, struct stage **out, size_t *count)
{
    struct stage *stages = ARENA_ARRAY(arena, struct stage, STAGES_MAX);
    struct stmt *rows = db_stmt(db, SQL_STAGE_LIST);
    size_t n = 0;

    while (stages && stmt_next(rows)) {
        if (n == STAGES_MAX) {
            stmt_fail(rows, ERR_CORRUPT);
            break;
        }
        stages[n++] = (struct stage){.id = stmt_i64(rows, 0),
                                     .key = row_str(rows, 1, arena),
                                     .name_zh = row_str(rows, 2, arena),
                                     .name_en = row_str(rows, 3, arena)};
    }
    enum err err = stmt_err(rows);
    for (size_t i = 0; i < n && !err; i++) {
        err = read_events(db, arena, &stages[i]);
    }
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = stages;
        *count = n;
    }
    return err;
}

enum err stages_find(struct db *db, str key, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_STAGE_FIND);

    stmt_bind_str(row, "key", key);
    return row_i64(row, id);
}
