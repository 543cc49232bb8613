/* SPDX-License-Identifier: MIT */
/*
 * Migrations: numbered texts from sql/migrations, each applied once, in one transaction together with its record.
 * SQLite opens the file of a newer release happily, so refusing it is ours; and a migration that was edited after it
 * was applied would leave two kinds of files that call themselves the same.
 */
#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"

#include "db_sqlite.h"

static int64_t checksum(const struct migration *migration)
{
    return (int64_t)hash_xxh3(migration->text, strlen(migration->text), 0);
}

static enum err count_of(struct db *self, enum sql_id id, int64_t *count)
{
    struct stmt *stmt = db_stmt(self, id);

    *count = stmt_next(stmt) ? stmt_i64(stmt, 0) : 0;
    stmt_reset(stmt);
    return stmt_err(stmt);
}

/* One record of the file against what we know; *applied counts the ones that agree. */
static enum err check_record(struct stmt *row, size_t *applied, struct fault *fault)
{
    int64_t number = stmt_i64(row, 0);

    if (*applied >= migrations_count) {
        return fault_setf(fault, ERR_NEWER_SCHEMA, "", "newer_schema",
                          "The data was written by a newer release (schema %lld, this program knows %d).",
                          (long long)number, migrations_count ? migrations[migrations_count - 1].number : 0);
    }
    const struct migration *ours = &migrations[*applied];
    if (number != ours->number || stmt_i64(row, 2) != checksum(ours)) {
        str name = stmt_str(row, 1);
        return fault_setf(fault, ERR_CONFLICT, "", "migration_changed",
                          "Migration %lld (" STR_FMT ") is not the one this program has.", (long long)number,
                          STR_ARG(name));
    }
    (*applied)++;
    return OK;
}

static enum err check_records(struct db *self, size_t *applied, struct fault *fault)
{
    struct stmt *rows = db_stmt(self, SQL_DB_MIGRATIONS_EACH);
    enum err err = OK;

    while (!err && stmt_next(rows)) {
        err = check_record(rows, applied, fault);
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    return err;
}

static enum err apply(struct db *self, const struct migration *migration, struct fault *fault)
{
    int rc = db_sqlite_exec(self, migration->text);

    if (rc) {
        return db_sqlite_fault(self, rc, migration->name, fault);
    }
    struct stmt *stmt = db_stmt(self, SQL_DB_MIGRATION_INSERT);
    stmt_bind_i64(stmt, "number", migration->number);
    stmt_bind_str(stmt, "name", str_from_c(migration->name));
    stmt_bind_i64(stmt, "checksum", checksum(migration));
    stmt_bind_i64(stmt, "applied_ms", clock_now_ms());
    return stmt_run(stmt);
}

/* What is missing, in the transaction of the caller. */
static enum err bring_up(struct db *self, struct fault *fault)
{
    size_t applied = 0;
    int64_t recorded;
    int64_t tables;
    enum err err = count_of(self, SQL_DB_MIGRATIONS_EXIST, &recorded);

    err = err ? err : count_of(self, SQL_DB_TABLE_COUNT, &tables);
    if (err) {
        return fault_setf(fault, err, "", err_slug(err), "%s: %s", self->path, err_text(err, false));
    }
    if (!recorded && tables > 0) {
        return fault_setf(fault, ERR_CONFLICT, "", "foreign_database", "%s is the database of another program.",
                          self->path);
    }
    if (recorded) {
        err = check_records(self, &applied, fault);
    } else if (self->mode == DB_WRITE) {
        int rc = db_sqlite_exec(self, sql_text[SQL_DB_MIGRATIONS_CREATE]);
        err = rc ? db_sqlite_fault(self, rc, self->path, fault) : OK;
    }
    if (!err && self->mode == DB_READ && applied < migrations_count) {
        return fault_set(fault, ERR_UNAVAILABLE, "", "not_migrated", "The data was not yet brought to this release.",
                         NULL);
    }
    for (; !err && applied < migrations_count; applied++) {
        err = apply(self, &migrations[applied], fault);
    }
    return err;
}

enum err db_sqlite_migrate(struct db *self, struct fault *fault)
{
    enum err err = db_begin(self, true);

    if (err) {
        return fault_setf(fault, err, "", err_slug(err), "%s: %s", self->path, err_text(err, false));
    }
    err = bring_up(self, fault);
    if (err) {
        db_rollback(self);
        return err;
    }
    return db_commit(self);
}
