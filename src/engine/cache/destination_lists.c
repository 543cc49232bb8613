/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/destination_lists.h"

#include <pthread.h>
#include <stdlib.h>

#include "linkpond/engine/live_code.h"

struct destination_lists {
    pthread_rwlock_t lock;
    struct destinations *lists; /* NULL = none */
};

struct destination_lists *destination_lists_new(void)
{
    struct destination_lists *self = calloc(1, sizeof *self);

    if (self) {
        pthread_rwlock_init(&self->lock, NULL);
    }
    return self;
}

void destination_lists_free(struct destination_lists *self)
{
    if (self) {
        pthread_rwlock_destroy(&self->lock);
        destinations_free(self->lists);
        free(self);
    }
}

struct destinations *destination_lists_swap(struct destination_lists *self, struct destinations *lists)
{
    pthread_rwlock_wrlock(&self->lock);
    struct destinations *before = self->lists;
    self->lists = lists;
    pthread_rwlock_unlock(&self->lock);
    return before;
}

const struct destinations *destination_lists_now(const struct destination_lists *self)
{
    return self->lists;
}

struct destination_verdict destination_lists_judge(struct destination_lists *self, str url)
{
    pthread_rwlock_rdlock(&self->lock);
    struct destination_verdict verdict = destinations_judge(self->lists, url);
    pthread_rwlock_unlock(&self->lock);
    return verdict;
}

struct destination_verdict destination_lists_judge_host(struct destination_lists *self, str host)
{
    pthread_rwlock_rdlock(&self->lock);
    struct destination_verdict verdict = destinations_judge_host(self->lists, host);
    pthread_rwlock_unlock(&self->lock);
    return verdict;
}

void destination_lists_judge_live(struct destination_lists *self, struct live_code *code)
{
    pthread_rwlock_rdlock(&self->lock);
    live_code_judge(code, self->lists);
    pthread_rwlock_unlock(&self->lock);
}
