/* SPDX-License-Identifier: MIT */
#include "clicks_batches.h"

#include "row.h"

struct stmt *clicks_batch_scan(struct db *db, int64_t from_id, int64_t to_id, bool descending)
{
    struct stmt *rows = db_stmt(db, descending ? SQL_CLICK_BATCH_SCAN_DESC : SQL_CLICK_BATCH_SCAN);

    stmt_bind_i64(rows, "from_id", from_id);
    stmt_bind_i64(rows, "to_id", to_id);
    return rows;
}

struct clicks_stored clicks_batch_stored(struct stmt *rows)
{
    return (struct clicks_stored){stmt_i64(rows, 0), stmt_i64(rows, 1), stmt_i64(rows, 2), stmt_blob(rows, 3)};
}

static void bind_pack(struct stmt *stmt, struct click_pack *pack)
{
    stmt_bind_i64(stmt, "first_id", pack->first_id);
    stmt_bind_i64(stmt, "last_id", pack->last_id);
    stmt_bind_i64(stmt, "rows", (int64_t)pack->rows);
    stmt_bind_blob(stmt, "clicks", click_pack_bytes(pack));
}

enum err clicks_batch_insert(struct db *db, struct click_pack *pack)
{
    struct stmt *stmt = db_stmt(db, SQL_CLICK_BATCH_INSERT);

    bind_pack(stmt, pack);
    return stmt_run(stmt);
}

enum err clicks_batch_replace(struct db *db, int64_t first_id, struct click_pack *pack)
{
    bool empty = pack->rows == 0;
    struct stmt *stmt = db_stmt(db, empty ? SQL_CLICK_BATCH_DELETE : SQL_CLICK_BATCH_UPDATE);

    if (!empty) {
        bind_pack(stmt, pack);
    }
    stmt_bind_i64(stmt, "id", first_id);
    return row_run(db, stmt);
}
