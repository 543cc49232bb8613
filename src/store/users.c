/* SPDX-License-Identifier: MIT */
#include "linkpond/store/users.h"

#include "row.h"

static void read_user(struct stmt *row, struct arena *arena, struct user *out)
{
    *out = (struct user){
        .id = stmt_i64(row, 0),
        .key = row_str(row, 1, arena),
        .name = row_str(row, 2, arena),
        .role = row_str(row, 3, arena),
        .language = row_str(row, 4, arena),
        .password = row_str(row, 5, arena),
        .disabled_ms = stmt_time(row, 6),
        .signed_in_ms = stmt_time(row, 7),
        .created_ms = stmt_i64(row, 8),
        .updated_ms = stmt_i64(row, 9),
    };
}

static enum err find(struct stmt *row, struct arena *arena, struct user *out)
{
    struct user user;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_user(row, arena, &user);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = user;
    }
    return err;
}

enum err users_insert(struct db *db, struct user *user)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_INSERT);

    stmt_bind_str(stmt, "key", user->key);
    stmt_bind_str(stmt, "name", user->name);
    stmt_bind_str(stmt, "role", user->role);
    stmt_bind_str(stmt, "language", user->language);
    stmt_bind_i64(stmt, "created_ms", user->created_ms);
    stmt_bind_i64(stmt, "updated_ms", user->updated_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        user->id = db_last_id(db);
    }
    return err;
}

enum err users_update(struct db *db, const struct user *user)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_UPDATE);

    stmt_bind_str(stmt, "name", user->name);
    stmt_bind_str(stmt, "role", user->role);
    stmt_bind_str(stmt, "language", user->language);
    stmt_bind_time_opt(stmt, "disabled_ms", user->disabled_ms);
    stmt_bind_i64(stmt, "updated_ms", user->updated_ms);
    stmt_bind_i64(stmt, "id", user->id);
    return row_run(db, stmt);
}

enum err users_set_password(struct db *db, int64_t id, str password)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_SET_PASSWORD);

    stmt_bind_str(stmt, "password", password);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err users_signed_in(struct db *db, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_USER_SIGNED_IN);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err users_find(struct db *db, struct arena *arena, int64_t id, struct user *out)
{
    struct stmt *row = db_stmt(db, SQL_USER_FIND);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

enum err users_find_key(struct db *db, struct arena *arena, str key, struct user *out)
{
    struct stmt *row = db_stmt(db, SQL_USER_FIND_KEY);

    stmt_bind_str(row, "key", key);
    return find(row, arena, out);
}

enum err users_find_login(struct db *db, struct arena *arena, str login, struct user *out)
{
    struct stmt *row = db_stmt(db, SQL_USER_FIND_LOGIN);

    stmt_bind_str(row, "login", login);
    return find(row, arena, out);
}

enum err users_count_admins(struct db *db, int64_t but_id, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_USER_COUNT_ADMINS);

    stmt_bind_i64(row, "but", but_id);
    return row_i64(row, count);
}

enum err users_any_password(struct db *db, bool *any)
{
    int64_t found = 0;
    enum err err = row_i64(db_stmt(db, SQL_USER_ANY_PASSWORD), &found);

    *any = err ? *any : found != 0;
    return err;
}

enum err users_count_links(struct db *db, int64_t id, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_USER_COUNT_LINKS);

    stmt_bind_i64(row, "id", id);
    return row_i64(row, count);
}

struct stmt *users_each(struct db *db)
{
    return db_stmt(db, SQL_USER_EACH);
}

bool users_next(struct stmt *rows, struct user *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_user(rows, NULL, out);
    }
    return found;
}
