/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_columns.h"
#include "report_links.h"

/*
 * Counting by one or two dimensions. Each row gets the number of its cell, the pair of its places among the different
 * values of the chunk; cells are counted in a plain array, and only those that occur become groups of the report. When
 * there are more pairs than rows, those that occur are numbered first.
 */
#define DENSE_MAX 1024 /* cells of an array that is emptied for each chunk, besides four a row */
#define LANES_MAX 4096 /* cells counted in several lanes, so that equal neighbours need not wait for each other */
#define UNKNOWN   UINT64_MAX
#define SEVERAL   (UINT64_MAX - 1)

/* A dimension's different values in the chunk. */
struct cell_dim {
    enum dim dim;
    size_t count;
    uint64_t *numbers;    /* by place; UNKNOWN = not looked at yet; SEVERAL = those of the link of that run */
    const uint32_t *runs; /* by place, where there may be several */
    enum chunk_column column;
};
struct cell_table {
    struct report_columns *columns;
    struct cell_dim dims[2];
    size_t count;            /* cells */
    const uint32_t *origins; /* of numbered cells; NULL: each is itself */
    uint32_t *clicks, *scans;
};

/* ---- places of one dimension */

static enum err make_numbers(struct report_columns *self, struct cell_dim *dim, size_t count)
{
    dim->count = count;
    dim->numbers = ARENA_ARRAY(&self->arena, uint64_t, count);
    for (size_t i = 0; dim->numbers && i < count; i++) {
        dim->numbers[i] = UNKNOWN;
    }
    return dim->numbers ? OK : ERR_NOMEM;
}

static enum err place_values(struct report_columns *self, struct cell_dim *dim)
{
    const struct chunk_codes *codes = &self->chunk.codes[dim->column];
    uint32_t *cells = self->cells;
    enum err err = report_columns_load(self, dim->column);

    if (err != OK) {
        return err;
    }
    bool plain = codes->encoding == CHUNK_PLAIN;
    uint32_t count = (uint32_t)(plain ? self->to - self->from : codes->width == 0 ? 1 : codes->count);
    for (size_t i = self->from; plain && i < self->to; i++) {
        cells[i] = cells[i] * count + (uint32_t)(i - self->from);
    }
    for (size_t i = self->from; !plain && codes->width == 1 && i < self->to; i++) {
        cells[i] = cells[i] * count + codes->codes8[i];
    }
    for (size_t i = self->from; !plain && codes->width == 2 && i < self->to; i++) {
        cells[i] = cells[i] * count + codes->codes16[i];
    }
    return make_numbers(self, dim, count);
}

static enum err place_times(struct report_columns *self, struct cell_dim *dim)
{
    const struct report_match *match = self->tally->match;
    bool hours = dim->dim == DIM_HOUR;
    const size_t count = hours ? ARRAY_LEN(match->hours) : ARRAY_LEN(match->weekdays);
    enum err err = report_columns_load(self, CHUNK_TIME);

    for (size_t i = self->from; err == OK && i < self->to; i++) {
        const struct time_slot *slot =
            self->counted[i] ? report_times_at(&self->times, chunk_number(&self->chunk.numbers[CHUNK_TIME], i))
                             : self->times.slots;
        self->cells[i] = self->cells[i] * (uint32_t)count + (hours ? slot->hour : slot->weekday);
    }
    if (err == OK) {
        err = make_numbers(self, dim, count);
    }
    if (err == OK) {
        memcpy(dim->numbers, hours ? match->hours : match->weekdays, count * sizeof *dim->numbers);
    }
    return err;
}

/* Where the number's place + 1 is noted while a chunk's runs are placed; 0 = it has none yet. */
static uint32_t *note_of(struct report_columns *self, uint64_t number)
{
    size_t count = self->notes_count > 0 ? self->notes_count : 1024;

    if (number < self->notes_count) {
        return &self->notes[number];
    }
    while (count <= number) {
        count *= 2;
    }
    uint32_t *notes = realloc(self->notes, count * sizeof *notes);
    if (!notes) {
        return NULL;
    }
    memset(notes + self->notes_count, 0, (count - self->notes_count) * sizeof *notes);
    self->notes = notes;
    self->notes_count = count;
    return &self->notes[number];
}

static void forget_notes(struct report_columns *self, const struct cell_dim *dim)
{
    for (size_t i = 0; i < dim->count; i++) {
        if (dim->dim != DIM_LINK && dim->numbers[i] != SEVERAL) {
            self->notes[dim->numbers[i]] = 0;
        }
    }
}

/* The run's place: links with the same single value share one. */
static enum err place_run(struct report_columns *self, struct cell_dim *dim, size_t run, uint32_t *runs,
                          uint32_t *place)
{
    int64_t link_id = self->chunk.links.ids[run];
    uint64_t number = (uint64_t)link_id;
    bool single = true;
    enum err err = dim->dim == DIM_LINK ? OK : report_traits_value(self, link_id, dim->dim, &number, &single);

    if (err != OK) {
        return err;
    }
    uint32_t *note = single && dim->dim != DIM_LINK ? note_of(self, number) : NULL;
    if (!note && single && dim->dim != DIM_LINK) {
        return ERR_NOMEM;
    }
    if (note && *note != 0) {
        *place = *note - 1;
        return OK;
    }
    *place = (uint32_t)dim->count;
    runs[dim->count] = (uint32_t)run;
    dim->numbers[dim->count++] = single ? number : SEVERAL;
    if (note) {
        *note = (uint32_t)dim->count;
    }
    return OK;
}

