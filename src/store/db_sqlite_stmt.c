/* SPDX-License-Identifier: MIT */
/*
 * Statements of the SQLite driver: prepared once per handle, bound by name (by place where it runs for every click).
 * The search for a name starts behind the last parameter bound, so binding in the order of the text costs one
 * comparison each; a map from names to numbers was not worth its memory.
 */
#include "db_sqlite.h"

#define ROWS_A_BREATH 16 /* most take less than it takes to look at the clock; steps that are long breathe within */

/* Copies, because SQLite's own go when it compiles the statement again after a change of the schema. */
static bool read_names(struct stmt *self)
{
    int count = sqlite3_bind_parameter_count(self->raw);
    if (count == 0) {
        return true;
    }
    self->names = calloc((size_t)count, sizeof *self->names);
    if (!self->names) {
        return false;
    }
    self->params = count;
    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_bind_parameter_name(self->raw, i + 1);
        BUG_ON(!name || name[0] != ':');
        self->names[i] = strdup(name + 1);
        if (!self->names[i]) {
            return false;
        }
    }
    return true;
}

struct stmt *db_stmt(struct db *self, enum sql_id id)
{
    struct stmt *stmt = &self->stmts[id];

    BUG_ON(id >= SQL_COUNT);
    if (stmt->raw && !stmt->ended) { /* one that ended was reset then */
        sqlite3_reset(stmt->raw);
    }
    stmt->err = OK;
    stmt->ended = false;
    stmt->last_bound = 0;
    if (stmt->raw) {
        sqlite3_clear_bindings(stmt->raw);
        return stmt;
    }
    int rc = sqlite3_prepare_v3(self->raw, sql_text[id], -1, SQLITE_PREPARE_PERSISTENT, &stmt->raw, NULL);
    stmt->db = self;
    if (rc == SQLITE_OK && read_names(stmt)) {
        return stmt;
    }
    if (rc == SQLITE_OK) {
        db_sqlite_finalize(stmt); /* so that it is tried anew the next time */
        rc = SQLITE_NOMEM;
    }
    /* Broken SQL is our own fault. The file's faults (damaged, locked, no memory) are the caller's to hear. */
    if ((rc & 0xff) == SQLITE_ERROR) {
        fprintf(stderr, "%s: %s\n", sql_name[id], sqlite3_errmsg(self->raw));
        BUG_ON(true && "broken SQL");
    }
    stmt->err = db_sqlite_err(rc);
    stmt->ended = true;
    return stmt;
}

void db_sqlite_finalize(struct stmt *self)
{
    sqlite3_finalize(self->raw);
    for (int i = 0; i < self->params; i++) {
        free(self->names[i]);
    }
    free(self->names);
    self->params = 0;
    self->raw = NULL;
    self->names = NULL;
}

/* The number of a parameter; 0 when the statement could not be prepared. */
static int param(struct stmt *self, const char *name)
{
    if (!self->raw) {
        return 0;
    }
    for (int n = 0, i = self->last_bound; n < self->params; n++, i++) {
        if (i == self->params) {
            i = 0;
        }
        if (strcmp(self->names[i], name) == 0) {
            self->last_bound = i + 1;
            return i + 1;
        }
    }
    fprintf(stderr, "no parameter :%s in %s\n", name, sqlite3_sql(self->raw));
    BUG_ON(true && "unknown parameter");
    return 0;
}

static void check_bind(struct stmt *self, int rc)
{
    if (rc != SQLITE_OK && self->raw) {
        self->err = db_sqlite_err(rc);
        self->ended = true;
    }
}

void stmt_put_i64(struct stmt *self, int place, int64_t value)
{
    check_bind(self, sqlite3_bind_int64(self->raw, place, value));
}

