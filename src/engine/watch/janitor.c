/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/janitor.h"

#include <errno.h>
#include <pthread.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

#include "janitor_jobs.h"

#define UPKEEP_EVERY_MS 25 /* a busy lane fills a segment in 80 */
#define SWEEP_EVERY_MS  MS_PER_MINUTE
#define LISTS_EVERY_MS  MS_PER_MINUTE
#define LISTS_FIRST_MS  5000 /* an import may have come while nobody served */

/* A thread that does one thing at an interval until it is told to stop. */
struct beat {
    struct janitor *janitor;
    int64_t first_ms, every_ms;
    bool (*work)(struct janitor *self, int64_t now_ms); /* true: there is more, rest as long as this took */
    pthread_t thread;
    bool started;
};
struct janitor {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct janitor_state state; /* the sweep's own */
    struct beat upkeep, sweep, lists;
};

static bool wait_for_beat(const struct beat *beat, int64_t rest_ms)
{
    struct janitor *self = beat->janitor;
    struct timespec until = clock_mono_after_ms(rest_ms);

    pthread_mutex_lock(&self->lock);
    while (!self->stop && pthread_cond_timedwait(&self->wake, &self->lock, &until) != ETIMEDOUT) {
    }
    bool go_on = !self->stop;
    pthread_mutex_unlock(&self->lock);
    return go_on;
}

static void *beat_main(void *arg)
{
    const struct beat *beat = arg;
    int64_t rest_ms = beat->first_ms;

    while (wait_for_beat(beat, rest_ms)) {
        int64_t began_ns = clock_mono_ns();
        bool more = beat->work(beat->janitor, clock_now_ms());
        int64_t took_ms = (clock_mono_ns() - began_ns) / NS_PER_MS;
        rest_ms = more && took_ms < beat->every_ms ? took_ms : beat->every_ms;
    }
    return NULL;
}

static bool upkeep(struct janitor *self, int64_t now_ms)
{
    journal_upkeep(self->engine->journal, now_ms);
    return false;
}

static bool sweep(struct janitor *self, int64_t now_ms)
{
    janitor_sweep(self->engine, &self->state, now_ms);
    return false;
}

static bool lists(struct janitor *self, int64_t now_ms)
{
    (void)now_ms;
    return janitor_make_lists(self->engine);
}

void janitor_run(struct janitor *self, int64_t now_ms)
{
    janitor_sweep(self->engine, &self->state, now_ms);
    while (janitor_make_lists(self->engine)) {
    }
}

static bool beat_start(struct beat *beat, const char *name)
{
    beat->started = pthread_create(&beat->thread, NULL, beat_main, beat) == 0;
    if (beat->started) {
        pthread_setname_np(beat->thread, name);
    }
    return beat->started;
}

static void beat_join(const struct beat *beat)
{
    if (beat->started) {
        pthread_join(beat->thread, NULL);
    }
}

enum err janitor_start(struct engine *engine, struct janitor **out)
{
    struct janitor *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->engine = engine;
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->wake);
    self->upkeep = (struct beat){self, UPKEEP_EVERY_MS, UPKEEP_EVERY_MS, upkeep, .started = false};
    self->sweep = (struct beat){self, SWEEP_EVERY_MS, SWEEP_EVERY_MS, sweep, .started = false};
    self->lists = (struct beat){self, LISTS_FIRST_MS, LISTS_EVERY_MS, lists, .started = false};
    if (!beat_start(&self->upkeep, "upkeep") || !beat_start(&self->sweep, "janitor") ||
        !beat_start(&self->lists, "lists")) {
        janitor_stop(self);
        return ERR_NOMEM;
    }
    *out = self;
    return OK;
}

void janitor_stop(struct janitor *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->stop = true;
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
    beat_join(&self->upkeep);
    beat_join(&self->sweep);
    beat_join(&self->lists);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
