/* SPDX-License-Identifier: MIT */
#include "linkpond/store/links.h"

#include "row.h"

static void read_hot(struct stmt *row, struct arena *arena, struct link_hot *out)
{
    out->id = stmt_i64(row, 0);
    out->code = row_str(row, 1, arena);
    out->domain_id = stmt_i64(row, 2);
    out->url = row_str(row, 3, arena);
    out->redirect_status = (int)stmt_i64(row, 4);
    out->valid_from_ms = stmt_time(row, 5);
    out->valid_until_ms = stmt_time(row, 6);
    out->max_clicks = stmt_i64(row, 7);
    out->forward_query = stmt_i64(row, 8);
    out->visitor_wins = stmt_i64(row, 9);
    out->enabled = stmt_i64(row, 10);
    out->crawlable = stmt_i64(row, 11);
    out->deleted_ms = stmt_time(row, 12);
    out->tombstone = stmt_i64(row, 13);
    out->campaign_id = stmt_i64(row, 14);
    out->channel_id = stmt_i64(row, 15);
    out->owner_id = stmt_i64(row, 16);
    out->fallback_url = row_str(row, 17, arena);
    out->source = row_str(row, 18, arena);
    for (int i = 0; i < UTM_COUNT; i++) {
        out->utm[i] = row_str(row, 19 + i, arena);
    }
    out->click_id_param = row_str(row, 25, arena);
}

struct stmt *links_load_each(struct db *db)
{
    return db_stmt(db, SQL_LINK_LOAD_EACH);
}

bool links_load_next(struct stmt *rows, struct link_hot *out)
{
    bool found = stmt_next(rows);

    if (found) {
        read_hot(rows, NULL, out);
    }
    return found;
}

enum err links_ids(struct db *db, int64_t id, struct link_ids *out)
{
    struct stmt *row = db_stmt(db, SQL_LINK_IDS);

    stmt_put_i64(row, 1, id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct link_ids){stmt_i64(row, 0), stmt_i64(row, 1), stmt_i64(row, 2), stmt_i64(row, 3)};
    stmt_reset(row);
    return OK;
}

enum err links_load_one(struct db *db, struct arena *arena, int64_t id, struct link_hot *out)
{
    struct stmt *row = db_stmt(db, SQL_LINK_LOAD_ONE);
    struct link_hot hot;

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_hot(row, arena, &hot);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = hot;
    }
    return err;
}
