/* SPDX-License-Identifier: MIT */
#include "linkpond/store/inlets.h"

#include "row.h"

static enum err run_id(struct db *db, enum sql_id sql, int64_t id)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

static enum err heard(struct db *db, enum sql_id sql, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "heard_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

/* ---- WeCom ------------------------------------------------------------------------------------------------------- */

static void read_wecom(struct stmt *row, struct arena *arena, struct wecom_callback *out)
{
    *out = (struct wecom_callback){.id = stmt_i64(row, 0),
                                   .name = row_str(row, 1, arena),
                                   .path = row_str(row, 2, arena),
                                   .receiver = row_str(row, 3, arena),
                                   .token = row_blob(row, 4, arena),
                                   .aes_key = row_blob(row, 5, arena),
                                   .members = row_str(row, 6, arena),
                                   .heard_ms = stmt_time(row, 7),
                                   .created_ms = stmt_i64(row, 8),
                                   .updated_ms = stmt_i64(row, 9)};
}

static void bind_wecom(struct stmt *stmt, const struct wecom_callback *callback)
{
    stmt_bind_str(stmt, "name", callback->name);
    stmt_bind_str(stmt, "receiver", callback->receiver);
    stmt_bind_blob(stmt, "token", callback->token);
    stmt_bind_blob(stmt, "aes_key", callback->aes_key);
    stmt_bind_str(stmt, "members", callback->members);
    stmt_bind_i64(stmt, "updated_ms", callback->updated_ms);
}

enum err wecom_insert(struct db *db, struct wecom_callback *callback)
{
    struct stmt *stmt = db_stmt(db, SQL_WECOM_INSERT);

    bind_wecom(stmt, callback);
    stmt_bind_str(stmt, "path", callback->path);
    stmt_bind_i64(stmt, "created_ms", callback->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        callback->id = db_last_id(db);
    }
    return err;
}

enum err wecom_update(struct db *db, const struct wecom_callback *callback)
{
    struct stmt *stmt = db_stmt(db, SQL_WECOM_UPDATE);

    bind_wecom(stmt, callback);
    stmt_bind_i64(stmt, "id", callback->id);
    return row_run(db, stmt);
}

enum err wecom_delete(struct db *db, int64_t id)
{
    return run_id(db, SQL_WECOM_DELETE, id);
}

static enum err one_wecom(struct stmt *row, struct arena *arena, struct wecom_callback *out)
{
    struct wecom_callback callback;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_wecom(row, arena, &callback);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = callback;
    }
    return err;
}

enum err wecom_find(struct db *db, struct arena *arena, int64_t id, struct wecom_callback *out)
{
    struct stmt *row = db_stmt(db, SQL_WECOM_FIND);

    stmt_bind_i64(row, "id", id);
    return one_wecom(row, arena, out);
}

enum err wecom_find_path(struct db *db, struct arena *arena, str path, struct wecom_callback *out)
{
    struct stmt *row = db_stmt(db, SQL_WECOM_FIND_PATH);

    stmt_bind_str(row, "path", path);
    return one_wecom(row, arena, out);
}

enum err wecom_heard(struct db *db, int64_t id, int64_t now_ms)
{
    return heard(db, SQL_WECOM_HEARD, id, now_ms);
}

struct stmt *wecom_each(struct db *db)
{
    return db_stmt(db, SQL_WECOM_EACH);
}

bool wecom_next(struct stmt *rows, struct wecom_callback *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    read_wecom(rows, NULL, out);
    return true;
}

/* ---- any tool ---------------------------------------------------------------------------------------------------- */

