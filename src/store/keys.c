/* SPDX-License-Identifier: MIT */
#include "linkpond/store/keys.h"

#include "linkpond/store/sessions.h"

#include "row.h"

static const str scope_names[SCOPE_BITS] = {
#define SCOPE_NAME(constant, name, en, zh) [SCOPE_BIT_##constant] = STR_INIT(name),
    SCOPE_TABLE(SCOPE_NAME)
#undef SCOPE_NAME
};

str scope_name(enum scope_bit bit)
{
    return bit < SCOPE_BITS ? scope_names[bit] : STR("");
}

unsigned scope_find(str name)
{
    for (unsigned bit = 0; bit < SCOPE_BITS; bit++) {
        if (str_eq(name, scope_names[bit])) {
            return 1u << bit;
        }
    }
    return 0;
}

bool key_is_valid(const struct api_key *key, int64_t now_ms)
{
    return !key->user_disabled && key->revoked_ms == INT64_MIN &&
           (key->expires_ms == INT64_MIN || now_ms < key->expires_ms);
}

static void read_key(struct stmt *row, struct arena *arena, struct api_key *out)
{
    *out = (struct api_key){
        .id = stmt_i64(row, 0),
        .name = row_str(row, 1, arena),
        .prefix = row_str(row, 2, arena),
        .scopes = (unsigned)stmt_i64(row, 4),
        .user_id = stmt_i64(row, 5),
        .user = row_str(row, 6, arena),
        .role = row_str(row, 7, arena),
        .owner_id = stmt_i64(row, 8),
        .owner = row_str(row, 9, arena),
        .domain_id = stmt_i64(row, 10),
        .domain = row_str(row, 11, arena),
        .created_ms = stmt_i64(row, 12),
        .expires_ms = stmt_time(row, 13),
        .revoked_ms = stmt_time(row, 14),
        .used_ms = stmt_time(row, 15),
        .user_disabled = !stmt_is_null(row, 16),
    };
    row_bytes(row, 3, out->hash, sizeof out->hash);
}

static enum err find(struct stmt *row, struct arena *arena, struct api_key *out)
{
    struct api_key key;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_key(row, arena, &key);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = key;
    }
    return err;
}

static void bind_key(struct stmt *stmt, const struct api_key *key)
{
    stmt_bind_str(stmt, "name", key->name);
    stmt_bind_i64(stmt, "scopes", key->scopes);
    stmt_bind_id_opt(stmt, "owner_id", key->owner_id);
    stmt_bind_id_opt(stmt, "domain_id", key->domain_id);
    stmt_bind_time_opt(stmt, "expires_ms", key->expires_ms);
}

enum err keys_insert(struct db *db, struct api_key *key)
{
    struct stmt *stmt = db_stmt(db, SQL_KEY_INSERT);

    bind_key(stmt, key);
    stmt_bind_str(stmt, "prefix", key->prefix);
    stmt_bind_blob(stmt, "hash", (str){(const char *)key->hash, sizeof key->hash});
    stmt_bind_i64(stmt, "user_id", key->user_id);
    stmt_bind_i64(stmt, "created_ms", key->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        key->id = db_last_id(db);
    }
    return err;
}

enum err keys_rekey(struct db *db, const struct api_key *key)
{
    struct stmt *stmt = db_stmt(db, SQL_KEY_REKEY);

    stmt_bind_str(stmt, "prefix", key->prefix);
    stmt_bind_blob(stmt, "hash", (str){(const char *)key->hash, sizeof key->hash});
    stmt_bind_i64(stmt, "id", key->id);
    return row_run(db, stmt);
}

enum err keys_find(struct db *db, struct arena *arena, int64_t id, struct api_key *out)
{
    struct stmt *row = db_stmt(db, SQL_KEY_FIND);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

enum err keys_find_hash(struct db *db, struct arena *arena, const uint8_t hash[KEY_HASH_BYTES], struct api_key *out)
{
    struct stmt *row = db_stmt(db, SQL_KEY_FIND_HASH);

    stmt_bind_blob(row, "hash", (str){(const char *)hash, KEY_HASH_BYTES});
    return find(row, arena, out);
}

static enum err mark(struct db *db, enum sql_id text, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err keys_revoke(struct db *db, int64_t id, int64_t now_ms)
{
    enum err err = mark(db, SQL_KEY_REVOKE, id, now_ms);

    return err ? err : sessions_delete_of_key(db, id);
}

enum err keys_used(struct db *db, int64_t id, int64_t now_ms)
{
    return mark(db, SQL_KEY_USED, id, now_ms);
}

struct stmt *keys_each(struct db *db)
{
    return db_stmt(db, SQL_KEY_EACH);
}

bool keys_next(struct stmt *rows, struct api_key *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_key(rows, NULL, out);
    }
    return found;
}
