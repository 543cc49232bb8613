/* SPDX-License-Identifier: MIT */
/*
 * The SQLite driver: handles, transactions. Statements are in db_sqlite_stmt.c, the log in db_sqlite_log.c, migrations
 * in db_sqlite_migrate.c.
 *
 * Read handles are opened SQLITE_OPEN_READONLY, because only such a handle can neither write nor checkpoint.
 * Transactions begin IMMEDIATE: a deferred one that turns to writing fails at once and does not honour busy_timeout
 * (sqlite.org/lang_transaction.html). synchronous is switched per transaction, outside it, because SQLite refuses to
 * change it inside.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"

#include "db_sqlite.h"

#define DEADLINE_OPCODES 4096 /* virtual machine steps between two looks at the clock */
#define BREATHER_OPCODES 256  /* steps of a writing machine touch pages, and so take longer */

enum err db_sqlite_err(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_INTERRUPT:
        return ERR_UNAVAILABLE;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
        return ERR_IO;
    default:
        return ERR_INTERNAL;
    }
}

enum err db_sqlite_fault(struct db *self, int rc, const char *what, struct fault *fault)
{
    enum err err = db_sqlite_err(rc);

    return fault_setf(fault, err, "", err_slug(err), "%s: %s", what, sqlite3_errmsg(self->raw));
}

int db_sqlite_exec(struct db *self, const char *text)
{
    return sqlite3_exec(self->raw, text, NULL, NULL, NULL);
}

void db_sqlite_note(struct db *self, enum err err)
{
    if (self->begun && !self->lost && sqlite3_get_autocommit(self->raw)) {
        self->lost = err;
    }
}

/* The file holds addresses and keys, so nobody else may read it; SQLite gives its -wal and -shm the same mode. Only a
 * file that does not exist is touched: closing any descriptor of an open database drops the locks of the process
 * (sqlite.org/howtocorrupt.html 2.2). */
static enum err create_private(const char *path, struct fault *fault)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return OK;
    }
    if (errno == EEXIST) {
        return OK;
    }
    return fault_setf(fault, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "", "io", "%s: %s", path,
                      strerrordesc_np(errno));
}

static int within_statement(void *arg)
{
    struct db *self = arg;

    db_breathe(self);
    return self->deadline != 0 && clock_mono_ns() >= self->deadline;
}

/* has_text(text, part): is that a part of the text, ASCII letters in any case? As LIKE '%part%', which takes thrice as
 * long because it looks for a pattern at each place. */
static void has_text(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    const char *part = (const char *)sqlite3_value_text(values[1]);

    (void)count;
    if (!text || !part) {
        sqlite3_result_null(context);
        return;
    }
    str whole = {text, (size_t)sqlite3_value_bytes(values[0])};
    sqlite3_result_int(context, str_ifind(whole, (str){part, (size_t)sqlite3_value_bytes(values[1])}, 0) >= 0);
}

static enum err set_up(struct db *self, struct fault *fault)
{
    int rc = sqlite3_extended_result_codes(self->raw, 1);

