/* SPDX-License-Identifier: MIT */
#include "linkpond/store/radar.h"

#include "row.h"

/* ---- links ---- */

enum err radar_any(struct db *db, bool *any)
{
    int64_t there = 0;
    enum err err = row_i64(db_stmt(db, SQL_RADAR_ANY), &there);

    *any = there != 0;
    return err;
}

enum err radar_is_watched(struct db *db, int64_t link_id, bool *watched)
{
    struct stmt *row = db_stmt(db, SQL_RADAR_LINK_WATCHED);

    stmt_bind_i64(row, "link_id", link_id);
    *watched = stmt_next(row);
    enum err err = stmt_err(row);
    stmt_reset(row);
    return err;
}

enum err radar_link_find(struct db *db, struct arena *arena, int64_t link_id, struct radar_link *out)
{
    struct stmt *row = db_stmt(db, SQL_RADAR_LINK_FIND);

    stmt_bind_i64(row, "link_id", link_id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct radar_link){
        .link_id = stmt_i64(row, 0),
        .since_ms = stmt_i64(row, 1),
        .seen = {.first_ms = stmt_time(row, 2),
                 .last_ms = stmt_time(row, 3),
                 .cookie = stmt_i64(row, 4),
                 .hash = stmt_i64(row, 5),
                 .hash_day = stmt_i64(row, 6),
                 .forwarded = stmt_i64(row, 7) != 0},
        .customer = row_str(row, 8, arena),
        .title = row_str(row, 9, arena),
        .short_url = row_str(row, 10, arena),
        .owner_id = stmt_i64(row, 11),
        .owner = row_str(row, 12, arena),
    };
    return row_done(row, arena);
}

enum err radar_link_saw(struct db *db, const struct radar_link *link)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_LINK_UPDATE);
    const struct radar_seen *seen = &link->seen;

    stmt_bind_time_opt(stmt, "first_ms", seen->first_ms);
    stmt_bind_time_opt(stmt, "last_ms", seen->last_ms);
    stmt_bind_i64(stmt, "cookie", seen->cookie);
    stmt_bind_i64(stmt, "hash", seen->hash);
    stmt_bind_i64(stmt, "hash_day", seen->hash_day);
    stmt_bind_i64(stmt, "forwarded", seen->forwarded);
    stmt_bind_i64(stmt, "link_id", link->link_id);
    return stmt_run(stmt);
}

enum err radar_forget(struct db *db, int64_t visitor, enum visitor_by by)
{
    struct stmt *stmt = db_stmt(db, by == VISITOR_BY_COOKIE ? SQL_RADAR_FORGET_COOKIE : SQL_RADAR_FORGET_HASH);

    stmt_bind_i64(stmt, "visitor", visitor);
    return stmt_run(stmt);
}

/* ---- what was told ---- */

enum err radar_news_insert(struct db *db, const struct radar_item *item)
{
    struct stmt *stmt = db_stmt(db, SQL_RADAR_NEWS_INSERT);

    stmt_bind_str(stmt, "kind", notice_name(item->kind));
    stmt_bind_i64(stmt, "time_ms", item->time_ms);
    stmt_bind_id_opt(stmt, "link_id", item->link_id);
    stmt_bind_i64(stmt, "click_id", item->click_id);
    stmt_bind_str(stmt, "customer", item->customer);
    stmt_bind_id_opt(stmt, "customer_id", item->customer_id);
    stmt_bind_id_opt(stmt, "rule_id", item->rule_id);
    stmt_bind_str(stmt, "rule", item->rule);
    stmt_bind_id_opt(stmt, "event_id", item->event_id);
    return stmt_run(stmt);
}

static struct stmt *filtered(struct db *db, enum sql_id id, const struct radar_filter *filter)
{
    struct stmt *rows = db_stmt(db, id);

    bounds_bind(rows, filter->bounds);
    stmt_bind_str_opt(rows, "kind", filter->kind);
    stmt_bind_str_opt(rows, "customer", filter->customer);
    stmt_bind_str_opt(rows, "owner", filter->owner);
    stmt_bind_id_opt(rows, "customer_id", filter->customer_id);
    stmt_bind_id_opt(rows, "rule_id", filter->rule_id);
    stmt_bind_id_opt(rows, "link_id", filter->link_id);
    stmt_bind_id_opt(rows, "after_id", filter->after_id);
    return rows;
}

static enum err read_items(struct stmt *rows, struct arena *arena, size_t limit, struct radar_page *out)
{
    *out = (struct radar_page){.items = ARENA_ARRAY(arena, struct radar_item, limit)};
    if (!out->items) {
        stmt_reset(rows);
        return ERR_NOMEM;
    }
    while (!out->more && stmt_next(rows)) {
        if (out->count == limit) {
            out->more = true;
            break;
        }
        struct radar_item *item = &out->items[out->count++];
        *item = (struct radar_item){.id = stmt_i64(rows, 0),
                                    .time_ms = stmt_i64(rows, 2),
                                    .link_id = stmt_i64(rows, 3),
                                    .customer = row_str(rows, 4, arena),
                                    .title = row_str(rows, 5, arena),
                                    .short_url = row_str(rows, 6, arena),
                                    .owner = row_str(rows, 7, arena),
                                    .customer_id = stmt_i64(rows, 8),
                                    .name = row_str(rows, 9, arena),
                                    .rule_id = stmt_i64(rows, 10),
                                    .rule = row_str(rows, 11, arena),
                                    .event_id = stmt_i64(rows, 12)};
        if (!notice_find(stmt_str(rows, 1), &item->kind)) {
            out->count--; /* of a later release */
        }
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}

enum err radar_news_list(struct db *db, struct arena *arena, const struct radar_filter *filter, struct radar_page *out,
                         int64_t *total)
{
    enum err err = row_i64(filtered(db, SQL_RADAR_NEWS_COUNT, filter), total);

    if (err) {
        return err;
    }
    struct stmt *rows = filtered(db, SQL_RADAR_NEWS_LIST, filter);
    stmt_bind_id_opt(rows, "before_id", filter->before_id);
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    return read_items(rows, arena, filter->limit, out);
}

static enum err expire(struct db *db, enum sql_id sql, int64_t before_ms, int64_t most, int64_t *deleted)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    stmt_bind_i64(stmt, "most", most);
    enum err err = stmt_run(stmt);
    *deleted += err ? 0 : db_changes(db);
    return err;
}

enum err radar_expire(struct db *db, int64_t told_before_ms, int64_t seen_before_ms, int64_t most, int64_t *deleted)
{
    *deleted = 0;
    enum err err = expire(db, SQL_RADAR_NEWS_EXPIRE, told_before_ms, most, deleted);

    return err ? err : expire(db, SQL_RADAR_PERSON_EXPIRE, seen_before_ms, most, deleted);
}
