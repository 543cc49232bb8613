/* SPDX-License-Identifier: MIT */
#include "linkpond/store/link_columns.h"

#include "link_blocks_make.h"
#include "row.h"

static enum err put_row(struct db *db, enum link_column column, int64_t block, struct buf *bytes)
{
    enum err err = link_block_make(db, column, block, bytes);

    if (err) {
        return err;
    }
    struct stmt *put = db_stmt(db, SQL_LINK_COLUMN_PUT);
    stmt_bind_i64(put, "id", link_column_id(column, block));
    stmt_bind_blob(put, "data", buf_str(bytes));
    return stmt_run(put);
}

static enum err find_missing(struct db *db, enum link_column column, int64_t blocks, size_t max, int64_t *out,
                             size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_COLUMN_MISSING);

    stmt_bind_i64(rows, "blocks", blocks);
    stmt_bind_i64(rows, "first_id", link_column_id(column, 0));
    stmt_bind_i64(rows, "limit", (int64_t)max);
    for (*count = 0; *count < max && stmt_next(rows); (*count)++) {
        out[*count] = stmt_i64(rows, 0);
    }
    stmt_reset(rows);
    return stmt_err(rows);
}

#define AT_ONCE 64

enum err link_columns_make(struct db *db, size_t max, size_t *made)
{
    int64_t last_id = 0, blocks[AT_ONCE];
    enum err err = row_i64(db_stmt(db, SQL_LINK_GRAM_LAST_ID), &last_id);
    struct buf bytes;

    *made = 0;
    buf_init_heap(&bytes, LIMIT_REPLY);
    for (enum link_column column = 0; column < LINK_COLUMNS; column++) {
        size_t count = AT_ONCE;
        while (!err && *made < max && count == AT_ONCE) {
            size_t wanted = max - *made < AT_ONCE ? max - *made : AT_ONCE;
            err = find_missing(db, column, (last_id + 1) >> LINK_BLOCK_SHIFT, wanted, blocks, &count);
            for (size_t i = 0; !err && i < count; i++, (*made)++) {
                err = put_row(db, column, blocks[i], &bytes);
            }
        }
    }
    buf_done(&bytes);
    return err;
}
