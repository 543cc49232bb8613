/* SPDX-License-Identifier: MIT */
#include "linkpond/store/domains.h"

#include "row.h"

static void read_domain(struct stmt *row, struct arena *arena, struct domain *out)
{
    *out = (struct domain){
        .id = stmt_i64(row, 0),
        .host = row_str(row, 1, arena),
        .scheme = row_str(row, 2, arena),
        .is_default = stmt_i64(row, 3),
        .enabled = stmt_i64(row, 4),
        .shareable = stmt_i64(row, 5),
        .serves_all = str_eq(stmt_str(row, 6), STR("all")),
        .root_url = row_str(row, 7, arena),
        .not_found_url = row_str(row, 8, arena),
        .expired_url = row_str(row, 9, arena),
        .code_length = stmt_i64(row, 10),
        .created_ms = stmt_i64(row, 11),
        .updated_ms = stmt_i64(row, 12),
    };
}

static enum err find(struct stmt *row, struct arena *arena, struct domain *out)
{
    struct domain domain;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_domain(row, arena, &domain);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = domain;
    }
    return err;
}

static void bind_domain(struct stmt *stmt, const struct domain *domain)
{
    stmt_bind_str(stmt, "host", domain->host);
    stmt_bind_str(stmt, "scheme", domain->scheme);
    stmt_bind_i64(stmt, "is_default", domain->is_default);
    stmt_bind_i64(stmt, "enabled", domain->enabled);
    stmt_bind_i64(stmt, "shareable", domain->shareable);
    stmt_bind_str(stmt, "serves", domain->serves_all ? STR("all") : STR("own"));
    stmt_bind_str_opt(stmt, "root_url", domain->root_url);
    stmt_bind_str_opt(stmt, "not_found_url", domain->not_found_url);
    stmt_bind_str_opt(stmt, "expired_url", domain->expired_url);
    stmt_bind_id_opt(stmt, "code_length", domain->code_length);
    stmt_bind_i64(stmt, "updated_ms", domain->updated_ms);
}

/* At most one default: the others lose the mark first, or the unique index refuses. */
static enum err undefault(struct db *db, const struct domain *domain)
{
    if (!domain->is_default) {
        return OK;
    }
    struct stmt *stmt = db_stmt(db, SQL_DOMAIN_UNDEFAULT);
    stmt_bind_i64(stmt, "id", domain->id);
    return stmt_run(stmt);
}

enum err domains_insert(struct db *db, struct domain *domain)
{
    struct domain fresh = *domain;

    fresh.id = 0;
    enum err err = undefault(db, &fresh);
    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_DOMAIN_INSERT);
    bind_domain(stmt, domain);
    stmt_bind_i64(stmt, "created_ms", domain->created_ms);
    err = stmt_run(stmt);
    if (!err) {
        domain->id = db_last_id(db);
    }
    return err;
}

enum err domains_update(struct db *db, const struct domain *domain)
{
    enum err err = undefault(db, domain);

    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_DOMAIN_UPDATE);
    bind_domain(stmt, domain);
    stmt_bind_i64(stmt, "id", domain->id);
    return row_run(db, stmt);
}

enum err domains_find(struct db *db, struct arena *arena, int64_t id, struct domain *out)
{
    struct stmt *row = db_stmt(db, SQL_DOMAIN_FIND);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

enum err domains_find_host(struct db *db, struct arena *arena, str host, struct domain *out)
{
    struct stmt *row = db_stmt(db, SQL_DOMAIN_FIND_HOST);

    stmt_bind_str(row, "host", host);
    return find(row, arena, out);
}

enum err domains_find_default(struct db *db, struct arena *arena, struct domain *out)
{
    return find(db_stmt(db, SQL_DOMAIN_FIND_DEFAULT), arena, out);
}

enum err domains_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_DOMAIN_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

struct stmt *domains_each(struct db *db)
{
    return db_stmt(db, SQL_DOMAIN_EACH);
}

bool domains_next(struct stmt *rows, struct domain *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_domain(rows, NULL, out);
    }
    return found;
}
