/* SPDX-License-Identifier: MIT */
#include "janitor_jobs.h"

#include "linkpond/base/log.h"
#include "linkpond/store/link_columns.h"
#include "linkpond/store/link_grams.h"

/* The tasks of one turn. Each is so short that an edit hardly waits for it, and after all of them the thread rests as
 * long as they took, so an import of a million is made ready while it goes on and soon after. */
#define COLUMN_ROWS  48 /* in one task: some 20 ms */
#define COLUMN_TASKS 12
#define MERGE_BLOCKS 512 /* in one task: some 10 ms */
#define GRAM_BLOCKS  8   /* in one task: some 10 ms */
#define GRAM_TASKS   24

static enum err make_columns(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    return link_columns_make(db, COLUMN_ROWS, arg);
}

static enum err make_grams(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    return link_grams_make(db, GRAM_BLOCKS, arg);
}

struct merge_task {
    struct link_merge merge;
    bool done;
};

static enum err merge_figures(struct db *db, void *arg, struct fault *fault)
{
    struct merge_task *self = arg;

    (void)fault;
    return link_figures_merge(&self->merge, db, MERGE_BLOCKS, &self->done);
}

/* `most` times what makes `whole` at once, or until nothing is left. */
static enum err make(struct engine *engine, enum err (*run)(struct db *, void *, struct fault *), size_t whole,
                     int most, bool *more)
{
    struct fault fault = {0};
    size_t made = whole;
    enum err err = OK;

    for (int i = 0; !err && made == whole && i < most; i++) {
        struct writer_task task = {.run = run, .arg = &made, .relaxed = true};
        err = writer_submit(engine->writer, &task, &fault);
    }
    *more = *more || (!err && made == whole);
    return err;
}

static enum err merge(struct engine *engine)
{
    struct merge_task merge = {0};
    struct fault fault = {0};
    enum err err = OK;

    while (!err && !merge.done) {
        struct writer_task task = {.run = merge_figures, .arg = &merge, .relaxed = true};
        err = writer_submit(engine->writer, &task, &fault);
    }
    return err;
}

bool janitor_make_lists(struct engine *engine)
{
    bool more = false;
    enum err err = make(engine, make_columns, COLUMN_ROWS, COLUMN_TASKS, &more);

    err = !err && !more ? merge(engine) : err;
    err = err ? err : make(engine, make_grams, GRAM_BLOCKS, GRAM_TASKS, &more);
    if (err) {
        log_event(LOG_ERROR, "janitor_failed", "lists: %s", err_text(err, false));
    }
    return more && !err;
}