static void read_postback(struct stmt *row, struct arena *arena, struct postback *out)
{
    *out = (struct postback){.id = stmt_i64(row, 0),
                             .name = row_str(row, 1, arena),
                             .prefix = row_str(row, 3, arena),
                             .type = row_str(row, 4, arena),
                             .currency = row_str(row, 5, arena),
                             .major = stmt_i64(row, 6) != 0,
                             .params = row_str(row, 7, arena),
                             .secret = row_blob(row, 8, arena),
                             .is_signed = stmt_i64(row, 9) != 0,
                             .heard_ms = stmt_time(row, 10),
                             .created_ms = stmt_i64(row, 11),
                             .updated_ms = stmt_i64(row, 12),
                             .is_paused = stmt_i64(row, 13) != 0,
                             .failure = {.time_ms = stmt_time(row, 14),
                                         .status = stmt_i64(row, 15),
                                         .slug = row_str(row, 16, arena),
                                         .field = row_str(row, 17, arena),
                                         .code = row_str(row, 18, arena)}};
    row_bytes(row, 2, out->hash, sizeof out->hash);
}

static void bind_postback(struct stmt *stmt, const struct postback *postback)
{
    stmt_bind_str(stmt, "name", postback->name);
    stmt_bind_str(stmt, "type", postback->type);
    stmt_bind_str(stmt, "currency", postback->currency);
    stmt_bind_i64(stmt, "major", postback->major);
    stmt_bind_i64(stmt, "signed", postback->is_signed);
    stmt_bind_i64(stmt, "paused", postback->is_paused);
    stmt_bind_str(stmt, "params", postback->params);
    stmt_bind_i64(stmt, "updated_ms", postback->updated_ms);
}

enum err postbacks_insert(struct db *db, struct postback *postback)
{
    struct stmt *stmt = db_stmt(db, SQL_POSTBACK_INSERT);

    bind_postback(stmt, postback);
    stmt_bind_blob(stmt, "hash", (str){(const char *)postback->hash, sizeof postback->hash});
    stmt_bind_str(stmt, "prefix", postback->prefix);
    stmt_bind_blob(stmt, "secret", postback->secret);
    stmt_bind_i64(stmt, "created_ms", postback->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        postback->id = db_last_id(db);
    }
    return err;
}

enum err postbacks_update(struct db *db, const struct postback *postback)
{
    struct stmt *stmt = db_stmt(db, SQL_POSTBACK_UPDATE);

    bind_postback(stmt, postback);
    stmt_bind_i64(stmt, "id", postback->id);
    return row_run(db, stmt);
}

enum err postbacks_delete(struct db *db, int64_t id)
{
    return run_id(db, SQL_POSTBACK_DELETE, id);
}

static enum err one_postback(struct stmt *row, struct arena *arena, struct postback *out)
{
    struct postback postback;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_postback(row, arena, &postback);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = postback;
    }
    return err;
}

enum err postbacks_find(struct db *db, struct arena *arena, int64_t id, struct postback *out)
{
    struct stmt *row = db_stmt(db, SQL_POSTBACK_FIND);

    stmt_bind_i64(row, "id", id);
    return one_postback(row, arena, out);
}

enum err postbacks_find_hash(struct db *db, struct arena *arena, const uint8_t hash[POSTBACK_HASH_BYTES],
                             struct postback *out)
{
    struct stmt *row = db_stmt(db, SQL_POSTBACK_FIND_HASH);

    stmt_bind_blob(row, "hash", (str){(const char *)hash, POSTBACK_HASH_BYTES});
    return one_postback(row, arena, out);
}

enum err postbacks_heard(struct db *db, int64_t id, int64_t now_ms)
{
    return heard(db, SQL_POSTBACK_HEARD, id, now_ms);
}

enum err postbacks_failed(struct db *db, int64_t id, const struct postback_failure *failure)
{
    struct stmt *stmt = db_stmt(db, SQL_POSTBACK_FAILED);

    stmt_bind_i64(stmt, "failed_ms", failure->time_ms);
    stmt_bind_i64(stmt, "failed_status", failure->status);
    stmt_bind_str(stmt, "failed_slug", failure->slug);
    stmt_bind_str(stmt, "failed_field", failure->field);
    stmt_bind_str(stmt, "failed_code", failure->code);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

struct stmt *postbacks_each(struct db *db)
{
    return db_stmt(db, SQL_POSTBACK_EACH);
}

bool postbacks_next(struct stmt *rows, struct postback *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    read_postback(rows, NULL, out);
    return true;
}
