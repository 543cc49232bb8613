/* SPDX-License-Identifier: MIT */
#include "links_source.h"

/* A condition and the index that finds its links. */
struct condition {
    enum sql_id text;
    enum { PLAIN, BY_ID, OF_DAYS } kind; /* BY_ID: in order of ids, and goes on behind one */
    bool on;
    int64_t of;
};
#define CONDITIONS 6

/* Those that usually narrow most come first. */
static void read_conditions(const struct links_filter *filter, struct condition out[CONDITIONS])
{
    const struct bounds *bounds = filter->bounds;
    int64_t owner = bounds->by_owner ? bounds->owner_id : filter->owner_id;
    bool days = filter->created_from_ms != 0 || (filter->created_to_ms != 0 && filter->created_to_ms != INT64_MAX);
    const struct condition all[CONDITIONS] = {
        {SQL_LINK_SOURCE_BIN, PLAIN, filter->bin, 0},
        {SQL_LINK_SOURCE_TAG, BY_ID, filter->tag_id != 0, filter->tag_id},
        {SQL_LINK_SOURCE_CHANNEL, BY_ID, filter->channel_id != 0, filter->channel_id},
        {SQL_LINK_SOURCE_CREATED, OF_DAYS, days, filter->created_from_ms},
        {SQL_LINK_SOURCE_CAMPAIGN, BY_ID, filter->campaign_id != 0, filter->campaign_id},
        {SQL_LINK_SOURCE_OWNER, BY_ID, filter->owner_id != 0 || bounds->by_owner, owner},
    };
    memcpy(out, all, sizeof all);
}

static struct stmt *open_source(struct db *db, const struct links_filter *filter, const struct condition *condition,
                                int64_t after_id, int64_t limit)
{
    struct stmt *rows = db_stmt(db, condition->text);

    if (condition->kind != PLAIN) {
        stmt_bind_i64(rows, "of", condition->of);
    }
    if (condition->kind == BY_ID) {
        stmt_bind_i64(rows, "after_id", after_id);
    } else if (condition->kind == OF_DAYS) {
        stmt_bind_i64(rows, "to_ms", filter->created_to_ms != 0 ? filter->created_to_ms : INT64_MAX);
    }
    stmt_bind_i64(rows, "limit", limit);
    return rows;
}

enum err links_source_few(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_few *out)
{
    struct condition conditions[CONDITIONS];
    int64_t *best = ARENA_ARRAY(arena, int64_t, LINKS_FEW + 1);
    int64_t *ids = ARENA_ARRAY(arena, int64_t, LINKS_FEW + 1);
    size_t best_count = LINKS_FEW + 1;

    if (!best || !ids) {
        return ERR_NOMEM;
    }
    read_conditions(filter, conditions);
    for (size_t i = 0; i < CONDITIONS && best_count > 0; i++) {
        if (!conditions[i].on) {
            continue;
        }
        struct stmt *rows = open_source(db, filter, &conditions[i], 0, (int64_t)best_count);
        size_t count = 0;
        while (stmt_next(rows)) {
            ids[count++] = stmt_i64(rows, 0);
        }
        if (stmt_err(rows)) {
            return stmt_err(rows);
        }
        if (count < best_count) {
            int64_t *other = best;
            best = ids;
            ids = other;
            best_count = count;
        }
    }
    *out = (struct links_few){best, best_count, best_count <= LINKS_FEW};
    return OK;
}

struct stmt *links_source_by_id(struct db *db, const struct links_filter *filter, int64_t after_id)
{
    struct condition conditions[CONDITIONS];

    read_conditions(filter, conditions);
    for (size_t i = 0; i < CONDITIONS; i++) {
        if (conditions[i].on && conditions[i].kind == BY_ID) {
            return open_source(db, filter, &conditions[i], after_id, -1);
        }
    }
    struct stmt *rows = db_stmt(db, SQL_LINK_WALK_ID);
    stmt_bind_i64(rows, "after_id", after_id);
    return rows;
}

/* ---- walks ---- */

static struct stmt *beside(struct db *db, enum sql_id text, const struct links_after *after)
{
    struct stmt *rows = after->id != 0 ? db_stmt(db, text) : NULL;

    if (rows) {
        stmt_bind_i64(rows, "key", after->key);
        stmt_bind_i64(rows, "after_id", after->id);
    }
    return rows;
}

static struct stmt *beyond(struct db *db, enum sql_id text, int64_t key, int64_t end)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_i64(rows, "key", key);
    stmt_bind_i64(rows, "end", end);
    return rows;
}

bool links_walk_begin(struct links_walk *self, struct db *db, const struct links_filter *filter)
{
    const struct links_after *after = &filter->after;
    int64_t from = filter->created_from_ms, to = filter->created_to_ms != 0 ? filter->created_to_ms : INT64_MAX;

    *self = (struct links_walk){0};
    switch (filter->sort) {
    case LINKS_BY_CREATED:
        self->next = beside(db, SQL_LINK_WALK_CREATED_BESIDE, after);
        self->rows = beyond(db, SQL_LINK_WALK_CREATED, after->id != 0 ? after->key : to, from);
        break;
    case LINKS_BY_CREATED_ASC:
        self->next = beside(db, SQL_LINK_WALK_CREATED_ASC_BESIDE, after);
        self->rows = beyond(db, SQL_LINK_WALK_CREATED_ASC, after->id != 0 ? after->key : from - 1, to);
        break;
    case LINKS_BY_ID:
        self->rows = links_source_by_id(db, filter, after->id);
        break;
    case LINKS_BY_CLICKS:
    case LINKS_BY_UPDATED:
    case LINKS_BY_LAST_CLICK:
    case LINKS_BY_TITLE:
        return false;
    }
    if (self->next) { /* first those beside the last one */
        struct stmt *rows = self->rows;
        self->rows = self->next;
        self->next = rows;
    }
    return true;
}

bool links_walk_next(struct links_walk *self, int64_t *id)
{
    bool found = stmt_next(self->rows);

    if (!found && !stmt_err(self->rows) && self->next) {
        self->rows = self->next;
        self->next = NULL;
        found = stmt_next(self->rows);
    }
    if (found) {
        *id = stmt_i64(self->rows, 0);
    }
    return found;
}

enum err links_walk_end(struct links_walk *self)
{
    enum err err = stmt_err(self->rows);

    stmt_reset(self->rows);
    return err;
}
