/* SPDX-License-Identifier: MIT */
/*
 * The thread. An event is taken once the writer has stood at the journal's end after the event was seen here: then
 * every click that was answered before the event came is in the ledger, and one that is not there is gone. That is told
 * by the monotonic clock, so that no setting of the clock makes a click look lost.
 */
#include "linkpond/engine/joiner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/store/events.h"

#include "joiner_batch.h"

#define LOOK_MS     5000 /* at the latest, whatever nobody has told us of */
#define READY_MS    50   /* between looks at how far the writer is */
#define DRAIN_MS    5
#define STUCK_MS    5000
#define REST_TIMES  9 /* the work before */
#define REST_MAX_MS 30000
#define ARENA_MAX   ((size_t)256 << 20)
#define CHUNKS_MAX  100000

struct joiner {
    struct joiner_opts opts;
    char *path;
    struct db *db;
    struct arena arena;
    struct join_chunks known;
    struct giving_way giving_way;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* woken, stopping, drained */
    bool woken, stopping;
    uint64_t drain_wanted, drain_done;
    struct joiner_stats stats; /* under the lock */
    /* The thread's own: */
    int64_t seen_id, seen_ns, seen_ms; /* the last event there was, and when it was seen */
    int64_t ready_id, ready_ms;        /* up to here clicks are in the ledger */
    uint64_t drain_ticket;
    int64_t drain_id; /* who has that ticket waits for events up to it */
    bool failing;
};

/* ---- how far events may be taken ---- */

static enum err look_ahead(struct joiner *self)
{
    struct writer_stats writer;

    writer_stats(self->opts.writer, &writer);
    if (self->seen_ns != 0 && writer.at_end_ns > self->seen_ns) {
        self->ready_id = self->seen_id;
        self->ready_ms = self->seen_ms;
        self->seen_ns = 0;
    }
    if (self->seen_ns != 0) {
        return OK;
    }
    int64_t last_id = 0;
    enum err err = events_last_id(self->db, &last_id);
    if (err == OK) {
        self->seen_id = last_id;
        self->seen_ms = clock_now_ms();
        self->seen_ns = clock_mono_ns();
    }
    return err;
}

/* ---- rounds ---- */

static void count(struct joiner *self, const struct join_round *round)
{
    pthread_mutex_lock(&self->lock);
    self->stats.rounds++;
    self->stats.joined += round->joined;
    self->stats.unmatched += round->unmatched;
    self->stats.touches += round->touches;
    pthread_mutex_unlock(&self->lock);
}

/* *left: how many wait afterwards; *taken: something was done. */
static enum err run_round(struct joiner *self, int64_t *left, bool *taken)
{
    struct join_round round = {
        .writer = self->opts.writer, .db = self->db, .known = &self->known, .arena = &self->arena};
    enum err err = look_ahead(self);

    round.to_id = self->ready_id;
    round.settled_ms = self->ready_ms;
    err = err ? err : join_round_run(&round);
    arena_reset(&self->arena);
    count(self, &round);
    *taken = round.joined + round.unmatched > 0;
    return err ? err : events_backlog(self->db, INT64_MAX, JOIN_EVENTS_MAX, left);
}

static void note_outcome(struct joiner *self, enum err err)
{
    if (err && !self->failing) {
        log_event(LOG_ERROR, "joiner_stuck", "events cannot be joined for now: %s", err_text(err, false));
    } else if (!err && self->failing) {
        log_event(LOG_INFO, "joiner_resumed", "events are joined again");
    }
    self->failing = err != OK;
}

/* Waits until something is to be done, but not before `rest_ms` have passed; while somebody drains, a moment. False: to
 * stop. */
static bool rest(struct joiner *self, int64_t rest_ms, int64_t wait_ms)
{
    struct timespec moment = clock_mono_after_ms(DRAIN_MS), rested = clock_mono_after_ms(rest_ms);
    struct timespec until = clock_mono_after_ms(wait_ms > rest_ms ? wait_ms : rest_ms);
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    while (!self->stopping && self->drain_wanted != self->drain_done && rc == 0) {
        rc = pthread_cond_timedwait(&self->changed, &self->lock, &moment);
    }
    while (rest_ms > 0 && !self->stopping && self->drain_wanted == self->drain_done && rc == 0) {
        rc = pthread_cond_timedwait(&self->changed, &self->lock, &rested);
    }
    rc = 0;
    while (!self->woken && !self->stopping && self->drain_wanted == self->drain_done && rc == 0) {
        rc = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    }
    self->woken = false;
    bool stopping = self->stopping;
    pthread_mutex_unlock(&self->lock);
    return !stopping;
}

