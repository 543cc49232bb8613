/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DB_H
#define LINKPOND_STORE_DB_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"
#include "sql_texts.h" /* generated from sql/: enum sql_id */

/*
 * The driver face: all that table code knows of a database. SQLite today (src/store/db_sqlite*.c are the only files
 * that see sqlite3.h); statements are named texts from sql/queries, parameters are bound by name (:name), so PostgreSQL
 * can stand behind the same face. A handle belongs to one thread at a time.
 *
 * Exactly one read-write handle exists per data folder, and its thread does every commit and every checkpoint: SQLite
 * before 3.51.3 can corrupt a WAL that two connections write or checkpoint at once (sqlite.org/wal.html#walresetbug).
 */
struct db;
struct stmt;

enum db_mode { DB_READ, DB_WRITE };
/* Opens (DB_WRITE: creates and migrates; refuses a schema newer than ours with ERR_NEWER_SCHEMA) the file at path. A
 * damaged file gives ERR_CORRUPT. Pragmas: WAL, foreign_keys, trusted_schema off, defensive, busy_timeout 5000,
 * wal_autocheckpoint 0 (checkpoints are explicit). */
enum err db_open(const char *path, enum db_mode mode, struct db **out, struct fault *fault);
void db_close(struct db *self);

/* BEGIN IMMEDIATE (write handles) or BEGIN (read handles: one snapshot for several statements). durable: commit with
 * synchronous FULL, else NORMAL. */
enum err db_begin(struct db *self, bool durable);
enum err db_commit(struct db *self);
void db_rollback(struct db *self); /* harmless outside a transaction; keeps the handle usable after disk full */
bool db_in_transaction(const struct db *self);
/* Reads that belong together see one state: opens a transaction for them unless they stand in one already. *own goes to
 * the end, which is harmless where the beginning failed. */
enum err db_snapshot_begin(struct db *self, bool *own);
void db_snapshot_end(struct db *self, bool own);
/* Transactions on two read handles of one file that see the same state, for two threads that answer one question.
 * ERR_BUSY: commits kept coming in between; then neither is begun. */
enum err db_begin_same(struct db *self, struct db *other);
/* Savepoint for one item of a bulk call: db_nested(self); … db_nested_release or db_nested_rollback. One level. */
enum err db_nested(struct db *self);
enum err db_nested_release(struct db *self);
enum err db_nested_rollback(struct db *self);

/* Gives back the memory that reading much took: cached pages, and what is mapped of the file (which counts as ours).
 * From then on the handle reads through its own page cache. Outside transactions. */
void db_trim(struct db *self);

/* WAL checkpoint: PASSIVE, or TRUNCATE. *wal_pages / *moved as SQLite reports. ERR_BUSY is normal while readers run. */
enum err db_checkpoint(struct db *self, bool truncate, int64_t *wal_pages, int64_t *moved);
/* Takes everything out of the log file that a checkpoint has moved: it is then empty. Waits for nobody; ERR_BUSY where
 * a reader still stands in it. What was deleted from the database is in no file from then on, but for the blocks that
 * the file system gave up. */
enum err db_cut_log(struct db *self);
int64_t db_wal_bytes(const struct db *self);
/* Pages in the log that no checkpoint has moved yet. What earlier runs left counts from the first commit on. A first
 * commit larger than the whole log that was moved before it counts for what it is larger. The writer's thread. */
int64_t db_unmoved_pages(const struct db *self);
int64_t db_file_bytes(struct db *self);
/* PRAGMA integrity_check (or quick_check): OK or ERR_CORRUPT with the first line in the fault. */
enum err db_integrity(struct db *self, bool quick, struct fault *fault);
/* A consistent copy by VACUUM INTO, on any handle. */
enum err db_copy_to(struct db *self, const char *path);
/* Statements on this handle give up with ERR_UNAVAILABLE after so many milliseconds (0 = never). */
void db_set_deadline(struct db *self, int64_t mono_deadline_ns);
int64_t db_deadline(const struct db *self);

/* A thread that shall not keep its core for long is asked between the steps of its work: `breathe` is called behind
 * each step of a statement, every so often within one, and where db_breathe stands in a loop that runs none. It must
 * not use the handle. NULL = nobody is. Gives the one before. */
struct breather {
    void (*breathe)(struct breather *self);
};
struct breather *db_set_breather(struct db *self, struct breather *breather);
void db_breathe(struct db *self);
/* The same for who works long on each row of a statement. */
void stmt_breathe(const struct stmt *self);

/* Bytes of one value of a row, read in parts, one value of a handle at a time. Names must be the same pointers each
 * time. ERR_NOT_FOUND: there is no such row. Ends with the transaction, or by db_blob_close. */
enum err db_blob_open(struct db *self, const char *table, const char *column, int64_t id, size_t *len);
enum err db_blob_read(struct db *self, size_t offset, size_t len, void *out);
void db_blob_close(struct db *self);

/* The statement of that name, prepared once per handle, reset and with no bindings. Lent until asked again. Aborts when
 * the SQL is broken (a test prepares every text). */
struct stmt *db_stmt(struct db *self, enum sql_id id);
/* Names without the colon. Cheapest when bound in the order they appear. An unknown name is a bug and aborts. Empty str
 * binds '', or an empty blob. Bytes are not copied: they must live until the statement is run, reset or read to its
 * end.
 */
void stmt_bind_i64(struct stmt *self, const char *name, int64_t value);
void stmt_bind_str(struct stmt *self, const char *name, str value);
void stmt_bind_blob(struct stmt *self, const char *name, str value);
void stmt_bind_null(struct stmt *self, const char *name);
/* Empty text as NULL; TIME_NONE (INT64_MIN) or 0 as NULL. */
void stmt_bind_str_opt(struct stmt *self, const char *name, str value);
/* The same by the parameter's place in the text, from 1: for the few texts that run for every click. */
void stmt_put_i64(struct stmt *self, int place, int64_t value);
void stmt_put_str(struct stmt *self, int place, str value);
void stmt_put_blob(struct stmt *self, int place, str value);
void stmt_bind_time_opt(struct stmt *self, const char *name, int64_t ms);
void stmt_bind_id_opt(struct stmt *self, const char *name, int64_t id);

/* true while there is a row; false at the end or on error (then stmt_err != OK). At the end the statement is reset. */
bool stmt_next(struct stmt *self);
enum err stmt_err(const struct stmt *self);
/* Runs a statement that gives no rows. ERR_CONFLICT on a constraint, ERR_DISK_FULL, ERR_BUSY, ERR_IO, ERR_CORRUPT. */
enum err stmt_run(struct stmt *self);
/* Ends a read before its end. */
void stmt_reset(struct stmt *self);
/* To the start once more, with the parameters it has: for a look-up that is made for many. */
void stmt_again(struct stmt *self);
/* Ends it because a row is not what we wrote: stmt_err is err from then on. */
void stmt_fail(struct stmt *self, enum err err);

/* Columns of the current row, from 0. Lent until the next step. NULL gives 0 / empty / false. */
int64_t stmt_i64(struct stmt *self, int column);
str stmt_str(struct stmt *self, int column);
str stmt_blob(struct stmt *self, int column);
bool stmt_is_null(struct stmt *self, int column);
bool stmt_is_int(struct stmt *self, int column);
int64_t stmt_time(struct stmt *self, int column); /* NULL gives TIME_NONE */

int64_t db_last_id(struct db *self);
int64_t db_changes(struct db *self);

#endif
