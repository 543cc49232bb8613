/* SPDX-License-Identifier: MIT */
#include "linkpond/store/sessions.h"

#include "row.h"

static str hash_str(const uint8_t hash[KEY_HASH_BYTES])
{
    return (str){(const char *)hash, KEY_HASH_BYTES};
}

enum err sessions_insert(struct db *db, const struct session *session)
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_INSERT);

    stmt_bind_blob(stmt, "hash", hash_str(session->hash));
    stmt_bind_i64(stmt, "user_id", session->user_id);
    stmt_bind_id_opt(stmt, "api_key_id", session->api_key_id);
    stmt_bind_str(stmt, "csrf", session->csrf);
    stmt_bind_str(stmt, "browser", session->browser);
    stmt_bind_str(stmt, "network", session->network);
    stmt_bind_i64(stmt, "created_ms", session->created_ms);
    stmt_bind_i64(stmt, "seen_ms", session->seen_ms);
    return stmt_run(stmt);
}

enum err sessions_find(struct db *db, struct arena *arena, const uint8_t hash[KEY_HASH_BYTES], struct session *out)
{
    struct stmt *row = db_stmt(db, SQL_SESSION_FIND);
    struct session session;

    stmt_bind_blob(row, "hash", hash_str(hash));
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    session = (struct session){
        .user_id = stmt_i64(row, 0),
        .api_key_id = stmt_i64(row, 1),
        .csrf = row_str(row, 2, arena),
        .created_ms = stmt_i64(row, 3),
        .seen_ms = stmt_i64(row, 4),
    };
    memcpy(session.hash, hash, KEY_HASH_BYTES);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = session;
    }
    return err;
}

struct stmt *sessions_of_user(struct db *db, int64_t user_id)
{
    struct stmt *rows = db_stmt(db, SQL_SESSION_OF_USER);

    stmt_bind_i64(rows, "user_id", user_id);
    return rows;
}

bool sessions_next(struct stmt *rows, struct session *out)
{
    bool found = stmt_next(rows);

    if (found) {
        *out = (struct session){
            .api_key_id = stmt_i64(rows, 1),
            .browser = stmt_str(rows, 2),
            .network = stmt_str(rows, 3),
            .created_ms = stmt_i64(rows, 4),
            .seen_ms = stmt_i64(rows, 5),
        };
        row_bytes(rows, 0, out->hash, sizeof out->hash);
    }
    return found;
}

enum err sessions_seen(struct db *db, const uint8_t hash[KEY_HASH_BYTES], int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_SEEN);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_blob(stmt, "hash", hash_str(hash));
    return row_run(db, stmt);
}

enum err sessions_delete(struct db *db, const uint8_t hash[KEY_HASH_BYTES])
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_DELETE);

    stmt_bind_blob(stmt, "hash", hash_str(hash));
    return stmt_run(stmt);
}

enum err sessions_delete_of_key(struct db *db, int64_t api_key_id)
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_DELETE_OF_KEY);

    stmt_bind_i64(stmt, "api_key_id", api_key_id);
    return stmt_run(stmt);
}

enum err sessions_delete_of_user(struct db *db, int64_t user_id, const uint8_t *but_hash)
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_DELETE_OF_USER);

    stmt_bind_i64(stmt, "user_id", user_id);
    stmt_bind_blob(stmt, "but", but_hash ? hash_str(but_hash) : STR(""));
    return stmt_run(stmt);
}

enum err sessions_purge(struct db *db, int64_t seen_before_ms, int64_t created_before_ms, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, SQL_SESSION_PURGE);

    stmt_bind_i64(stmt, "seen_before_ms", seen_before_ms);
    stmt_bind_i64(stmt, "created_before_ms", created_before_ms);
    enum err err = stmt_run(stmt);
    if (!err && deleted) {
        *deleted = db_changes(db);
    }
    return err;
}
