/* SPDX-License-Identifier: MIT */
#include "linkpond/store/events.h"

#include "row.h"

/* ---- words ---- */

#define EVENT_NAME(constant, name) [constant] = STR_INIT(name),
static const str origin_names[EVENT_ORIGINS] = {EVENT_ORIGIN_TABLE(EVENT_NAME)};
static const str state_names[EVENT_STATES] = {EVENT_STATE_TABLE(EVENT_NAME)};
#undef EVENT_NAME

static int find_name(const str *names, int count, str name)
{
    for (int i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return i;
        }
    }
    return -1;
}

str event_origin_name(enum event_origin origin)
{
    return origin_names[origin];
}

str event_state_name(enum event_state state)
{
    return state_names[state];
}

bool event_origin_find(str name, enum event_origin *out)
{
    int at = find_name(origin_names, EVENT_ORIGINS, name);

    if (at >= 0) {
        *out = (enum event_origin)at;
    }
    return at >= 0;
}

bool event_state_find(str name, enum event_state *out)
{
    int at = find_name(state_names, EVENT_STATES, name);

    if (at >= 0) {
        *out = (enum event_state)at;
    }
    return at >= 0;
}

/* ---- rows ---- */

enum err events_insert(struct db *db, const struct event *event)
{
    struct stmt *stmt = db_stmt(db, SQL_EVENT_INSERT);

    stmt_bind_i64(stmt, "id", event->id);
    stmt_bind_str_opt(stmt, "event_id", event->event_id);
    stmt_bind_str(stmt, "type", event->type);
    stmt_bind_str(stmt, "origin", origin_names[event->origin]);
    stmt_bind_i64(stmt, "time_ms", event->time_ms);
    stmt_bind_i64(stmt, "received_ms", event->received_ms);
    if (event->has_value) {
        stmt_bind_i64(stmt, "value", event->value);
    } else {
        stmt_bind_null(stmt, "value");
    }
    stmt_bind_str(stmt, "currency", event->currency);
    stmt_bind_id_opt(stmt, "customer_id", event->customer_id);
    stmt_bind_id_opt(stmt, "click_id", event->click_id);
    stmt_bind_i64(stmt, "generation", event->generation);
    stmt_bind_id_opt(stmt, "link_id", event->link_id);
    stmt_bind_id_opt(stmt, "owner_id", event->owner_id);
    stmt_bind_str(stmt, "state", state_names[event->state]);
    stmt_bind_blob(stmt, "digest", (str){(const char *)event->digest, sizeof event->digest});
    stmt_bind_str(stmt, "metadata", event->metadata);
    return stmt_run(stmt);
}

enum err events_forward(struct db *db, str page, int64_t *click_id, int *generation)
{
    struct stmt *row = db_stmt(db, SQL_EVENT_FORWARD);

    stmt_bind_str(row, "page", page);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *click_id = stmt_i64(row, 0);
    *generation = stmt_i64(row, 1) > 1 ? 2 : 1;
    return row_done(row, NULL);
}

/* A word that is not ours is damage. */
static int word(struct stmt *row, int column, const str *names, int count)
{
    int at = find_name(names, count, stmt_str(row, column));

    if (at < 0) {
        stmt_fail(row, ERR_CORRUPT);
    }
    return at < 0 ? 0 : at;
}

static void read_event(struct stmt *row, struct arena *arena, struct event *out)
{
    *out = (struct event){
        .id = stmt_i64(row, 0),
        .event_id = row_str(row, 1, arena),
        .type = row_str(row, 2, arena),
        .time_ms = stmt_i64(row, 4),
        .received_ms = stmt_i64(row, 5),
        .has_value = !stmt_is_null(row, 6),
        .value = stmt_i64(row, 6),
        .currency = row_str(row, 7, arena),
        .customer_id = stmt_i64(row, 8),
        .click_id = stmt_i64(row, 9),
        .generation = (int)stmt_i64(row, 10),
        .link_id = stmt_i64(row, 11),
        .owner_id = stmt_i64(row, 12),
        .metadata = row_str(row, 15, arena),
        .owner = row_str(row, 16, arena),
    };
    row_bytes(row, 14, out->digest, sizeof out->digest);
    out->origin = (enum event_origin)word(row, 3, origin_names, EVENT_ORIGINS);
    out->state = (enum event_state)word(row, 13, state_names, EVENT_STATES);
}

static enum err find(struct stmt *row, struct arena *arena, struct event *out)
{
    struct event event;

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    read_event(row, arena, &event);
    if (stmt_err(row)) {
        return stmt_err(row);
    }
    enum err err = row_done(row, arena);
    if (err == OK) {
        *out = event;
    }
    return err;
}

enum err events_find(struct db *db, struct arena *arena, int64_t id, const struct bounds *bounds, struct event *out)
{
    struct stmt *row = db_stmt(db, SQL_EVENT_FIND);

    stmt_bind_i64(row, "id", id);
    bounds_bind(row, bounds);
    return find(row, arena, out);
}

