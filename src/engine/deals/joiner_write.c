/* SPDX-License-Identifier: MIT */
#include "joiner_write.h"

#include <stdlib.h>

#include "linkpond/store/customers.h"
#include "linkpond/store/events.h"
#include "linkpond/store/forwards.h"

#define TOUCHES 512 /* of one transaction */

static int by_event(const void *a, const void *b)
{
    const struct join_hit *x = *(struct join_hit *const *)a, *y = *(struct join_hit *const *)b;

    return x->event < y->event ? -1 : x->event > y->event;
}

enum err join_sort_hits(struct join_batch *batch)
{
    struct join_hit **hits = ARENA_ARRAY(batch->arena, struct join_hit *, batch->hits_count + 1);
    size_t count = 0;

    if (!hits) {
        return ERR_NOMEM;
    }
    for (struct join_hit *hit = batch->hits; hit; hit = hit->next) {
        hits[count++] = hit;
    }
    qsort(hits, count, sizeof(struct join_hit *), by_event);
    hits[count] = NULL;
    for (size_t i = 0; i < count; i++) {
        hits[i]->next = hits[i + 1];
    }
    batch->hits = hits[0];
    return OK;
}

static enum err customer_now(struct db *db, struct arena *arena, const struct join_event *event, int64_t *customer)
{
    struct event row;
    enum err err = event->gone ? ERR_NOT_FOUND : events_find_waiting(db, arena, event->id, &row);

    *customer = err ? 0 : row.customer_id;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err put_hit(struct db *db, struct join_work *self, const struct join_hit *hit, int64_t customer)
{
    struct touch touch = hit->found->touch;
    bool fresh = false;
    enum err err = OK;

    const struct join_event *event = &self->batch.events[hit->event];
    touch.generation = event->click && hit->found == &event->click->found ? event->generation : 1;
    if (touch.generation > 1) { /* the click's own scene is of who clicked */
        enum click_scene scene = SCENE_UNKNOWN;
        err = forwards_scene(db, event->said_id, customer, &scene);
        touch.scene = (int)scene;
    }
    for (size_t i = 0; err == OK && hit->found->texts && i < TOUCH_TERMS; i++) {
        err = hit->found->texts[i].len > 0 ? touches_term(db, hit->found->texts[i], &touch.terms[i]) : OK;
    }
    err = err ? err : touches_put(db, customer, &touch, &fresh);
    self->touches += fresh;
    return err || !fresh ? err : customers_note_touch(db, customer, touch.link_id, touch.time_ms, self->batch.now_ms);
}

enum err join_put_touches(struct db *db, void *arg, struct fault *fault)
{
    struct join_work *self = arg;
    const struct join_hit *hit = self->hit;
    int64_t customer = 0;
    size_t event = SIZE_MAX, count = 0;
    enum err err = OK;
    (void)fault;

    for (; err == OK && hit && count < TOUCHES; hit = hit->next, count++) {
        if (hit->event != event) {
            event = hit->event;
            err = customer_now(db, self->batch.arena, &self->batch.events[event], &customer);
        }
        err = err || customer == 0 ? err : put_hit(db, self, hit, customer);
    }
    self->hit = hit;
    return err;
}

/* Up to when the customer's clicks were looked at: unless they became another, or got another browser, meanwhile. */
static enum err mark_touched(struct db *db, const struct join_work *self, const struct join_event *event,
                             int64_t customer)
{
    struct identity_row *identities = NULL;
    size_t count = 0, visitors = 0;

    if (!event->first_of_customer || customer != event->customer_id) {
        return OK;
    }
    enum err err = identities_of(db, self->batch.arena, customer, &identities, &count);
    for (size_t i = 0; err == OK && i < count; i++) {
        visitors += identities[i].identity.kind == IDENTITY_VISITOR;
    }
    bool same = visitors > 0 && visitors == event->visitors;
    return err || !same ? err : customers_touched(db, customer, self->round->settled_ms);
}

/* Who came by a link of which there is no click: where that was is what the event says. */
static enum err put_said_link(struct db *db, struct join_work *self, const struct event *row)
{
    struct touch touch;
    bool fresh = false;

    if (row->click_id != 0 || row->link_id == 0) {
        return OK;
    }
    enum err err = join_said_touch(db, self->batch.arena, row, &touch);
    if (err) {
        return err == ERR_NOT_FOUND ? OK : err; /* the link is gone */
    }
    err = touches_put(db, row->customer_id, &touch, &fresh);
    self->touches += fresh;
    return err || !fresh ? err
                         : customers_note_touch(db, row->customer_id, touch.link_id, touch.time_ms, self->batch.now_ms);
}

static enum err settle_one(struct db *db, struct join_work *self, const struct join_event *event)
{
    struct event row;
    enum err err = event->gone ? ERR_NOT_FOUND : events_find_waiting(db, self->batch.arena, event->id, &row);

    if (err) {
        return err == ERR_NOT_FOUND ? OK : err;
    }
    bool joined = row.customer_id != 0;
    int64_t link_id = event->click && event->click->there ? event->click->found.touch.link_id : 0;
    err = joined ? mark_touched(db, self, event, row.customer_id) : OK;
    err = err || !joined ? err : put_said_link(db, self, &row);
    self->joined += joined;
    self->unmatched += !joined;
    return err ? err : events_settle(db, event->id, joined ? EVENT_JOINED : EVENT_UNMATCHED, link_id);
}

enum err join_settle(struct db *db, void *arg, struct fault *fault)
{
    struct join_work *self = arg;
    enum err err = OK;
    (void)fault;

    for (size_t i = self->from; err == OK && i < self->to; i++) {
        err = settle_one(db, self, &self->batch.events[i]);
    }
    return err;
}
