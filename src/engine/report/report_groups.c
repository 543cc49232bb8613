/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/report_groups.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NUMBERS_MAX (UINT64_C(1) << 26) /* 256 MiB by number; those beyond are in a map */
#define GRID_MAX    ((size_t)1 << 21)   /* 8 MiB */
#define HUGE_BYTES  ((size_t)2 << 20)

void report_groups_init(struct report_groups *self, size_t dims)
{
    *self = (struct report_groups){.dims = dims};
    for (size_t d = 0; d < ARRAY_LEN(self->values); d++) {
        idmap_init(&self->values[d].far, REPORT_GROUPS_MAX);
    }
    idmap_init(&self->map, REPORT_GROUPS_MAX);
}

void report_groups_done(struct report_groups *self)
{
    for (size_t d = 0; d < ARRAY_LEN(self->values); d++) {
        free(self->values[d].ordinals);
        free(self->values[d].numbers);
        idmap_done(&self->values[d].far);
    }
    idmap_done(&self->map);
    free(self->grid);
    free(self->ordinals);
    free(self->clicks);
    free(self->counts);
}

/* Grown by doubling until `at` is in it; what is new is zero. */
static bool widen(void **array, size_t size, size_t *cap, size_t at)
{
    size_t bigger = *cap > 0 ? *cap : 256;

    while (bigger <= at) {
        bigger *= 2;
    }
    if (bigger == *cap) {
        return true;
    }
    uint8_t *memory = realloc(*array, bigger * size);
    if (memory) {
        memset(memory + *cap * size, 0, (bigger - *cap) * size);
        *array = memory;
        *cap = bigger;
    }
    return memory != NULL;
}

/* ---- values */

static enum err add_group(struct report_groups *self, uint32_t first, uint32_t second, uint32_t *group)
{
    size_t caps[] = {self->cap, self->cap, self->cap};
    void *ordinals = self->ordinals, *clicks = self->clicks, *counts = self->counts;

    if (self->count == REPORT_GROUPS_MAX) {
        return ERR_TOO_LARGE;
    }
    bool fits = widen(&ordinals, sizeof *self->ordinals, &caps[0], self->count) &&
                widen(&clicks, sizeof *self->clicks, &caps[1], self->count) &&
                widen(&counts, sizeof *self->counts, &caps[2], self->count);
    self->ordinals = ordinals;
    self->clicks = clicks;
    self->counts = counts;
    if (!fits) {
        return ERR_NOMEM;
    }
    self->cap = caps[0];
    *group = (uint32_t)self->count++;
    self->ordinals[*group][0] = first;
    self->ordinals[*group][1] = second;
    return OK;
}

/* A new value; of one dimension a group too. */
static enum err note_number(struct report_groups *self, size_t dim, uint64_t number)
{
    struct group_values *values = &self->values[dim];
    void *numbers = values->numbers;
    uint32_t group = 0;

    if (values->count == REPORT_GROUPS_MAX) {
        return ERR_TOO_LARGE;
    }
    bool fits = widen(&numbers, sizeof *values->numbers, &values->cap, values->count);
    values->numbers = numbers;
    if (!fits) {
        return ERR_NOMEM;
    }
    values->numbers[values->count++] = number;
    return self->dims == 1 ? add_group(self, (uint32_t)values->count - 1, 0, &group) : OK;
}

static enum err far_ordinal(struct report_groups *self, size_t dim, uint64_t number, uint32_t *ordinal)
{
    struct group_values *values = &self->values[dim];
    bool added = false;
    int64_t *known = idmap_put(&values->far, number, 0, &added);

    if (!known) {
        return values->far.count == values->far.count_max ? ERR_TOO_LARGE : ERR_NOMEM;
    }
    if (added) {
        *known = (int64_t)values->count;
    }
    *ordinal = (uint32_t)*known;
    return added ? note_number(self, dim, number) : OK;
}

enum err report_groups_ordinal(struct report_groups *self, size_t dim, uint64_t number, uint32_t *ordinal)
{
    struct group_values *values = &self->values[dim];

    if (number >= NUMBERS_MAX) {
        return far_ordinal(self, dim, number, ordinal);
    }
    if (number >= values->ordinals_cap) {
        void *ordinals = values->ordinals;
        bool fits = widen(&ordinals, sizeof *values->ordinals, &values->ordinals_cap, (size_t)number);
        values->ordinals = ordinals;
        if (!fits) {
            return ERR_NOMEM;
        }
    }
    if (values->ordinals[number] == 0) {
        enum err err = note_number(self, dim, number);
        if (err != OK) {
            return err;
        }
        values->ordinals[number] = (uint32_t)values->count;
    }
    *ordinal = values->ordinals[number] - 1;
    return OK;
}

