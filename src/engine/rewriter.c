/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/rewriter.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ledger.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/model/link.h"
#include "rewriter_private.h"
#include "sealer.h"

/*
 * The thread reads and makes, the writer only stores: making a chunk's successor takes some tenths of a second, storing
 * it some hundredths. A rewrite's row is the only state: what is in memory is read from there at each turn.
 */
#define NICE             15
#define DRAIN_MS         500 /* then look whether to stop */
#define RETRY_MS         5000
#define LASTS_AT_ONCE    4096
#define LOG_BYTES_SPARE  (64 * 1024)
#define LOG_BYTES_SEALED 200 /* a click */

static const struct rewrite_ops *const kinds[REWRITE_KINDS] = {
    [REWRITE_RECLASSIFY] = &rewrite_reclassify,
};

struct rewriter {
    struct rewriter_opts opts;
    char *path;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, woken;
};

static bool is_stopping(struct rewriter *self)
{
    pthread_mutex_lock(&self->lock);
    bool stopping = self->stopping;
    pthread_mutex_unlock(&self->lock);
    return stopping;
}

/* ---- on the writer thread */

static enum err store_state(struct db *db, void *arg, struct fault *fault)
{
    const struct rewrite *now = arg;

    (void)fault;
    return rewrites_update(db, now);
}

static enum err submit_state(struct rewrite_run *run)
{
    return writer_submit(run->opts->writer, &(struct writer_task){.run = store_state, .arg = &run->now}, NULL);
}

struct sealing_task {
    size_t chunk_rows;
    struct sealing done;
};

static enum err seal_some(struct db *db, void *arg, struct fault *fault)
{
    struct sealing_task *self = arg;

    (void)fault;
    return sealer_seal(db, self->chunk_rows, INT64_MAX, &self->done);
}

static enum err begin(struct db *db, void *arg, struct fault *fault)
{
    struct rewrite *now = arg;

    (void)fault;
    enum err err = chunks_extent(db, &now->chunks, &now->seq_end);
    return err == OK ? rewrites_update(db, now) : err;
}

struct store_task {
    const struct rewrite_ops *ops;
    const struct rewritten *chunk;
    const struct rewrite *now;
};

static enum err store_chunk(struct db *db, void *arg, struct fault *fault)
{
    const struct store_task *self = arg;

    (void)fault;
    return rewrite_store(db, self->ops, self->chunk, self->now);
}

struct lasts_task {
    int64_t rewrite_id;
    const struct rewrite_lasts *lasts;
    size_t from, to;
};

static enum err store_lasts(struct db *db, void *arg, struct fault *fault)
{
    const struct lasts_task *self = arg;

    (void)fault;
    return rewrite_lasts_store(db, self->rewrite_id, self->lasts, self->from, self->to);
}

static enum err finish(struct db *db, void *arg, struct fault *fault)
{
    const struct rewrite *now = arg;

    (void)fault;
    enum err err = rewrites_subjects_delete(db, now->id, INT64_MAX);
    err = err == OK ? rewrites_update(db, now) : err;
    return err == OK ? rewrites_forget_old(db, REWRITES_KEPT) : err;
}

/* ---- one rewrite */

/* Everything that has been answered until now goes into chunks, so that there is nothing else to look through. */
static enum err seal_tail(struct rewriter *self)
{
    struct sealing_task task = {.chunk_rows = (size_t)self->opts.chunk_rows};
    const struct writer_task sealing = {
        .run = seal_some, .arg = &task, .relaxed = true, .log_bytes = self->opts.chunk_rows * LOG_BYTES_SEALED};
    enum err err = ERR_UNAVAILABLE;

    while (err == ERR_UNAVAILABLE && !is_stopping(self)) {
        err = writer_drain(self->opts.writer, DRAIN_MS);
    }
    do {
        task.done.rows = 0;
        err = err == OK ? writer_submit(self->opts.writer, &sealing, NULL) : err;
    } while (err == OK && task.done.rows > 0 && !is_stopping(self));
    return err;
}

static void begin_anew(struct rewrite *now)
{
    now->state = REWRITE_WAITS;
    now->position = now->chunks_done = now->rows = now->changed = now->damaged = 0;
    memset(now->counts, 0, sizeof now->counts);
}

static enum err prepare(struct rewriter *self, struct rewrite_run *run)
{
    enum err err = seal_tail(self);

    if (err != OK || is_stopping(self)) {
        return err;
    }
    run->now.state = REWRITE_RUNS;
    run->now.started_ms = clock_now_ms();
    return writer_submit(self->opts.writer, &(struct writer_task){.run = begin, .arg = &run->now}, NULL);
}

static enum err store(struct rewrite_run *run, const struct rewrite_ops *ops, const struct rewritten *chunk)
{
    struct store_task task = {ops, chunk, &run->now};
    const struct writer_task storing = {.run = store_chunk,
                                        .arg = &task,
                                        .relaxed = true,
                                        .log_bytes = (chunk->builder ? 2 * chunk->info.bytes : 0) + LOG_BYTES_SPARE};

    return writer_submit(run->opts->writer, &storing, NULL);
}

/* *more = false: there is no chunk left. */
static enum err step(struct rewrite_run *run, const struct rewrite_ops *ops, bool *more)
{
    const struct rewrite before = run->now;
    struct rewritten chunk = {0};
    struct chunk_info info;
    bool own = false;
    enum err err = db_snapshot_begin(run->db, &own);