    sqlite3_busy_timeout(self->raw, DB_BUSY_TIMEOUT_MS);
    rc = rc ? rc : sqlite3_db_config(self->raw, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc =
        rc ? rc
           : sqlite3_create_function_v2(self->raw, "has_text", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                        NULL, has_text, NULL, NULL, NULL);
    rc = rc ? rc : db_sqlite_exec(self, sql_text[self->mode == DB_WRITE ? SQL_DB_PRAGMAS_WRITE : SQL_DB_PRAGMAS_READ]);
    db_sqlite_watch_log(self); /* after the pragmas: one of them would take its place */
    return rc ? db_sqlite_fault(self, rc, self->path, fault) : db_sqlite_migrate(self, fault);
}

/* SQLite counts every allocation of the process under one lock unless told not to (sqlite.org/malloc.html#memstat), and
 * a statement allocates its cursors each time it runs. Nobody here reads the count. */
static void stop_counting_memory(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum err db_open(const char *path, enum db_mode mode, struct db **out, struct fault *fault)
{
    const int flags = (mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum err err;

    pthread_once(&once, stop_counting_memory); /* before SQLite's first use */
    if (strlen(path) + sizeof "-wal" > PATH_MAX) {
        return fault_set(fault, ERR_INVALID, "", "too_long", "The path of the database is too long.", NULL);
    }
    if (mode == DB_WRITE) {
        err = create_private(path, fault);
        if (err) {
            return err;
        }
    } else if (access(path, F_OK) != 0) {
        return fault_setf(fault, ERR_NOT_FOUND, "", "no_database", "%s: %s", path, strerrordesc_np(errno));
    }
    struct db *self = calloc(1, sizeof *self);
    if (!self) {
        return ERR_NOMEM;
    }
    self->mode = mode;
    self->log_fd = -1;
    memcpy(self->path, path, strlen(path) + 1);
    int rc = sqlite3_open_v2(path, &self->raw, flags, NULL);
    err = rc ? db_sqlite_fault(self, rc, path, fault) : set_up(self, fault);
    if (err) {
        db_close(self);
        return err;
    }
    *out = self;
    return OK;
}

void db_close(struct db *self)
{
    if (!self) {
        return;
    }
    db_blob_close(self);
    for (size_t i = 0; i < SQL_COUNT; i++) {
        db_sqlite_finalize(&self->stmts[i]);
    }
    BUG_ON(sqlite3_close(self->raw) != SQLITE_OK);
    db_sqlite_leave_log(self);
    free(self);
}

/* ---- transactions ---- */

enum err db_begin(struct db *self, bool durable)
{
    BUG_ON(self->begun);
    if (self->mode == DB_WRITE && durable != self->sync_full) {
        int rc = db_sqlite_exec(self, sql_text[durable ? SQL_DB_SYNC_FULL : SQL_DB_SYNC_NORMAL]);
        if (rc) {
            return db_sqlite_err(rc);
        }
        self->sync_full = durable;
    }
    enum err err = stmt_run(db_stmt(self, self->mode == DB_WRITE ? SQL_DB_BEGIN_WRITE : SQL_DB_BEGIN_READ));
    self->begun = !err;
    self->lost = OK;
    return err;
}

enum err db_commit(struct db *self)
{
    BUG_ON(!self->begun);
    db_blob_close(self);
    enum err err = self->lost ? self->lost : stmt_run(db_stmt(self, SQL_DB_COMMIT));
    if (err) {
        db_rollback(self);
        return err;
    }
    self->begun = false;
    return OK;
}

void db_rollback(struct db *self)
{
    db_blob_close(self);
    for (size_t i = 0; i < SQL_COUNT; i++) {
        if (self->stmts[i].raw && sqlite3_stmt_busy(self->stmts[i].raw)) {
            stmt_reset(&self->stmts[i]);
        }
    }
    self->begun = false;
    self->lost = OK;
    if (!sqlite3_get_autocommit(self->raw)) {
        stmt_run(db_stmt(self, SQL_DB_ROLLBACK));
    }
}

bool db_in_transaction(const struct db *self)
{
    return self->begun;
}

enum err db_snapshot_begin(struct db *self, bool *own)
{
    *own = !db_in_transaction(self);
    return *own ? db_begin(self, false) : OK;
}

void db_snapshot_end(struct db *self, bool own)
{
    if (own) {
        db_rollback(self);
    }
}

#define SAME_TRIES 16

/* Begins, and reads at once: a deferred transaction sees the state of its first read. */
static enum err begin_now(struct db *self, int64_t *version)
{
    enum err err = db_begin(self, false);
    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(self, SQL_DB_DATA_VERSION);
    *version = stmt_next(stmt) ? stmt_i64(stmt, 0) : 0;
    stmt_reset(stmt);
    if (stmt_err(stmt)) {
        db_rollback(self);
    }
    return stmt_err(stmt);
}

/* A handle's versions tell of other handles' commits only when it is asked twice: so one begins before the other and
 * again behind it, and where it has noticed nothing, there was nothing. */
enum err db_begin_same(struct db *self, struct db *other)
{
    int64_t before = 0, after = 0, own = 0;
    enum err err = begin_now(other, &before);

    BUG_ON(self->mode != DB_READ || other->mode != DB_READ);
    for (int i = 0; !err && i < SAME_TRIES; i++) {
        err = begin_now(self, &own);
        db_rollback(other);
        err = err ? err : begin_now(other, &after);
        if (!err && before == after) {
            return OK;
        }
        before = after;
        db_rollback(self);
    }
    db_rollback(other);
    return err ? err : ERR_BUSY;
}

enum err db_nested(struct db *self)
{
    BUG_ON(!self->begun);
    return self->lost ? self->lost : stmt_run(db_stmt(self, SQL_DB_NESTED));
}

enum err db_nested_release(struct db *self)
{
    return self->lost ? self->lost : stmt_run(db_stmt(self, SQL_DB_NESTED_RELEASE));
}

enum err db_nested_rollback(struct db *self)
{
    enum err err = self->lost ? self->lost : stmt_run(db_stmt(self, SQL_DB_NESTED_ROLLBACK));

    return err ? err : db_nested_release(self);
}

/* ---- upkeep ---- */

void db_trim(struct db *self)
{
    BUG_ON(self->begun);
    db_sqlite_exec(self, sql_text[SQL_DB_TRIM]);
}

int64_t db_file_bytes(struct db *self)
{
    struct stmt *stmt = db_stmt(self, SQL_DB_FILE_BYTES);
    int64_t bytes = stmt_next(stmt) ? stmt_i64(stmt, 0) : 0;

    stmt_reset(stmt);
    return bytes;
}

enum err db_integrity(struct db *self, bool quick, struct fault *fault)
{
    struct stmt *stmt = db_stmt(self, quick ? SQL_DB_INTEGRITY_QUICK : SQL_DB_INTEGRITY);
    enum err err = OK;

    if (stmt_next(stmt) && !str_eq(stmt_str(stmt, 0), STR("ok"))) {
        str line = stmt_str(stmt, 0);
        err = fault_setf(fault, ERR_CORRUPT, "", "corrupt", STR_FMT, STR_ARG(line));
    }
    err = err ? err : stmt_err(stmt);
    stmt_reset(stmt);
    return err;
}

enum err db_copy_to(struct db *self, const char *path)
{
    struct stmt *stmt = db_stmt(self, SQL_DB_COPY_TO);

    stmt_bind_str(stmt, "path", str_from_c(path));
    return stmt_run(stmt);
}

static void look_within_statements(struct db *self)
{
    int opcodes = self->breather ? BREATHER_OPCODES : self->deadline ? DEADLINE_OPCODES : 0;

    sqlite3_progress_handler(self->raw, opcodes, opcodes > 0 ? within_statement : NULL, self);
}

void db_set_deadline(struct db *self, int64_t mono_deadline_ns)
{
    self->deadline = mono_deadline_ns;
    look_within_statements(self);
}

int64_t db_deadline(const struct db *self)
{
    return self->deadline;
}

struct breather *db_set_breather(struct db *self, struct breather *breather)
{
    struct breather *before = self->breather;

    self->breather = breather;
    look_within_statements(self);
    return before;
}

void db_breathe(struct db *self)
{
    if (self->breather) {
        self->breather->breathe(self->breather);
    }
}

int64_t db_last_id(struct db *self)
{
    return sqlite3_last_insert_rowid(self->raw);
}

int64_t db_changes(struct db *self)
{
    return sqlite3_changes64(self->raw);
}
