/* SPDX-License-Identifier: MIT */
#include "linkpond/http/passwords.h"

#include <pthread.h>

/* 16 and 32 bytes of zero: what an unknown name's password is held against. */
#define NOBODY "$scrypt$ln=15,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

struct passwords {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned at_once, waiting_max;
    unsigned inside, waiting;
};

struct passwords *passwords_new(unsigned at_once, unsigned waiting_max)
{
    struct passwords *self = calloc(1, sizeof *self);
    if (self) {
        pthread_mutex_init(&self->lock, NULL);
        pthread_cond_init(&self->left, NULL);
        self->at_once = at_once;
        self->waiting_max = waiting_max;
    }
    return self;
}

void passwords_free(struct passwords *self)
{
    if (self) {
        pthread_mutex_destroy(&self->lock);
        pthread_cond_destroy(&self->left);
        free(self);
    }
}

enum err passwords_enter(struct passwords *self)
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

void passwords_leave(struct passwords *self)
{
    pthread_mutex_lock(&self->lock);
    self->inside--;
    pthread_cond_signal(&self->left);
    pthread_mutex_unlock(&self->lock);
}

enum err passwords_check(struct passwords *self, str hash, str password, bool *right, bool *outdated)
{
    bool same = false;
    enum err err = passwords_enter(self);
    if (err != OK) {
        return err;
    }
    err = password_hash_check(hash.len > 0 ? hash : STR(NOBODY), password, &same, outdated);
    passwords_leave(self);
    *right = err == OK && same && hash.len > 0;
    return err;
}

enum err passwords_make(struct passwords *self, str password, char memory[PASSWORD_HASH_TEXT_MAX], str *out)
{
    enum err err = passwords_enter(self);
    if (err != OK) {
        return err;
    }
    err = password_hash_make(password, memory, out);
    passwords_leave(self);
    return err;
}