    err = err == OK ? chunks_find_behind(run->db, run->now.position, run->now.seq_end, &info) : err;
    *more = err != ERR_NOT_FOUND;
    err = err == OK ? rewrite_chunk(run, ops, &info, &chunk) : err;
    db_snapshot_end(run->db, own);
    if (err == OK) {
        run->now.position = info.seq;
        run->now.chunks_done++;
        run->now.rows += chunk.rows;
        run->now.changed += chunk.changed;
        run->now.damaged += chunk.damaged;
        if (chunk.damaged) { /* what was counted until the damage was met */
            memcpy(run->now.counts, before.counts, sizeof before.counts);
        }
        err = store(run, ops, &chunk);
    }
    rewritten_done(&chunk);
    if (err != OK) {
        run->now = before;
    }
    return err == ERR_CONFLICT ? OK : *more ? err : OK;
}

static enum err settle_lasts(struct rewriter *self, struct rewrite_run *run)
{
    struct rewrite_lasts lasts = {.count = 1};
    enum err err = OK;

    while (err == OK && lasts.count > 0 && !is_stopping(self)) {
        err = rewrite_lasts_find(run->db, run->now.id, &lasts);
        for (size_t from = 0; err == OK && from < lasts.count; from += LASTS_AT_ONCE) {
            size_t to = from + LASTS_AT_ONCE < lasts.count ? from + LASTS_AT_ONCE : lasts.count;
            struct lasts_task task = {run->now.id, &lasts, from, to};
            err = writer_submit(self->opts.writer, &(struct writer_task){.run = store_lasts, .arg = &task}, NULL);
        }
        rewrite_lasts_done(&lasts);
    }
    return err;
}

static enum err end(struct rewriter *self, struct rewrite_run *run)
{
    enum err err = settle_lasts(self, run);

    if (err != OK || is_stopping(self)) {
        return err;
    }
    run->now.state = REWRITE_DONE;
    run->now.finished_ms = clock_now_ms();
    err = writer_submit(self->opts.writer, &(struct writer_task){.run = finish, .arg = &run->now}, NULL);
    if (err == OK) {
        log_event(LOG_INFO, "history_rewritten", "%s %lld: %lld clicks looked at, %lld changed%s",
                  kinds[run->now.kind]->name, (long long)run->now.id, (long long)run->now.rows,
                  (long long)run->now.changed, run->now.damaged > 0 ? ", some chunks are damaged and stay" : "");
    }
    return err;
}

static enum err work(struct rewriter *self, struct rewrite_run *run, const struct rewrite_ops *ops)
{
    bool more = true;
    enum err err = run->now.state == REWRITE_WAITS ? prepare(self, run) : OK;

    while (err == OK && more && !is_stopping(self)) {
        err = step(run, ops, &more);
    }
    return err == OK && !is_stopping(self) ? end(self, run) : err;
}

/* What cannot be begun at all is told and given up; everything else is tried again. */
static enum err give_up(struct rewriter *self, struct rewrite_run *run, enum err err, const struct fault *fault)
{
    char text[sizeof fault->message];

    snprintf(text, sizeof text, "%s", fault->message[0] ? fault->message : err_text(err, false));
    run->now.state = REWRITE_FAILED;
    run->now.failure = str_from_c(text);
    run->now.finished_ms = clock_now_ms();
    log_event(LOG_ERROR, "rewrite_failed", "%s %lld: %s", kinds[run->now.kind]->name, (long long)run->now.id, text);
    return writer_submit(self->opts.writer, &(struct writer_task){.run = finish, .arg = &run->now}, NULL);
}

static enum err run_one(struct rewriter *self, struct rewrite_run *run)
{
    const struct rewrite_ops *ops = kinds[run->now.kind];
    struct fault fault = {0};
    bool again = false;
    enum err err = ops->open(run, &again, &fault);

    if (err == OK && again && run->now.state == REWRITE_RUNS) {
        begin_anew(&run->now);
        err = submit_state(run);
    }
    if (err == ERR_INVALID || err == ERR_CORRUPT) {
        err = give_up(self, run, err, &fault);
    } else if (err == OK) {
        err = work(self, run, ops);
    }
    ops->close(run);
    return err;
}

/* *any = false: there was nothing to do. */
static enum err take_turn(struct rewriter *self, bool *any)
{
    struct rewrite_run *run = calloc(1, sizeof *run);
    struct arena texts;

    *any = true;
    if (!run) {
        return ERR_NOMEM;
    }
    run->db = self->db;
    run->opts = &self->opts;
    arena_init(&texts, 64 * 1024);
    arena_init(&run->arena, LEDGER_CHUNK_BYTES);
    enum err err = rewrites_first(self->db, &texts, &run->now);
    *any = err == OK;
    if (err == OK) {
        err = (unsigned)run->now.kind < REWRITE_KINDS ? run_one(self, run) : ERR_NEWER_SCHEMA;
    }
    arena_done(&run->arena);
    arena_done(&texts);
    free(run);
    return err == ERR_NOT_FOUND ? OK : err;
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
    while (!is_stopping(self)) {
        err = take_turn(self, &any);
        if (err != OK && !failing && !is_stopping(self)) {
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
