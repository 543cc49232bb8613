/* SPDX-License-Identifier: MIT */
#include "linkpond/store/idempotency.h"

#include "row.h"

enum err idempotency_find(struct db *db, struct arena *arena, int64_t caller, str key, struct idempotent *out)
{
    struct stmt *row = db_stmt(db, SQL_IDEMPOTENCY_FIND);
    struct idempotent found;

    stmt_bind_i64(row, "caller", caller);
    stmt_bind_str(row, "key", key);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    found = (struct idempotent){
        .caller = caller,
        .key = arena_str(arena, key),
        .status = (int)stmt_i64(row, 1),
        .headers = row_str(row, 2, arena),
        .body = row_blob(row, 3, arena),
        .created_ms = stmt_i64(row, 4),
    };
    row_bytes(row, 0, found.request_hash, sizeof found.request_hash);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = found;
    }
    return err;
}

enum err idempotency_insert(struct db *db, const struct idempotent *row)
{
    struct stmt *stmt = db_stmt(db, SQL_IDEMPOTENCY_INSERT);

    stmt_bind_i64(stmt, "caller", row->caller);
    stmt_bind_str(stmt, "key", row->key);
    stmt_bind_blob(stmt, "request_hash", (str){(const char *)row->request_hash, sizeof row->request_hash});
    stmt_bind_i64(stmt, "status", row->status);
    stmt_bind_str(stmt, "headers", row->headers);
    stmt_bind_blob(stmt, "body", row->body);
    stmt_bind_i64(stmt, "created_ms", row->created_ms);
    return stmt_run(stmt);
}

enum err idempotency_purge(struct db *db, int64_t before_ms, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_IDEMPOTENCY_PURGE);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    enum err err = stmt_run(stmt);
    if (!err && deleted) {
        *deleted = db_changes(db);
    }
    return err;
}