enum err events_find_event_id(struct db *db, struct arena *arena, str event_id, struct event *out)
{
    struct stmt *row = db_stmt(db, SQL_EVENT_FIND_EVENT_ID);

    stmt_bind_str(row, "event_id", event_id);
    return find(row, arena, out);
}

enum err events_find_waiting(struct db *db, struct arena *arena, int64_t id, struct event *out)
{
    struct stmt *row = db_stmt(db, SQL_EVENT_FIND_WAITING);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

/* The index that leaves the fewest to look at. */
static enum sql_id list_text(const struct events_filter *filter)
{
    if (filter->state == EVENT_WAITING) {
        return SQL_EVENT_LIST_WAITING;
    }
    if (filter->state == EVENT_UNMATCHED) {
        return SQL_EVENT_LIST_UNMATCHED;
    }
    return filter->customer_id > 0 ? SQL_EVENT_LIST_CUSTOMER : SQL_EVENT_LIST;
}

struct stmt *events_list(struct db *db, const struct events_filter *filter)
{
    enum sql_id text = list_text(filter);
    struct stmt *rows = db_stmt(db, text);

    if (text != SQL_EVENT_LIST) {
        stmt_bind_id_opt(rows, "customer_id", filter->customer_id);
    }
    if (text == SQL_EVENT_LIST || text == SQL_EVENT_LIST_CUSTOMER) {
        stmt_bind_str_opt(rows, "state", filter->state < 0 ? STR("") : state_names[filter->state]);
    }
    stmt_bind_str_opt(rows, "type", filter->type);
    stmt_bind_str_opt(rows, "origin", filter->origin < 0 ? STR("") : origin_names[filter->origin]);
    stmt_bind_str_opt(rows, "event_id", filter->event_id);
    stmt_bind_id_opt(rows, "click_id", filter->click_id);
    stmt_bind_id_opt(rows, "link_id", filter->link_id);
    stmt_bind_id_opt(rows, "owner_id", filter->owner_id);
    stmt_bind_time_opt(rows, "from_ms", filter->from_ms);
    stmt_bind_time_opt(rows, "to_ms", filter->to_ms);
    stmt_bind_id_opt(rows, "before_id", filter->before_id);
    stmt_bind_i64(rows, "limit", filter->limit);
    bounds_bind(rows, filter->bounds);
    return rows;
}

bool events_next(struct stmt *rows, struct event *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    read_event(rows, NULL, out);
    return stmt_err(rows) == OK;
}

/* ---- joining ---- */

struct stmt *events_waiting(struct db *db, int64_t after_id, int64_t to_id, int64_t limit)
{
    struct stmt *rows = db_stmt(db, SQL_EVENT_WAITING);

    stmt_bind_i64(rows, "after_id", after_id);
    stmt_bind_i64(rows, "to_id", to_id);
    stmt_bind_i64(rows, "limit", limit);
    return rows;
}

bool events_waiting_next(struct stmt *rows, struct event *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct event){
        .id = stmt_i64(rows, 0),
        .type = stmt_str(rows, 1),
        .time_ms = stmt_i64(rows, 2),
        .received_ms = stmt_i64(rows, 3),
        .customer_id = stmt_i64(rows, 4),
        .click_id = stmt_i64(rows, 5),
        .generation = (int)stmt_i64(rows, 6),
        .state = EVENT_WAITING,
    };
    return true;
}

enum err events_backlog(struct db *db, int64_t to_id, int64_t most, int64_t *count)
{
    struct stmt *row = db_stmt(db, SQL_EVENT_BACKLOG);

    stmt_bind_i64(row, "to_id", to_id);
    stmt_bind_i64(row, "most", most);
    return row_i64(row, count);
}

enum err events_last_id(struct db *db, int64_t *id)
{
    return row_i64(db_stmt(db, SQL_EVENT_LAST_ID), id);
}

enum err events_set_customer(struct db *db, int64_t id, int64_t customer_id)
{
    struct stmt *stmt = db_stmt(db, SQL_EVENT_SET_CUSTOMER);

    stmt_bind_id_opt(stmt, "customer_id", customer_id);
    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

enum err events_settle(struct db *db, int64_t id, enum event_state state, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, SQL_EVENT_SETTLE);

    stmt_bind_str(stmt, "state", state_names[state]);
    stmt_bind_id_opt(stmt, "link_id", link_id);
    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

static enum err of(struct db *db, enum sql_id text, const char *name, int64_t id)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, name, id);
    return stmt_run(stmt);
}

enum err events_match_click(struct db *db, int64_t click_id)
{
    return of(db, SQL_EVENT_MATCH_CLICK, "click_id", click_id);
}

enum err events_look_again(struct db *db, int64_t customer_id)
{
    enum err err = of(db, SQL_EVENT_LOOK_AGAIN, "customer_id", customer_id);

    return err ? err : of(db, SQL_EVENT_MATCH_CUSTOMER, "customer_id", customer_id);
}

enum err events_purge_link(struct db *db, int64_t link_id)
{
    return of(db, SQL_EVENT_PURGE_LINK, "link_id", link_id);
}
