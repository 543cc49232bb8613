/* SPDX-License-Identifier: MIT */
/*
 * Customers, and the finding of them. That the same facts in any order give the same customers rests on three things:
 * the survivor of a merge is the lower id; what is counted is counted anew from the rows both had; and of two
 * statements on one thing the later wins by the time it speaks of, not by the time it came. Where a shared browser
 * keeps people apart, only those with identities of the same kinds are the same in any order (docs/decisions/0025).
 */
#include "linkpond/store/customers.h"

#include "linkpond/store/radar_rules.h"

#include "customers_row.h"
#include "row.h"

/* ---- one --------------------------------------------------------------------------------------------------------- */

void customers_read(struct stmt *row, struct arena *arena, struct customer *out)
{
    *out = (struct customer){
        .id = stmt_i64(row, 0),
        .merged_into = stmt_i64(row, 1),
        .name = row_str(row, 2, arena),
        .notes = row_str(row, 3, arena),
        .owner_id = stmt_i64(row, 4),
        .owner = row_str(row, 5, arena),
        .stage_id = stmt_i64(row, 6),
        .stage = row_str(row, 7, arena),
        .first_touch_ms = stmt_time(row, 8),
        .last_touch_ms = stmt_time(row, 9),
        .last_event_ms = stmt_time(row, 10),
        .touches = stmt_i64(row, 11),
        .events = stmt_i64(row, 12),
        .touched_ms = stmt_i64(row, 13),
        .forgotten_ms = stmt_time(row, 14),
        .created_ms = stmt_i64(row, 15),
        .updated_ms = stmt_i64(row, 16),
        .revision = stmt_i64(row, 17),
        .stage_set = row_str(row, 18, arena),
    };
}

static enum err read_one(struct stmt *row, struct arena *arena, struct customer *out)
{
    struct customer customer;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    customers_read(row, arena, &customer);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = customer;
    }
    return err;
}

enum err customers_find(struct db *db, struct arena *arena, int64_t id, struct customer *out)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_FIND);

    stmt_bind_i64(row, "id", id);
    return read_one(row, arena, out);
}

enum err customers_see(struct db *db, struct arena *arena, int64_t id, const struct bounds *bounds,
                       struct customer *out)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_SEE);

    stmt_bind_i64(row, "id", id);
    bounds_bind(row, bounds);
    return read_one(row, arena, out);
}

static enum err run_for(struct db *db, enum sql_id sql, int64_t id)
{
    struct stmt *stmt = db_stmt(db, sql);

    stmt_bind_i64(stmt, "id", id);
    return row_run(db, stmt);
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

static enum err has_visitor(struct db *db, int64_t id, bool *yes)
{
    struct stmt *row = db_stmt(db, SQL_IDENTITY_HAS_VISITOR);
    int64_t value = 0;

    stmt_bind_i64(row, "customer_id", id);
    enum err err = row_i64(row, &value);
    if (!err) {
        *yes = value;
    }
    return err;
}

static enum err touched_ms(struct db *db, int64_t id, int64_t *out)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_TOUCHED_MS);

    stmt_bind_i64(row, "id", id);
    return row_i64(row, out);
}

/* Up to which click both were looked at; who has no visitors had nothing to look at. */
static enum err touched_both(struct db *db, int64_t from, int64_t into, int64_t *out)
{
    bool has_from = false, has_into = false;
    int64_t of_from = 0, of_into = 0;
    enum err err = has_visitor(db, from, &has_from);

    err = err ? err : has_visitor(db, into, &has_into);
    err = err ? err : touched_ms(db, from, &of_from);
    err = err ? err : touched_ms(db, into, &of_into);
    if (!err) {
        bool lower = of_from < of_into;
        *out = has_from && has_into ? (lower ? of_from : of_into) : has_from ? of_from : of_into;
    }
    return err;
}

static enum err move_rows(struct db *db, int64_t from, int64_t into)
{
    static const struct {
        enum sql_id sql;
        bool both;
    } steps[] = {
        {SQL_IDENTITY_MOVE, true},          {SQL_CUSTOMER_MOVE_EVENTS, true}, {SQL_CUSTOMER_MOVE_TOUCHES, true},
        {SQL_CUSTOMER_DROP_TOUCHES, false}, {SQL_CUSTOMER_MOVE_TAGS, true},   {SQL_CUSTOMER_DROP_TAGS, false},
        {SQL_CUSTOMER_FLATTEN, true},
    };
    enum err err = OK;

    for (size_t i = 0; i < ARRAY_LEN(steps) && !err; i++) {
        struct stmt *stmt = db_stmt(db, steps[i].sql);
        stmt_bind_i64(stmt, "from_id", from);
        if (steps[i].both) {
            stmt_bind_i64(stmt, "into_id", into);
        }
        err = stmt_run(stmt);
    }
    return err;
}

static enum err merge_log(struct db *db, int64_t from, int64_t into, str kind, int64_t event_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_MERGE_INSERT);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "from_id", from);
    stmt_bind_i64(stmt, "into_id", into);
    stmt_bind_str(stmt, "kind", kind);
    stmt_bind_id_opt(stmt, "event_id", event_id);
    return stmt_run(stmt);
}

