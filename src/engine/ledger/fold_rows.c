/* SPDX-License-Identifier: MIT */
#include "fold_rows.h"

#include <stdlib.h>

#include "fold_gains.h"
#include "fold_store.h"
#include "linkpond/base/clock.h"
#include "linkpond/model/link.h"

#define CELLS_MAX  (1U << 26) /* a recount holds every cell of the ledger */
#define LINKS_MAX  (1U << 26)
#define LINKS_MANY 1024

void fold_place(int64_t time_ms, int64_t *day, uint32_t *quarter)
{
    int64_t days = time_ms / MS_PER_DAY - (time_ms % MS_PER_DAY < 0);

    *day = days;
    *quarter = (uint32_t)((time_ms - days * MS_PER_DAY) / MS_PER_QUARTER);
}

void fold_rows_init(struct fold_rows *self, const struct fold_opts *opts)
{
    *self = (struct fold_rows){.opts = opts};
    fold_cells_init(&self->links, CELLS_MAX);
    fold_cells_init(&self->scopes, CELLS_MAX);
    idmap_init(&self->index, LINKS_MAX);
}

void fold_rows_done(struct fold_rows *self)
{
    fold_cells_done(&self->links);
    fold_cells_done(&self->scopes);
    idmap_done(&self->index);
    free(self->list);
}

static enum err stat_of(struct fold_rows *self, int64_t link_id, struct link_stat **out)
{
    bool added = false;
    int64_t *index = idmap_put(&self->index, (uint64_t)link_id, 0, &added);

    if (!index) {
        return ERR_NOMEM;
    }
    if (added && self->list_count == self->list_cap) {
        size_t cap = self->list_cap > 0 ? self->list_cap * 2 : 256;
        struct link_stat *list = realloc(self->list, cap * sizeof *list);
        if (!list) {
            return ERR_NOMEM;
        }
        self->list = list;
        self->list_cap = cap;
    }
    if (added) {
        *index = (int64_t)self->list_count++;
        self->list[*index] = (struct link_stat){.link_id = link_id, .last_ms = TIME_NONE};
    }
    *out = &self->list[*index];
    return OK;
}

static void count_stat(struct link_stat *stat, const struct click_facts *click, int sign)
{
    bool pv = click_counts(click->class, click->outcome);

    stat->total += sign;
    stat->bots += click->class != CLASS_HUMAN ? sign : 0;
    stat->reserved += click->signals & SIGNAL_RESERVED_LIMIT ? sign : 0;
    if (pv) {
        stat->clicks += sign;
        stat->visitors += click->flags & CLICK_FLAG_FIRST_HERE ? sign : 0;
        stat->scans += click->flags & CLICK_FLAG_QR ? sign : 0;
        stat->last_ms = sign > 0 && click->time_ms > stat->last_ms ? click->time_ms : stat->last_ms;
    }
}

enum err fold_rows_count(struct fold_rows *self, const struct click_facts *click, int sign)
{
    struct link_stat *stat = NULL;
    int64_t owner = fold_owner_link(click->link_id), day = 0;
    uint32_t quarter = 0;

    self->takes = self->takes || sign < 0;
    enum err err = stat_of(self, click->link_id, &stat);

    if (err != OK) {
        return err;
    }
    count_stat(stat, click, sign);
    fold_place(click->time_ms, &day, &quarter);
    err = fold_cells_count(&self->links, owner, day, quarter, sums_key(click->class, click->outcome), sign);
    if (err == OK && (click->flags & CLICK_FLAG_QR) && click_counts(click->class, click->outcome)) {
        err = fold_cells_count(&self->links, owner, day, quarter, SUMS_KEY_SCANS, sign);
    }
    return err;
}

enum err fold_rows_add(struct fold_rows *self, const struct click_facts *click)
{
    return fold_rows_count(self, click, 1);
}

/* ---- to the database */

/* A walk over the days of all links, by (link, day). */
struct walk {
    struct fold_rows *rows;
    struct db *db;
    struct fold_store *store;
    struct fold_gains *gains; /* NULL: links are stored one by one */
    int64_t link_id;          /* the one being stored; 0 = none */
    struct link_ids ids;
};

static enum err end_link(struct walk *self)
{
    enum err err = self->link_id != 0 && !self->gains ? fold_store_link_end(self->store) : OK;

