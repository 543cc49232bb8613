/* SPDX-License-Identifier: MIT */
#include "fold_rows.h"

#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/model/link.h"

#define CELLS_MAX (1U << 26) /* a recount holds every cell of the ledger */
#define LINKS_MAX (1U << 26)

void fold_place(int64_t time_ms, int64_t *day, uint32_t *quarter)
{
    int64_t days = time_ms / MS_PER_DAY - (time_ms % MS_PER_DAY < 0);

    *day = days;
    *quarter = (uint32_t)((time_ms - days * MS_PER_DAY) / MS_PER_QUARTER);
}

void fold_rows_init(struct fold_rows *self, struct db *db)
{
    *self = (struct fold_rows){.db = db};
    fold_cells_init(&self->cells, CELLS_MAX);
    idmap_init(&self->links, LINKS_MAX);
}

void fold_rows_done(struct fold_rows *self)
{
    fold_cells_done(&self->cells);
    idmap_done(&self->links);
    free(self->list);
}

static enum err link_new(struct fold_rows *self, int64_t link_id, struct fold_link **out)
{
    if (self->list_count == self->list_cap) {
        size_t cap = self->list_cap > 0 ? self->list_cap * 2 : 256;
        struct fold_link *list = realloc(self->list, cap * sizeof *list);
        if (!list) {
            return ERR_NOMEM;
        }
        self->list = list;
        self->list_cap = cap;
    }
    struct fold_link *link = &self->list[self->list_count];
    *link = (struct fold_link){.stat = {.link_id = link_id, .last_ms = TIME_NONE}};
    enum err err = link_id != 0 ? links_ids(self->db, link_id, &link->ids) : OK;
    if (err == OK || err == ERR_NOT_FOUND) { /* a row without link: a purge was cut off; it still is part of all */
        self->list_count++;
        *out = link;
        return OK;
    }
    return err;
}

static enum err link_of(struct fold_rows *self, int64_t link_id, struct fold_link **out)
{
    bool added = false;
    int64_t *index = idmap_put(&self->links, (uint64_t)link_id, 0, &added);

    if (!index) {
        return ERR_NOMEM;
    }
    if (!added) {
        *out = &self->list[*index];
        return OK;
    }
    *index = (int64_t)self->list_count;
    return link_new(self, link_id, out);
}

static void count_stat(struct link_stat *stat, const struct click_facts *click)
{
    bool pv = click_counts(click->class, click->outcome);

    stat->total++;
    stat->bots += click->class != CLASS_HUMAN;
    stat->reserved += (click->signals & SIGNAL_RESERVED_LIMIT) != 0;
    if (pv) {
        stat->clicks++;
        stat->visitors += (click->flags & CLICK_FLAG_FIRST_HERE) != 0;
        stat->scans += (click->flags & CLICK_FLAG_QR) != 0;
        stat->last_ms = click->time_ms > stat->last_ms ? click->time_ms : stat->last_ms;
    }
}

enum err fold_rows_add(struct fold_rows *self, const struct click_facts *click)
{
    struct fold_link *link = NULL;
    int64_t day = 0;
    uint32_t quarter = 0;
    enum err err = link_of(self, click->link_id, &link);

    if (err != OK) {
        return err;
    }
    count_stat(&link->stat, click);
    fold_place(click->time_ms, &day, &quarter);
    err = fold_cells_click(&self->cells, click->link_id, &link->ids, day, quarter,
                           sums_key(click->class, click->outcome), 1);
    if (err == OK && (click->flags & CLICK_FLAG_QR) && click_counts(click->class, click->outcome)) {
        err = fold_cells_click(&self->cells, click->link_id, &link->ids, day, quarter, SUMS_KEY_SCANS, 1);
    }
    return err;
}

static enum err store_day(void *arg, const struct fold_day *day)
{
    return fold_store_add(arg, day);
}

static int by_link(const void *left, const void *right)
{
    const struct fold_link *a = left, *b = right;

    return (a->stat.link_id > b->stat.link_id) - (a->stat.link_id < b->stat.link_id);
}

enum err fold_rows_store(struct fold_rows *self, struct db *db)
{
    struct fold_store *store = fold_store_new(db);
    enum err err = store ? fold_cells_each(&self->cells, store_day, store) : ERR_NOMEM;

    fold_store_free(store);
    qsort(self->list, self->list_count, sizeof *self->list, by_link);
    for (size_t i = 0; err == OK && i < self->list_count; i++) {
        if (self->list[i].stat.link_id != 0) {
            err = sums_stat_add(db, &self->list[i].stat);
        }
    }
    return err;
}
