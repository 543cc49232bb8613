/* SPDX-License-Identifier: MIT */
#include "labels_row.h"
#include "like.h"
#include "row.h"

static struct stmt *filtered(struct db *db, struct arena *arena, enum sql_id text, const struct labels_filter *filter)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_str(rows, "kind", label_kind_name(filter->kind));
    stmt_bind_i64(rows, "archived", filter->archived);
    stmt_bind_str_opt(rows, "pattern", like_pattern(arena, filter->q));
    return rows;
}

static enum err list(struct db *db, struct arena *arena, const struct labels_filter *filter, struct labels_page *out,
                     int64_t *total)
{
    struct label *labels = ARENA_ARRAY(arena, struct label, filter->limit);
    size_t found = 0;

    if (!labels) {
        return ERR_NOMEM;
    }
    struct stmt *rows = filtered(db, arena, SQL_LABEL_LIST, filter);
    stmt_bind_str(rows, "after_key", filter->after_key);
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    while (found < filter->limit && stmt_next(rows)) {
        labels_read(rows, arena, &labels[found++]);
    }
    bool more = found == filter->limit && stmt_next(rows);
    stmt_reset(rows);
    enum err err = stmt_err(rows);
    if (!err && !filter->no_sums) {
        err = labels_sum_up(db, arena, filter->bounds, labels, found);
    }
    if (!err && total) {
        struct stmt *row = filtered(db, arena, SQL_LABEL_COUNT, filter);
        stmt_bind_i64(row, "limit", LIMIT_COUNT_EXACT + 1);
        err = row_i64(row, total);
    }
    if (!err && arena->overflow) {
        err = ERR_NOMEM;
    }
    if (!err) {
        *out = (struct labels_page){labels, found, more};
    }
    return err;
}

enum err labels_list(struct db *db, struct arena *arena, const struct labels_filter *filter, struct labels_page *out,
                     int64_t *total)
{
    bool own = false;

    if (filter->limit == 0 || filter->limit > LIMIT_PAGE) {
        return ERR_INVALID;
    }
    enum err err = db_snapshot_begin(db, &own);
    if (err) {
        return err;
    }
    err = list(db, arena, filter, out, total);
    db_snapshot_end(db, own);
    return err;
}

struct stmt *labels_each(struct db *db)
{
    return db_stmt(db, SQL_LABEL_EACH);
}

bool labels_next(struct stmt *rows, struct label *out)
{
    bool found = stmt_next(rows);

    if (found) {
        labels_read(rows, NULL, out);
    }
    return found;
}
