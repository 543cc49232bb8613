/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "linkpond/engine/readers.h"

/* A stack of handles behind a lock that is held for a few instructions only. The handle given back last is taken next,
 * because its page cache is warm. */
struct readers {
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct db *handles[LIMIT_READERS]; /* all, for closing */
    struct db *idle[LIMIT_READERS];
    unsigned count, idle_count;
};

static struct readers *readers_new(void)
{
    struct readers *self = calloc(1, sizeof *self);

    if (!self) {
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->given);
    return self;
}

enum err readers_open(const char *path, unsigned count, struct readers **out, struct fault *fault)
{
    BUG_ON(count == 0 || count > LIMIT_READERS);
    struct readers *self = readers_new();
    if (!self) {
        return ERR_NOMEM;
    }
    for (unsigned i = 0; i < count; i++) {
        enum err err = db_open(path, DB_READ, &self->handles[i], fault);
        if (err) {
            readers_close(self);
            return err;
        }
        self->idle[i] = self->handles[i];
        self->count = self->idle_count = i + 1;
    }
    *out = self;
    return OK;
}

void readers_close(struct readers *self)
{
    if (!self) {
        return;
    }
    BUG_ON(self->idle_count != self->count);
    for (unsigned i = 0; i < self->count; i++) {
        db_close(self->handles[i]);
    }
    pthread_cond_destroy(&self->given);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

struct db *readers_take(struct readers *self, int64_t timeout_ms)
{
    struct timespec until = clock_mono_after_ms(timeout_ms);
    struct db *db = NULL;

    pthread_mutex_lock(&self->lock);
    while (self->idle_count == 0 && pthread_cond_timedwait(&self->given, &self->lock, &until) != ETIMEDOUT) {
    }
    if (self->idle_count > 0) {
        db = self->idle[--self->idle_count];
    }
    pthread_mutex_unlock(&self->lock);
    return db;
}

void readers_give(struct readers *self, struct db *db)
{
    if (!db) {
        return;
    }
    /* Also ends a read that was left before its end: an open one keeps the WAL from being reset. */
    db_rollback(db);
    db_set_deadline(db, 0);
    pthread_mutex_lock(&self->lock);
    BUG_ON(self->idle_count == self->count);
    self->idle[self->idle_count++] = db;
    pthread_cond_signal(&self->given);
    pthread_mutex_unlock(&self->lock);
}
