/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/model/link.h"
#include "rewriter_private.h"

/*
 * One turn: the rewrite that comes first, until it is done. Its row is the only state: what is in memory is read from
 * there at each turn.
 */
#define DRAIN_MS      500 /* then look whether to stop */
#define LASTS_AT_ONCE 4096

static const struct rewrite_ops *const kinds[REWRITE_KINDS] = {
    [REWRITE_RECLASSIFY] = &rewrite_reclassify,
    [REWRITE_RETAIN] = &rewrite_retain,
    [REWRITE_PURGE] = &rewrite_purge,
    [REWRITE_FORGET] = &rewrite_forget,
};

/* Without a writer the handle is the one that writes. */
static enum err submit(const struct rewrite_run *run, const struct writer_task *task)
{
    if (run->opts->writer) {
        return writer_submit(run->opts->writer, task, NULL);
    }
    enum err err = db_begin(run->db, !task->relaxed);
    err = err == OK ? task->run(run->db, task->arg, NULL) : err;
    err = err == OK ? db_commit(run->db) : err;
    if (err != OK) {
        db_rollback(run->db);
    }
    return err;
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
    return submit(run, &(struct writer_task){.run = store_state, .arg = &run->now});
}

struct sealing_task {
    size_t chunk_rows;
    int64_t old_ms;
    struct sealing done;
};

static enum err seal_some(struct db *db, void *arg, struct fault *fault)
{
    struct sealing_task *self = arg;

    (void)fault;
    return sealer_seal(db, self->chunk_rows, self->old_ms, &self->done);
}

static enum err begin(struct db *db, void *arg, struct fault *fault)
{
    struct rewrite *now = arg;

    (void)fault;
    enum err err = chunks_extent(db, &now->chunks, &now->seq_end);
    return err == OK ? rewrites_update(db, now) : err;
}

struct store_task {
    struct rewrite_run *run;
    const struct rewrite_ops *ops;
    struct rewritten *chunk;
};

static enum err store_chunk(struct db *db, void *arg, struct fault *fault)
{
    const struct store_task *self = arg;

    (void)fault;
    return rewrite_store(self->run, db, self->ops, self->chunk);
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

struct closing_task {
    struct rewrite_run *run;
    const struct rewrite_ops *ops;
    bool more;
};

static enum err close_some(struct db *db, void *arg, struct fault *fault)
{
    struct closing_task *self = arg;

    (void)fault;
    return self->ops->settle(self->run, db, &self->more);
}

/* ---- one rewrite */

/* Everything that has been answered until now (or all of it, once some is older than asked for) goes into chunks, so
 * that there is nothing else to look through. */
static enum err seal_tail(struct rewriter *self, struct rewrite_run *run, const struct rewrite_ops *ops)
{
    struct sealing_task task = {.chunk_rows = (size_t)self->opts.chunk_rows,
                                .old_ms = ops->tail == TAIL_IF_OLD ? run->now.to_ms : INT64_MAX};
    const struct writer_task sealing = {.run = seal_some, .arg = &task, .relaxed = true};
    enum err err = self->opts.writer ? ERR_UNAVAILABLE : OK;

    while (err == ERR_UNAVAILABLE && !rewriter_is_stopping(self)) {
        err = writer_drain(self->opts.writer, DRAIN_MS);
    }
    do {
        task.done.rows = 0;
        err = err == OK ? submit(run, &sealing) : err;
    } while (err == OK && task.done.rows > 0 && !rewriter_is_stopping(self));
    return err;
}

static void begin_anew(struct rewrite *now)
{
    now->state = REWRITE_WAITS;
    now->position = now->chunks_done = now->rows = now->changed = now->damaged = 0;
    memset(now->counts, 0, sizeof now->counts);
}

static enum err prepare(struct rewriter *self, struct rewrite_run *run, const struct rewrite_ops *ops)
{
    enum err err = ops->tail == TAIL_AS_IT_IS ? OK : seal_tail(self, run, ops);

    if (err != OK || rewriter_is_stopping(self)) {
        return err;
    }
    run->now.state = REWRITE_RUNS;
    run->now.started_ms = clock_now_ms();
    return submit(run, &(struct writer_task){.run = begin, .arg = &run->now});
}

static enum err store(struct rewrite_run *run, const struct rewrite_ops *ops, struct rewritten *chunk)
{
    struct store_task task = {run, ops, chunk};
    const struct writer_task storing = {.run = store_chunk, .arg = &task, .relaxed = true};

