/* SPDX-License-Identifier: MIT */
#include "histories.h"

#include <stdlib.h>

#include "linkpond/engine/behind_visitors.h"

#define CUSTOMER_BYTES (64U << 20) /* types of one customer's events */
#define CODES_BYTES    (16U << 10)

void histories_open(struct histories *self, struct db *db, struct slices *slices, struct touch_match *match,
                    const struct zone *zone)
{
    *self = (struct histories){.db = db, .slices = slices, .match = match, .zone = zone};
    arena_init(&self->codes, CODES_BYTES);
    arena_init(&self->arena, CUSTOMER_BYTES);
    credit_customer_events_open(&self->events, db);
    credit_touches_open(&self->touches, db, match->whole);
}

void histories_done(struct histories *self)
{
    if (self->customers) {
        stmt_reset(self->customers);
    }
    credit_customer_events_close(&self->events);
    credit_touches_close(&self->touches);
    arena_done(&self->codes);
    arena_done(&self->arena);
    free(self->at.events);
    free(self->links);
}

/* ---- how they came */

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

static enum err note_link(struct histories *self, size_t at, int64_t link_id)
{
    if (at == self->links_cap) {
        size_t cap = self->links_cap > 0 ? self->links_cap * 2 : 64;
        int64_t *links = realloc(self->links, cap * sizeof *links);
        if (!links) {
            return ERR_NOMEM;
        }
        self->links = links;
        self->links_cap = cap;
    }
    self->links[at] = link_id;
    return OK;
}

static int64_t distinct_links(struct histories *self, size_t count)
{
    int64_t distinct = count > 0;

    if (count > 1) {
        qsort(self->links, count, sizeof *self->links, compare_ids);
    }
    for (size_t i = 1; i < count; i++) {
        distinct += self->links[i] != self->links[i - 1];
    }
    return distinct;
}

static enum err read_touches(struct histories *self)
{
    struct credit_touch_row row;
    int64_t last_day = INT64_MIN;
    size_t count = 0;
    enum err err = OK;

    credit_touches_seek(&self->touches, self->at.customer_id);
    while (err == OK && credit_touches_next(&self->touches, &row)) {
        self->at.first = count == 0 ? row : self->at.first;
        if (!self->zone) {
            count = 1;
            break;
        }
        int64_t day = zone_civil_day(self->zone, row.time_ms, NULL);
        self->at.days += day != last_day;
        last_day = day;
        err = note_link(self, count++, row.link_id);
    }
    err = err == OK ? credit_touches_err(&self->touches) : err;
    self->at.touched = count > 0;
    self->at.contents = self->zone ? distinct_links(self, count) : 0;
    return err == OK && self->at.touched ? touch_match_passes(self->match, &self->at.first, &self->at.passes) : err;
}

/* ---- what happened */

static enum err note_event(struct histories *self, const struct credit_event *event)
{
    struct history *at = &self->at;
    struct history_event row = {.time_ms = event->time_ms, .value = event->value, .has_value = event->has_value};

    if (at->events_count == self->events_cap) {
        size_t cap = self->events_cap > 0 ? self->events_cap * 2 : 64;
        struct history_event *events = realloc(at->events, cap * sizeof *events);
        if (!events) {
            return ERR_NOMEM;
        }
        at->events = events;
        self->events_cap = cap;
    }
    row.type = arena_str(&self->arena, event->type);
    if (row.has_value && !currencies_place(&self->currencies, &self->codes, event->currency, &row.currency)) {
        return ERR_NOMEM;
    }
    at->events[at->events_count++] = row;
    return self->arena.overflow || self->codes.overflow ? ERR_NOMEM : OK;
}

static enum err read_events(struct histories *self)
{
    struct credit_event event;
    enum err err = OK;

    while (err == OK && credit_customer_events_next(&self->events, self->at.customer_id, &event)) {
        err = note_event(self, &event);
    }
    return err == OK ? credit_customer_events_err(&self->events) : err;
}

/* ---- one after the other */

/* 0: there is none left. */
static enum err next_customer(struct histories *self, int64_t *customer_id)
{
    int64_t from_id = 0, to_id = 0;
    enum err err = OK;

    *customer_id = 0;
    while (err == OK && *customer_id == 0) {
        if (self->customers && credit_customers_next(self->customers, customer_id)) {
            break;
        }
        err = self->customers ? stmt_err(self->customers) : OK;
        if (err != OK || !slices_take(self->slices, &from_id, &to_id)) {
            break;
        }
        self->customers = credit_customers_each(self->db, from_id, to_id);
        credit_customer_events_close(&self->events);
    }
    return err;
}

enum err histories_next(struct histories *self, const struct history **out)
{
    struct history_event *events = self->at.events;

    *out = NULL;
    self->at = (struct history){.events = events};
    arena_rewind(&self->arena);
    enum err err = next_customer(self, &self->at.customer_id);
    if (err != OK || self->at.customer_id == 0) {
        return err;
    }
    err = read_touches(self);
    err = err == OK ? read_events(self) : err;
    *out = err == OK ? &self->at : NULL;
    return err;
}

/* ---- two threads */

static enum err run_part(struct history_part *self, struct db *db, struct slices *slices)
{
    const struct history *history = NULL;

    enum err err = touch_match_open(&self->match, db, self->query);
    histories_open(&self->histories, db, slices, &self->match, self->zone);
    do {
        err = err == OK ? histories_next(&self->histories, &history) : err;
        err = err == OK && history ? self->add(self, history) : err;
    } while (err == OK && history);
    if (err != OK) {
        slices_end(slices);
    }
    return err;
}

static void run_other(struct report_second *second, struct db *db)
{
    struct history_part *self = (struct history_part *)second; /* its first member */
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, db);
    self->err = run_part(self, db, self->histories.slices);
    giving_way_end(&giving_way, db);
}

enum err history_parts_run(struct db *db, struct report_helper *helper, struct history_part *first,
                           struct history_part *other)
{
    struct slices slices = {0};
    int64_t end = 0;
    enum err err = credit_customers_end(db, &end);

    if (err != OK) {
        return err;
    }
    slices_cut(&slices, 0, end, helper != NULL);
    if (!helper) {
        return run_part(first, db, &slices);
    }
    other->second.run = run_other;
    other->histories.slices = &slices;
    report_helper_begin(helper, &other->second);
    err = run_part(first, db, &slices);
    report_helper_wait(helper);
    return err == OK ? other->err : err;
}

void history_part_done(struct history_part *self)
{
    histories_done(&self->histories);
    touch_match_done(&self->match);
}
