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

#define TEXTS_MAX 4096 /* of one press: a channel's key */

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
    struct arena texts; /* likewise */
    _Atomic uint64_t dropped;
};

struct presses *presses_new(struct writer *writer, const struct zone *zone)
{
    struct presses *self = calloc(1, sizeof *self);

    if (self) {
        self->writer = writer;
        self->zone = zone;
        arena_init(&self->texts, TEXTS_MAX);
        pthread_mutex_init(&self->lock, NULL);
    }
    return self;
}

static int64_t hour_start(const struct zone *zone, int64_t ms)
{
    int64_t local_ms = ms + (int64_t)zone_offset_s(zone, ms) * MS_PER_SECOND;

    return ms - local_ms % MS_PER_HOUR;
}

static enum err store_one(struct presses *self, struct db *db, const struct press *press)
{
    const struct target_page page = {press->token.target_id, press->token.clicked_ms, press->token.page};
    const struct target_figures more = {.pressed = 1};
    int64_t hour_ms = hour_start(self->zone, press->pressed_ms);
    struct click_value channel = {0};
    bool fresh = false;

    arena_reset(&self->texts);
    enum err err = target_presses_put(db, &self->texts, &page, press->pressed_ms, &fresh, &channel.text);
    if (err || !fresh) {
        return err;
    }
    err = targets_hour_add(db, page.target_id, hour_ms, &more);
    return err || channel.text.len == 0 ? err : targets_channel_add(db, page.target_id, hour_ms, &channel, &more);
}

static enum err store(struct db *db, void *arg, struct fault *fault)
{
    struct presses *self = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; i < self->storing_count && !err; i++) {
        err = store_one(self, db, &self->storing[i]);
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
        if (there->target_id == token->target_id && there->clicked_ms == token->clicked_ms &&
            there->page == token->page) {
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
        arena_done(&self->texts);
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}
