/* SPDX-License-Identifier: MIT */
#include "linkpond/store/costs.h"

#include "linkpond/base/clock.h"
#include "row.h"

#define NO_DAY_BEHIND STR("~") /* behind every day */

static void bind(struct stmt *stmt, const struct cost *cost)
{
    stmt_bind_str(stmt, "day", cost->day);
    stmt_bind_str(stmt, "last_day", cost->last_day);
    stmt_bind_id_opt(stmt, "campaign_id", cost->campaign_id);
    stmt_bind_id_opt(stmt, "channel_id", cost->channel_id);
    stmt_bind_id_opt(stmt, "link_id", cost->link_id);
    stmt_bind_id_opt(stmt, "owner_id", cost->owner_id);
    stmt_bind_i64(stmt, "amount", cost->amount);
    stmt_bind_str(stmt, "currency", cost->currency);
    stmt_bind_str(stmt, "note", cost->note);
    stmt_bind_str_opt(stmt, "external_id", cost->external_id);
    stmt_bind_i64(stmt, "now_ms", cost->updated_ms);
}

enum err costs_insert(struct db *db, struct cost *cost)
{
    struct stmt *stmt = db_stmt(db, SQL_COST_INSERT);

    bind(stmt, cost);
    enum err err = stmt_run(stmt);
    cost->id = err ? 0 : db_last_id(db);
    cost->created_ms = cost->updated_ms;
    return err;
}

enum err costs_update(struct db *db, const struct cost *cost)
{
    struct stmt *stmt = db_stmt(db, SQL_COST_UPDATE);

    bind(stmt, cost);
    stmt_bind_i64(stmt, "id", cost->id);
    return row_run(db, stmt);
}

enum err costs_delete(struct db *db, int64_t id)
{
    struct stmt *stmt = db_stmt(db, SQL_COST_DELETE);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

enum err costs_find_external(struct db *db, str external_id, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_COST_BY_EXTERNAL_ID);

    stmt_bind_str(row, "external_id", external_id);
    return row_i64(row, id);
}

static void read(struct stmt *row, struct cost *out)
{
    *out = (struct cost){
        .id = stmt_i64(row, 0),
        .day = stmt_str(row, 1),
        .campaign_id = stmt_i64(row, 2),
        .channel_id = stmt_i64(row, 3),
        .link_id = stmt_i64(row, 4),
        .owner_id = stmt_i64(row, 5),
        .amount = stmt_i64(row, 6),
        .currency = stmt_str(row, 7),
        .note = stmt_str(row, 8),
        .external_id = stmt_str(row, 9),
        .created_ms = stmt_i64(row, 10),
        .updated_ms = stmt_i64(row, 11),
        .campaign = stmt_str(row, 12),
        .channel = stmt_str(row, 13),
        .owner = stmt_str(row, 14),
        .last_day = stmt_str(row, 15),
    };
}

enum err costs_find(struct db *db, struct arena *arena, int64_t id, struct cost *out)
{
    struct stmt *row = db_stmt(db, SQL_COST_FIND);

    stmt_bind_i64(row, "id", id);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read(row, out);
    str *texts[] = {&out->day,         &out->last_day, &out->currency, &out->note,
                    &out->external_id, &out->campaign, &out->channel,  &out->owner};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        *texts[i] = arena_str(arena, *texts[i]);
    }
    return row_done(row, arena);
}

struct stmt *costs_list(struct db *db, const struct costs_filter *filter)
{
    struct stmt *rows = db_stmt(db, SQL_COST_LIST);

    stmt_bind_str(rows, "from_day", filter->from_day);
    stmt_bind_str(rows, "to_day", filter->to_day.len > 0 ? filter->to_day : NO_DAY_BEHIND);
    stmt_bind_str(rows, "before_day", filter->before_day.len > 0 ? filter->before_day : NO_DAY_BEHIND);
    stmt_bind_i64(rows, "before_id", filter->before_id);
    stmt_bind_str(rows, "campaign", filter->campaign);
    stmt_bind_str(rows, "channel", filter->channel);
    stmt_bind_str(rows, "owner", filter->owner);
    stmt_bind_i64(rows, "link_id", filter->link_id);
    stmt_bind_str(rows, "currency", filter->currency);
    stmt_bind_i64(rows, "limit", filter->limit > 0 ? filter->limit : -1);
    return rows;
}

bool costs_next(struct stmt *rows, struct cost *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    read(rows, out);
    return true;
}

struct stmt *costs_spending(struct db *db, str first_day, str last_day)
{
    struct stmt *rows = db_stmt(db, SQL_COST_SPENDING);

    stmt_bind_str(rows, "from_day", first_day);
    stmt_bind_str(rows, "to_day", last_day);
    return rows;
}

bool costs_spending_next(struct stmt *rows, struct cost_spending *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct cost_spending){
        .amount = stmt_i64(rows, 2),
        .currency = stmt_str(rows, 3),
        .campaign_id = stmt_i64(rows, 4),
        .channel_id = stmt_i64(rows, 5),
        .link_id = stmt_i64(rows, 6),
        .owner_id = stmt_i64(rows, 7),
        .campaign = stmt_str(rows, 8),
        .channel = stmt_str(rows, 9),
        .channel_group = stmt_str(rows, 10),
        .owner = stmt_str(rows, 11),
    };
    date_parse(stmt_str(rows, 0), &out->first_day); /* checked when they were entered */
    date_parse(stmt_str(rows, 1), &out->last_day);
    return true;
}
