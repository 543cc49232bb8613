/* SPDX-License-Identifier: MIT */
#include "linkpond/store/meta.h"

static struct stmt *with_key(struct db *db, enum sql_id id, str key)
{
    struct stmt *stmt = db_stmt(db, id);

    stmt_bind_str(stmt, "key", key);
    return stmt;
}

enum err meta_get_blob(struct db *db, struct arena *arena, str key, str *out)
{
    struct stmt *row = with_key(db, SQL_META_GET, key);

    if (!stmt_next(row)) {
        return stmt_err(row) ? stmt_err(row) : ERR_NOT_FOUND;
    }
    str value = arena_str(arena, stmt_blob(row, 0));
    stmt_reset(row);
    if (arena->overflow) {
        return ERR_NOMEM;
    }
    *out = value;
    return OK;
}

enum err meta_get_i64(struct db *db, str key, int64_t *out)
{
    struct stmt *row = with_key(db, SQL_META_GET, key);

    if (!stmt_next(row)) {
        return stmt_err(row) ? stmt_err(row) : ERR_NOT_FOUND;
    }
    *out = stmt_i64(row, 0);
    stmt_reset(row);
    return OK;
}

enum err meta_put_blob(struct db *db, str key, str value)
{
    struct stmt *stmt = with_key(db, SQL_META_PUT, key);

    stmt_bind_blob(stmt, "value", value);
    return stmt_run(stmt);
}

enum err meta_put_i64(struct db *db, str key, int64_t value)
{
    struct stmt *stmt = with_key(db, SQL_META_PUT, key);

    stmt_bind_i64(stmt, "value", value);
    return stmt_run(stmt);
}

enum err meta_delete(struct db *db, str key)
{
    return stmt_run(with_key(db, SQL_META_DELETE, key));
}
