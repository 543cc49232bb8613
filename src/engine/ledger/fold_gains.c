/* SPDX-License-Identifier: MIT */
#include "fold_gains.h"

#include <stdlib.h>

#include "fold_rows.h"

/*
 * A part's links stand on a hundred pages and more, and a fold of many clicks touches some links of nearly each part:
 * written one by one they cost a page each, written together a page or two. Bringing home costs the hundred pages once
 * for many folds. Parts come due at different times, because each has its own measure, so no fold has to bring home
 * all of them.
 */
#define PART_MANY 8    /* fewer links cost no more at home */
#define PART_DUE  2048 /* that wait, at least; in the middle twice as many */
#define ROWS_DUE  64   /* for look-ups read them all */

struct fold_gains {
    struct db *db;
    struct fold_store *store;
    const struct fold_opts *opts;
    struct gains gains; /* of the part at hand */
    int64_t part;
    struct gains_part *waiting;
    struct sums_cell cells[SUMS_LIST_CELLS];
    char bytes[SUMS_DAY_BYTES_MAX];
};

struct fold_gains *fold_gains_new(struct db *db, struct fold_store *store, const struct fold_opts *opts)
{
    struct fold_gains *self = malloc(sizeof *self);
    struct gains_part *waiting = gains_part_new(db);

    if (!self || !waiting) {
        free(self);
        gains_part_free(waiting);
        return NULL;
    }
    self->db = db;
    self->store = store;
    self->opts = opts;
    self->part = -1;
    self->waiting = waiting;
    gains_init(&self->gains);
    return self;
}

void fold_gains_free(struct fold_gains *self)
{
    if (self) {
        gains_done(&self->gains);
        gains_part_free(self->waiting);
        free(self);
    }
}

/* ---- home */

static enum err store_day(struct fold_gains *self, int64_t day, str quarters)
{
    struct fold_day cells = {.day = day, .cells = self->cells};

    return sums_unpack(quarters, self->cells, &cells.count) ? fold_store_link_day(self->store, &cells) : ERR_CORRUPT;
}

static enum err store_link(struct fold_gains *self, const struct link_stat *gain)
{
    int64_t day = 0;
    str quarters = {0};
    enum err err = fold_store_link(self->store, gain);

    while (err == OK && gains_part_next_day(self->waiting, &day, &quarters)) {
        err = store_day(self, day, quarters);
    }
    return err == OK ? fold_store_link_end(self->store) : err;
}

static enum err store_links(struct fold_gains *self)
{
    struct link_stat gain;
    enum err err = OK;

    while (err == OK && gains_part_next(self->waiting, &gain)) {
        err = fold_is_given_up(self->opts) ? ERR_UNAVAILABLE : store_link(self, &gain);
    }
    return err == OK ? gains_part_err(self->waiting) : err;
}

/* What waits of a part, and with it what is at hand (may be NULL). */
static enum err bring_home(struct fold_gains *self, int64_t part, const struct gains *own)
{
    enum err err = gains_part_read(self->waiting, part, own);

    if (err == OK) {
        err = store_links(self);
    }
    return err == OK ? gains_delete(self->db, part) : err;
}

/* ---- beside */

static bool is_due(const struct fold_gains *self, const struct gains_waiting *waiting)
{
    uint64_t own = (uint64_t)self->part * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    size_t due = self->opts->part_due > 0 ? self->opts->part_due : PART_DUE;
    size_t links = (size_t)waiting->links + self->gains.count;

    return self->gains.reserved || waiting->rows >= ROWS_DUE || links >= due + own % (2 * due);
}

static enum err end_part(struct fold_gains *self)
{
    struct gains_waiting waiting;
    enum err err = OK;

    if (self->gains.count == 0) {
        return OK;
    }
    if (self->gains.count < (self->opts->part_many > 0 ? self->opts->part_many : PART_MANY)) {
        err = gains_part_of_own(self->waiting, &self->gains);
        err = err == OK ? store_links(self) : err;
    } else {
        err = gains_waiting(self->db, self->part, &waiting);
        if (err == OK) {
            err = is_due(self, &waiting) ? bring_home(self, self->part, &self->gains)
                                         : gains_store(&self->gains, self->db, self->part, &waiting);
        }
    }
    gains_reset(&self->gains);
    return err;
}

enum err fold_gains_link(struct fold_gains *self, const struct link_stat *gain)
{
    int64_t part = gains_part_of(gain->link_id);
    enum err err = part != self->part ? end_part(self) : OK;

    self->part = part;
    if (err == OK) {
        gains_add_link(&self->gains, gain);
    }
    return err;
}

enum err fold_gains_day(struct fold_gains *self, const struct fold_day *day)
{
    struct buf packed;

    buf_init_fixed(&packed, self->bytes, sizeof self->bytes);
    sums_pack(day->cells, day->count, &packed);
    gains_add_day(&self->gains, day->day, buf_str(&packed));
    return packed.overflow ? ERR_INTERNAL : OK;
}

enum err fold_gains_end(struct fold_gains *self)
{
    return end_part(self);
}

/* ---- by itself */

static enum err home_part(struct db *db, int64_t part, const struct fold_opts *opts)
{
    struct fold_store *store = fold_store_new(db);
    struct fold_gains *self = store ? fold_gains_new(db, store, opts) : NULL;
    enum err err = self ? bring_home(self, part, NULL) : ERR_NOMEM;

    if (err == OK) {
        err = fold_store_figures(store);
    }
    fold_gains_free(self);
    fold_store_free(store);
    return err;
}

enum err fold_gains_home(struct db *db, int64_t link_id)
{
    struct gains_waiting waiting;
    enum err err = gains_waiting(db, gains_part_of(link_id), &waiting);

    return err == OK && waiting.rows > 0 ? home_part(db, gains_part_of(link_id), NULL) : err;
}

enum err fold_gains_home_first(struct db *db, const struct fold_opts *opts)
{
    int64_t part = 0;
    enum err err = gains_next_part(db, 0, &part);

    return err == OK ? home_part(db, part, opts) : err == ERR_NOT_FOUND ? OK : err;
}
