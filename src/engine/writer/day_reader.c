/* SPDX-License-Identifier: MIT */
#include "day_reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "linkpond/engine/behind_visitors.h"

struct day_reader {
    char *path;
    bool begun;
    pthread_t thread;
    struct day_memory memory; /* the thread's while it runs, as err is */
    enum err err;
    atomic_bool done, give_up;
};

struct day_reader *day_reader_new(const char *path)
{
    struct day_reader *self = calloc(1, sizeof *self);

    if (self) {
        self->path = strdup(path);
    }
    if (self && !self->path) {
        free(self);
        return NULL;
    }
    return self;
}

static enum err read_with(struct day_reader *self, struct db *db)
{
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, db);
    giving_way_hurry(&giving_way, true); /* clicks wait for it */
    enum err err = db_begin(db, false);
    if (err == OK) {
        err = day_memory_read(&self->memory, db, &self->give_up);
    }
    db_rollback(db);
    giving_way_end(&giving_way, db);
    return err;
}

static void *reader_main(void *arg)
{
    struct day_reader *self = arg;
    struct fault fault = {0};
    struct db *db = NULL;

    prctl(PR_SET_NAME, "visitors");
    self->err = db_open(self->path, DB_READ, &db, &fault);
    if (self->err == OK) {
        self->err = read_with(self, db);
    }
    db_close(db);
    atomic_store_explicit(&self->done, true, memory_order_release);
    return NULL;
}

enum err day_reader_begin(struct day_reader *self, const struct day_memory *memory)
{
    if (self->begun) {
        return ERR_BUSY;
    }
    self->memory = *memory;
    self->err = OK;
    atomic_store(&self->done, false);
    atomic_store(&self->give_up, false);
    if (pthread_create(&self->thread, NULL, reader_main, self) != 0) {
        return ERR_NOMEM;
    }
    self->begun = true;
    return OK;
}

enum err day_reader_take(struct day_reader *self, struct day_memory *out)
{
    if (!self->begun) {
        return ERR_NOT_FOUND;
    }
    if (!atomic_load_explicit(&self->done, memory_order_acquire)) {
        return ERR_UNAVAILABLE;
    }
    pthread_join(self->thread, NULL);
    self->begun = false;
    if (self->err != OK) {
        day_memory_done(&self->memory);
        return self->err;
    }
    *out = self->memory;
    return OK;
}

void day_reader_free(struct day_reader *self)
{
    if (!self) {
        return;
    }
    if (self->begun) {
        atomic_store(&self->give_up, true);
        pthread_join(self->thread, NULL);
        day_memory_done(&self->memory);
    }
    free(self->path);
    free(self);
}
