/* SPDX-License-Identifier: MIT */
/*
 * Lists of links. A list statement gives ids only; the rows are then read one by one with everything that belongs to
 * them, in the same snapshot. A page holds at most LIMIT_PAGE links, so that costs a few milliseconds, and there is one
 * place that reads a link.
 */
#include "linkpond/store/links.h"

#include "like.h"
#include "row.h"

/* The numbers in sql/queries/link_list.sql. */
_Static_assert(LINK_SCHEDULED == 0 && LINK_ACTIVE == 1 && LINK_EXPIRED == 2 && LINK_USED_UP == 3 &&
                   LINK_DISABLED == 4 && LINK_ARCHIVED == 5,
               "states as in link_list.sql");
enum driver { DRIVE_ALL, DRIVE_CAMPAIGN, DRIVE_CHANNEL, DRIVE_OWNER, DRIVE_TAG, DRIVE_BIN };

/* Which index narrows most, by what people's data look like: the bin is small, a tag or a channel names few links, an
 * owner many. */
static enum driver choose_driver(const struct links_filter *filter)
{
    if (filter->bin) {
        return DRIVE_BIN;
    }
    if (filter->tag_id != 0) {
        return DRIVE_TAG;
    }
    if (filter->channel_id != 0) {
        return DRIVE_CHANNEL;
    }
    if (filter->campaign_id != 0) {
        return DRIVE_CAMPAIGN;
    }
    return filter->owner_id != 0 || filter->bounds->by_owner ? DRIVE_OWNER : DRIVE_ALL;
}

static struct stmt *filtered(struct db *db, struct arena *arena, enum sql_id text, const struct links_filter *filter)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_i64(rows, "driver", choose_driver(filter));
    stmt_bind_i64(rows, "driver_owner_id", filter->bounds->by_owner ? filter->bounds->owner_id : filter->owner_id);
    stmt_bind_i64(rows, "bin", filter->bin);
    bounds_bind(rows, filter->bounds);
    stmt_bind_id_opt(rows, "campaign_id", filter->campaign_id);
    stmt_bind_id_opt(rows, "channel_id", filter->channel_id);
    stmt_bind_id_opt(rows, "owner_id", filter->owner_id);
    stmt_bind_id_opt(rows, "domain_id", filter->domain_id);
    stmt_bind_id_opt(rows, "tag_id", filter->tag_id);
    stmt_bind_i64(rows, "archived", filter->state >= 0 ? -1 : filter->archived);
    stmt_bind_i64(rows, "state", filter->state);
    stmt_bind_id_opt(rows, "created_from_ms", filter->created_from_ms);
    stmt_bind_id_opt(rows, "created_to_ms", filter->created_to_ms);
    stmt_bind_i64(rows, "now_ms", filter->now_ms);
    stmt_bind_str_opt(rows, "pattern", like_pattern(arena, filter->q));
    return rows;
}

static struct stmt *open_list(struct db *db, struct arena *arena, const struct links_filter *filter)
{
    static const enum sql_id texts[] = {
        [LINKS_BY_CREATED] = SQL_LINK_LIST_CREATED,       [LINKS_BY_CREATED_ASC] = SQL_LINK_LIST_CREATED_ASC,
        [LINKS_BY_CLICKS] = SQL_LINK_LIST_CLICKS,         [LINKS_BY_UPDATED] = SQL_LINK_LIST_UPDATED,
        [LINKS_BY_LAST_CLICK] = SQL_LINK_LIST_LAST_CLICK, [LINKS_BY_TITLE] = SQL_LINK_LIST_TITLE,
    };
    struct stmt *rows = filtered(db, arena, texts[filter->sort], filter);
    int64_t after_id = filter->after.id;

    if (filter->sort == LINKS_BY_CREATED && after_id == 0) {
        after_id = INT64_MAX;
    }
    stmt_bind_i64(rows, "after_id", after_id);
    if (filter->sort == LINKS_BY_TITLE) {
        stmt_bind_str(rows, "after_title", filter->after.title);
    } else if (filter->sort != LINKS_BY_CREATED && filter->sort != LINKS_BY_CREATED_ASC) {
        stmt_bind_i64(rows, "after_key", filter->after.key);
    }
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    return rows;
}

static enum err read_ids(struct stmt *rows, int64_t *ids, size_t cap, size_t *count)
{
    size_t found = 0;

    while (found < cap && stmt_next(rows)) {
        ids[found++] = stmt_i64(rows, 0);
    }
    stmt_reset(rows);
    if (!stmt_err(rows)) {
        *count = found;
    }
    return stmt_err(rows);
}

static enum err count_matches(struct db *db, struct arena *arena, const struct links_filter *filter, int64_t *total)
{
    struct stmt *row = filtered(db, arena, SQL_LINK_LIST_COUNT, filter);

    stmt_bind_i64(row, "limit", LIMIT_COUNT_EXACT + 1);
    return row_i64(row, total);
}

static enum err list(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_page *out,
                     int64_t *total)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, filter->limit + 1);
    struct link *links = ARENA_ARRAY(arena, struct link, filter->limit);
    size_t found;

    if (!ids || !links) {
        return ERR_NOMEM;
    }
    enum err err = read_ids(open_list(db, arena, filter), ids, filter->limit + 1, &found);
    bool more = !err && found > filter->limit;
    for (size_t i = 0; !err && i < found - more; i++) {
        err = links_find(db, arena, filter->bounds, ids[i], &links[i]);
    }
    err = err || !total ? err : count_matches(db, arena, filter, total);
    if (!err && arena->overflow) {
        err = ERR_NOMEM;
    }
    if (!err) {
        *out = (struct links_page){links, found - more, more};
    }
    return err;
}

enum err links_list(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_page *out,
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

struct links_after links_after(const struct link *link, enum links_sort sort)
{
    struct links_after after = {.id = link->id};

    switch (sort) {
    case LINKS_BY_CLICKS:
        after.key = link->counts.clicks;
        break;
    case LINKS_BY_UPDATED:
        after.key = link->updated_ms;
        break;
    case LINKS_BY_LAST_CLICK:
        after.key = link->counts.last_ms == TIME_NONE ? 0 : link->counts.last_ms;
        break;
    case LINKS_BY_TITLE:
        after.title = link->title;
        break;
    case LINKS_BY_CREATED:
    case LINKS_BY_CREATED_ASC:
        break;
    }
    return after;
}

enum err links_list_ids(struct db *db, struct arena *arena, const struct links_filter *filter, int64_t after_id,
                        int64_t *ids, size_t cap, size_t *count)
{
    struct stmt *rows = filtered(db, arena, SQL_LINK_LIST_CREATED_ASC, filter);

    stmt_bind_i64(rows, "after_id", after_id);
    stmt_bind_i64(rows, "limit", (int64_t)cap);
    enum err err = read_ids(rows, ids, cap, count);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
