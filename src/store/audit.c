/* SPDX-License-Identifier: MIT */
#include "linkpond/store/audit.h"

#include "row.h"

enum err audit_insert(struct db *db, struct audit_line *line)
{
    struct stmt *stmt = db_stmt(db, SQL_AUDIT_INSERT);

    stmt_bind_i64(stmt, "time_ms", line->time_ms);
    stmt_bind_id_opt(stmt, "user_id", line->user_id);
    stmt_bind_id_opt(stmt, "api_key_id", line->key_id);
    stmt_bind_str(stmt, "action", line->action);
    stmt_bind_str(stmt, "kind", line->kind);
    stmt_bind_id_opt(stmt, "object_id", line->object_id);
    stmt_bind_str(stmt, "name", line->name);
    stmt_bind_str(stmt, "changes", line->changes);
    stmt_bind_str(stmt, "client", line->client);
    enum err err = stmt_run(stmt);
    if (!err) {
        line->id = db_last_id(db);
    }
    return err;
}

enum err audit_change(struct db *db, int64_t id, str changes)
{
    struct stmt *stmt = db_stmt(db, SQL_AUDIT_CHANGE);

    stmt_bind_str(stmt, "changes", changes);
    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

enum err audit_forget(struct db *db, str kind, int64_t object_id)
{
    struct stmt *stmt = db_stmt(db, SQL_AUDIT_FORGET);

    stmt_bind_str(stmt, "kind", kind);
    stmt_bind_i64(stmt, "object_id", object_id);
    return stmt_run(stmt);
}

enum err audit_purge(struct db *db, int64_t before_ms, int64_t limit, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_AUDIT_PURGE);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    stmt_bind_i64(stmt, "limit", limit);
    enum err err = stmt_run(stmt);
    *deleted = err ? 0 : db_changes(db);
    return err;
}

static void read_line(struct stmt *row, struct arena *arena, struct audit_line *out)
{
    *out = (struct audit_line){
        .id = stmt_i64(row, 0),
        .time_ms = stmt_i64(row, 1),
        .user_id = stmt_i64(row, 2),
        .user = row_str(row, 3, arena),
        .user_name = row_str(row, 4, arena),
        .key_id = stmt_i64(row, 5),
        .key_name = row_str(row, 6, arena),
        .action = row_str(row, 7, arena),
        .kind = row_str(row, 8, arena),
        .object_id = stmt_i64(row, 9),
        .name = row_str(row, 10, arena),
        .changes = row_str(row, 11, arena),
        .client = row_str(row, 12, arena),
    };
}

static struct stmt *begin_list(struct db *db, const struct audit_filter *filter)
{
    bool by_object = filter->object_id != 0;
    bool by_name = !by_object && filter->name.len > 0;
    bool by_user = !by_object && !by_name && filter->user_id != 0;
    enum sql_id text = by_object ? SQL_AUDIT_LIST_OBJECT
                       : by_name ? SQL_AUDIT_LIST_NAME
                       : by_user ? SQL_AUDIT_LIST_USER
                                 : SQL_AUDIT_LIST;
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_id_opt(rows, "before_id", filter->before_id);
    stmt_bind_time_opt(rows, "from_ms", filter->from_ms);
    stmt_bind_time_opt(rows, "to_ms", filter->to_ms);
    stmt_bind_id_opt(rows, "owner_id", filter->owner_id);
    stmt_bind_id_opt(rows, "user_id", filter->user_id);
    stmt_bind_str_opt(rows, "kind", filter->kind);
    if (by_object) {
        stmt_bind_i64(rows, "object_id", filter->object_id);
    }
    if (by_name) {
        stmt_bind_str(rows, "name", filter->name);
    }
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    return rows;
}

enum err audit_list(struct db *db, struct arena *arena, const struct audit_filter *filter, struct audit_line **out,
                    size_t *count, bool *more)
{
    struct audit_line *lines = ARENA_ARRAY(arena, struct audit_line, filter->limit + 1);
    size_t found = 0;

    if (!lines) {
        return ERR_NOMEM;
    }
    struct stmt *rows = begin_list(db, filter);
    while (stmt_next(rows)) {
        read_line(rows, arena, &lines[found++]);
    }
    if (stmt_err(rows) || arena->overflow) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    *more = found > filter->limit;
    *count = *more ? filter->limit : found;
    *out = lines;
    return OK;
}