static enum err place_runs(struct report_columns *self, struct cell_dim *dim, uint32_t *runs, uint32_t *places_of_runs)
{
    const struct chunk_links *links = &self->chunk.links;
    size_t first = chunk_links_of_row(links, self->from);
    enum err err = OK;

    for (size_t run = first; err == OK && run < links->count && links->firsts[run] < self->to; run++) {
        size_t from = links->firsts[run] > self->from ? links->firsts[run] : self->from;
        size_t end = links->firsts[run + 1] < self->to ? links->firsts[run + 1] : self->to;
        if (memchr(self->counted + from, 1, end - from)) {
            err = place_run(self, dim, run, runs, &places_of_runs[run]);
        }
    }
    for (size_t run = first; err == OK && run < links->count && links->firsts[run] < self->to; run++) {
        size_t from = links->firsts[run] > self->from ? links->firsts[run] : self->from;
        size_t end = links->firsts[run + 1] < self->to ? links->firsts[run + 1] : self->to;
        for (size_t i = from; i < end; i++) {
            self->cells[i] = self->cells[i] * (uint32_t)dim->count + places_of_runs[run];
        }
    }
    return err;
}

static enum err place_links(struct report_columns *self, struct cell_dim *dim)
{
    enum err err = dim->dim == DIM_LINK ? OK : report_traits_read(self);
    err = err == OK ? report_columns_load(self, CHUNK_LINK) : err;
    size_t count = err == OK ? self->chunk.links.count : 0;
    uint32_t *runs = ARENA_ARRAY(&self->arena, uint32_t, count + 1);
    uint32_t *places_of_runs = ARENA_ARRAY(&self->arena, uint32_t, count + 1);

    if (err == OK) {
        err = runs && places_of_runs ? make_numbers(self, dim, count) : ERR_NOMEM;
    }
    if (err != OK) {
        return err;
    }
    dim->count = 0;
    dim->runs = runs;
    err = place_runs(self, dim, runs, places_of_runs);
    forget_notes(self, dim);
    return err;
}

static enum err place(struct report_columns *self, struct cell_dim *dim)
{
    if (report_dim_of_link(dim->dim)) {
        return place_links(self, dim);
    }
    return dim->dim == DIM_HOUR || dim->dim == DIM_WEEKDAY ? place_times(self, dim) : place_values(self, dim);
}

/* ---- cells */

/* Numbers those that occur. */
static enum err number_cells(struct cell_table *self)
{
    struct report_columns *columns = self->columns;
    size_t cap = 64, count = 0;

    while (cap < 2 * (size_t)columns->clicks) {
        cap *= 2;
    }
    struct numbered {
        uint32_t cell, number; /* number + 1; 0 = free */
    } *slots = ARENA_ARRAY(&columns->arena, struct numbered, cap);
    uint32_t *origins = ARENA_ARRAY(&columns->arena, uint32_t, columns->clicks);
    if (!slots || !origins) {
        return ERR_NOMEM;
    }
    for (size_t i = columns->from; i < columns->to; i++) {
        uint32_t cell = columns->cells[i];
        if (!columns->counted[i]) {
            columns->cells[i] = 0;
            continue;
        }
        size_t at = (cell * UINT32_C(0x9E3779B1) ^ cell >> 15) & (cap - 1);
        while (slots[at].number != 0 && slots[at].cell != cell) {
            at = (at + 1) & (cap - 1);
        }
        if (slots[at].number == 0) {
            origins[count++] = cell;
            slots[at] = (struct numbered){cell, (uint32_t)count};
        }
        columns->cells[i] = slots[at].number - 1;
    }
    self->origins = origins;
    self->count = count;
    return OK;
}

/* How many rows of each cell have a weight of 1. */
static enum err weigh(struct cell_table *self, const uint8_t *weights, uint32_t **out)
{
    const struct report_columns *columns = self->columns;
    const uint32_t *cells = columns->cells;
    size_t lanes = self->count <= LANES_MAX ? 4 : 1, i = columns->from;
    uint32_t *counts = ARENA_ARRAY(&self->columns->arena, uint32_t, self->count * lanes);

    *out = counts;
    if (!counts) {
        return ERR_NOMEM;
    }
    uint32_t *second = counts + self->count * (lanes / 4), *third = second + self->count * (lanes / 4);
    uint32_t *fourth = third + self->count * (lanes / 4);
    for (; i + 4 <= columns->to; i += 4) {
        counts[cells[i]] += weights[i];
        second[cells[i + 1]] += weights[i + 1];
        third[cells[i + 2]] += weights[i + 2];
        fourth[cells[i + 3]] += weights[i + 3];
    }
    for (; i < columns->to; i++) {
        counts[cells[i]] += weights[i];
    }
    for (size_t c = 0; lanes > 1 && c < self->count; c++) {
        counts[c] += second[c] + third[c] + fourth[c];
    }
    return OK;
}

