/* SPDX-License-Identifier: MIT */
#include "conversions.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/order.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/report_second.h"
#include "linkpond/store/credits.h"
#include "slices.h"

/*
 * Two threads take slices of the time asked for, the newest first, because there is more in these: each has rows of
 * its own, which are put together at the end. A sum kept for each day was rejected: it would be written anew with every
 * touch, and whoever is told of one campaign waits for half the time that a million events take to be looked at.
 */
#define CODES_BYTES (16U << 10)

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
    const struct customer_set *near; /* NULL: everybody is */
    int64_t window_ms;
    struct slices *slices;
    struct kind kinds[KINDS_MAX];
    size_t kinds_count;
    bool any_value;               /* no types were named: every event with a value, and nothing else of it is asked */
    const struct str_list *types; /* not NULL: of what leads to the stage only these */
    bool first_deals;
    str currency;            /* not empty: of it alone */
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
    self->first_deals = query->first_deals;
    self->any_value = query->types.count == 0 && !query->first_deals;
    self->currency = query->currency;
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
    *out = false;
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

static bool make_room(struct conversions *self, size_t more)
{
    if (self->count + more <= self->cap) {
        return true;
    }
    size_t cap = self->cap > 0 ? self->cap * 2 : 1024;
    cap = cap > self->count + more ? cap : self->count + more;
    struct conversion *rows = cap <= CONVERSIONS_MAX ? realloc(self->rows, cap * sizeof *rows) : NULL;
    if (!rows) {
        return false;
    }
    self->rows = rows;
    self->cap = cap;
    return true;
}

static void add_up(struct conversion_sum *sum, const struct conversion *row)
{
    sum->conversions += row->takes_back ? 0 : CREDIT_ONE;
    sum->values[row->currency] += row->value;
}

static enum err add_row(struct conversions *self, const struct conversion *row)
{
    if (!make_room(self, 1)) {
        return ERR_NOMEM;
    }
    self->rows[self->count++] = *row;
    return OK;
}

/* What takes back goes where the deal went. */
static enum err follow_deal(struct loading *self, struct conversion *row, int64_t *touched_ms)
{
    if (!row->takes_back || row->customer_id == 0) {
        return OK;
    }
    enum err err = credit_deal_before(self->db, row->customer_id, row->time_ms,
                                      self->out->currencies.codes[row->currency], &row->time_ms, touched_ms);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err add(struct loading *self, const struct credit_event *event)
{
    struct conversions *out = self->out;
    struct conversion row = {
        .customer_id = event->customer_id,
        .time_ms = event->time_ms,
        .value = event->value,
        .has_value = event->has_value,
        .takes_back = event->value < 0,
        .day = self->days ? (int32_t)zone_civil_day(self->days, event->time_ms, NULL) : 0,
    };
    int64_t touched_ms = event->touched_ms;

    if (row.has_value && !currencies_place(&out->currencies, self->arena, event->currency, &row.currency)) {
        return ERR_NOMEM;
    }
    out->refunds += row.takes_back;
    out->first_ms = out->first_ms == TIME_NONE || event->time_ms < out->first_ms ? event->time_ms : out->first_ms;
    add_up(&out->total, &row);
    if (row.customer_id != 0 && !row.takes_back && !customer_set_add(&out->converted, row.customer_id)) {
        return ERR_NOMEM;
    }
    enum err err = follow_deal(self, &row, &touched_ms);
    if (err != OK) {
        return err;
    }
    bool touched = row.customer_id != 0 && touched_ms != TIME_NONE && touched_ms >= row.time_ms - self->window_ms;
    bool far = touched && self->near && !customer_set_has(self->near, row.customer_id);
    if (self->days || (touched && !far)) { /* what is told day by day is told of everything */
        return add_row(out, &row);
    }
    add_up(far ? &out->far : &out->untouched, &row);
    return OK;
}

/* ---- slices of time */

static enum err cut(struct slices *self, struct db *db, const struct report_query *report, bool helped)
{
    int64_t first_ms = TIME_NONE, last_ms = TIME_NONE;
    enum err err = credit_span(db, report->from_ms, report->to_ms, &first_ms, &last_ms);

    if (err == OK && first_ms != TIME_NONE) {
        slices_cut(self, first_ms, last_ms + 1, helped);
    }
    return err;
}

static enum err read_slice(struct loading *self, enum credit_kind kind, int64_t from_ms, int64_t to_ms)
{
    struct credit_events rows;
    struct credit_event event;
    enum err err = OK;

    credit_events_open(&rows, self->db, kind, from_ms, to_ms);
    while (err == OK && credit_events_next(&rows, &event)) {
        bool wanted = self->currency.len == 0 || str_eq(event.currency, self->currency);
        err = kind == CREDIT_VALUES || !wanted ? OK : counts(self, &event, &wanted);
        err = err == OK && wanted ? add(self, &event) : err;
    }
    enum err ended = credit_events_close(&rows);
    return err == OK ? ended : err;
}

static enum err read_slices(struct loading *self)
{
    int64_t from_ms = 0, to_ms = 0;
    enum err err = OK;

