/* SPDX-License-Identifier: MIT */
#include "linkpond/store/sums.h"

#include "linkpond/model/link.h"
#include "linkpond/store/link_columns.h"
#include "sums_stat.h"

void link_stat_add(struct link_stat *self, const struct link_stat *other)
{
    self->clicks += other->clicks;
    self->visitors += other->visitors;
    self->bots += other->bots;
    self->total += other->total;
    self->scans += other->scans;
    self->reserved += other->reserved;
    self->last_ms = other->last_ms > self->last_ms ? other->last_ms : self->last_ms; /* TIME_NONE is the least */
}

/* A fold runs this for each link it touches, so parameters are set by place. */
static struct stmt *put_stat(struct stmt *stmt, const struct link_stat *stat)
{
    const int64_t figures[] = {stat->link_id, stat->clicks, stat->visitors, stat->bots,
                               stat->total,   stat->scans,  stat->reserved};

    for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
        stmt_put_i64(stmt, (int)i + 1, figures[i]);
    }
    if (stat->last_ms != TIME_NONE) { /* else it stays NULL */
        stmt_put_i64(stmt, ARRAY_LEN(figures) + 1, stat->last_ms);
    }
    return stmt;
}

enum err sums_stat_add(struct db *db, const struct link_stat *delta)
{
    enum err err = stmt_run(put_stat(db_stmt(db, SQL_SUMS_STAT_ADD), delta));

    return err ? err : link_figures_changed(db, delta->link_id);
}

enum err sums_stat_set_last(struct db *db, int64_t link_id, int64_t from_ms, int64_t into_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_SUMS_STAT_SET_LAST);

    stmt_bind_time_opt(stmt, "into_ms", into_ms);
    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "from_ms", from_ms);
    enum err err = stmt_run(stmt);
    return err ? err : link_figures_changed(db, link_id);
}

void sums_stat_read(struct stmt *row, int first, int64_t link_id, struct link_stat *out)
{
    *out = (struct link_stat){
        .link_id = link_id,
        .clicks = stmt_i64(row, first),
        .visitors = stmt_i64(row, first + 1),
        .bots = stmt_i64(row, first + 2),
        .total = stmt_i64(row, first + 3),
        .scans = stmt_i64(row, first + 4),
        .reserved = stmt_i64(row, first + 5),
        .last_ms = stmt_time(row, first + 6),
    };
}

enum err sums_stat_find(struct db *db, int64_t link_id, struct link_stat *out)
{
    struct stmt *row = db_stmt(db, SQL_SUMS_STAT_FIND);
    struct link_stat stat = {.link_id = link_id, .last_ms = INT64_MIN};

    stmt_bind_i64(row, "link_id", link_id);
    if (stmt_next(row)) {
        sums_stat_read(row, 1, link_id, &stat);
    }
    stmt_reset(row);
    enum err err = stmt_err(row) ? stmt_err(row) : gains_of_link(db, link_id, &stat);
    if (!err) {
        *out = stat;
    }
    return err;
}

struct stmt *sums_reserved_each(struct db *db)
{
    return db_stmt(db, SQL_SUMS_RESERVED_EACH);
}

bool sums_reserved_next(struct stmt *rows, int64_t *link_id, int64_t *reserved)
{
    bool found = stmt_next(rows);

    if (found) {
        *link_id = stmt_i64(rows, 0);
        *reserved = stmt_i64(rows, 1);
    }
    return found;
}

/* ---- a link ---- */

enum err sums_link_find(struct db *db, struct arena *arena, int64_t link_id, struct link_sums *out)
{
    struct stmt *row = db_stmt(db, SQL_SUMS_LINK_FIND);
    struct link_sums sums;

    *out = (struct link_sums){.stat = {.link_id = link_id, .last_ms = TIME_NONE}};
    stmt_put_i64(row, 1, link_id);
    if (!stmt_next(row)) {
        return stmt_err(row);
    }
    sums_stat_read(row, 0, link_id, &sums.stat);
    sums.day = stmt_i64(row, 7);
    sums.quarters = row_blob(row, 8, arena);
    sums.older = row_blob(row, 9, arena);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = sums;
    }
    return err;
}

enum err sums_link_put(struct db *db, const struct link_sums *sums)
{
    struct stmt *stmt = put_stat(db_stmt(db, SQL_SUMS_LINK_PUT), &sums->stat);