/* ---- groups */

/* A large one in large pages that are written at once: cells are read before they are written, and each such page of
 * the usual size is a page of zeros first, then another, for which the other thread's core has to be interrupted. */
static uint32_t *new_grid(size_t cells)
{
    size_t bytes = cells * sizeof(uint32_t);
    bool huge = bytes >= HUGE_BYTES;
    uint32_t *grid = huge ? aligned_alloc(HUGE_BYTES, bytes) : calloc(cells, sizeof *grid);

    if (grid && huge) {
        madvise(grid, bytes, MADV_HUGEPAGE);
        memset(grid, 0, bytes);
    }
    return grid;
}

/* All groups so far into a grid of these sizes. */
static enum err lay_grid(struct report_groups *self, size_t rows, unsigned shift)
{
    uint32_t *grid = new_grid(rows << shift);

    if (!grid) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < self->count; i++) {
        grid[(size_t)self->ordinals[i][0] << shift | self->ordinals[i][1]] = (uint32_t)i + 1;
    }
    free(self->grid);
    self->grid = grid;
    self->grid_rows = rows;
    self->shift = shift;
    return OK;
}

/* Room for these ordinals, while there may be more. */
static enum err widen_grid(struct report_groups *self, uint32_t first, uint32_t second)
{
    size_t rows = self->grid_rows > 0 ? self->grid_rows : 64;
    unsigned shift = self->grid_rows > 0 ? self->shift : 4;

    while (rows <= first) {
        rows *= 2;
    }
    while (second >> shift != 0) {
        shift++;
    }
    if (rows > GRID_MAX >> shift) {
        self->grid_full = true;
        return OK;
    }
    return lay_grid(self, rows, shift);
}

static enum err make_mapped(struct report_groups *self, uint32_t first, uint32_t second, uint32_t *group)
{
    bool added = false;
    int64_t *slot = idmap_put(&self->map, first, second, &added);

    if (!slot) {
        return self->map.count == self->map.count_max ? ERR_TOO_LARGE : ERR_NOMEM;
    }
    if (added) {
        enum err err = add_group(self, first, second, group);
        *slot = (int64_t)*group;
        return err;
    }
    *group = (uint32_t)*slot;
    return OK;
}

static bool in_grid(const struct report_groups *self, uint32_t first, uint32_t second)
{
    return first < self->grid_rows && second >> self->shift == 0;
}

bool report_groups_has(const struct report_groups *self, uint32_t first, uint32_t second)
{
    if (self->dims == 1) {
        return first < self->count;
    }
    return in_grid(self, first, second) ? self->grid[(size_t)first << self->shift | second] != 0
                                        : idmap_find(&self->map, first, second) != NULL;
}

enum err report_groups_make(struct report_groups *self, uint32_t first, uint32_t second, uint32_t *group)
{
    enum err err = in_grid(self, first, second) || self->grid_full ? OK : widen_grid(self, first, second);

    if (err != OK || !in_grid(self, first, second)) {
        return err != OK ? err : make_mapped(self, first, second, group);
    }
    uint32_t *cell = &self->grid[(size_t)first << self->shift | second];
    if (*cell == 0) {
        err = add_group(self, first, second, group);
        *cell = err == OK ? *group + 1 : 0;
        return err;
    }
    *group = *cell - 1;
    return OK;
}

enum err report_groups_put(struct report_groups *self, const uint64_t values[2], uint32_t *group)
{
    uint32_t ordinals[2] = {0, 0};
    enum err err = OK;

    for (size_t d = 0; err == OK && d < self->dims; d++) {
        err = report_groups_ordinal(self, d, values[d], &ordinals[d]);
    }
    return err == OK ? report_groups_find(self, ordinals[0], ordinals[1], group) : err;
}

/* ---- the first of them */

int64_t report_spread_least(const struct report_spread *self, size_t limit)
{
    int64_t clicks = limit > 0 ? REPORT_CLICKS_TOLD : 0;
    size_t found = 0;

    while (found < limit && clicks > 0) {
        found += self->groups[--clicks];
    }
    return found < limit ? 0 : clicks;
}

int64_t report_groups_least(const struct report_groups *self, size_t limit)
{
    struct report_spread spread = {0};

    for (size_t i = 0; i < self->count; i++) {
        report_spread_add(&spread, self->clicks[i]);
    }
    return report_spread_least(&spread, limit);
}
