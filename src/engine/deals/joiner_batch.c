/* SPDX-License-Identifier: MIT */
/*
 * A round: look the clicks up (reading), say who it was (writing: customers may turn out to be one), gather the clicks
 * of all visitors of these customers (reading again, since the writing taught us visitors), store them as touches, and
 * last settle the events. Each write is a transaction of few rows, so that nobody waits for it; the events' own rows
 * say what is done, so a round that ends anywhere is simply run again.
 */
#include "joiner_batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "joiner_write.h"
#include "linkpond/base/clock.h"
#include "linkpond/store/click_repeats.h"
#include "linkpond/store/customers.h"
#include "linkpond/store/events.h"

#define RESOLVE_EVENTS 128 /* of one transaction; some ten rows each */
#define SETTLE_EVENTS  256
#define NUMBER_MAX     24
/* Clocks are set back by their keepers now and then. */
#define CLOCK_STEP_MS (10 * INT64_C(60000))

/* ---- reading ---- */

static int by_id(const void *a, const void *b)
{
    const struct join_click *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static enum err read_waiting(struct join_work *self)
{
    struct join_batch *batch = &self->batch;
    struct event event;
    batch->events = ARENA_ARRAY(batch->arena, struct join_event, JOIN_EVENTS_MAX);
    batch->clicks = ARENA_ARRAY(batch->arena, struct join_click, JOIN_EVENTS_MAX);

    if (!batch->events || !batch->clicks) {
        return ERR_NOMEM;
    }
    struct stmt *rows = events_waiting(self->round->db, 0, self->round->to_id, JOIN_EVENTS_MAX);
    enum err err = OK;
    while (err == OK && batch->count < JOIN_EVENTS_MAX && events_waiting_next(rows, &event)) {
        struct join_click *click = &batch->clicks[batch->count];
        *click = (struct join_click){0};
        err = event.click_id > 0 ? click_repeats_first(self->round->db, event.click_id, &click->id) : OK;
        batch->events[batch->count++] = (struct join_event){.id = event.id,
                                                            .customer_id = event.customer_id,
                                                            .said_id = event.click_id,
                                                            .generation = event.generation};
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    self->round->full = batch->count == JOIN_EVENTS_MAX;
    return err;
}

/* Each click once, in order of id, and the events told where theirs is. */
static enum err sort_clicks(struct join_batch *batch)
{
    int64_t *said = ARENA_ARRAY(batch->arena, int64_t, batch->count + 1);

    if (!said) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < batch->count; i++) {
        said[i] = batch->clicks[i].id;
    }
    qsort(batch->clicks, batch->count, sizeof *batch->clicks, by_id);
    for (size_t i = 0; i < batch->count; i++) {
        int64_t id = batch->clicks[i].id;
        if (id > 0 && (batch->clicks_count == 0 || batch->clicks[batch->clicks_count - 1].id != id)) {
            batch->clicks[batch->clicks_count++] = (struct join_click){.id = id};
        }
    }
    for (size_t i = 0; i < batch->count; i++) {
        const struct join_click key = {.id = said[i]};
        batch->events[i].click =
            said[i] > 0 ? bsearch(&key, batch->clicks, batch->clicks_count, sizeof key, by_id) : NULL;
    }
    return OK;
}

static enum err look_up(struct join_work *self)
{
    struct db *db = self->round->db;
    enum err err = db_begin(db, false);

    err = err ? err : read_waiting(self);
    err = err ? err : sort_clicks(&self->batch);
    err = err || self->batch.clicks_count == 0 ? err : join_find_clicks(db, &self->batch);
    db_rollback(db);
    return err;
}

/* ---- who it was ---- */

/* By what the click shows its visitor; false: it shows nobody. */
static bool shown_by_click(const struct join_event *event, char number[NUMBER_MAX], struct identity *out)
{
    const struct join_click *click = event->click;

    if (!click || event->generation > 1) {
        return false;
    }
    bool cookie = click->there && click->found.visitor > 0 && click->found.visitor_by == VISITOR_BY_COOKIE;
    int len = snprintf(number, NUMBER_MAX, "%" PRId64, cookie ? click->found.visitor : click->id);
    *out = (struct identity){cookie ? IDENTITY_VISITOR : IDENTITY_CLICK, {number, (size_t)len}};
    return true;
}

/* A click that is gone makes no customer, but may lead to one, and from now on leads to the one that is known. */
static enum err resolve_gone(struct db *db, struct join_event *event, const struct identity *shown, int64_t now_ms,
                             int64_t *customer)
{
    int64_t found = 0;
    enum err err = identities_find(db, shown, &found);

    if (err == ERR_NOT_FOUND && *customer == 0) {
        return OK;
    }
    err = err == ERR_NOT_FOUND ? OK : err;
    err = err ? err : identities_resolve(db, shown, 1, event->id, now_ms, customer);
    return err ? err : events_match_click(db, event->click->id);
}

static enum err note(struct db *db, const struct event *row, int64_t customer, int64_t now_ms)
{
    const struct customer_event noted = {row->id, row->type, row->time_ms, row->has_value && row->value < 0};
    enum err err = events_set_customer(db, row->id, customer);

    err = err ? err : customers_note_event(db, customer, &noted, now_ms);
    return err || row->owner_id == 0 ? err : customers_say_owner(db, customer, row->owner_id, row->time_ms);
}

static enum err resolve_one(struct db *db, struct join_batch *batch, struct join_event *event)
{
    char number[NUMBER_MAX];
    struct identity shown;
    struct event row;
    enum err err = events_find_waiting(db, batch->arena, event->id, &row);

    if (err) {
        event->gone = err == ERR_NOT_FOUND;
        return event->gone ? OK : err;
    }
    int64_t customer = row.customer_id;
    if (shown_by_click(event, number, &shown)) {
        err = event->click->there ? identities_resolve(db, &shown, 1, row.id, batch->now_ms, &customer)
                                  : resolve_gone(db, event, &shown, batch->now_ms, &customer);
    }
    return err || customer == 0 || row.customer_id != 0 ? err : note(db, &row, customer, batch->now_ms);
}

static enum err resolve(struct db *db, void *arg, struct fault *fault)
{
    struct join_work *self = arg;
    enum err err = OK;
    (void)fault;

    for (size_t i = self->from; err == OK && i < self->to; i++) {
        err = resolve_one(db, &self->batch, &self->batch.events[i]);
    }
    return err;
}

/* ---- whose clicks ---- */

static enum err add_owner(struct join_batch *batch, struct idmap *places, int64_t number, size_t event,
                          struct join_visitor window)
{
    bool added = false;
    int64_t *place = idmap_put(places, (uint64_t)number, 0, &added);
    struct join_owner *owner = ARENA_NEW(batch->arena, struct join_owner);

    if (!place || !owner) {
        return ERR_NOMEM;
    }
    if (added) {
        struct join_visitor *visitors =
            ARENA_GROW(batch->arena, batch->visitors, batch->visitors_count, &batch->visitors_cap);
        if (!visitors) {
            return ERR_NOMEM;
        }
        batch->visitors = visitors;
        batch->visitors[batch->visitors_count] = window;
        *place = (int64_t)batch->visitors_count++;
    }
    struct join_visitor *visitor = &batch->visitors[*place];
    visitor->from_ms = window.from_ms < visitor->from_ms ? window.from_ms : visitor->from_ms;
    visitor->to_ms = window.to_ms > visitor->to_ms ? window.to_ms : visitor->to_ms;
    *owner = (struct join_owner){event, visitor->owners};
    visitor->owners = owner;
    return OK;
}

/* The browsers that are known to be the customer's. */
static enum err add_browsers(struct db *db, struct join_batch *batch, struct idmap *places, size_t at)
{
    struct join_event *event = &batch->events[at];
    struct identity_row *identities = NULL;
    struct customer customer;
    size_t count = 0;
    enum err err = customers_find(db, batch->arena, event->customer_id, &customer);

    err = err ? err : identities_of(db, batch->arena, event->customer_id, &identities, &count);
    for (size_t i = 0; err == OK && i < count; i++) {
        int64_t number = 0;
        if (identities[i].identity.kind == IDENTITY_VISITOR && str_to_i64(identities[i].identity.value, &number)) {
            const struct join_visitor window = {
                .number = number, .from_ms = customer.touched_ms - CLOCK_STEP_MS, .to_ms = INT64_MAX};
            event->visitors++;
            err = add_owner(batch, places, number, at, window);
        }
    }
    return err;
}

/* A pseudonym lives for a day, and is nobody's for good: it may be a whole office. */
static enum err add_of_the_day(struct join_batch *batch, struct idmap *places, size_t at)
{
    const struct join_event *event = &batch->events[at];
    const struct join_found *found = &event->click->found;

    if (found->visitor == 0 || found->visitor_by == VISITOR_BY_COOKIE) {
        return OK;
    }
    const struct join_visitor window = {.number = found->visitor,
                                        .from_ms = found->touch.time_ms - MS_PER_DAY,
                                        .to_ms = found->touch.time_ms + MS_PER_DAY};
    return add_owner(batch, places, found->visitor, at, window);
}

static enum err add_one(struct db *db, struct join_batch *batch, struct idmap *places, struct idmap *customers,
                        size_t at)
{
    struct join_event *event = &batch->events[at];
    bool first = false;
    struct event row;
    enum err err = events_find_waiting(db, batch->arena, event->id, &row);

    if (err) {
        event->gone = err == ERR_NOT_FOUND;
        return event->gone ? OK : err;
    }
    event->customer_id = row.customer_id;
    if (row.customer_id == 0) {
        return OK;
    }
    if (!idmap_put(customers, (uint64_t)row.customer_id, 0, &first)) {
        return ERR_NOMEM;
    }
    event->first_of_customer = first;
    err = first ? add_browsers(db, batch, places, at) : OK;
    if (err || !event->click || !event->click->there) {
        return err;
    }
    err = event->generation == 1 ? add_of_the_day(batch, places, at) : OK;
    return err || !event->click->found.counts ? err : join_hit_add(batch, &event->click->found, at);
}

static enum err gather(struct join_work *self)
{
    struct db *db = self->round->db;
    struct idmap places, customers;
    enum err err = db_begin(db, false);

    idmap_init(&places, (size_t)JOIN_EVENTS_MAX * 64);
    idmap_init(&customers, JOIN_EVENTS_MAX);
    for (size_t i = 0; err == OK && i < self->batch.count; i++) {
        err = add_one(db, &self->batch, &places, &customers, i);
    }
    err = err ? err : join_gather(db, self->round->known, &self->batch);
    idmap_done(&places);
    idmap_done(&customers);
    db_rollback(db);
    return err;
}

/* ---- the round ---- */

/* Work that would be done again: a power cut may take it back. */
static enum err submit(struct join_work *self, enum err (*run)(struct db *db, void *arg, struct fault *fault))
{
    return writer_submit(self->round->writer, &(struct writer_task){.run = run, .arg = self, .relaxed = true}, NULL);
}

static enum err by_events(struct join_work *self, size_t step,
                          enum err (*run)(struct db *db, void *arg, struct fault *fault))
{
    enum err err = OK;

    for (self->from = 0; err == OK && self->from < self->batch.count; self->from = self->to) {
        self->to = self->batch.count - self->from > step ? self->from + step : self->batch.count;
        err = submit(self, run);
    }
    return err;
}

enum err join_round_run(struct join_round *self)
{
    struct join_work work = {.round = self, .batch = {.arena = self->arena, .now_ms = clock_now_ms()}};
    enum err err = look_up(&work);

    if (err || work.batch.count == 0) {
        return err;
    }
    err = by_events(&work, RESOLVE_EVENTS, resolve);
    err = err ? err : gather(&work);
    err = err ? err : join_sort_hits(&work.batch);
    work.hit = work.batch.hits;
    while (err == OK && work.hit) {
        err = submit(&work, join_put_touches);
    }
    err = err ? err : by_events(&work, SETTLE_EVENTS, join_settle);
    self->joined += work.joined;
    self->unmatched += work.unmatched;
    self->touches += work.touches;
    return err;
}