    self->link_id = 0;
    return err;
}

static enum err begin_link(struct walk *self, int64_t link_id)
{
    const int64_t *index = idmap_find(&self->rows->index, (uint64_t)link_id, 0);
    enum err err = end_link(self);

    BUG_ON(!index);
    self->ids = (struct link_ids){0};
    if (err != OK || link_id == 0) {
        return err;
    }
    if (fold_is_given_up(self->rows->opts)) {
        return ERR_UNAVAILABLE;
    }
    struct link_stat *stat = &self->rows->list[*index];
    err = links_ids(self->db, link_id, &self->ids); /* zeros when the link is gone */
    err = err == ERR_NOT_FOUND ? OK : err;
    if (err == OK) {
        err = self->gains ? fold_gains_link(self->gains, stat) : fold_store_link(self->store, stat);
    }
    stat->link_id = 0; /* stored */
    self->link_id = err == OK ? link_id : 0;
    return err;
}

static enum err store_link_day(void *arg, const struct fold_day *day)
{
    struct walk *self = arg;
    int64_t link_id = day->owner;
    enum err err = link_id != self->link_id || link_id == 0 ? begin_link(self, link_id) : OK;

    if (err == OK && link_id != 0) {
        err = self->gains ? fold_gains_day(self->gains, day) : fold_store_link_day(self->store, day);
    }
    return err == OK ? fold_cells_spread(&self->rows->scopes, &self->ids, day) : err;
}

static enum err store_scope_day(void *arg, const struct fold_day *day)
{
    return fold_store_scope_day(arg, day);
}

/* Links whose days stay as they are though their figures change: a visitor is taken from a click that still counts. */
static enum err store_others(struct fold_rows *self, struct db *db)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->list_count; i++) {
        const struct link_stat *stat = &self->list[i];
        bool any = stat->clicks != 0 || stat->visitors != 0 || stat->bots != 0 || stat->total != 0 ||
                   stat->scans != 0 || stat->reserved != 0;
        err = stat->link_id != 0 && any ? sums_stat_add(db, stat) : OK;
    }
    return err;
}

bool fold_rows_are_few(const struct fold_rows *self)
{
    return self->list_count < (self->opts->links_many > 0 ? self->opts->links_many : LINKS_MANY);
}

/* All parts from which something is taken. */
static enum err bring_home(struct fold_rows *self, struct db *db)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->list_count; i++) {
        err = fold_gains_home(db, self->list[i].link_id);
    }
    return err;
}

static enum err store_links(struct walk *self)
{
    enum err err = self->store ? fold_cells_each(&self->rows->links, store_link_day, self) : ERR_NOMEM;

    if (err == OK) {
        err = self->gains ? fold_gains_end(self->gains) : end_link(self);
    }
    return err == OK ? fold_store_figures(self->store) : err;
}

enum err fold_rows_store(struct fold_rows *self, struct db *db)
{
    enum err err = self->takes ? bring_home(self, db) : OK;

    if (err != OK) {
        return err;
    }
    struct walk walk = {.rows = self, .db = db, .store = fold_store_new(db)};
    if (walk.store && self->opts && !fold_rows_are_few(self)) {
        walk.gains = fold_gains_new(db, walk.store, self->opts);
        err = walk.gains ? OK : ERR_NOMEM;
    }
    if (err == OK) {
        err = store_links(&walk);
    }
    if (err == OK) {
        err = store_others(self, db);
    }
    if (err == OK) {
        err = fold_cells_each(&self->scopes, store_scope_day, walk.store);
    }
    fold_gains_free(walk.gains);
    fold_store_free(walk.store);
    return err;
}

/* A row without link: a purge was cut off; it still is part of all. */
static enum err spread_link_day(void *arg, const struct fold_day *day)
{
    struct walk *self = arg;
    enum err err = OK;

    if (day->owner != self->link_id) {
        self->link_id = day->owner;
        self->ids = (struct link_ids){0};
        err = links_ids(self->db, self->link_id, &self->ids);
    }
    return err == OK || err == ERR_NOT_FOUND ? fold_cells_spread(&self->rows->scopes, &self->ids, day) : err;
}

enum err fold_rows_spread(struct fold_rows *self, struct db *db)
{
    struct walk walk = {.rows = self, .db = db};

    return fold_cells_each(&self->links, spread_link_day, &walk);
}