void stmt_put_str(struct stmt *self, int place, str value)
{
    const char *ptr = value.ptr ? value.ptr : "";

    check_bind(self, sqlite3_bind_text64(self->raw, place, ptr, value.len, SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_put_blob(struct stmt *self, int place, str value)
{
    const char *ptr = value.ptr ? value.ptr : "";

    check_bind(self, sqlite3_bind_blob64(self->raw, place, ptr, value.len, SQLITE_STATIC));
}

void stmt_bind_i64(struct stmt *self, const char *name, int64_t value)
{
    stmt_put_i64(self, param(self, name), value);
}

void stmt_bind_str(struct stmt *self, const char *name, str value)
{
    stmt_put_str(self, param(self, name), value);
}

void stmt_bind_blob(struct stmt *self, const char *name, str value)
{
    stmt_put_blob(self, param(self, name), value);
}

void stmt_bind_null(struct stmt *self, const char *name)
{
    check_bind(self, sqlite3_bind_null(self->raw, param(self, name)));
}

void stmt_bind_str_opt(struct stmt *self, const char *name, str value)
{
    if (value.len == 0) {
        stmt_bind_null(self, name);
    } else {
        stmt_bind_str(self, name, value);
    }
}

void stmt_bind_time_opt(struct stmt *self, const char *name, int64_t ms)
{
    if (ms == INT64_MIN) {
        stmt_bind_null(self, name);
    } else {
        stmt_bind_i64(self, name, ms);
    }
}

void stmt_bind_id_opt(struct stmt *self, const char *name, int64_t id)
{
    if (id == 0) {
        stmt_bind_null(self, name);
    } else {
        stmt_bind_i64(self, name, id);
    }
}

void stmt_breathe(const struct stmt *self)
{
    db_breathe(self->db);
}

bool stmt_next(struct stmt *self)
{
    if (self->ended) {
        return false;
    }
    int rc = sqlite3_step(self->raw);
    if (rc == SQLITE_ROW) {
        if (++self->rows % ROWS_A_BREATH == 0) {
            db_breathe(self->db);
        }
        return true;
    }
    db_breathe(self->db);
    self->ended = true;
    sqlite3_reset(self->raw);
    if (rc != SQLITE_DONE) {
        self->err = db_sqlite_err(rc);
        db_sqlite_note(self->db, self->err);
    }
    return false;
}

enum err stmt_err(const struct stmt *self)
{
    return self->err;
}

enum err stmt_run(struct stmt *self)
{
    while (stmt_next(self)) {
    }
    return self->err;
}

void stmt_reset(struct stmt *self)
{
    sqlite3_reset(self->raw);
    self->ended = true;
}

void stmt_again(struct stmt *self)
{
    if (self->raw && !self->ended) {
        sqlite3_reset(self->raw);
    }
    self->ended = self->err != OK || !self->raw;
}

void stmt_fail(struct stmt *self, enum err err)
{
    stmt_reset(self);
    self->err = err;
}

int64_t stmt_i64(struct stmt *self, int column)
{
    return sqlite3_column_int64(self->raw, column);
}

/* The length first: most texts of a row are empty, and a load of all links asks for ten of them a row. */
str stmt_str(struct stmt *self, int column)
{
    int len = sqlite3_column_bytes(self->raw, column);
    const char *ptr = len > 0 ? (const char *)sqlite3_column_text(self->raw, column) : NULL;

    return ptr ? (str){ptr, (size_t)len} : STR("");
}

str stmt_blob(struct stmt *self, int column)
{
    int len = sqlite3_column_bytes(self->raw, column);

    return len > 0 ? (str){sqlite3_column_blob(self->raw, column), (size_t)len} : STR("");
}

bool stmt_is_null(struct stmt *self, int column)
{
    return sqlite3_column_type(self->raw, column) == SQLITE_NULL;
}

bool stmt_is_int(struct stmt *self, int column)
{
    return sqlite3_column_type(self->raw, column) == SQLITE_INTEGER;
}

int64_t stmt_time(struct stmt *self, int column)
{
    return stmt_is_null(self, column) ? INT64_MIN : stmt_i64(self, column);
}
