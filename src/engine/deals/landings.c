/* SPDX-License-Identifier: MIT */
/*
 * The first who comes stores what waits, the others sleep until theirs is stored; then the next of those who came
 * meanwhile does the same. Two transactions a batch, because events have one of their own: whose browser it is must be
 * known before its events are, and a browser that is noted without its event is noted again when that is sent again.
 */
#include "linkpond/engine/landings.h"

#include <pthread.h>
#include <stdlib.h>

#include "linkpond/store/customers.h"

#define BATCH_MAX 128

struct batch {
    struct landing *items[BATCH_MAX];
    size_t count;
    struct deal_event events[BATCH_MAX];
    struct deal_result results[BATCH_MAX];
    struct landing *of[BATCH_MAX]; /* whose event that is */
    size_t events_count;
};
struct landings {
    struct deals *deals;
    pthread_mutex_t lock;
    pthread_cond_t stored;
    bool at_work;
    struct batch batch; /* of who is at work */
    size_t waiting;
    struct landing *first, **last;
};

struct landings *landings_new(struct deals *deals)
{
    struct landings *self = calloc(1, sizeof *self);

    if (self) {
        self->deals = deals;
        self->last = &self->first;
        pthread_mutex_init(&self->lock, NULL);
        pthread_cond_init(&self->stored, NULL);
    }
    return self;
}

void landings_free(struct landings *self)
{
    if (self) {
        pthread_cond_destroy(&self->stored);
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}

static enum err note_all(struct db *db, void *arg, struct fault *fault)
{
    struct batch *batch = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; i < batch->count && !err; i++) {
        struct landing *landing = batch->items[i];
        const struct identity page = {IDENTITY_PAGE, landing->forward.page};
        int64_t customer_id = 0;

        err = forwards_note(db, &landing->forward);
        enum err known = err ? err : identities_find(db, &page, &customer_id);
        landing->known = known == OK;
        err = known == ERR_NOT_FOUND ? OK : known;
    }
    return err;
}

static bool makes_event(const struct landing *landing)
{
    return landing->known || !str_eq(landing->event.type, LANDING_VIEW);
}

static void gather(struct batch *batch)
{
    batch->events_count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct landing *landing = batch->items[i];
        landing->result = (struct deal_result){0};
        if (!makes_event(landing)) {
            continue;
        }
        landing->event.origin = EVENT_BY_SCRIPT;
        landing->event.click_id = landing->forward.click_id;
        landing->event.page = landing->forward.page;
        landing->event.generation = landing->forward.generation;
        batch->of[batch->events_count] = landing;
        batch->events[batch->events_count++] = landing->event;
    }
}

static enum err store(struct landings *self, struct arena *arena, int64_t now_ms)
{
    struct batch *batch = &self->batch;
    struct fault fault = {0};
    enum err err = writer_submit(self->deals->writer, &(struct writer_task){.run = note_all, .arg = batch}, &fault);

    if (err) {
        return err;
    }
    gather(batch);
    if (batch->events_count == 0) {
        return OK;
    }
    err = deals_intake(self->deals, arena, batch->events, batch->events_count, now_ms, batch->results, &fault);
    for (size_t i = 0; i < batch->events_count && !err; i++) {
        batch->of[i]->result = batch->results[i];
    }
    return err;
}

/* Under the lock: as many as a batch holds, oldest first. */
static void take(struct landings *self)
{
    struct batch *batch = &self->batch;

    batch->count = 0;
    while (self->first && batch->count < BATCH_MAX) {
        struct landing *landing = self->first;
        self->first = landing->next;
        batch->items[batch->count++] = landing;
    }
    if (!self->first) {
        self->last = &self->first;
    }
    self->waiting -= batch->count;
}

/* Under the lock, which is given up meanwhile. */
static void work(struct landings *self, struct arena *arena, int64_t now_ms)
{
    struct batch *batch = &self->batch;

    self->at_work = true;
    take(self);
    pthread_mutex_unlock(&self->lock);
    enum err err = store(self, arena, now_ms);
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < batch->count; i++) {
        batch->items[i]->err = err;
        batch->items[i]->done = true;
    }
    self->at_work = false;
    pthread_cond_broadcast(&self->stored);
}

enum err landings_take(struct landings *self, struct arena *arena, struct landing *landing)
{
    landing->done = false;
    landing->next = NULL;
    pthread_mutex_lock(&self->lock);
    if (self->waiting == LANDINGS_WAITING_MAX) {
        pthread_mutex_unlock(&self->lock);
        return ERR_UNAVAILABLE;
    }
    *self->last = landing;
    self->last = &landing->next;
    self->waiting++;
    while (!landing->done) {
        if (self->at_work) {
            pthread_cond_wait(&self->stored, &self->lock);
        } else {
            work(self, arena, landing->forward.time_ms);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return landing->err;
}
