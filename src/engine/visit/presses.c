/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/presses.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/store/target_events.h"
#include "linkpond/store/targets.h"

struct press {
    struct live_token token;
    int64_t pressed_ms;
};
struct presses {
    struct writer *writer;
    const struct zone *zone;
    pthread_mutex_t lock;
    bool at_work; /* somebody stores; what is added meanwhile is theirs too */
    size_t count;
    struct press waiting[PRESSES_MAX];
    struct press storing[PRESSES_MAX]; /* of who is at work */
    size_t storing_count;
    _Atomic uint64_t dropped;
};

struct presses *presses_new(struct writer *writer, const struct zone *zone)
{
    struct presses *self = calloc(1, sizeof *self);

    if (self) {
        self->writer = writer;
        self->zone = zone;
        pthread_mutex_init(&self->lock, NULL);
    }
    return self;
}

static int64_t hour_start(const struct zone *zone, int64_t ms)
{
    int64_t local_ms = ms + (int64_t)zone_offset_s(zone, ms) * MS_PER_SECOND;

    return ms - local_ms % MS_PER_HOUR;
}

static enum err store(struct db *db, void *arg, struct fault *fault)
{
    const struct presses *self = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; i < self->storing_count && !err; i++) {
        const struct press *press = &self->storing[i];
        bool fresh = false;
        err = target_presses_put(db, press->token.target_id, press->token.clicked_ms, &fresh);
        if (!err && fresh) {
            err = targets_hour_add(db, press->token.target_id, hour_start(self->zone, press->pressed_ms),
                                   &(struct target_figures){.pressed = 1});
        }
    }
    return err;
}

/* What waits becomes this thread's to store. False: nothing does. */
static bool take(struct presses *self)
{
    pthread_mutex_lock(&self->lock);
    self->storing_count = self->count;
    memcpy(self->storing, self->waiting, self->count * sizeof *self->waiting);
    self->count = 0;
    self->at_work = self->storing_count > 0;
    pthread_mutex_unlock(&self->lock);
    return self->storing_count > 0;
}

static void work(struct presses *self)
{
    struct fault fault = {0};

    while (take(self)) {
        enum err err = writer_submit(self->writer, &(struct writer_task){.run = store, .arg = self}, &fault);
        if (err) {
            atomic_fetch_add(&self->dropped, self->storing_count);
            log_event(LOG_ERROR, "presses_lost", "%zu: %s", self->storing_count, err_text(err, false));
        }
    }
}

static bool is_waiting(const struct presses *self, const struct live_token *token)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct live_token *there = &self->waiting[i].token;
        if (there->target_id == token->target_id && there->clicked_ms == token->clicked_ms) {
            return true;
        }
    }
    return false;
}

void presses_note(struct presses *self, const struct live_token *token, int64_t now_ms)
{
    pthread_mutex_lock(&self->lock);
    if (self->count == PRESSES_MAX) {
        atomic_fetch_add(&self->dropped, 1);
    } else if (!is_waiting(self, token)) {
        self->waiting[self->count++] = (struct press){.token = *token, .pressed_ms = now_ms};
    }
    bool mine = !self->at_work;
    self->at_work = true;
    pthread_mutex_unlock(&self->lock);
    if (mine) {
        work(self);
    }
}

uint64_t presses_dropped(const struct presses *self)
{
    return atomic_load(&self->dropped);
}

void presses_free(struct presses *self)
{
    if (self) {
        work(self);
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}
