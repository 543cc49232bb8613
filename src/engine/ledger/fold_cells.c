/* SPDX-License-Identifier: MIT */
#include "fold_cells.h"

#include <stdlib.h>

#include "linkpond/base/order.h"

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

enum err fold_cells_spread(struct fold_cells *self, const struct link_ids *ids, const struct fold_day *day)
{
    const int64_t owners[] = {
        fold_owner_scope(SUMS_ALL, 0),
        ids->campaign_id != 0 ? fold_owner_scope(SUMS_CAMPAIGN, ids->campaign_id) : 0,
        ids->channel_id != 0 ? fold_owner_scope(SUMS_CHANNEL, ids->channel_id) : 0,
        ids->owner_id != 0 ? fold_owner_scope(SUMS_OWNER, ids->owner_id) : 0,
        ids->domain_id != 0 ? fold_owner_scope(SUMS_DOMAIN, ids->domain_id) : 0,
    };
    enum err err = OK;

    for (size_t i = 0; err == OK && i < day->count * ARRAY_LEN(owners); i++) {
        const struct sums_cell *cell = &day->cells[i / ARRAY_LEN(owners)];
        int64_t owner = owners[i % ARRAY_LEN(owners)];
        err = owner != 0 ? fold_cells_count(self, owner, day->day, cell->quarter, cell->key, cell->count) : OK;
    }
    return err;
}

/* Slots that count something, and in which order. */
struct sorted {
    struct idmap_slot *slots;
    uint32_t *order;
    size_t count;
};

static enum err sort(const struct idmap *map, struct sorted *out)
{
    uint32_t *spare = malloc((map->count + 1) * sizeof *spare);
    const struct order_key keys[] = {
        {(const int64_t *)&out->slots[0].a, sizeof *out->slots},
        {(const int64_t *)&out->slots[0].b, sizeof *out->slots},
    };

    for (size_t i = 0; spare && i < map->cap; i++) {
        if (map->slots[i].a != IDMAP_NO_KEY && map->slots[i].value != 0) {
            out->slots[out->count++] = map->slots[i];
        }
    }
    if (spare) {
        order_rows(keys, ARRAY_LEN(keys), out->count, out->order, spare);
    }
    free(spare);
    return spare ? OK : ERR_NOMEM;
}

static const struct idmap_slot *slot_at(const struct sorted *self, size_t place)
{
    return &self->slots[self->order[place]];
}

static bool same_day(const struct idmap_slot *left, const struct idmap_slot *right)
{
    return left->a == right->a && left->b >> 24 == right->b >> 24;
}

static enum err each_day(const struct sorted *sorted, struct sums_cell *cells,
                         enum err (*each)(void *arg, const struct fold_day *day), void *arg)
{
    enum err err = OK;

    for (size_t from = 0, to = 0; err == OK && from < sorted->count; from = to) {
        const struct idmap_slot *first = slot_at(sorted, from);
        size_t used = 0;
        for (to = from; to < sorted->count && same_day(slot_at(sorted, to), first); to++) {
            const struct idmap_slot *slot = slot_at(sorted, to);
            cells[used++] = (struct sums_cell){slot->b >> 16 & 0xFF, (uint32_t)(slot->b & 0xFFFF), slot->value};
        }
        const struct fold_day day = {(int64_t)first->a, (int64_t)(first->b >> 24) - DAY_BIAS, cells, used};
        err = each(arg, &day);
    }
    return err;
}

enum err fold_cells_each(const struct fold_cells *self, enum err (*each)(void *arg, const struct fold_day *day),
                         void *arg)
{
    struct sorted sorted = {.slots = malloc((self->map.count + 1) * sizeof *sorted.slots),
                            .order = malloc((self->map.count + 1) * sizeof *sorted.order)};
    struct sums_cell *cells = malloc(SUMS_LIST_CELLS * sizeof *cells);
    enum err err = sorted.slots && sorted.order && cells ? sort(&self->map, &sorted) : ERR_NOMEM;

    if (err == OK) {
        err = each_day(&sorted, cells, each, arg);
    }
    free(sorted.slots);
    free(sorted.order);
    free(cells);
    return err;
}