/* ---- groups */

static enum err number_at(struct report_columns *self, struct cell_dim *dim, size_t at, uint64_t *number)
{
    const struct chunk_codes *codes = &self->chunk.codes[dim->column];
    char hex[CHUNK_HEX_MAX];
    enum err err = OK;

    if (dim->numbers[at] == UNKNOWN) {
        struct click_value value = codes->encoding == CHUNK_PLAIN
                                       ? chunk_column_value(&self->chunk, dim->column, self->from + at, hex)
                                       : codes->entries[at];
        err = report_match_value(self->tally->match, dim->dim, &value, &dim->numbers[at]);
    }
    *number = dim->numbers[at];
    return err;
}

static enum err values_at(struct report_columns *self, struct cell_dim *dim, size_t at,
                          uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count)
{
    const struct match_link *link = NULL;

    *count = 1;
    if (dim->numbers[at] != SEVERAL) {
        return number_at(self, dim, at, values);
    }
    enum err err = report_match_link(self->tally->match, self->chunk.links.ids[dim->runs[at]], &link);
    if (err == OK) {
        *count = report_links_values(link, dim->dim, values);
    }
    return err;
}

/* Groups of cells, for visitors: in a list that doubles in the arena. */
struct group_list {
    struct arena *arena;
    uint32_t *items;
    size_t count, cap;
};

static enum err note_group(struct group_list *self, size_t group)
{
    if (self->count == self->cap) {
        size_t cap = self->cap > 0 ? self->cap * 2 : 1024;
        uint32_t *items = ARENA_ARRAY(self->arena, uint32_t, cap);
        if (!items) {
            return ERR_NOMEM;
        }
        if (self->count > 0) {
            memcpy(items, self->items, self->count * sizeof *items);
        }
        self->items = items;
        self->cap = cap;
    }
    self->items[self->count++] = (uint32_t)group;
    return OK;
}

static enum err add_cell(struct cell_table *self, size_t cell, struct group_list *list)
{
    struct report_columns *columns = self->columns;
    struct report_tally *tally = columns->tally;
    uint64_t first[REPORT_DIM_VALUES_MAX], second[REPORT_DIM_VALUES_MAX] = {0};
    size_t first_count = 0, second_count = 1, group = 0;
    size_t origin = self->origins ? self->origins[cell] : cell;
    bool pair = tally->query->group_count > 1;
    size_t split = pair ? self->dims[1].count : 1;
    enum err err = values_at(columns, &self->dims[0], origin / split, first, &first_count);

    if (err == OK && pair) {
        err = values_at(columns, &self->dims[1], origin % split, second, &second_count);
    }
    for (size_t i = 0; err == OK && i < first_count * second_count; i++) {
        err = report_tally_group(tally, first[i / second_count], second[i % second_count], &group);
        if (err == OK) {
            tally->groups[group].clicks += self->clicks[cell];
            tally->groups[group].scans += self->scans ? self->scans[cell] : 0;
            err = tally->query->want_visitors ? note_group(list, group) : OK;
        }
    }
    return err;
}

static enum err add_cells(struct cell_table *self)
{
    struct report_columns *columns = self->columns;
    struct group_list list = {.arena = &columns->arena};
    bool visitors = columns->tally->query->want_visitors;
    uint32_t *starts = visitors ? ARENA_ARRAY(&columns->arena, uint32_t, self->count + 1) : NULL;
    enum err err = visitors && !starts ? ERR_NOMEM : OK;

    for (size_t cell = 0; err == OK && cell < self->count; cell++) {
        if (visitors) {
            starts[cell] = (uint32_t)list.count;
        }
        err = self->clicks[cell] > 0 ? add_cell(self, cell, &list) : OK;
    }
    if (err == OK && visitors) {
        starts[self->count] = (uint32_t)list.count;
        columns->cell_starts = starts;
        columns->cell_groups = list.items;
    }
    return err;
}

enum err report_cells(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;
    struct cell_table table = {.columns = self};
    uint64_t count = 1;
    enum err err = OK;

    memset(self->cells + self->from, 0, (self->to - self->from) * sizeof *self->cells);
    for (size_t d = 0; err == OK && d < query->group_count; d++) {
        struct cell_dim *dim = &table.dims[d];
        *dim = (struct cell_dim){.dim = query->group_by[d], .column = report_chunk_column(query->group_by[d])};
        err = place(self, dim);
        count *= dim->count;
    }
    table.count = (size_t)count;
    if (err == OK && count > DENSE_MAX + 4 * (self->to - self->from)) {
        err = number_cells(&table);
    }
    if (err == OK) {
        err = weigh(&table, self->counted, &table.clicks);
    }
    if (err == OK && query->want_scans) {
        err = weigh(&table, self->scans, &table.scans);
    }
    return err == OK ? add_cells(&table) : err;
}
