/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/janitor.h"

#include <errno.h>
#include <pthread.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

#include "janitor_jobs.h"

#define UPKEEP_EVERY_MS 25 /* a busy lane fills a segment in 80 */
#define SWEEP_EVERY_MS  MS_PER_MINUTE

/* A thread that does one thing at an interval until it is told to stop. */
struct beat {
    struct janitor *janitor;
    int64_t every_ms;
    void (*work)(struct janitor *self, int64_t now_ms);
    pthread_t thread;
    bool started;
};
struct janitor {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    struct janitor_state state; /* the sweep's own */
    struct beat upkeep, sweep;
};

static bool wait_for_beat(const struct beat *beat)
{
    struct janitor *self = beat->janitor;
    struct timespec until = clock_mono_after_ms(beat->every_ms);

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

    while (wait_for_beat(beat)) {
        beat->work(beat->janitor, clock_now_ms());
    }
    return NULL;
}

static void upkeep(struct janitor *self, int64_t now_ms)
{
    journal_upkeep(self->engine->journal, now_ms);
}

void janitor_run(struct janitor *self, int64_t now_ms)
{
    janitor_sweep(self->engine, &self->state, now_ms);
}

static bool beat_start(struct beat *beat, const char *name)
{
    beat->started = pthread_create(&beat->thread, NULL, beat_main, beat) == 0;
    if (beat->started) {
        pthread_setname_np(beat->thread, name);
    }
    return beat->started;
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
    self->upkeep = (struct beat){.janitor = self, .every_ms = UPKEEP_EVERY_MS, .work = upkeep};
    self->sweep = (struct beat){.janitor = self, .every_ms = SWEEP_EVERY_MS, .work = janitor_run};
    if (!beat_start(&self->upkeep, "upkeep") || !beat_start(&self->sweep, "janitor")) {
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
    if (self->upkeep.started) {
        pthread_join(self->upkeep.thread, NULL);
    }
    if (self->sweep.started) {
        pthread_join(self->sweep.thread, NULL);
    }
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
