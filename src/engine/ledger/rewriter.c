/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/rewriter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "rewriter_private.h"

/*
 * The thread reads and makes, the writer only stores: making a chunk's successor takes some tenths of a second, storing
 * it some hundredths.
 */
#define NICE     15
#define RETRY_MS 5000

bool rewriter_is_stopping(struct rewriter *self)
{
    pthread_mutex_lock(&self->lock);
    bool stopping = self->stopping;
    pthread_mutex_unlock(&self->lock);
    return stopping;
}

/* ---- the thread */

/* Until woken, or (retry) for a while. False: stop. */
static bool wait_for_turn(struct rewriter *self, bool retry)
{
    struct timespec until = clock_mono_after_ms(RETRY_MS);
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    while (!self->stopping && (retry || !self->woken) && rc != ETIMEDOUT) {
        rc = retry ? pthread_cond_timedwait(&self->wake, &self->lock, &until)
                   : pthread_cond_wait(&self->wake, &self->lock);
    }
    self->woken = false;
    bool go_on = !self->stopping;
    pthread_mutex_unlock(&self->lock);
    return go_on;
}

static void *rewriter_thread(void *arg)
{
    struct rewriter *self = arg;
    bool any = true, failing = false;
    enum err err = OK;

    prctl(PR_SET_NAME, "rewriter");
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    while (!rewriter_is_stopping(self)) {
        err = rewriter_turn(self, &any);
        if (err != OK && !failing && !rewriter_is_stopping(self)) {
            log_event(LOG_ERROR, "rewrite_stuck", "history cannot be written anew for now: %s", err_text(err, false));
        }
        failing = err != OK;
        if (err != OK || !any) {
            db_trim(self->db);
            wait_for_turn(self, err != OK);
        }
    }
    return NULL;
}

/* ---- from other threads */

void rewriter_wake(struct rewriter *self)
{
    pthread_mutex_lock(&self->lock);
    self->woken = true;
    pthread_cond_signal(&self->wake);
    pthread_mutex_unlock(&self->lock);
}

static void rewriter_free(struct rewriter *self)
{
    db_close(self->db);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}

enum err rewriter_work_off(const struct rewriter_opts *opts, struct db *db)
{
    struct rewriter self = {.opts = *opts, .db = db};
    bool any = true;
    enum err err = OK;

    BUG_ON(opts->writer);
    pthread_mutex_init(&self.lock, NULL);
    while (err == OK && any) {
        err = rewriter_turn(&self, &any);
    }
    pthread_mutex_destroy(&self.lock);
    return err;
}

enum err rewriter_start(const struct rewriter_opts *opts, struct rewriter **out, struct fault *fault)
{
    struct rewriter *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->opts = *opts;
    self->path = strdup(opts->path);
    self->opts.path = self->path;
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->wake);
    enum err err = self->path ? db_open(self->path, DB_READ, &self->db, fault) : ERR_NOMEM;
    if (err == OK && pthread_create(&self->thread, NULL, rewriter_thread, self) != 0) {
        err = ERR_NOMEM;
    }
    if (err != OK) {
        rewriter_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void rewriter_stop(struct rewriter *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_signal(&self->wake);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    rewriter_free(self);
}
