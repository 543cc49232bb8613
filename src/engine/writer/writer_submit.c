/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "writer_private.h"

enum err writer_submit(struct writer *self, const struct writer_task *task, struct fault *fault)
{
    struct pending pending = {.task = task, .fault = fault};

    BUG_ON(pthread_equal(self->thread, pthread_self()));
    pthread_mutex_lock(&self->lock);
    if (self->stopping || self->waiting >= LIMIT_WRITER_TASKS) {
        pthread_mutex_unlock(&self->lock);
        return ERR_UNAVAILABLE;
    }
    *self->last = &pending;
    self->last = &pending.next;
    self->waiting++;
    giving_way_hurry(&self->giving_way, true);
    if (!task->relaxed) {
        self->edit_waits = true;
    }
    pthread_cond_signal(&self->work);
    while (!pending.done) {
        pthread_cond_wait(&self->done, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
    return pending.err;
}

enum err writer_drain(struct writer *self, int64_t timeout_ms)
{
    struct timespec until = clock_mono_after_ms(timeout_ms);
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    uint64_t ticket = ++self->drain_wanted;
    pthread_cond_signal(&self->work);
    while (self->drain_done < ticket && rc == 0) {
        rc = pthread_cond_timedwait(&self->done, &self->lock, &until);
    }
    bool done = self->drain_done >= ticket;
    pthread_mutex_unlock(&self->lock);
    return done ? OK : ERR_UNAVAILABLE;
}

void writer_set_rules(struct writer *self, const struct recognition *rules)
{
    pthread_mutex_lock(&self->lock);
    recognition_free(&self->new_rules);
    self->new_rules = *rules;
    self->set_rules = true;
    pthread_mutex_unlock(&self->lock);
}

void writer_stats(const struct writer *self, struct writer_stats *out)
{
    struct writer *mutable = (struct writer *)(uintptr_t)self;

    pthread_mutex_lock(&mutable->lock);
    *out = self->stats;
    pthread_mutex_unlock(&mutable->lock);
    out->wal_bytes = db_wal_bytes(self->opts.db);
}