    return submit(run, &storing);
}

/* *more = false: there is no chunk left. */
static enum err step(struct rewrite_run *run, const struct rewrite_ops *ops, bool *more)
{
    const struct rewrite before = run->now;
    const struct rewrite_mark asked = run->asked;
    struct rewritten chunk = {0};
    struct chunk_info info;
    bool own = false;
    enum err err = db_snapshot_begin(run->db, &own);

    err = err == OK ? chunks_find_behind(run->db, run->now.position, run->now.seq_end, &info) : err;
    *more = err != ERR_NOT_FOUND;
    err = err == OK ? rewrite_chunk(run, ops, &info, &chunk) : err;
    db_snapshot_end(run->db, own);
    if (err == OK) {
        if (!run->more_of_chunk) { /* else it comes again */
            run->now.position = info.seq;
            run->now.chunks_done++;
        }
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
        run->asked = asked;
    }
    return err == ERR_CONFLICT ? OK : *more ? err : OK;
}

static enum err settle_lasts(struct rewriter *self, struct rewrite_run *run)
{
    struct rewrite_lasts lasts = {.count = 1};
    enum err err = OK;

    while (err == OK && lasts.count > 0 && !rewriter_is_stopping(self)) {
        err = rewrite_lasts_find(run->db, run->now.id, &lasts);
        for (size_t from = 0; err == OK && from < lasts.count; from += LASTS_AT_ONCE) {
            size_t to = from + LASTS_AT_ONCE < lasts.count ? from + LASTS_AT_ONCE : lasts.count;
            struct lasts_task task = {run->now.id, &lasts, from, to};
            err = submit(run, &(struct writer_task){.run = store_lasts, .arg = &task});
        }
        rewrite_lasts_done(&lasts);
    }
    return err;
}

static enum err settle(struct rewriter *self, struct rewrite_run *run, const struct rewrite_ops *ops)
{
    struct closing_task task = {run, ops, ops->settle != NULL};
    enum err err = ops->finds_lasts ? settle_lasts(self, run) : OK;

    while (err == OK && task.more && !rewriter_is_stopping(self)) {
        err = submit(run, &(struct writer_task){.run = close_some, .arg = &task});
    }
    return err;
}

static enum err end(struct rewriter *self, struct rewrite_run *run, const struct rewrite_ops *ops)
{
    enum err err = settle(self, run, ops);

    if (err != OK || rewriter_is_stopping(self)) {
        return err;
    }
    run->now.state = REWRITE_DONE;
    run->now.finished_ms = clock_now_ms();
    err = submit(run, &(struct writer_task){.run = finish, .arg = &run->now});
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
    enum err err = OK;

    while (err == OK && more && !rewriter_is_stopping(self)) {
        err = step(run, ops, &more);
    }
    return err == OK && !rewriter_is_stopping(self) ? end(self, run, ops) : err;
}

/* What cannot be begun at all is told and given up; everything else is tried again. */
static enum err give_up(struct rewrite_run *run, enum err err, const struct fault *fault)
{
    char text[sizeof fault->message];

    snprintf(text, sizeof text, "%s", fault->message[0] ? fault->message : err_text(err, false));
    run->now.state = REWRITE_FAILED;
    run->now.failure = str_from_c(text);
    run->now.finished_ms = clock_now_ms();
    log_event(LOG_ERROR, "rewrite_failed", "%s %lld: %s", kinds[run->now.kind]->name, (long long)run->now.id, text);
    return submit(run, &(struct writer_task){.run = finish, .arg = &run->now});
}

/* The chunks are fixed first, so that what is asked for meanwhile waits for its own turn. */
static enum err run_one(struct rewriter *self, struct rewrite_run *run)
{
    const struct rewrite_ops *ops = kinds[run->now.kind];
    struct fault fault = {0};
    bool again = false;
    enum err err = run->now.state == REWRITE_WAITS ? prepare(self, run, ops) : OK;

    if (err != OK || run->now.state == REWRITE_WAITS) { /* stopping */
        return err;
    }
    err = ops->open(run, &again, &fault);
    if (err == ERR_INVALID || err == ERR_CORRUPT) {
        err = give_up(run, err, &fault);
    } else if (err == OK && again) {
        begin_anew(&run->now);
        err = submit_state(run);
    } else if (err == OK) {
        err = work(self, run, ops);
    }
    ops->close(run);
    return err;
}

enum err rewriter_turn(struct rewriter *self, bool *any)
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
    gone_links_done(&run->gone);
    arena_done(&run->arena);
    arena_done(&texts);
    free(run);
    return err == ERR_NOT_FOUND ? OK : err;
}
