/* SPDX-License-Identifier: MIT */
#include "links_text.h"

#include "row.h"

#define AS_BLOCK 48 /* links of a block that are looked at faster by reading all of it */

struct stmt *links_text_check(struct db *db, str text)
{
    struct stmt *row = db_stmt(db, SQL_LINK_LIST_TEXT);

    stmt_bind_str(row, "text", text);
    return row;
}

static enum err mark(struct db *db, enum sql_id sql, str text, int64_t first_id, bool hits[LINK_BLOCK_LINKS])
{
    struct stmt *rows = db_stmt(db, sql);

    stmt_bind_i64(rows, "from_id", first_id);
    stmt_bind_i64(rows, "to_id", first_id + LINK_BLOCK_LINKS);
    stmt_bind_str(rows, "text", text);
    while (stmt_next(rows)) {
        hits[stmt_i64(rows, 0) - first_id] = true;
    }
    return stmt_err(rows);
}

enum err links_text_block(struct db *db, str text, int64_t first_id, bool hits[LINK_BLOCK_LINKS])
{
    enum err err = mark(db, SQL_LINK_LIST_TEXTS, text, first_id, hits);

    return err ? err : mark(db, SQL_LINK_LIST_ALIASES, text, first_id, hits);
}

static enum err count_each(struct db *db, str text, const int64_t *ids, size_t count, int64_t *found)
{
    struct stmt *row = links_text_check(db, text);

    for (size_t i = 0; i < count; i++) {
        *found += links_check(row, ids[i]);
    }
    enum err err = stmt_err(row);
    stmt_reset(row);
    return err;
}

enum err links_text_count(struct db *db, str text, const int64_t *ids, size_t count, int64_t *found)
{
    int64_t first_id = ids[0] & ~(int64_t)(LINK_BLOCK_LINKS - 1);
    bool hits[LINK_BLOCK_LINKS] = {false};

    if (count < AS_BLOCK) {
        return count_each(db, text, ids, count, found);
    }
    enum err err = links_text_block(db, text, first_id, hits);
    for (size_t i = 0; !err && i < count; i++) {
        *found += hits[ids[i] - first_id];
    }
    return err;
}
