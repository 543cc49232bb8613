/* SPDX-License-Identifier: MIT */
#include "linkpond/store/links.h"

#include "row.h"

static void read_alias(struct stmt *row, struct arena *arena, struct link_alias *out)
{
    out->link_id = stmt_i64(row, 0);
    out->domain_id = stmt_i64(row, 1);
    out->alias = row_str(row, 2, arena);
    out->folded = row_str(row, 3, arena);
    out->position = stmt_i64(row, 4);
}

static void bind_alias(struct stmt *stmt, const struct link_alias *alias, int64_t now_ms)
{
    stmt_bind_i64(stmt, "domain_id", alias->domain_id);
    stmt_bind_str(stmt, "folded", alias->folded);
    stmt_bind_str(stmt, "alias", alias->alias);
    stmt_bind_i64(stmt, "link_id", alias->link_id);
    stmt_bind_i64(stmt, "created_ms", now_ms);
}

static enum err insert(struct db *db, struct stmt *stmt, const struct link_alias *alias)
{
    int64_t holder = 0;
    enum err err = stmt_run(stmt);

    if (err || db_changes(db) > 0) {
        return err;
    }
    struct stmt *row = db_stmt(db, SQL_LINK_ALIAS_HOLDER);
    stmt_bind_i64(row, "domain_id", alias->domain_id);
    stmt_bind_str(row, "folded", alias->folded);
    err = row_i64(row, &holder);
    return err ? err : holder == alias->link_id ? OK : ERR_ALIAS_TAKEN;
}

enum err links_alias_add(struct db *db, const struct link_alias *alias, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_ALIAS_INSERT);

    bind_alias(stmt, alias, now_ms);
    return insert(db, stmt, alias);
}

enum err links_alias_add_at(struct db *db, const struct link_alias *alias, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_ALIAS_INSERT_AT);

    bind_alias(stmt, alias, now_ms);
    stmt_bind_i64(stmt, "position", alias->position);
    return insert(db, stmt, alias);
}

static struct stmt *with_alias(struct db *db, enum sql_id text, int64_t link_id, int64_t domain_id, str folded)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "domain_id", domain_id);
    stmt_bind_str(stmt, "folded", folded);
    return stmt;
}

enum err links_alias_first(struct db *db, int64_t link_id, int64_t domain_id, str folded)
{
    return row_run(db, with_alias(db, SQL_LINK_ALIAS_FIRST, link_id, domain_id, folded));
}

enum err links_alias_remove(struct db *db, int64_t link_id, int64_t domain_id, str folded)
{
    return row_run(db, with_alias(db, SQL_LINK_ALIAS_DELETE, link_id, domain_id, folded));
}

enum err links_aliases(struct db *db, struct arena *arena, int64_t link_id, struct link_alias **out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_ALIAS_OF);
    struct link_alias *list = NULL;
    size_t found = 0;
    size_t cap = 0;

    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        list = ARENA_GROW(arena, list, found, &cap);
        if (!list) {
            stmt_reset(rows);
            return ERR_NOMEM;
        }
        read_alias(rows, arena, &list[found++]);
    }
    if (stmt_err(rows) || arena->overflow) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    *out = list;
    *count = found;
    return OK;
}

enum err links_find_alias(struct db *db, const struct bounds *bounds, int64_t domain_id, str folded, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LINK_ALIAS_FIND);

    stmt_bind_i64(row, "domain_id", domain_id);
    stmt_bind_str(row, "folded", folded);
    bounds_bind(row, bounds);
    return row_i64(row, id);
}

enum err links_find_alias_anywhere(struct db *db, const struct bounds *bounds, str folded, int64_t *ids, size_t cap,
                                   size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_ALIAS_FIND_ANYWHERE);
    size_t found = 0;

    stmt_bind_str(rows, "folded", folded);
    bounds_bind(rows, bounds);
    stmt_bind_i64(rows, "limit", (int64_t)cap);
    while (stmt_next(rows)) {
        ids[found++] = stmt_i64(rows, 0);
    }
    if (!stmt_err(rows)) {
        *count = found;
    }
    return stmt_err(rows);
}

struct stmt *links_aliases_each(struct db *db)
{
    return db_stmt(db, SQL_LINK_ALIAS_EACH);
}

bool links_aliases_next(struct stmt *rows, struct link_alias *out)
{
    bool found = stmt_next(rows);

    if (found) {
        *out = (struct link_alias){
            .link_id = stmt_i64(rows, 0), .domain_id = stmt_i64(rows, 1), .folded = stmt_str(rows, 2)};
    }
    return found;
}
