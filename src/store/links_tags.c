/* SPDX-License-Identifier: MIT */
#include "linkpond/store/links.h"

#include "row.h"

static enum err run_pair(struct db *db, enum sql_id text, int64_t link_id, int64_t tag_id)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "tag_id", tag_id);
    return stmt_run(stmt);
}

enum err links_tags_set(struct db *db, int64_t link_id, const int64_t *tag_ids, size_t count)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_TAG_DELETE_ALL);

    stmt_bind_i64(stmt, "link_id", link_id);
    enum err err = stmt_run(stmt);
    for (size_t i = 0; !err && i < count; i++) {
        err = links_tags_add(db, link_id, tag_ids[i]);
    }
    return err;
}

enum err links_tags_add(struct db *db, int64_t link_id, int64_t tag_id)
{
    return run_pair(db, SQL_LINK_TAG_INSERT, link_id, tag_id);
}

enum err links_tags(struct db *db, struct arena *arena, int64_t link_id, struct str_list *out)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_TAG_OF);
    struct str_list list = {0};
    size_t cap = 0;

    stmt_bind_i64(rows, "link_id", link_id);
    while (stmt_next(rows)) {
        list.items = ARENA_GROW(arena, list.items, list.count, &cap);
        if (!list.items) {
            stmt_reset(rows);
            return ERR_NOMEM;
        }
        list.items[list.count++] = row_str(rows, 0, arena);
    }
    if (stmt_err(rows) || arena->overflow) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    *out = list;
    return OK;
}