    while (err == OK && slices_take(self->slices, &from_ms, &to_ms)) {
        err = read_slice(self, self->any_value ? CREDIT_VALUES : CREDIT_VALUED, from_ms, to_ms);
        if (err == OK && !self->any_value && !self->first_deals) {
            err = read_slice(self, CREDIT_UNVALUED, from_ms, to_ms);
        }
    }
    if (err != OK) {
        slices_end(self->slices);
    }
    return err;
}

/* ---- two threads */

struct second_loading {
    struct report_second second;
    struct loading loading;
    struct conversions conversions;
    struct arena arena;
    enum err err;
};

static void run_second(struct report_second *second, struct db *db)
{
    struct second_loading *self = (struct second_loading *)second; /* its first member */
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, db);
    self->loading.db = db;
    self->err = read_slices(&self->loading);
    giving_way_end(&giving_way, db);
}

static void add_sum(struct conversion_sum *to, const struct conversion_sum *from, const uint8_t *places, size_t count)
{
    to->conversions += from->conversions;
    for (size_t i = 0; i < count; i++) {
        to->values[places[i]] += from->values[i];
    }
}

static enum err put_together(struct conversions *self, const struct conversions *from, struct arena *arena)
{
    uint8_t places[CURRENCIES_MAX] = {0};
    size_t currencies = from->currencies.count;

    for (size_t i = 0; i < currencies; i++) {
        if (!currencies_place(&self->currencies, arena, from->currencies.codes[i], &places[i])) {
            return ERR_NOMEM;
        }
    }
    if (!make_room(self, from->count) || !customer_set_join(&self->converted, &from->converted)) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < from->count; i++) {
        struct conversion *row = &self->rows[self->count++];
        *row = from->rows[i];
        row->currency = places[row->currency];
    }
    bool earlier = from->first_ms != TIME_NONE && (self->first_ms == TIME_NONE || from->first_ms < self->first_ms);
    self->first_ms = earlier ? from->first_ms : self->first_ms;
    self->refunds += from->refunds;
    add_sum(&self->total, &from->total, places, currencies);
    add_sum(&self->untouched, &from->untouched, places, currencies);
    add_sum(&self->far, &from->far, places, currencies);
    return OK;
}

static enum err read_helped(struct loading *self, struct report_helper *helper)
{
    struct second_loading *second = calloc(1, sizeof *second);

    if (!second) {
        return ERR_NOMEM;
    }
    arena_init(&second->arena, CODES_BYTES);
    second->conversions.first_ms = TIME_NONE;
    second->loading = *self;
    second->loading.out = &second->conversions;
    second->loading.arena = &second->arena;
    second->second.run = run_second;
    report_helper_begin(helper, &second->second);
    enum err err = read_slices(self);
    report_helper_wait(helper);
    err = err == OK ? second->err : err;
    err = err == OK && second->arena.overflow ? ERR_NOMEM : err;
    err = err == OK ? put_together(self->out, &second->conversions, self->arena) : err;
    conversions_done(&second->conversions);
    arena_done(&second->arena);
    free(second);
    return err;
}

/* ---- in order */

static void order_sum(struct conversion_sum *sum, const uint8_t *places, size_t count)
{
    struct conversion_sum before = *sum;

    memset(sum, 0, sizeof *sum);
    add_sum(sum, &before, places, count);
}

static void order_currencies(struct conversions *self)
{
    uint8_t now[CURRENCIES_MAX] = {0};
    size_t count = self->currencies.count;

    currencies_order(&self->currencies, now);
    for (size_t i = 0; i < self->count; i++) {
        self->rows[i].currency = now[self->rows[i].currency];
    }
    order_sum(&self->total, now, count);
    order_sum(&self->untouched, now, count);
    order_sum(&self->far, now, count);
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

static enum err put_in_order(struct conversions *self)
{
    self->customers = customer_set_count(&self->converted);
    order_currencies(self);
    return order_customers(self);
}

enum err conversions_load(struct conversions *self, struct db *db, struct report_helper *helper, struct arena *arena,
                          const struct attribution_query *query, const struct customer_set *near, struct fault *fault)
{
    struct slices slices = {0};
    struct loading loading = {.out = self,
                              .db = db,
                              .arena = arena,
                              .near = near,
                              .window_ms = query->window_ms,
                              .slices = &slices,
                              .days = query->by_day ? query->report.zone : NULL};

    *self = (struct conversions){.first_ms = TIME_NONE};
    enum err err = read_kinds(&loading, query, fault);
    err = err == OK ? cut(&slices, db, &query->report, helper != NULL) : err;
    err = err == OK ? (helper ? read_helped(&loading, helper) : read_slices(&loading)) : err;
    err = err == OK && arena->overflow ? ERR_NOMEM : err;
    if (err == ERR_NOMEM) {
        return fault_set(fault, err, "from", "too_many", "Too many events for one answer: ask about less time.",
                         "事件太多，请缩短时间范围。");
    }
    return err == OK ? put_in_order(self) : err;
}

void conversions_done(struct conversions *self)
{
    free(self->rows);
    free(self->order);
    customer_set_done(&self->converted);
}
