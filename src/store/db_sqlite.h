/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DB_SQLITE_H
#define LINKPOND_STORE_DB_SQLITE_H

#include <limits.h>
#include <sqlite3.h>

#include "linkpond/store/db.h"

/* What the files of the SQLite driver share; nobody else includes this. */
#define DB_BUSY_TIMEOUT_MS 5000

struct stmt {
    struct db *db;
    sqlite3_stmt *raw; /* NULL until first asked for */
    char **names;      /* of parameter i + 1, without the colon */
    int params;
    int last_bound; /* the search for a name starts behind it */
    unsigned rows;  /* given so far, of all its runs */
    bool ended;     /* stepped to its end or failed; only db_stmt makes it run again */
    enum err err;
};

struct db {
    sqlite3 *raw;
    enum db_mode mode;
    bool begun;
    bool sync_full;               /* what PRAGMA synchronous stands at */
    enum err lost;                /* SQLite rolled the open transaction back by itself, for this reason */
    int64_t deadline;             /* monotonic ns; 0 = never */
    int64_t log_pages, log_moved; /* in the log at the last commit; of them in the file since the last checkpoint */
    int64_t log_begun;            /* of them those that go to the disk already */
    int log_fd;                   /* -1: not open yet */
    struct breather *breather;
    char path[PATH_MAX];
    sqlite3_blob *blob; /* being read in parts */
    const char *blob_table, *blob_column;
    struct stmt stmts[SQL_COUNT];
};

/* Our word for a result code of SQLite. */
enum err db_sqlite_err(int rc);
/* The same, with SQLite's message in the fault. */
enum err db_sqlite_fault(struct db *self, int rc, const char *what, struct fault *fault);
/* Runs a text of one or several statements, compiled anew. */
int db_sqlite_exec(struct db *self, const char *text);
/* Notes an error that made SQLite roll the transaction back. */
void db_sqlite_note(struct db *self, enum err err);
void db_sqlite_finalize(struct stmt *self);

/* db_sqlite_log.c: from the opening on, and behind the end. */
void db_sqlite_watch_log(struct db *self);
void db_sqlite_leave_log(struct db *self);

/* Brings a file to our schema, or (read handles) checks that it is there. */
enum err db_sqlite_migrate(struct db *self, struct fault *fault);

#endif
