/* SPDX-License-Identifier: MIT */
#include "writer_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/cache.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/sealer.h"
#include "writer_upkeep.h"

/*
 * A round of the thread: waiting tasks, one batch of clicks, then whatever upkeep is due.
 */
#define POLL_MS       20                /* how late a click may be seen by an idle writer */
#define POLL_BUSY_MS  100               /* and by one that has many to write: the more at once, the less each costs */
#define BUSY_ROWS     256               /* of the last batch */
#define TASKS_A_ROUND 64                /* then clicks get their turn */
#define RETRY_MIN_NS  (200 * NS_PER_MS) /* after a failed batch; doubles */

/* ---- tasks */

static struct pending *take_tasks(struct writer *self)
{
    pthread_mutex_lock(&self->lock);
    struct pending *tasks = self->first, **end = &self->first;
    for (size_t i = 0; i < TASKS_A_ROUND && *end; i++) {
        end = &(*end)->next;
        self->waiting--;
    }
    self->first = *end;
    if (!self->first) {
        self->last = &self->first;
    }
    *end = NULL;
    pthread_mutex_unlock(&self->lock);
    return tasks;
}

static enum err run_task(struct writer *self, struct pending *pending)
{
    struct db *db = self->opts.db;
    enum err err = db_begin(db, !pending->task->relaxed);

    if (err == OK) {
        err = pending->task->run(db, pending->task->arg, pending->fault);
    }
    if (err == OK) {
        err = db_commit(db);
    }
    if (err != OK) {
        db_rollback(db);
        return err;
    }
    int64_t now_ns = clock_mono_ns();
    self->edited_ns = pending->task->relaxed ? self->edited_ns : now_ns;
    checkpoint_committed(&self->checkpoint, now_ns);
    return OK;
}

/* Of the tasks that are still waiting: does somebody wait for one? Under the lock. */
static bool any_edit_waits(const struct writer *self)
{
    const struct pending *pending = self->first;

    while (pending && pending->task->relaxed) {
        pending = pending->next;
    }
    return pending != NULL;
}

/* All of a round are published, then visitors' readers are waited for once, then all wake. */
static size_t run_tasks(struct writer *self)
{
    struct pending *tasks = take_tasks(self), *next = NULL;
    bool published = false;
    size_t count = 0;

    for (struct pending *pending = tasks; pending; pending = pending->next) {
        pending->err = run_task(self, pending);
        if (pending->err == OK && pending->task->published) {
            pending->task->published(pending->task->arg);
            published = true;
        }
        count++;
    }
    if (published && self->opts.cache) {
        cache_synchronize(self->opts.cache);
    }
    if (count == 0) {
        return 0;
    }
    pthread_mutex_lock(&self->lock);
    for (struct pending *pending = tasks; pending; pending = next) {
        next = pending->next; /* its stack frame may go once it is done */
        pending->done = true;
    }
    self->stats.tasks += count;
    giving_way_hurry(&self->giving_way, self->first != NULL);
    self->edit_waits = any_edit_waits(self);
    if (self->unfolded == 0) { /* a task may have asked for a recount: look once */
        self->unfolded = 1;
        self->unfolded_since_ns = clock_mono_ns();
    }
    pthread_cond_broadcast(&self->done);
    pthread_mutex_unlock(&self->lock);
    return count;
}

/* ---- clicks */

static void take_rules(struct writer *self)
{
    pthread_mutex_lock(&self->lock);
    bool set = self->set_rules;
    struct recognition rules = self->new_rules;
    self->set_rules = false;
    self->new_rules = (struct recognition){0};
    pthread_mutex_unlock(&self->lock);
    if (set) {
        ingest_set_rules(self->ingest, &rules);
        recognition_free(&self->own_rules);
        self->own_rules = rules;
    }
}

/* One line when writing stops working, one when it works again. */
static void note_outcome(struct writer *self, enum err err, int64_t now_ns)
{
    bool failing = self->retry_ns != 0;

    if (err != OK) {
        self->retry_ns = failing ? self->retry_ns * 2 : RETRY_MIN_NS;
        self->retry_ns = self->retry_ns > RETRY_MAX_NS ? RETRY_MAX_NS : self->retry_ns;
        self->retry_at_ns = now_ns + self->retry_ns;
        if (!failing) {
            log_event(LOG_ERROR, "ledger_stuck", "clicks stay in the journal until they can be stored: %s",
                      err_text(err, false));
        }
    } else if (failing) {
        self->retry_ns = self->retry_at_ns = 0;
        log_event(LOG_INFO, "ledger_resumed", "clicks are stored again");
    }
    pthread_mutex_lock(&self->lock);
    self->stats.disk_full = err == ERR_DISK_FULL || (err != OK && self->stats.disk_full);
    pthread_mutex_unlock(&self->lock);
}

static void count_batch(struct writer *self, const struct ingest_batch *batch, int64_t now_ns)
{
    if (self->unfolded == 0) {
        self->unfolded_since_ns = now_ns;
    }
    self->unfolded += (int64_t)batch->rows;
    checkpoint_committed(&self->checkpoint, now_ns);
    pthread_mutex_lock(&self->lock);
    self->stats.ingested += batch->rows;
    self->stats.batches++;
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        self->stats.by_class[i] += batch->by_class[i];
    }
    self->stats.duplicates += batch->by_class[CLASS_DUPLICATE];
    self->stats.last_commit_ms = clock_now_ms();
    pthread_mutex_unlock(&self->lock);
}

