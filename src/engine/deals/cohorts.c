/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/cohorts.h"

#include <stdlib.h>

#include "histories.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/spending.h"

struct cell {
    int64_t active, leads, friends, deals;
    int64_t values[CURRENCIES_MAX];
};
struct row {
    int64_t customers, days, contents, events;
    int64_t costs[CURRENCIES_MAX];
    struct cell *cells; /* by months since */
};
/* What one thread counts. */
struct counting {
    struct history_part part; /* first */
    int64_t margin_bp;
    int64_t first_month, last_month; /* since the year 0 */
    struct row rows[COHORT_MONTHS_MAX];
};

static int64_t month_of(const struct zone *zone, int64_t ms)
{
    int year, month, day;

    civil_from_days(zone_civil_day(zone, ms, NULL), &year, &month, &day);
    return (int64_t)year * 12 + month - 1;
}

static void into_cell(struct cell *cell, const struct history_event *event)
{
    cell->leads += str_eq(event->type, STR("lead"));
    cell->friends += str_eq(event->type, STR("add_friend"));
    cell->deals += event->value > 0;
    if (event->has_value) {
        cell->values[event->currency] += event->value;
    }
}

static void add_cell(struct cell *cell, const struct cell *more, const uint8_t *places, size_t currencies_count)
{
    cell->active += more->active;
    cell->leads += more->leads;
    cell->friends += more->friends;
    cell->deals += more->deals;
    for (size_t i = 0; i < currencies_count; i++) {
        cell->values[places[i]] += more->values[i];
    }
}

static bool make_cells(struct counting *self, struct row *row)
{
    if (!row->cells) {
        row->cells =
            calloc((size_t)(self->last_month - self->first_month - (row - self->rows) + 1), sizeof *row->cells);
    }
    return row->cells != NULL;
}

static enum err add_customer(struct history_part *part, const struct history *history)
{
    struct counting *self = (struct counting *)part; /* its first member */
    const struct report_query *query = part->query;
    int64_t at_ms = history->first.time_ms, last_active = -1;

    if (!history->touched || !history->passes || at_ms < query->from_ms || at_ms >= query->to_ms) {
        return OK;
    }
    int64_t month = month_of(query->zone, at_ms);
    if (month < self->first_month || month > self->last_month) {
        return OK;
    }
    struct row *row = &self->rows[month - self->first_month];
    if (!make_cells(self, row)) {
        return ERR_NOMEM;
    }
    row->customers++;
    row->days += history->days;
    row->contents += history->contents;
    row->events += (int64_t)history->events_count;
    for (size_t i = 0; i < history->events_count; i++) {
        int64_t since = month_of(query->zone, history->events[i].time_ms) - month;
        since = since < 0 ? 0 : since;
        if (since > self->last_month - month) {
            break;
        }
        into_cell(&row->cells[since], &history->events[i]);
        row->cells[since].active += since != last_active; /* they come in order of time */
        last_active = since;
    }
    return OK;
}

/* ---- two threads */

static enum err merge(struct counting *self, const struct counting *from)
{
    struct histories *here = &self->part.histories;
    const struct currencies *currencies = &from->part.histories.currencies;
    uint8_t places[CURRENCIES_MAX] = {0};

    for (size_t i = 0; i < currencies->count; i++) {
        if (!currencies_place(&here->currencies, &here->codes, currencies->codes[i], &places[i])) {
            return ERR_NOMEM;
        }
    }
    for (int64_t month = 0; month <= self->last_month - self->first_month; month++) {
        struct row *row = &self->rows[month];
        const struct row *more = &from->rows[month];
        if (more->cells && !make_cells(self, row)) {
            return ERR_NOMEM;
        }
        row->customers += more->customers;
        row->days += more->days;
        row->contents += more->contents;
        row->events += more->events;
        for (int64_t i = 0; more->cells && i <= self->last_month - self->first_month - month; i++) {
            add_cell(&row->cells[i], &more->cells[i], places, currencies->count);
        }
    }
    return OK;
}

/* ---- what was spent */

static int64_t first_day_of(int64_t month)
{
    return days_from_civil((int)(month / 12), (int)(month % 12) + 1, 1);
}

static int64_t month_of_day(int64_t days)
{
    int year, month, day;

    civil_from_days(days, &year, &month, &day);
    return (int64_t)year * 12 + month - 1;
}

static void add_cost(struct counting *self, const struct spent *spent, uint8_t place, int64_t first, int64_t last)
{
    int64_t month = month_of_day(spent->first_day), end = month_of_day(spent->last_day);

    month = month > self->first_month ? month : self->first_month;
    end = end < self->last_month ? end : self->last_month;
    for (; month <= end; month++) {
        int64_t from = first_day_of(month), to = first_day_of(month + 1) - 1;
        self->rows[month - self->first_month].costs[place] +=
            spent_between(spent, from > first ? from : first, to < last ? to : last);
    }
}

static enum err add_costs(struct counting *self, struct db *db)
{
    const struct report_query *query = self->part.query;
    struct histories *histories = &self->part.histories;
    int64_t first = zone_civil_day(query->zone, query->from_ms, NULL);
    int64_t last = zone_civil_day(query->zone, query->to_ms - 1, NULL);
    struct spending spending;
    struct spent spent;
    bool room = true;

    if (!spending_filters(query)) {
        return OK;
    }
    spending_open(&spending, db, query, DIM_CAMPAIGN, first, last);
    while (room && spending_next(&spending, &spent)) {
        uint8_t place = 0;
        room = currencies_place(&histories->currencies, &histories->codes, spent.currency, &place);
        if (room) {
            add_cost(self, &spent, place, first, last);
        }
    }
    enum err err = spending_close(&spending);
    return room ? err : ERR_NOMEM;
}