/* What the row itself holds: before it is emptied. */
static enum err take_over(struct db *db, int64_t from, int64_t into, int64_t now_ms)
{
    int64_t touched = 0;
    enum err err = touched_both(db, from, into, &touched);

    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_TAKE_OVER);
    stmt_bind_i64(stmt, "touched_ms", touched);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "from_id", from);
    stmt_bind_i64(stmt, "into_id", into);
    err = row_run(db, stmt);
    stmt = db_stmt(db, SQL_CUSTOMER_GONE);
    stmt_bind_i64(stmt, "into_id", into);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "from_id", from);
    return err ? err : row_run(db, stmt);
}

enum err customers_now(struct db *db, int64_t id, int64_t *out)
{
    struct stmt *row = db_stmt(db, SQL_CUSTOMER_NOW);

    stmt_bind_i64(row, "id", id);
    return row_i64(row, out);
}

enum err customers_merge(struct db *db, int64_t a, int64_t b, str kind, int64_t event_id, int64_t now_ms,
                         int64_t *survivor)
{
    int64_t first = 0, second = 0;
    enum err err = customers_now(db, a, &first);

    err = err ? err : customers_now(db, b, &second);
    if (err) {
        return err;
    }
    int64_t into = first < second ? first : second, from = first < second ? second : first;
    if (into != from) {
        err = take_over(db, from, into, now_ms);
        err = err ? err : move_rows(db, from, into);
        err = err ? err : radar_person_merged(db, from, into);
        err = err ? err : merge_log(db, from, into, kind, event_id, now_ms);
        err = err ? err : customers_recount(db, into);
    }
    if (!err) {
        *survivor = into;
    }
    return err;
}

/* ---- what happened ----------------------------------------------------------------------------------------------- */

static enum err tag_rules_any(struct db *db, bool *any)
{
    int64_t value = 0;
    enum err err = row_i64(db_stmt(db, SQL_TAG_RULE_ANY), &value);

    if (!err) {
        *any = value;
    }
    return err;
}

static enum err advance(struct db *db, int64_t customer_id, str type)
{
    struct stmt *row = db_stmt(db, SQL_STAGE_OF_TYPE);
    int64_t nth_max = 0, nth = 1;

    stmt_bind_str(row, "type", type);
    enum err err = row_i64(row, &nth_max); /* 0: no step */
    if (err || nth_max == 0) {
        return err;
    }
    if (nth_max > 1) {
        row = db_stmt(db, SQL_CUSTOMER_EVENTS_OF_TYPE);
        stmt_bind_i64(row, "id", customer_id);
        stmt_bind_str(row, "type", type);
        err = row_i64(row, &nth);
    }
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_ADVANCE);
    stmt_bind_str(stmt, "type", type);
    stmt_bind_i64(stmt, "nth", nth);
    stmt_bind_i64(stmt, "id", customer_id);
    return err ? err : stmt_run(stmt);
}

enum err customers_note_event(struct db *db, int64_t customer_id, const struct customer_event *event, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_NOTE_EVENT);
    bool rules = false;

    stmt_bind_i64(stmt, "time_ms", event->time_ms);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", customer_id);
    enum err err = row_run(db, stmt);
    err = err || event->takes_back ? err : advance(db, customer_id, event->type);
    err = err ? err : tag_rules_any(db, &rules);
    if (err || !rules) {
        return err;
    }
    stmt = db_stmt(db, SQL_CUSTOMER_TAG_BY_TYPE);
    stmt_bind_i64(stmt, "id", customer_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_str(stmt, "type", event->type);
    return stmt_run(stmt);
}

enum err customers_note_touch(struct db *db, int64_t customer_id, int64_t link_id, int64_t time_ms, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_NOTE_TOUCH);
    bool rules = false;

    stmt_bind_i64(stmt, "time_ms", time_ms);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", customer_id);
    enum err err = row_run(db, stmt);
    err = err ? err : tag_rules_any(db, &rules);
    if (err || !rules) {
        return err;
    }
    stmt = db_stmt(db, SQL_CUSTOMER_TAG_BY_LINK);
    stmt_bind_i64(stmt, "id", customer_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "link_id", link_id);
    return stmt_run(stmt);
}

enum err customers_recount(struct db *db, int64_t customer_id)
{
    return run_for(db, SQL_CUSTOMER_RECOUNT, customer_id);
}

enum err customers_say_name(struct db *db, int64_t customer_id, str name, int64_t time_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_SAY_NAME);

    if (name.len == 0) {
        return OK;
    }
    stmt_bind_str(stmt, "name", name);
    stmt_bind_i64(stmt, "time_ms", time_ms);
    stmt_bind_i64(stmt, "id", customer_id);
    return stmt_run(stmt);
}

enum err customers_say_owner(struct db *db, int64_t customer_id, int64_t owner_id, int64_t time_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_SAY_OWNER);

    if (owner_id == 0) {
        return OK;
    }
    stmt_bind_i64(stmt, "owner_id", owner_id);
    stmt_bind_i64(stmt, "time_ms", time_ms);
    stmt_bind_i64(stmt, "id", customer_id);
    return stmt_run(stmt);
}

enum err customers_touched(struct db *db, int64_t customer_id, int64_t touched_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_TOUCHED);

    stmt_bind_i64(stmt, "touched_ms", touched_ms);
    stmt_bind_i64(stmt, "id", customer_id);
    return row_run(db, stmt);
}
