/* SPDX-License-Identifier: MIT */
#include "linkpond/store/robots.h"

#include "row.h"

static bool read_robot(struct stmt *row, struct arena *arena, struct robot *out)
{
    *out = (struct robot){
        .id = stmt_i64(row, 0),
        .name = row_str(row, 1, arena),
        .url_sealed = row_blob(row, 3, arena),
        .url_shown = row_str(row, 4, arena),
        .secret_sealed = row_blob(row, 5, arena),
        .secret_before_sealed = row_blob(row, 6, arena),
        .secret_before_ms = stmt_time(row, 7),
        .markdown = stmt_i64(row, 8),
        .chinese = str_eq(stmt_str(row, 9), STR("zh")),
        .quiet_from_min = (int)stmt_i64(row, 10),
        .quiet_to_min = (int)stmt_i64(row, 11),
        .zone = row_str(row, 12, arena),
        .enabled = stmt_i64(row, 13),
        .gone_ms = stmt_time(row, 14),
        .notices = (unsigned)stmt_i64(row, 15),
        .owner_id = stmt_i64(row, 16),
        .owner = row_str(row, 17, arena),
        .paced_ms = stmt_i64(row, 18),
        .held_ms = stmt_i64(row, 19),
        .created_ms = stmt_i64(row, 20),
        .updated_ms = stmt_i64(row, 21),
    };
    return robot_kind_find(stmt_str(row, 2), &out->kind);
}

static void bind_blob_opt(struct stmt *stmt, const char *name, str bytes)
{
    if (bytes.len > 0) {
        stmt_bind_blob(stmt, name, bytes);
    } else {
        stmt_bind_null(stmt, name);
    }
}

static void bind_robot(struct stmt *stmt, const struct robot *robot)
{
    stmt_bind_str(stmt, "name", robot->name);
    stmt_bind_str(stmt, "kind", robot_kind_name(robot->kind));
    stmt_bind_blob(stmt, "url", robot->url_sealed);
    stmt_bind_str(stmt, "url_shown", robot->url_shown);
    bind_blob_opt(stmt, "secret", robot->secret_sealed);
    bind_blob_opt(stmt, "secret_before", robot->secret_before_sealed);
    stmt_bind_time_opt(stmt, "secret_before_ms", robot->secret_before_ms);
    stmt_bind_i64(stmt, "markdown", robot->markdown);
    stmt_bind_str(stmt, "language", robot->chinese ? STR("zh") : STR("en"));
    stmt_bind_i64(stmt, "quiet_from", robot->quiet_from_min);
    stmt_bind_i64(stmt, "quiet_to", robot->quiet_to_min);
    stmt_bind_str(stmt, "zone", robot->zone);
    stmt_bind_i64(stmt, "enabled", robot->enabled);
    stmt_bind_time_opt(stmt, "gone_ms", robot->gone_ms);
    stmt_bind_i64(stmt, "notices", robot->notices);
    stmt_bind_id_opt(stmt, "owner_id", robot->owner_id);
    stmt_bind_i64(stmt, "updated_ms", robot->updated_ms);
}

enum err robots_insert(struct db *db, struct robot *robot)
{
    struct stmt *stmt = db_stmt(db, SQL_ROBOT_INSERT);

    bind_robot(stmt, robot);
    stmt_bind_i64(stmt, "created_ms", robot->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        robot->id = db_last_id(db);
    }
    return err;
}

enum err robots_update(struct db *db, const struct robot *robot)
{
    struct stmt *stmt = db_stmt(db, SQL_ROBOT_UPDATE);

    bind_robot(stmt, robot);
    stmt_bind_i64(stmt, "id", robot->id);
    return row_run(db, stmt);
}

/* Notices of a digest go before the digests they name. */
enum err robots_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_DROP_ROBOT);

    stmt_bind_i64(stmt, "robot_id", id);
    enum err err = stmt_run(stmt);
    stmt = db_stmt(db, SQL_OUTBOX_DROP_DIGESTS);
    stmt_bind_i64(stmt, "robot_id", id);
    err = err ? err : stmt_run(stmt);
    stmt = db_stmt(db, SQL_ROBOT_DELETE);
    stmt_bind_i64(stmt, "id", id);
    return err ? err : row_run(db, stmt);
}

enum err robots_find(struct db *db, struct arena *arena, int64_t id, struct robot *out)
{
    struct stmt *row = db_stmt(db, SQL_ROBOT_FIND);
    struct robot robot;

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    bool known = read_robot(row, arena, &robot);
    enum err err = row_done(row, arena);
    err = err ? err : known ? OK : ERR_CORRUPT;
    if (!err) {
        *out = robot;
    }
    return err;
}

enum err robots_size(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_ROBOT_SIZE), count);
}

struct stmt *robots_each(struct db *db)
{
    return db_stmt(db, SQL_ROBOT_EACH);
}

bool robots_next(struct stmt *rows, struct arena *arena, struct robot *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    if (!read_robot(rows, arena, out)) {
        stmt_fail(rows, ERR_CORRUPT);
        return false;
    }
    return true;
}

enum err robots_paced(struct db *db, int64_t id, int64_t paced_ms, int64_t held_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_ROBOT_PACED);

    stmt_bind_i64(stmt, "paced_ms", paced_ms);
    stmt_bind_i64(stmt, "held_ms", held_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err robots_gone(struct db *db, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_ROBOT_GONE);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}
