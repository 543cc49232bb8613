/* SPDX-License-Identifier: MIT */
#include "linkpond/store/visitors.h"

#include <endian.h>
#include <stdlib.h>

#include "row.h"

#define HASH_BYTES sizeof(uint64_t)

enum err visitors_insert(struct db *db, int64_t first_number, int64_t day, const int64_t *hashes, size_t count)
{
    struct stmt *stmt = db_stmt(db, SQL_VISITOR_INSERT);
    uint64_t *stored = count > 0 ? malloc(count * HASH_BYTES) : NULL;

    if (!stored) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        stored[i] = htole64((uint64_t)hashes[i]);
    }
    stmt_bind_i64(stmt, "first_number", first_number);
    stmt_bind_i64(stmt, "day", day);
    stmt_bind_blob(stmt, "hashes", (str){(const char *)stored, count * HASH_BYTES});
    enum err err = stmt_run(stmt);
    free(stored);
    return err;
}

enum err visitors_max_number(struct db *db, int64_t *number)
{
    return row_i64(db_stmt(db, SQL_VISITOR_MAX_NUMBER), number);
}

enum err visitors_delete_before(struct db *db, int64_t day)
{
    struct stmt *stmt = db_stmt(db, SQL_VISITOR_DELETE_BEFORE);

    stmt_bind_i64(stmt, "day", day);
    return stmt_run(stmt);
}

void visitors_scan(struct visitors_scan *self, struct db *db, int64_t day)
{
    *self = (struct visitors_scan){.rows = db_stmt(db, SQL_VISITOR_EACH)};
    stmt_bind_i64(self->rows, "day", day);
}

bool visitors_scan_next(struct visitors_scan *self, int64_t *number, int64_t *hash)
{
    uint64_t stored = 0;

    while (self->hashes.len < HASH_BYTES) {
        if (!stmt_next(self->rows)) {
            return false;
        }
        self->number = stmt_i64(self->rows, 0);
        self->hashes = stmt_blob(self->rows, 1);
    }
    memcpy(&stored, self->hashes.ptr, HASH_BYTES);
    self->hashes = str_from(self->hashes, HASH_BYTES);
    *number = self->number++;
    *hash = (int64_t)le64toh(stored);
    return true;
}
