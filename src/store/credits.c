/* SPDX-License-Identifier: MIT */
#include "linkpond/store/credits.h"

#include "row.h"

void credit_events_open(struct credit_events *self, struct db *db, enum credit_kind kind, int64_t from_ms,
                        int64_t to_ms)
{
    static const enum sql_id texts[] = {
        [CREDIT_VALUED] = SQL_CREDIT_VALUED,
        [CREDIT_VALUES] = SQL_CREDIT_VALUES,
        [CREDIT_UNVALUED] = SQL_CREDIT_UNVALUED,
    };

    *self = (struct credit_events){db_stmt(db, texts[kind]), kind};
    stmt_bind_i64(self->rows, "from_ms", from_ms);
    stmt_bind_i64(self->rows, "to_ms", to_ms);
}

/* Texts are read as blobs: as texts they would be copied, for the NUL behind them. */
static void read_event(struct stmt *rows, bool has_value, bool named, struct credit_event *out)
{
    *out = (struct credit_event){
        .time_ms = stmt_i64(rows, 0),
        .customer_id = stmt_i64(rows, 1),
        .touched_ms = stmt_time(rows, 2),
        .has_value = has_value,
    };
    if (has_value) {
        out->value = stmt_i64(rows, 3);
        out->currency = stmt_blob(rows, 4);
    }
    if (named) {
        out->type = stmt_blob(rows, 5);
        out->id = stmt_i64(rows, 6);
    }
}

bool credit_events_next(struct credit_events *self, struct credit_event *out)
{
    if (!stmt_next(self->rows)) {
        return false;
    }
    read_event(self->rows, self->kind != CREDIT_UNVALUED, self->kind != CREDIT_VALUES, out);
    return true;
}

enum err credit_events_close(struct credit_events *self)
{
    enum err err = stmt_err(self->rows);

    stmt_reset(self->rows);
    return err;
}

enum err credit_span(struct db *db, int64_t from_ms, int64_t to_ms, int64_t *first_ms, int64_t *last_ms)
{
    struct stmt *row = db_stmt(db, SQL_CREDIT_SPAN);

    stmt_bind_i64(row, "from_ms", from_ms);
    stmt_bind_i64(row, "to_ms", to_ms);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *first_ms = stmt_time(row, 0);
    *last_ms = stmt_time(row, 1);
    return row_done(row, NULL);
}

void credit_customer_events_open(struct credit_customer_events *self, struct db *db)
{
    *self = (struct credit_customer_events){.db = db};
}

void credit_customer_events_close(struct credit_customer_events *self)
{
    if (self->rows) {
        stmt_reset(self->rows);
    }
    self->rows = NULL;
}

static void step(struct credit_customer_events *self)
{
    self->taken = false;
    if (stmt_next(self->rows)) {
        read_event(self->rows, !stmt_is_null(self->rows, 3), true, &self->at);
    } else {
        self->at.customer_id = INT64_MAX;
    }
}

bool credit_customer_events_next(struct credit_customer_events *self, int64_t customer_id, struct credit_event *out)
{
    if (!self->rows) {
        self->rows = db_stmt(self->db, SQL_CREDIT_CUSTOMER_EVENTS);
        stmt_put_i64(self->rows, 1, customer_id);
        step(self);
    }
    while (self->taken || self->at.customer_id < customer_id) {
        step(self);
    }
    if (self->at.customer_id != customer_id) {
        return false;
    }
    *out = self->at;
    self->taken = true;
    return true;
}

enum err credit_customer_events_err(const struct credit_customer_events *self)
{
    return self->rows ? stmt_err(self->rows) : OK;
}

struct stmt *credit_customers_each(struct db *db, int64_t from_id, int64_t to_id)
{
    struct stmt *rows = db_stmt(db, SQL_CREDIT_CUSTOMERS);

    stmt_bind_i64(rows, "from_id", from_id);
    stmt_bind_i64(rows, "to_id", to_id);
    return rows;
}

enum err credit_customers_end(struct db *db, int64_t *to_id)
{
    return row_i64(db_stmt(db, SQL_CREDIT_CUSTOMERS_END), to_id);
}

bool credit_customers_next(struct stmt *rows, int64_t *customer_id)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *customer_id = stmt_i64(rows, 0);
    return true;
}

struct stmt *credit_customers_of_link(struct db *db, int64_t link_id)
{
    struct stmt *rows = db_stmt(db, SQL_CREDIT_CUSTOMERS_OF_LINK);

    stmt_put_i64(rows, 1, link_id);
    return rows;
}