    if (sums->quarters.len > 0) {
        stmt_put_i64(stmt, 9, sums->day);
        stmt_put_blob(stmt, 10, sums->quarters);
    }
    if (sums->older.len > 0) {
        stmt_put_blob(stmt, 11, sums->older);
    }
    return stmt_run(stmt);
}

/* ---- days ---- */

static enum err find_day(struct stmt *row, struct arena *arena, str *out)
{
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    str bytes = row_blob(row, 0, arena);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = bytes;
    }
    return err;
}

enum err sums_link_day_find(struct db *db, struct arena *arena, int64_t link_id, int64_t day, str *out)
{
    struct stmt *row = db_stmt(db, SQL_SUMS_LINK_DAY_FIND);

    stmt_put_i64(row, 1, link_id);
    stmt_put_i64(row, 2, day);
    return find_day(row, arena, out);
}

enum err sums_link_day_put(struct db *db, int64_t link_id, int64_t day, str bytes)
{
    struct stmt *stmt = db_stmt(db, bytes.len > 0 ? SQL_SUMS_LINK_DAY_PUT : SQL_SUMS_LINK_DAY_DELETE);

    stmt_put_i64(stmt, 1, link_id);
    stmt_put_i64(stmt, 2, day);
    if (bytes.len > 0) {
        stmt_put_blob(stmt, 3, bytes);
    }
    return stmt_run(stmt);
}

enum err sums_link_day_take(struct db *db, struct arena *arena, int64_t link_id, int64_t *day, str *out)
{
    struct stmt *row = db_stmt(db, SQL_SUMS_LINK_DAY_LATEST);

    stmt_bind_i64(row, "link_id", link_id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = row_blob(row, 0, arena);
    *day = stmt_i64(row, 1);
    enum err err = row_done(row, arena);
    return err == OK ? sums_link_day_put(db, link_id, *day, STR("")) : err;
}

static struct stmt *of_scope(struct db *db, enum sql_id text, enum sums_scope scope, int64_t scope_id)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "scope", scope);
    stmt_bind_i64(stmt, "scope_id", scope_id);
    return stmt;
}

enum err sums_scope_day_find(struct db *db, struct arena *arena, enum sums_scope scope, int64_t scope_id, int64_t day,
                             str *out)
{
    struct stmt *row = of_scope(db, SQL_SUMS_SCOPE_DAY_FIND, scope, scope_id);

    stmt_bind_i64(row, "day", day);
    return find_day(row, arena, out);
}

enum err sums_scope_day_put(struct db *db, enum sums_scope scope, int64_t scope_id, int64_t day, str bytes)
{
    struct stmt *stmt =
        of_scope(db, bytes.len > 0 ? SQL_SUMS_SCOPE_DAY_PUT : SQL_SUMS_SCOPE_DAY_DELETE, scope, scope_id);

    stmt_bind_i64(stmt, "day", day);
    if (bytes.len > 0) {
        stmt_bind_blob(stmt, "quarters", bytes);
    }
    return stmt_run(stmt);
}

enum err sums_link_delete(struct db *db, int64_t link_id)
{
    static const enum sql_id texts[] = {SQL_SUMS_LINK_DELETE_STAT, SQL_SUMS_LINK_DELETE_DAYS};
    enum err err = OK;

    for (size_t i = 0; !err && i < ARRAY_LEN(texts); i++) {
        struct stmt *stmt = db_stmt(db, texts[i]);
        stmt_bind_i64(stmt, "link_id", link_id);
        err = stmt_run(stmt);
    }
    return err ? err : link_figures_changed(db, link_id);
}

enum err sums_scope_delete(struct db *db, enum sums_scope scope, int64_t scope_id)
{
    return stmt_run(of_scope(db, SQL_SUMS_SCOPE_DELETE, scope, scope_id));
}

enum err sums_reset(struct db *db)
{
    static const enum sql_id texts[] = {SQL_SUMS_RESET_STATS, SQL_SUMS_RESET_LINK_DAYS, SQL_SUMS_RESET_SCOPE_DAYS};
    enum err err = OK;

    for (size_t i = 0; !err && i < ARRAY_LEN(texts); i++) {
        err = stmt_run(db_stmt(db, texts[i]));
    }
    err = err ? err : gains_delete_all(db);
    return err ? err : link_figures_reset(db);
}