/* Who drains waits for the events there were when that was seen. */
static enum err look_at_drains(struct joiner *self, bool *draining)
{
    pthread_mutex_lock(&self->lock);
    uint64_t wanted = self->drain_wanted;
    *draining = wanted != self->drain_done;
    pthread_mutex_unlock(&self->lock);
    if (!*draining || self->drain_ticket == wanted) {
        return OK;
    }
    enum err err = events_last_id(self->db, &self->drain_id);
    self->drain_ticket = err ? self->drain_ticket : wanted;
    return err;
}

static enum err serve_drains(struct joiner *self)
{
    int64_t left = 0;
    enum err err = events_backlog(self->db, self->drain_id, 1, &left);

    if (err == OK && left == 0) {
        pthread_mutex_lock(&self->lock);
        self->drain_done = self->drain_ticket;
        pthread_cond_broadcast(&self->changed);
        pthread_mutex_unlock(&self->lock);
    }
    return err;
}

static void *joiner_thread(void *arg)
{
    struct joiner *self = arg;
    int64_t rest_ms = 0, wait_ms = 0;

    prctl(PR_SET_NAME, "joiner");
    giving_way_begin(&self->giving_way, self->db);
    while (rest(self, rest_ms, wait_ms)) {
        bool draining = false, taken = false;
        int64_t left = 0, began_ns = clock_mono_ns();
        enum err err = look_at_drains(self, &draining);
        err = err ? err : run_round(self, &left, &taken);
        int64_t spent_ms = (clock_mono_ns() - began_ns) / 1000000;
        err = err || !draining ? err : serve_drains(self);
        note_outcome(self, err);
        rest_ms = taken ? spent_ms * (left >= JOIN_EVENTS_MAX ? 1 : REST_TIMES) : left > 0 ? READY_MS : 0;
        rest_ms = err ? STUCK_MS : rest_ms > REST_MAX_MS ? REST_MAX_MS : rest_ms;
        wait_ms = left > 0 ? rest_ms : LOOK_MS;
    }
    giving_way_end(&self->giving_way, self->db);
    return NULL;
}

/* ---- from other threads ---- */

void joiner_wake(struct joiner *self)
{
    if (self) {
        pthread_mutex_lock(&self->lock);
        self->woken = true;
        pthread_cond_broadcast(&self->changed);
        pthread_mutex_unlock(&self->lock);
    }
}

enum err joiner_drain(struct joiner *self, int64_t timeout_ms)
{
    struct timespec until = clock_mono_after_ms(timeout_ms);
    int rc = 0;

    if (!self) {
        return OK;
    }
    pthread_mutex_lock(&self->lock);
    uint64_t ticket = ++self->drain_wanted;
    pthread_cond_broadcast(&self->changed);
    while (self->drain_done < ticket && !self->stopping && rc == 0) {
        rc = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    }
    bool done = self->drain_done >= ticket;
    pthread_mutex_unlock(&self->lock);
    return done ? OK : ERR_UNAVAILABLE;
}

void joiner_stats(const struct joiner *self, struct joiner_stats *out)
{
    *out = (struct joiner_stats){0};
    if (self) {
        pthread_mutex_t *lock = (pthread_mutex_t *)&self->lock;
        pthread_mutex_lock(lock);
        *out = self->stats;
        pthread_mutex_unlock(lock);
    }
}

static void joiner_free(struct joiner *self)
{
    db_close(self->db);
    arena_done(&self->arena);
    idmap_done(&self->known.highest);
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->changed);
    free(self->path);
    free(self);
}

enum err joiner_start(const struct joiner_opts *opts, struct joiner **out, struct fault *fault)
{
    struct joiner *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->opts = *opts;
    self->path = strdup(opts->path);
    self->woken = true; /* what waited since the last run */
    arena_init(&self->arena, ARENA_MAX);
    idmap_init(&self->known.highest, CHUNKS_MAX);
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->changed);
    enum err err = self->path ? db_open(self->path, DB_READ, &self->db, fault) : ERR_NOMEM;
    if (!err && pthread_create(&self->thread, NULL, joiner_thread, self) != 0) {
        err = ERR_NOMEM;
    }
    if (err) {
        joiner_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void joiner_stop(struct joiner *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    joiner_free(self);
}
