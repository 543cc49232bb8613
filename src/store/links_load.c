/* SPDX-License-Identifier: MIT */
#include "linkpond/store/links.h"

#include "links_more.h"
#include "row.h"

/*
 * A start reads every link, and each column costs. Most links say little but their target: the column `more` names the
 * groups of columns in which they do, and those are read by statements of their own that run alongside.
 */

/* The columns of the part link_origin. */
static void read_origin(struct stmt *row, int column, struct arena *arena, struct link_hot *out)
{
    out->channel_id = stmt_i64(row, column);
    out->source = row_str(row, column + 1, arena);
    for (int i = 0; i < UTM_COUNT; i++) {
        out->utm[i] = row_str(row, column + 2 + i, arena);
    }
}

/* Those of link_rules. */
static void read_rules(struct stmt *row, int column, struct arena *arena, struct link_hot *out)
{
    out->redirect_status = (int)stmt_i64(row, column);
    out->valid_from_ms = stmt_time(row, column + 1);
    out->valid_until_ms = stmt_time(row, column + 2);
    out->max_clicks = stmt_i64(row, column + 3);
    out->forward_query = stmt_i64(row, column + 4);
    out->visitor_wins = stmt_i64(row, column + 5);
    out->enabled = stmt_i64(row, column + 6);
    out->crawlable = stmt_i64(row, column + 7);
    out->deleted_ms = stmt_time(row, column + 8);
    out->tombstone = stmt_i64(row, column + 9);
    out->fallback_url = row_str(row, column + 10, arena);
    out->click_id_param = row_str(row, column + 11, arena);
}

/* What every row has; all else as it is where the row does not say otherwise. */
static void read_head(struct stmt *row, struct arena *arena, struct link_hot *out)
{
    *out = (struct link_hot){
        .id = stmt_i64(row, 0),
        .code = row_str(row, 1, arena),
        .domain_id = stmt_i64(row, 2),
        .url = row_str(row, 3, arena),
        .redirect_status = 302,
        .valid_from_ms = TIME_NONE,
        .valid_until_ms = TIME_NONE,
        .deleted_ms = TIME_NONE,
        .forward_query = true,
        .enabled = true,
        .live = (stmt_i64(row, 4) & LINK_MORE_LIVE) != 0,
    };
}

void links_load_each(struct links_load *self, struct db *db)
{
    *self = (struct links_load){
        .rows = db_stmt(db, SQL_LINK_LOAD_EACH),
        .origins = db_stmt(db, SQL_LINK_LOAD_ORIGINS),
        .rules = db_stmt(db, SQL_LINK_LOAD_RULES),
    };
}

/* Steps a statement that runs alongside to the link of this id. */
static bool keep_step(struct links_load *self, struct stmt *alongside, int64_t id)
{
    if (stmt_next(alongside) && stmt_i64(alongside, 0) == id) {
        return true;
    }
    self->err = stmt_err(alongside) ? stmt_err(alongside) : ERR_CORRUPT;
    return false;
}

bool links_load_next(struct links_load *self, struct link_hot *out)
{
    if (self->err || !stmt_next(self->rows)) {
        return false;
    }
    read_head(self->rows, NULL, out);
    int64_t more = stmt_i64(self->rows, 4);
    if (more & LINK_MORE_ORIGIN) {
        if (!keep_step(self, self->origins, out->id)) {
            return false;
        }
        read_origin(self->origins, 1, NULL, out);
    }
    if (more & LINK_MORE_RULES) {
        if (!keep_step(self, self->rules, out->id)) {
            return false;
        }
        read_rules(self->rules, 1, NULL, out);
    }
    return true;
}

enum err links_load_end(struct links_load *self)
{
    enum err err = self->err ? self->err : stmt_err(self->rows);

    stmt_reset(self->rules);
    stmt_reset(self->origins);
    stmt_reset(self->rows);
    return err;
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

struct stmt *links_each_of_campaign(struct db *db, int64_t campaign_id)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_EACH_OF_CAMPAIGN);

    stmt_bind_i64(rows, "id", campaign_id);
    return rows;
}

bool links_of_next(struct stmt *rows, int64_t *link_id)
{
    bool found = stmt_next(rows);

    *link_id = found ? stmt_i64(rows, 0) : 0;
    return found;
}

enum err links_load_one(struct db *db, struct arena *arena, int64_t id, struct link_hot *out)
{
    struct stmt *row = db_stmt(db, SQL_LINK_LOAD_ONE);
    struct link_hot hot;

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_head(row, arena, &hot);
    read_origin(row, 5, arena, &hot);
    read_rules(row, 7 + UTM_COUNT, arena, &hot);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = hot;
    }
    return err;
}
