/* SPDX-License-Identifier: MIT */
#include "writer_upkeep.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/sealer.h"

#define FOLD_AGE_NS      (1000 * NS_PER_MS) /* counts shown with links are at most about this old */
#define FOLD_SHARE       20                 /* folding young rows takes at most a 20th of the time */
#define FOLD_ROWS_EDITED 16384              /* while edits come: some 60 ms, for which they wait */
#define EDITED_NS        (10000 * NS_PER_MS)
#define EXPIRE_NS        (3600 * INT64_C(1000) * NS_PER_MS)
#define SEAL_AGE_MS      (31 * MS_PER_DAY) /* a quiet pond's clicks wait no longer */
#define SEAL_LATE        4                 /* times as many clicks wait while edits come */
#define SEAL_LOOK_NS     (3600 * INT64_C(1000) * NS_PER_MS)
#define SEAL_RETRY_NS    (60 * INT64_C(1000) * NS_PER_MS)

static bool fold_is_due(const struct writer *self, int64_t now_ns)
{
    int64_t age = self->fold_cost_ns * FOLD_SHARE;

    age = age < FOLD_AGE_NS ? FOLD_AGE_NS : age;
    return (self->unfolded >= self->opts.fold_rows && !self->fold_failing) ||
           (self->unfolded > 0 && now_ns - self->unfolded_since_ns >= age);
}

static bool edits_come(const struct writer *self, int64_t now_ns)
{
    return self->edited_ns != 0 && now_ns - self->edited_ns < EDITED_NS;
}

enum err writer_fold(struct writer *self, int64_t now_ns)
{
    bool edited = edits_come(self, now_ns);
    const struct fold_opts fold = {.rows_max = edited ? FOLD_ROWS_EDITED : FOLD_ROWS_MAX,
                                   .give_up = edited ? NULL : &self->edit_waits};
    size_t rows = 0;
    enum err err = fold_run(self->opts.db, &fold, &rows);

    if (err == ERR_UNAVAILABLE && fold.give_up) { /* whoever waits comes first, and then folds are small for a while */
        self->edited_ns = now_ns;
        return err;
    }
    if (err != OK) {
        self->fold_cost_ns = RETRY_MAX_NS / FOLD_SHARE; /* not at once again */
        self->unfolded_since_ns = now_ns;
        if (!self->fold_failing) {
            log_event(LOG_ERROR, "sums_stuck", "clicks are not added to the sums: %s", err_text(err, false));
        }
        self->fold_failing = true;
        return err;
    }
    self->fold_failing = false;
    self->unsealed += (int64_t)rows;
    self->unfolded = rows == 0 ? 0 : self->unfolded - (int64_t)rows;
    if (self->unfolded <= 0) {
        self->unfolded = rows > 0; /* it may have left some: look once more */
    }
    self->unfolded_since_ns = clock_mono_ns();
    self->fold_cost_ns = self->unfolded_since_ns - now_ns;
    checkpoint_committed(&self->checkpoint, self->unfolded_since_ns);
    pthread_mutex_lock(&self->lock);
    self->stats.folded += rows;
    self->stats.folds += rows > 0;
    pthread_mutex_unlock(&self->lock);
    return OK;
}

static bool seal_is_due(const struct writer *self, int64_t now_ns)
{
    int64_t rows = self->opts.chunk_rows * (edits_come(self, now_ns) ? SEAL_LATE : 1);

    return rows > 0 && now_ns >= self->seal_retry_at_ns &&
           (self->unsealed >= rows || now_ns - self->seal_looked_ns >= SEAL_LOOK_NS);
}

static void note_sealing(struct writer *self, enum err err, int64_t now_ns)
{
    if (err != OK && !self->seal_failing) {
        log_event(LOG_ERROR, "chunks_stuck", "clicks are not sealed into chunks: %s", err_text(err, false));
    }
    self->seal_failing = err != OK;
    self->seal_retry_at_ns = err != OK ? now_ns + SEAL_RETRY_NS : 0;
}

/* One chunk; when there is none to make, small ones that age has left behind become larger. */
static void seal(struct writer *self, int64_t now_ns)
{
    struct sealing done;
    bool merged = false;
    size_t chunk_rows = (size_t)self->opts.chunk_rows;
    const atomic_bool *give_up = edits_come(self, now_ns) ? NULL : &self->edit_waits;
    enum err err = sealer_run(self->opts.db, chunk_rows, clock_now_ms() - SEAL_AGE_MS, give_up, &done);

    if (err == ERR_UNAVAILABLE && give_up) { /* as a fold does */
        self->edited_ns = now_ns;
        return;
    }
    if (err == OK && done.rows == 0 && now_ns - self->seal_looked_ns >= SEAL_LOOK_NS) {
        err = sealer_merge(self->opts.db, chunk_rows, &merged);
        self->seal_looked_ns = merged ? self->seal_looked_ns : now_ns;
    }
    note_sealing(self, err, now_ns);
    if (err != OK) {
        return;
    }
    self->unsealed = done.rows == 0 ? (int64_t)done.waiting : self->unsealed - (int64_t)done.rows;
    checkpoint_committed(&self->checkpoint, clock_mono_ns());
    pthread_mutex_lock(&self->lock);
    self->stats.sealed += done.rows;
    pthread_mutex_unlock(&self->lock);
}

void writer_expire(struct writer *self, int64_t now_ns)
{
    bool done = ingest_expire(self->ingest, clock_now_ms()) == OK;

    self->expired_ns = done ? now_ns : now_ns - EXPIRE_NS + RETRY_MAX_NS;
    if (done) {
        checkpoint_forget(&self->checkpoint, now_ns);
    }
}

void writer_upkeep(struct writer *self)
{
    int64_t now_ns = clock_mono_ns();

    if (now_ns >= self->retry_at_ns && fold_is_due(self, now_ns)) {
        writer_fold(self, now_ns);
    } else if (now_ns >= self->retry_at_ns && seal_is_due(self, now_ns)) { /* never both while tasks wait */
        seal(self, now_ns);
    }
    if (now_ns - self->expired_ns >= EXPIRE_NS) {
        writer_expire(self, now_ns);
    }
    checkpoint_run(&self->checkpoint, self->opts.db, self->opts.journal, now_ns, !self->more);
}
