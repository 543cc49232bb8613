/* SPDX-License-Identifier: MIT */
#include "linkpond/store/users.h"

#include "row.h"

static str hash_str(const uint8_t hash[TOKEN_HASH_BYTES])
{
    return (str){(const char *)hash, TOKEN_HASH_BYTES};
}

enum err user_tokens_put(struct db *db, const struct user_token *token)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_TOKEN_PUT);

    stmt_bind_blob(stmt, "hash", hash_str(token->hash));
    stmt_bind_i64(stmt, "user_id", token->user_id);
    stmt_bind_str(stmt, "kind", token->reset ? STR("reset") : STR("invite"));
    stmt_bind_i64(stmt, "created_ms", token->created_ms);
    stmt_bind_i64(stmt, "expires_ms", token->expires_ms);
    return stmt_run(stmt);
}

enum err user_tokens_find(struct db *db, const uint8_t hash[TOKEN_HASH_BYTES], struct user_token *out)
{
    struct stmt *row = db_stmt(db, SQL_USER_TOKEN_FIND);

    stmt_bind_blob(row, "hash", hash_str(hash));
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct user_token){.user_id = stmt_i64(row, 0),
                               .reset = str_eq(stmt_str(row, 1), STR("reset")),
                               .created_ms = stmt_i64(row, 2),
                               .expires_ms = stmt_i64(row, 3)};
    memcpy(out->hash, hash, TOKEN_HASH_BYTES);
    return row_done(row, NULL);
}

enum err user_tokens_of_user(struct db *db, int64_t user_id, struct user_token *out)
{
    struct stmt *row = db_stmt(db, SQL_USER_TOKEN_OF_USER);

    stmt_bind_i64(row, "user_id", user_id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct user_token){.user_id = user_id,
                               .reset = str_eq(stmt_str(row, 0), STR("reset")),
                               .created_ms = stmt_i64(row, 1),
                               .expires_ms = stmt_i64(row, 2)};
    return row_done(row, NULL);
}

enum err user_tokens_delete(struct db *db, int64_t user_id)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_TOKEN_DELETE);

    stmt_bind_i64(stmt, "user_id", user_id);
    return stmt_run(stmt);
}

enum err user_tokens_purge(struct db *db, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_TOKEN_PURGE);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    return stmt_run(stmt);
}