/* ---- the answer */

static bool fill_costs(const struct counting *self, const struct row *row, struct arena *arena, size_t currencies_count,
                       const uint8_t now[CURRENCIES_MAX], struct cohort *out)
{
    struct cohort_cost *costs = ARENA_ARRAY(arena, struct cohort_cost, currencies_count + 1);
    int64_t *revenue = ARENA_ARRAY(arena, int64_t, out->months_count);

    if (!spending_filters(self->part.query)) {
        return true;
    }
    for (size_t c = 0; costs && revenue && c < currencies_count; c++) {
        struct cohort_cost *cost = &costs[now[c]];
        size_t step = 0;
        for (size_t i = 0; i < out->months_count; i++) {
            revenue[i] = out->months[i].values[now[c]];
        }
        *cost = (struct cohort_cost){.cost = row->costs[c]};
        cost->payback = payback_find(cost->cost, revenue, out->months_count, self->margin_bp, &step);
        cost->payback_months = (int64_t)step;
    }
    out->costs = costs;
    return costs && revenue;
}

static bool is_empty(const struct row *row, size_t currencies_count)
{
    bool spent = false;

    for (size_t i = 0; i < currencies_count; i++) {
        spent = spent || row->costs[i] != 0;
    }
    return row->customers == 0 && !spent;
}

static bool fill_cohort(const struct row *row, struct arena *arena, const struct currencies *currencies,
                        const uint8_t now[CURRENCIES_MAX], struct cohort *out)
{
    out->months = ARENA_ARRAY(arena, struct cohort_month, out->months_count);
    for (size_t i = 0; out->months && i < out->months_count; i++) {
        int64_t *values = ARENA_ARRAY(arena, int64_t, currencies->count + 1);
        if (!values) {
            return false;
        }
        out->months[i] = (struct cohort_month){.values = values};
        for (size_t c = 0; c < currencies->count; c++) {
            values[now[c]] = row->cells ? row->cells[i].values[c] : 0;
        }
        if (row->cells) {
            out->months[i].active = row->cells[i].active;
            out->months[i].leads = row->cells[i].leads;
            out->months[i].friends = row->cells[i].friends;
            out->months[i].deals = row->cells[i].deals;
        }
    }
    return out->months != NULL;
}

static enum err answer(const struct counting *self, struct currencies *currencies, struct arena *arena,
                       struct cohorts *out)
{
    uint8_t now[CURRENCIES_MAX] = {0};
    size_t months = (size_t)(self->last_month - self->first_month + 1), first = 0;

    currencies_order(currencies, now);
    while (first < months && is_empty(&self->rows[first], currencies->count)) {
        first++;
    }
    out->currencies_count = currencies->count;
    out->currencies = ARENA_ARRAY(arena, str, currencies->count + 1);
    out->cohorts = ARENA_ARRAY(arena, struct cohort, months - first + 1);
    if (!out->currencies || !out->cohorts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < currencies->count; i++) {
        out->currencies[i] = arena_str(arena, currencies->codes[i]);
    }
    for (size_t i = first; i < months; i++) {
        int64_t month = self->first_month + (int64_t)i;
        const struct row *row = &self->rows[i];
        struct cohort *cohort = &out->cohorts[out->count++];
        *cohort = (struct cohort){.year = (int)(month / 12),
                                  .month = (int)(month % 12) + 1,
                                  .customers = row->customers,
                                  .days = row->days,
                                  .contents = row->contents,
                                  .events = row->events,
                                  .months_count = months - i};
        if (!fill_cohort(row, arena, currencies, now, cohort) ||
            !fill_costs(self, row, arena, currencies->count, now, cohort)) {
            return ERR_NOMEM;
        }
    }
    return arena->overflow ? ERR_NOMEM : OK;
}

static struct counting *new_counting(const struct report_query *query, int64_t margin_bp)
{
    struct counting *self = calloc(1, sizeof *self);

    if (self) {
        self->part = (struct history_part){.query = query, .zone = query->zone, .add = add_customer};
        self->margin_bp = margin_bp;
        self->last_month = month_of(query->zone, query->to_ms - 1);
        self->first_month = month_of(query->zone, query->from_ms);
        if (self->first_month <= self->last_month - COHORT_MONTHS_MAX) {
            self->first_month = self->last_month - COHORT_MONTHS_MAX + 1;
        }
    }
    return self;
}

static void free_counting(struct counting *self)
{
    for (size_t i = 0; self && i < COHORT_MONTHS_MAX; i++) {
        free(self->rows[i].cells);
    }
    if (self) {
        history_part_done(&self->part);
    }
    free(self);
}

static enum err run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    int64_t margin_bp, struct cohorts *out)
{
    struct counting *counting = new_counting(query, margin_bp), *other = new_counting(query, margin_bp);
    enum err err = counting && other ? history_parts_run(db, helper, &counting->part, &other->part) : ERR_NOMEM;

    err = err == OK ? merge(counting, other) : err;
    err = err == OK ? add_costs(counting, db) : err;
    err = err == OK ? answer(counting, &counting->part.histories.currencies, arena, out) : err;
    free_counting(counting);
    free_counting(other);
    return err;
}

enum err cohorts_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                     int64_t margin_bp, struct cohorts *out)
{
    struct giving_way giving_way = {0};
    bool own = false;

    *out = (struct cohorts){0};
    giving_way_begin(&giving_way, db);
    enum err err = report_snapshot_begin(db, &helper, &own);
    err = err == OK ? run(db, helper, arena, query, margin_bp, out) : err;
    report_snapshot_end(db, helper, own);
    giving_way_end(&giving_way, db);
    return err;
}