enum err credit_deal_before(struct db *db, int64_t customer_id, int64_t time_ms, str currency, int64_t *deal_ms,
                            int64_t *touched_ms)
{
    struct stmt *row = db_stmt(db, SQL_CREDIT_DEAL_BEFORE);

    stmt_bind_i64(row, "customer_id", customer_id);
    stmt_bind_i64(row, "time_ms", time_ms);
    stmt_bind_str(row, "currency", currency);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *deal_ms = stmt_i64(row, 0);
    *touched_ms = stmt_time(row, 1);
    return row_done(row, NULL);
}

enum err credit_event_place(struct db *db, const struct credit_event *event, int64_t *place)
{
    struct stmt *row = db_stmt(db, SQL_CREDIT_EVENT_PLACE);

    stmt_bind_i64(row, "customer_id", event->customer_id);
    stmt_bind_str(row, "type", event->type);
    stmt_bind_i64(row, "time_ms", event->time_ms);
    stmt_bind_i64(row, "id", event->id);
    return row_i64(row, place);
}

enum err credit_bought_before(struct db *db, const struct credit_event *event, bool *before)
{
    struct stmt *row = db_stmt(db, SQL_CREDIT_BOUGHT_BEFORE);
    int64_t found = 0;

    stmt_bind_i64(row, "customer_id", event->customer_id);
    stmt_bind_i64(row, "time_ms", event->time_ms);
    stmt_bind_i64(row, "id", event->id);
    enum err err = row_i64(row, &found);
    *before = found != 0;
    return err;
}

enum err credit_buyers(struct db *db, int64_t from_ms, int64_t to_ms, struct credit_buyers *out)
{
    struct stmt *row = db_stmt(db, SQL_CREDIT_BUYERS);

    stmt_bind_i64(row, "from_ms", from_ms);
    stmt_bind_i64(row, "to_ms", to_ms);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct credit_buyers){stmt_i64(row, 0), stmt_i64(row, 1), stmt_i64(row, 2)};
    return row_done(row, NULL);
}

struct stmt *credit_buyers_each(struct db *db, int64_t from_ms, int64_t to_ms)
{
    struct stmt *rows = db_stmt(db, SQL_CREDIT_BUYERS_EACH);

    stmt_bind_i64(rows, "from_ms", from_ms);
    stmt_bind_i64(rows, "to_ms", to_ms);
    return rows;
}

bool credit_buyers_next(struct stmt *rows, str *currency, struct credit_buyers *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *currency = stmt_str(rows, 0);
    *out = (struct credit_buyers){stmt_i64(rows, 1), stmt_i64(rows, 2), stmt_i64(rows, 3)};
    return true;
}

struct stmt *credit_stage_events(struct db *db, str key)
{
    struct stmt *rows = db_stmt(db, SQL_CREDIT_STAGE_EVENTS);

    stmt_bind_str(rows, "key", key);
    return rows;
}

bool credit_stage_events_next(struct stmt *rows, str *type, int64_t *nth)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *type = stmt_str(rows, 0);
    *nth = stmt_i64(rows, 1);
    return true;
}

void credit_touches_open(struct credit_touches *self, struct db *db, bool whole)
{
    *self = (struct credit_touches){.db = db, .whole = whole};
}

/* The row the statement stands at into `ahead`. */
static void look_ahead(struct credit_touches *self)
{
    struct credit_touch_row *row = &self->ahead;

    self->at = 0;
    if (!stmt_next(self->rows)) {
        self->at = stmt_err(self->rows) == OK ? INT64_MAX : 0;
        return;
    }
    self->at = stmt_i64(self->rows, 0);
    row->time_ms = stmt_i64(self->rows, 1);
    row->click_id = stmt_i64(self->rows, 2);
    row->link_id = stmt_i64(self->rows, 3);
    for (int i = 0; i < (self->whole ? CREDIT_TERMS : CREDIT_HOST); i++) {
        row->terms[i] = stmt_i64(self->rows, 4 + i);
    }
}

void credit_touches_seek(struct credit_touches *self, int64_t customer_id)
{
    bool there = self->rows && self->at >= customer_id && self->customer_id < customer_id;

    self->customer_id = customer_id;
    if (!there) {
        self->rows = db_stmt(self->db, self->whole ? SQL_CREDIT_TOUCHES_WHOLE : SQL_CREDIT_TOUCHES);
        stmt_put_i64(self->rows, 1, customer_id);
        look_ahead(self);
    }
}

bool credit_touches_next(struct credit_touches *self, struct credit_touch_row *out)
{
    if (self->at != self->customer_id) {
        return false;
    }
    *out = self->ahead;
    look_ahead(self);
    return true;
}

enum err credit_touches_err(const struct credit_touches *self)
{
    return self->rows ? stmt_err(self->rows) : OK;
}

void credit_touches_close(struct credit_touches *self)
{
    if (self->rows) {
        stmt_reset(self->rows);
    }
    self->rows = NULL;
}
