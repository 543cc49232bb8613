/* SPDX-License-Identifier: MIT */
#include "linkpond/base/turnstile.h"

#include <pthread.h>
#include <stdlib.h>

struct turnstile {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned at_once, waiting_max;
    unsigned inside, waiting;
};

struct turnstile *turnstile_new(unsigned at_once, unsigned waiting_max)
{
    struct turnstile *self = calloc(1, sizeof *self);

    if (self) {
        pthread_mutex_init(&self->lock, NULL);
        pthread_cond_init(&self->left, NULL);
        self->at_once = at_once;
        self->waiting_max = waiting_max;
    }
    return self;
}

void turnstile_free(struct turnstile *self)
{
    if (self) {
        pthread_mutex_destroy(&self->lock);
        pthread_cond_destroy(&self->left);
        free(self);
    }
}

enum err turnstile_enter(struct turnstile *self)
{
    enum err err = OK;

    pthread_mutex_lock(&self->lock);
    if (self->inside >= self->at_once && self->waiting >= self->waiting_max) {
        err = ERR_UNAVAILABLE;
    } else {
        self->waiting++;
        while (self->inside >= self->at_once) {
            pthread_cond_wait(&self->left, &self->lock);
        }
        self->waiting--;
        self->inside++;
    }
    pthread_mutex_unlock(&self->lock);
    return err;
}

void turnstile_leave(struct turnstile *self)
{
    pthread_mutex_lock(&self->lock);
    self->inside--;
    pthread_cond_signal(&self->left);
    pthread_mutex_unlock(&self->lock);
}
