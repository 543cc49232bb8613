/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/visitor_numbers.h"

#include <stdatomic.h>

#include "linkpond/store/meta.h"

#define META_END STR("visitor_cookie_end") /* the first number that was never reserved */

/* What may have been handed out between a backup and its use. */
#define BLOCKS_SKIPPED 64

/* Numbers [*first, *end), fewer where the highest number is near. */
static enum err reserve(struct db *db, int64_t blocks, int64_t *first, int64_t *end)
{
    int64_t stored = 1;
    enum err err = meta_get_i64(db, META_END, &stored);

    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    int64_t room = VISITOR_NUMBER_MAX - stored;
    *first = stored;
    *end = stored + (blocks * VISITOR_BLOCK < room ? blocks * VISITOR_BLOCK : room);
    return meta_put_i64(db, META_END, *end);
}

enum err visitor_numbers_open(struct visitor_numbers *self, struct db *db)
{
    int64_t first = 0, end = 0;
    enum err err = db_begin(db, true);

    if (err == OK) {
        err = reserve(db, 1, &first, &end);
    }
    if (err == OK) {
        err = db_commit(db);
    }
    if (err != OK) {
        db_rollback(db);
        return err;
    }
    atomic_init(&self->next, first);
    atomic_init(&self->end, end);
    return OK;
}

int64_t visitor_numbers_mint(struct visitor_numbers *self)
{
    int64_t end = atomic_load_explicit(&self->end, memory_order_relaxed);

    if (atomic_load_explicit(&self->next, memory_order_relaxed) >= end) {
        return 0; /* looked at first, so that the counter does not run away from the block */
    }
    int64_t number = atomic_fetch_add_explicit(&self->next, 1, memory_order_relaxed);
    return number < end ? number : 0;
}

struct reservation {
    struct visitor_numbers *numbers;
    int64_t first, end;
};

static enum err run_reservation(struct db *db, void *arg, struct fault *fault)
{
    struct reservation *self = arg;

    (void)fault;
    return reserve(db, 1, &self->first, &self->end);
}

static void reserved(void *arg)
{
    const struct reservation *self = arg;

    atomic_store_explicit(&self->numbers->end, self->end, memory_order_relaxed);
}

enum err visitor_numbers_keep(struct visitor_numbers *self, struct writer *writer, struct fault *fault)
{
    int64_t left = atomic_load_explicit(&self->end, memory_order_relaxed) -
                   atomic_load_explicit(&self->next, memory_order_relaxed);
    struct reservation reservation = {.numbers = self};
    const struct writer_task task = {.run = run_reservation, .published = reserved, .arg = &reservation};

    return left < VISITOR_BLOCK / 2 ? writer_submit(writer, &task, fault) : OK;
}

enum err visitor_numbers_skip(struct db *db)
{
    int64_t first = 0, end = 0;

    return reserve(db, BLOCKS_SKIPPED, &first, &end);
}
