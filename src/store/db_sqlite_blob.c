/* SPDX-License-Identifier: MIT */
/* Stored values read in parts (sqlite.org/c3ref/blob_open.html): SQLite reads the pages before a part and those of it,
 * not those behind, and going on to the next row of a table costs less than another statement. */
#include "linkpond/base/clock.h"

#include "db_sqlite.h"

void db_blob_close(struct db *self)
{
    sqlite3_blob_close(self->blob);
    self->blob = NULL;
}

enum err db_blob_open(struct db *self, const char *table, const char *column, int64_t id, size_t *len)
{
    bool again = self->blob && self->blob_table == table && self->blob_column == column;

    if (self->deadline != 0 && clock_mono_ns() >= self->deadline) {
        return ERR_UNAVAILABLE;
    }
    if (!again) {
        db_blob_close(self);
    }
    int rc = again ? sqlite3_blob_reopen(self->blob, id)
                   : sqlite3_blob_open(self->raw, "main", table, column, id, 0, &self->blob);
    if (rc != SQLITE_OK) {
        db_blob_close(self); /* one that was not reopened is of no more use */
        return (rc & 0xff) == SQLITE_ERROR ? ERR_NOT_FOUND : db_sqlite_err(rc);
    }
    self->blob_table = table;
    self->blob_column = column;
    *len = (size_t)sqlite3_blob_bytes(self->blob);
    return OK;
}

enum err db_blob_read(struct db *self, size_t offset, size_t len, void *out)
{
    BUG_ON(!self->blob || len > INT32_MAX || offset > INT32_MAX);
    return db_sqlite_err(sqlite3_blob_read(self->blob, out, (int)len, (int)offset));
}
