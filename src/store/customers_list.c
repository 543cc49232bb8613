/* SPDX-License-Identifier: MIT */
/* Customers as people look at them: lists, one's timeline, tags. */
#include "linkpond/store/customers.h"

#include "linkpond/base/limits.h"

#include "customers_row.h"
#include "like.h"
#include "row.h"

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void bind_filter(struct stmt *stmt, const struct customers_filter *filter, str pattern)
{
    stmt_bind_str_opt(stmt, "pattern", pattern);
    stmt_bind_str(stmt, "q", filter->q);
    stmt_bind_str(stmt, "phone", filter->phone);
    stmt_bind_str(stmt, "email", filter->email);
    stmt_bind_id_opt(stmt, "stage_id", filter->stage_id);
    stmt_bind_id_opt(stmt, "owner_id", filter->owner_id);
    stmt_bind_id_opt(stmt, "tag_id", filter->tag_id);
    stmt_bind_id_opt(stmt, "link_id", filter->link_id);
    bounds_bind(stmt, filter->bounds);
}

static struct stmt *list(struct db *db, const struct customers_filter *filter, str pattern)
{
    static const enum sql_id texts[] = {[CUSTOMERS_LATEST] = SQL_CUSTOMER_LIST_LATEST,
                                        [CUSTOMERS_EARLIEST] = SQL_CUSTOMER_LIST_EARLIEST,
                                        [CUSTOMERS_NEWEST] = SQL_CUSTOMER_LIST_NEWEST,
                                        [CUSTOMERS_OLDEST] = SQL_CUSTOMER_LIST_OLDEST};
    struct stmt *rows = db_stmt(db, texts[filter->sort]);
    bool down = filter->sort == CUSTOMERS_LATEST || filter->sort == CUSTOMERS_NEWEST;
    bool first = filter->after_id == 0;

    bind_filter(rows, filter, pattern);
    if (filter->sort == CUSTOMERS_LATEST || filter->sort == CUSTOMERS_EARLIEST) {
        stmt_bind_i64(rows, "after_ms", !first ? filter->after_ms : down ? INT64_MAX : INT64_MIN);
    }
    stmt_bind_i64(rows, "after_id", !first ? filter->after_id : down ? INT64_MAX : 0);
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    return rows;
}

static enum err count_all(struct db *db, const struct customers_filter *filter, str pattern, int64_t *total)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_COUNT);

    bind_filter(row, filter, pattern);
    stmt_bind_i64(row, "limit", LIMIT_COUNT_EXACT + 1);
    return row_i64(row, total);
}

enum err customers_list(struct db *db, struct arena *arena, const struct customers_filter *filter,
                        struct customers_page *out)
{
    int64_t total = 0;
    str pattern = like_pattern(arena, filter->q);
    struct customer *items = ARENA_ARRAY(arena, struct customer, filter->limit + 1);
    size_t n = 0;

    if (!items) {
        return ERR_NOMEM;
    }
    struct stmt *rows = list(db, filter, pattern);
    while (n <= filter->limit && stmt_next(rows)) {
        customers_read(rows, arena, &items[n++]);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : count_all(db, filter, pattern, &total);
    if (!err) {
        bool more = n > filter->limit;
        *out = (struct customers_page){items, more ? filter->limit : n, more, total};
    }
    return err;
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

enum err customers_tags(struct db *db, struct arena *arena, int64_t customer_id, struct str_list *out)
{
    struct stmt *rows = db_stmt(db, SQL_CUSTOMER_TAGS);
    struct str_list tags = {0};
    size_t cap = 0;

    stmt_bind_i64(rows, "id", customer_id);
    while (stmt_next(rows)) {
        str *grown = ARENA_GROW(arena, tags.items, tags.count, &cap);
        if (!grown) {
            stmt_fail(rows, ERR_NOMEM);
            break;
        }
        tags.items = grown;
        tags.items[tags.count++] = row_str(rows, 0, arena);
    }
    enum err err = stmt_err(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = tags;
    }
    return err;
}

enum err customers_tag(struct db *db, int64_t customer_id, int64_t tag_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_TAG);

    stmt_bind_i64(stmt, "id", customer_id);
    stmt_bind_i64(stmt, "tag_id", tag_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    return stmt_run(stmt);
}

enum err customers_untag(struct db *db, int64_t customer_id, int64_t tag_id)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_UNTAG);

    stmt_bind_i64(stmt, "id", customer_id);
    stmt_bind_i64(stmt, "tag_id", tag_id);
    return stmt_run(stmt);
}

/* ---- what happened ----------------------------------------------------------------------------------------------- */

struct stmt *customer_merges_of(struct db *db, int64_t customer_id)
{
    struct stmt *rows = db_stmt(db, SQL_CUSTOMER_MERGES);

    stmt_bind_i64(rows, "id", customer_id);
    return rows;
}

bool customer_merges_next(struct stmt *rows, struct customer_merge *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct customer_merge){.time_ms = stmt_i64(rows, 0),
                                   .from_id = stmt_i64(rows, 1),
                                   .into_id = stmt_i64(rows, 2),
                                   .kind = stmt_str(rows, 3),
                                   .event_id = stmt_i64(rows, 4)};
    return true;
}

struct stmt *customers_timeline(struct db *db, const struct customer_timeline *ask)
{
    struct stmt *rows = db_stmt(db, SQL_CUSTOMER_TIMELINE);

    stmt_bind_i64(rows, "id", ask->customer_id);
    stmt_bind_i64(rows, "before_ms", ask->before_ms);
    bounds_bind(rows, ask->bounds);
    stmt_bind_i64(rows, "before_event", ask->before_is_event);
    stmt_bind_i64(rows, "before_id", ask->before_id);
    stmt_bind_i64(rows, "limit", ask->limit);
    return rows;
}

bool customers_timeline_next(struct stmt *rows, struct customer_moment *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct customer_moment){
        .is_event = stmt_i64(rows, 0),
        .time_ms = stmt_i64(rows, 1),
        .id = stmt_i64(rows, 2),
        .generation = (int)stmt_i64(rows, 3),
        .link_id = stmt_i64(rows, 4),
        .code = stmt_str(rows, 5),
        .title = stmt_str(rows, 6),
        .host = stmt_str(rows, 7),
        .campaign = stmt_str(rows, 8),
        .link_channel = stmt_str(rows, 9),
        .source = stmt_str(rows, 10),
        .channel = stmt_str(rows, 11),
        .app = stmt_str(rows, 12),
        .scene = (int)stmt_i64(rows, 18),
        .type = stmt_str(rows, 19),
        .event_id = stmt_str(rows, 20),
        .origin = stmt_str(rows, 21),
        .state = stmt_str(rows, 22),
        .currency = stmt_str(rows, 23),
        .owner = stmt_str(rows, 24),
        .metadata = stmt_str(rows, 25),
        .has_value = !stmt_is_null(rows, 26),
        .value = stmt_i64(rows, 26),
        .click_id = stmt_i64(rows, 27),
        .opened = stmt_str(rows, 28),
    };
    for (int i = 0; i < 5; i++) {
        out->utm[i] = stmt_str(rows, 13 + i);
    }
    return true;
}
