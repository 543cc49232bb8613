/* SPDX-License-Identifier: MIT */
#include "linkpond/store/destinations.h"

#include <stdlib.h>

#include "row.h"

#define TEXTS_MAX ((size_t)16 * 1024 * 1024)

static void read_row(struct stmt *row, struct arena *arena, struct destination *out)
{
    *out = (struct destination){
        .id = stmt_i64(row, 0),
        .list = str_eq(stmt_str(row, 1), STR("deny")) ? DESTINATION_DENY : DESTINATION_ALLOW,
        .pattern = row_str(row, 2, arena),
        .note = row_str(row, 3, arena),
        .user_id = stmt_i64(row, 4),
        .user = row_str(row, 5, arena),
        .created_ms = stmt_i64(row, 6),
    };
}

enum err destinations_insert(struct db *db, struct destination *destination)
{
    struct stmt *stmt = db_stmt(db, SQL_DESTINATION_INSERT);

    stmt_bind_str(stmt, "list", destination_list_name(destination->list));
    stmt_bind_str(stmt, "pattern", destination->pattern);
    stmt_bind_str(stmt, "note", destination->note);
    stmt_bind_id_opt(stmt, "user_id", destination->user_id);
    stmt_bind_i64(stmt, "created_ms", destination->created_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        destination->id = db_last_id(db);
    }
    return err;
}

enum err destinations_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_DESTINATION_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err destinations_find(struct db *db, struct arena *arena, int64_t id, struct destination *out)
{
    struct stmt *row = db_stmt(db, SQL_DESTINATION_FIND);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_row(row, arena, out);
    return row_done(row, arena);
}

enum err destinations_size(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_DESTINATION_SIZE), count);
}

struct stmt *destinations_each(struct db *db)
{
    return db_stmt(db, SQL_DESTINATION_EACH);
}

bool destinations_next(struct stmt *rows, struct destination *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_row(rows, NULL, out);
    }
    return found;
}

static enum err read_lines(struct db *db, struct arena *arena, struct destination_line *lines, size_t cap,
                           size_t *count)
{
    struct stmt *rows = destinations_each(db);
    struct destination row;

    *count = 0;
    while (*count < cap && destinations_next(rows, &row)) {
        lines[(*count)++] = (struct destination_line){row.id, row.list, arena_str(arena, row.pattern)};
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}

enum err destinations_load(struct db *db, const struct destination *more, struct destinations **out)
{
    struct arena arena;
    int64_t size = 0;
    size_t count = 0;
    enum err err = destinations_size(db, &size);

    if (err) {
        return err;
    }
    arena_init(&arena, TEXTS_MAX);
    struct destination_line *lines = ARENA_ARRAY(&arena, struct destination_line, (size_t)size + 1);
    err = lines ? read_lines(db, &arena, lines, (size_t)size, &count) : ERR_NOMEM;
    if (!err && more) {
        lines[count++] = (struct destination_line){more->id, more->list, more->pattern};
    }
    struct destinations *made = err ? NULL : destinations_new(lines, count);
    arena_done(&arena);
    err = err ? err : made ? OK : ERR_NOMEM;
    if (!err) {
        *out = made;
    }
    return err;
}
