/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/last_uses.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "linkpond/store/sessions.h"

struct last_uses {
    struct writer *writer;
    pthread_mutex_t lock;
    size_t count; /* under the lock, as the list is */
    struct last_use waiting[LAST_USES_MAX];
};
struct taken {
    size_t count;
    struct last_use uses[];
};

struct last_uses *last_uses_new(struct writer *writer)
{
    struct last_uses *self = calloc(1, sizeof *self);

    if (self) {
        self->writer = writer;
        pthread_mutex_init(&self->lock, NULL);
    }
    return self;
}

void last_uses_note(struct last_uses *self, const struct last_use *use)
{
    pthread_mutex_lock(&self->lock);
    if (self->count < LAST_USES_MAX) {
        self->waiting[self->count++] = *use;
    }
    pthread_mutex_unlock(&self->lock);
}

/* NULL: nothing waits, or memory ran out and it goes on waiting. */
static struct taken *take(struct last_uses *self)
{
    pthread_mutex_lock(&self->lock);
    size_t bytes = self->count * sizeof *self->waiting;
    struct taken *taken = self->count > 0 ? malloc(sizeof *taken + bytes) : NULL;
    if (taken) {
        taken->count = self->count;
        memcpy(taken->uses, self->waiting, bytes);
        self->count = 0;
    }
    pthread_mutex_unlock(&self->lock);
    return taken;
}

/* Keys and sessions may be gone since. */
static enum err store(struct db *db, void *arg, struct fault *fault)
{
    const struct taken *taken = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; err == OK && i < taken->count; i++) {
        const struct last_use *use = &taken->uses[i];
        err = use->key_id ? keys_used(db, use->key_id, use->used_ms) : OK;
        err = err == ERR_NOT_FOUND ? OK : err;
        if (err == OK && use->has_session) {
            err = sessions_seen(db, use->session_hash, use->used_ms);
            err = err == ERR_NOT_FOUND ? OK : err;
        }
    }
    return err;
}

enum err last_uses_store(struct last_uses *self, struct fault *fault)
{
    struct taken *taken = take(self);
    enum err err = OK;

    if (taken) {
        err = writer_submit(self->writer, &(struct writer_task){.run = store, .arg = taken, .relaxed = true}, fault);
        free(taken);
    }
    return err;
}

void last_uses_free(struct last_uses *self)
{
    struct fault fault = {0};

    if (self) {
        last_uses_store(self, &fault);
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}
