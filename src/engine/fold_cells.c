/* SPDX-License-Identifier: MIT */
#include "fold_cells.h"

#include <stdlib.h>

/* Key words: a = owner, b = (day + DAY_BIAS) : 40 | quarter : 8 | key : 16. */
#define DAY_BIAS   (INT64_C(1) << 38)
#define SCOPE_BITS 60

void fold_cells_init(struct fold_cells *self, size_t cells_max)
{
    idmap_init(&self->map, cells_max);
}

void fold_cells_done(struct fold_cells *self)
{
    idmap_done(&self->map);
}

int64_t fold_owner_link(int64_t link_id)
{
    return link_id;
}

int64_t fold_owner_scope(enum sums_scope scope, int64_t scope_id)
{
    return (int64_t)(scope + 1) << SCOPE_BITS | scope_id;
}

bool fold_owner_split(int64_t owner, enum sums_scope *scope, int64_t *id)
{
    int64_t kind = owner >> SCOPE_BITS;

    *id = owner & ((INT64_C(1) << SCOPE_BITS) - 1);
    if (kind > 0) {
        *scope = (enum sums_scope)(kind - 1);
    }
    return kind == 0;
}

enum err fold_cells_count(struct fold_cells *self, int64_t owner, int64_t day, uint32_t quarter, uint32_t key,
                          int64_t delta)
{
    uint64_t place = (uint64_t)(day + DAY_BIAS) << 24 | (uint64_t)quarter << 16 | key;
    int64_t *count = idmap_put(&self->map, (uint64_t)owner, place, NULL);

    if (!count) {
        return ERR_NOMEM;
    }
    *count += delta;
    return OK;
}

enum err fold_cells_click(struct fold_cells *self, int64_t link_id, const struct link_ids *ids, int64_t day,
                          uint32_t quarter, uint32_t key, int64_t delta)
{
    const struct {
        enum sums_scope scope;
        int64_t id;
    } scopes[] = {
        {SUMS_CAMPAIGN, ids->campaign_id},
        {SUMS_CHANNEL, ids->channel_id},
        {SUMS_OWNER, ids->owner_id},
        {SUMS_DOMAIN, ids->domain_id},
    };
    enum err err = fold_cells_count(self, fold_owner_scope(SUMS_ALL, 0), day, quarter, key, delta);

    if (err == OK && link_id != 0) {
        err = fold_cells_count(self, fold_owner_link(link_id), day, quarter, key, delta);
    }
    for (size_t i = 0; err == OK && i < ARRAY_LEN(scopes); i++) {
        if (scopes[i].id != 0) {
            err = fold_cells_count(self, fold_owner_scope(scopes[i].scope, scopes[i].id), day, quarter, key, delta);
        }
    }
    return err;
}

static int order(const void *left, const void *right)
{
    const struct idmap_slot *a = left, *b = right;

    if (a->a != b->a) {
        return a->a < b->a ? -1 : 1;
    }
    return (a->b > b->b) - (a->b < b->b);
}

static enum err each_day(const struct idmap_slot *slots, size_t count, struct sums_cell *cells,
                         enum err (*each)(void *arg, const struct fold_day *day), void *arg)
{
    enum err err = OK;

    for (size_t from = 0, to = 0; err == OK && from < count; from = to) {
        size_t used = 0;
        for (to = from; to < count && slots[to].a == slots[from].a && slots[to].b >> 24 == slots[from].b >> 24; to++) {
            cells[used++] =
                (struct sums_cell){slots[to].b >> 16 & 0xFF, (uint32_t)(slots[to].b & 0xFFFF), slots[to].value};
        }
        const struct fold_day day = {(int64_t)slots[from].a, (int64_t)(slots[from].b >> 24) - DAY_BIAS, cells, used};
        err = each(arg, &day);
    }
    return err;
}

enum err fold_cells_each(const struct fold_cells *self, enum err (*each)(void *arg, const struct fold_day *day),
                         void *arg)
{
    struct idmap_slot *slots = malloc((self->map.count + 1) * sizeof *slots);
    struct sums_cell *cells = malloc(SUMS_LIST_CELLS * sizeof *cells);
    enum err err = slots && cells ? OK : ERR_NOMEM;
    size_t count = 0;

    for (size_t i = 0; err == OK && i < self->map.cap; i++) {
        if (self->map.slots[i].a != IDMAP_NO_KEY && self->map.slots[i].value != 0) {
            slots[count++] = self->map.slots[i];
        }
    }
    if (err == OK) {
        qsort(slots, count, sizeof *slots, order);
        err = each_day(slots, count, cells, each, arg);
    }
    free(slots);
    free(cells);
    return err;
}

/* ---- to the database */
struct fold_store {
    struct db *db;
    struct arena arena;
    struct sums_cell stored[SUMS_LIST_CELLS], sum[2 * SUMS_LIST_CELLS];
    char bytes[SUMS_DAY_BYTES_MAX];
};

struct fold_store *fold_store_new(struct db *db)
{
    struct fold_store *self = malloc(sizeof *self);

    if (self) {
        self->db = db;
        arena_init(&self->arena, SUMS_DAY_BYTES_MAX * 2);
    }
    return self;
}

void fold_store_free(struct fold_store *self)
{
    if (self) {
        arena_done(&self->arena);
        free(self);
    }
}

static enum err find(struct fold_store *self, const struct fold_day *day, str *out)
{
    enum sums_scope scope = SUMS_ALL;
    int64_t id = 0;

    arena_reset(&self->arena);
    enum err err = fold_owner_split(day->owner, &scope, &id)
                       ? sums_link_day_find(self->db, &self->arena, id, day->day, out)
                       : sums_scope_day_find(self->db, &self->arena, scope, id, day->day, out);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err put(struct fold_store *self, const struct fold_day *day, str bytes)
{
    enum sums_scope scope = SUMS_ALL;
    int64_t id = 0;

    return fold_owner_split(day->owner, &scope, &id) ? sums_link_day_put(self->db, id, day->day, bytes)
                                                     : sums_scope_day_put(self->db, scope, id, day->day, bytes);
}

enum err fold_store_add(struct fold_store *self, const struct fold_day *day)
{
    struct buf packed;
    str stored = {0};
    size_t count = 0;
    enum err err = find(self, day, &stored);

    if (err != OK) {
        return err;
    }
    if (!sums_unpack(stored, self->stored, &count)) {
        return ERR_CORRUPT;
    }
    count = sums_cells_add(self->stored, count, day->cells, day->count, self->sum);
    buf_init_fixed(&packed, self->bytes, sizeof self->bytes);
    sums_pack(self->sum, count, &packed);
    return packed.overflow ? ERR_INTERNAL : put(self, day, buf_str(&packed));
}