/* One batch, unless the last one failed a moment ago. True: the journal was read to its end. */
static bool run_batch(struct writer *self)
{
    struct ingest_batch batch;
    int64_t now_ns = clock_mono_ns();

    self->more = false;
    if (now_ns < self->retry_at_ns) {
        return false;
    }
    take_rules(self);
    enum err err = ingest_run(self->ingest, clock_now_ms(), &batch);
    self->day_is_read = err == ERR_UNAVAILABLE;
    if (self->day_is_read) {
        return false;
    }
    if (err != OK || self->retry_ns != 0) {
        note_outcome(self, err, clock_mono_ns());
    }
    if (err != OK) {
        return false;
    }
    if (batch.rows > 0) {
        count_batch(self, &batch, clock_mono_ns());
    }
    self->batch_rows = batch.rows;
    self->more = batch.more;
    if (!batch.more) {
        pthread_mutex_lock(&self->lock);
        self->stats.at_end_ns = now_ns;
        pthread_mutex_unlock(&self->lock);
    }
    return !batch.more;
}

/* Tickets drawn before a batch that met the journal's end are served, once the sums hold all of it too. */
static void serve_drains(struct writer *self, uint64_t tickets, bool at_end)
{
    if (!at_end || tickets == self->drain_done) {
        return;
    }
    while (self->unfolded > 0) {
        if (writer_fold(self, clock_mono_ns()) != OK) {
            return;
        }
    }
    pthread_mutex_lock(&self->lock);
    self->drain_done = tickets;
    pthread_cond_broadcast(&self->done);
    pthread_mutex_unlock(&self->lock);
}

/* ---- the thread */

/* Until there is a task, or it is time to look at the journal. Gives the drain tickets drawn so far. */
static uint64_t wait_for_work(struct writer *self, bool *stopping)
{
    struct timespec until = clock_mono_after_ms(self->batch_rows >= BUSY_ROWS ? POLL_BUSY_MS : POLL_MS);
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    while (!self->first && !self->stopping && !self->more && self->drain_wanted == self->drain_done &&
           rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&self->work, &self->lock, &until);
    }
    bool stuck = self->retry_at_ns != 0 || self->day_is_read; /* nothing to do but wait for the disk, or the day */
    if (stuck && !self->first && rc != ETIMEDOUT) {
        pthread_cond_timedwait(&self->work, &self->lock, &until);
    }
    uint64_t tickets = self->drain_wanted;
    *stopping = self->stopping;
    pthread_mutex_unlock(&self->lock);
    return tickets;
}

static void *writer_thread(void *arg)
{
    struct writer *self = arg;
    bool stopping = false, at_end = false;

    prctl(PR_SET_NAME, "writer");
    giving_way_begin(&self->giving_way, self->opts.db);
    while (!stopping || run_tasks(self) > 0 || self->more) {
        uint64_t tickets = wait_for_work(self, &stopping);
        run_tasks(self);
        at_end = run_batch(self);
        serve_drains(self, tickets, at_end);
        writer_upkeep(self);
    }
    ingest_end(self->ingest);
    checkpoint_finish(&self->checkpoint, self->opts.db, self->opts.journal);
    giving_way_end(&self->giving_way, self->opts.db);
    return NULL;
}

/* ---- from other threads */

static void writer_free(struct writer *self)
{
    ingest_free(self->ingest);
    recognition_free(&self->own_rules);
    recognition_free(&self->new_rules);
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->work);
    pthread_cond_destroy(&self->done);
    free(self);
}

static void locks_init(struct writer *self)
{
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->work);
    clock_cond_init(&self->done);
}

enum err writer_start(const struct writer_opts *opts, struct writer **out, struct fault *fault)
{
    const struct zone *zone = zone_find(str_from_c(opts->zone_name));
    struct writer *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    locks_init(self);
    self->opts = *opts;
    self->last = &self->first;
    const struct ingest_opts ingest = {
        .db = opts->db,
        .journal = opts->journal,
        .rules = opts->rules,
        .geo = opts->geo,
        .places = opts->places,
        .zone = zone,
        .node = opts->node,
        .repeat_window_ms = opts->repeat_window_ms,
        .started_ms = clock_now_ms(),
        .path = opts->path,
        .day_clicks = opts->day_clicks,
    };
    enum err err =
        zone ? fold_backlog(opts->db, &self->unfolded)
             : fault_setf(fault, ERR_INVALID, "timezone", "unknown", "no such time zone: %s", opts->zone_name);
    self->seal_looked_ns = clock_mono_ns();
    if (err == OK) {
        err = sealer_backlog(opts->db, &self->unsealed);
    }
    if (err == OK) {
        err = ingest_open(&ingest, &self->ingest);
    }
    if (err == OK) {
        checkpoint_begin(&self->checkpoint, opts->db, opts->journal, clock_mono_ns());
        writer_expire(self, clock_mono_ns()); /* before the first click, so that none loses its day's salt */
    }
    if (err == OK && pthread_create(&self->thread, NULL, writer_thread, self) != 0) {
        err = ERR_NOMEM;
    }
    if (err != OK) {
        writer_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void writer_stop(struct writer *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_signal(&self->work);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    writer_free(self);
}
