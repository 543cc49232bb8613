/* SPDX-License-Identifier: MIT */
#include "conversions.h"

#include <stdlib.h>

#include "linkpond/base/order.h"
#include "linkpond/store/credits.h"

/* Types that count, with the place among a customer's events of that type from which on they do. */
#define KINDS_MAX 64
struct kind {
    str type;
    int64_t nth;
};
struct loading {
    struct conversions *out;
    struct db *db;
    struct arena *arena;
    struct kind kinds[KINDS_MAX];
    size_t kinds_count;
    bool any_value;               /* no types were named: every event with a value */
    const struct str_list *types; /* not NULL: of what leads to the stage only these */
    bool first_deals;
    const struct zone *days; /* not NULL: of which they are wanted */
};

/* ---- which events */

static enum err read_stage(struct loading *self, str key, struct fault *fault)
{
    struct stmt *rows = credit_stage_events(self->db, key);
    str type;
    int64_t nth;

    while (self->kinds_count < KINDS_MAX && credit_stage_events_next(rows, &type, &nth)) {
        self->kinds[self->kinds_count++] = (struct kind){arena_str(self->arena, type), nth};
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    if (err == OK && self->kinds_count == 0) {
        return fault_set(fault, ERR_NOT_FOUND, "stage", "unknown", "No events lead to such a stage.",
                         "没有事件通向该阶段。");
    }
    return err;
}

static enum err read_kinds(struct loading *self, const struct attribution_query *query, struct fault *fault)
{
    if (query->stage.len > 0) {
        self->types = query->types.count > 0 ? &query->types : NULL;
        return read_stage(self, query->stage, fault);
    }
    for (size_t i = 0; i < query->types.count && i < KINDS_MAX; i++) {
        self->kinds[self->kinds_count++] = (struct kind){query->types.items[i], 1};
    }
    self->any_value = query->types.count == 0;
    self->first_deals = query->first_deals;
    return OK;
}

static bool is_among(const struct str_list *types, str type)
{
    for (size_t i = 0; i < types->count; i++) {
        if (str_eq(types->items[i], type)) {
            return true;
        }
    }
    return false;
}

/* A step is reached by what takes nothing back; a type that was named counts also where it takes back. */
static enum err counts(const struct loading *self, const struct credit_event *event, bool *out)
{
    int64_t place = 0;
    enum err err = OK;

    if (self->first_deals) {
        bool before = true;
        *out = false;
        if (event->customer_id != 0 && event->value > 0) {
            err = credit_bought_before(self->db, event, &before);
            *out = err == OK && !before;
        }
        return err;
    }
    if (self->types && !is_among(self->types, event->type)) {
        *out = false;
        return OK;
    }
    *out = self->any_value && event->has_value;
    for (size_t i = 0; err == OK && !*out && i < self->kinds_count; i++) {
        if (!str_eq(self->kinds[i].type, event->type)) {
            continue;
        }
        *out = self->kinds[i].nth <= 1;
        if (!*out && event->customer_id != 0 && event->value >= 0) {
            err = place == 0 ? credit_event_place(self->db, event, &place) : OK;
            *out = place >= self->kinds[i].nth;
        }
    }
    return err;
}

/* ---- one event */

static bool make_room(struct conversions *self)
{
    if (self->count < self->cap) {
        return true;
    }
    size_t cap = self->cap > 0 ? self->cap * 2 : 1024;
    struct conversion *rows = cap <= CONVERSIONS_MAX ? realloc(self->rows, cap * sizeof *rows) : NULL;
    if (!rows) {
        return false;
    }
    self->rows = rows;
    self->cap = cap;
    return true;
}

static enum err add(struct loading *self, const struct credit_event *event)
{
    struct conversion row = {
        .customer_id = event->customer_id,
        .time_ms = event->time_ms,
        .value = event->value,
        .has_value = event->has_value,
        .takes_back = event->value < 0,
        .day = self->days ? (int32_t)zone_civil_day(self->days, event->time_ms, NULL) : 0,
    };

    if (!make_room(self->out) ||
        (row.has_value && !currencies_place(&self->out->currencies, self->arena, event->currency, &row.currency))) {
        return ERR_NOMEM;
    }
    if (row.takes_back && row.customer_id != 0) {
        enum err err = credit_deal_before(self->db, row.customer_id, row.time_ms,
                                          self->out->currencies.codes[row.currency], &row.time_ms);
        if (err != OK && err != ERR_NOT_FOUND) {
            return err;
        }
    }
    if (self->out->first_ms == TIME_NONE) {
        self->out->first_ms = event->time_ms; /* they come in order of time */
    }
    self->out->rows[self->out->count++] = row;
    return OK;
}

static enum err read_events(struct loading *self, const struct report_query *report)
{
    struct stmt *rows = credit_events_each(self->db, report->from_ms, report->to_ms);
    struct credit_event event;
    bool wanted = false;
    enum err err = OK;

    while (err == OK && credit_events_next(rows, &event)) {
        err = counts(self, &event, &wanted);
        err = err == OK && wanted ? add(self, &event) : err;
    }
    err = err == OK ? stmt_err(rows) : err;
    stmt_reset(rows);
    return err;
}

/* ---- in order */

static void order_currencies(struct conversions *self)
{
    uint8_t now[CURRENCIES_MAX] = {0};

    currencies_order(&self->currencies, now);
    for (size_t i = 0; i < self->count; i++) {
        self->rows[i].currency = now[self->rows[i].currency];
    }
}

static enum err order_customers(struct conversions *self)
{
    uint32_t *spare = malloc((self->count + 1) * sizeof *spare);

    self->order = malloc((self->count + 1) * sizeof *self->order);
    if (!spare || !self->order) {
        free(spare);
        return ERR_NOMEM;
    }
    if (self->count > 0) {
        order_rows(&(struct order_key){&self->rows[0].customer_id, sizeof *self->rows}, 1, self->count, self->order,
                   spare);
    }
    free(spare);
    return OK;
}

enum err conversions_load(struct conversions *self, struct db *db, struct arena *arena,
                          const struct attribution_query *query, struct fault *fault)
{
    struct loading loading = {.out = self, .db = db, .arena = arena, .days = query->by_day ? query->report.zone : NULL};

    *self = (struct conversions){.first_ms = TIME_NONE};
    enum err err = read_kinds(&loading, query, fault);
    err = err == OK ? read_events(&loading, &query->report) : err;
    err = err == OK && arena->overflow ? ERR_NOMEM : err;
    if (err == ERR_NOMEM) {
        return fault_set(fault, err, "from", "too_many", "Too many events for one answer: ask about less time.",
                         "事件太多，请缩短时间范围。");
    }
    if (err == OK) {
        order_currencies(self);
        err = order_customers(self);
    }
    return err;
}

void conversions_done(struct conversions *self)
{
    free(self->rows);
    free(self->order);
}
