/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_columns.h"
#include "report_links.h"

/*
 * Counting by one or two dimensions. Each row has a spot in each: its code in the chunk, the run of its link, its hour.
 * Where there are few spots, or pairs of them, rows are counted by these and only those that occur go to the groups of
 * the report. Where there are many, most of what a chunk has in them is one click, and each row goes to its group: a
 * spot's ordinal is looked up once, and two of them are a place in the report's grid.
 */
#define TEXTS_MANY 256                 /* of a dictionary are asked at once */
#define SPOTS_MAX  8192                /* pairs counted in the chunk first */
#define UNSEEN     REPORT_NO_ORDINAL   /* a spot's ordinal was not looked up yet */
#define SEVERAL    (UINT32_C(1) << 31) /* a list of ordinals: its place */

struct spot_list {
    size_t count;
    uint32_t ordinals[REPORT_DIM_VALUES_MAX];
};
/* A dimension's spots in the chunk. */
struct cell_dim {
    enum dim dim;
    enum chunk_column column;
    struct row_codes spots; /* by place */
    size_t count;
    uint64_t *texts;    /* numbers of texts by spot, 0 of a term; NULL: they are looked up one by one */
    uint32_t *ordinals; /* by spot */
    struct spot_list **lists;
    size_t lists_count, lists_cap;
};
struct cell_table {
    size_t dims_count;
    struct cell_dim dims[2];
};

/* ---- spots of one dimension */

/* Numbers of all texts of a long dictionary, when most rows are counted. */
static enum err find_texts(struct report_columns *self, struct cell_dim *dim, const struct chunk_codes *codes)
{
    str *texts = ARENA_ARRAY(&self->arena, str, codes->count);

    dim->texts = ARENA_ARRAY(&self->arena, uint64_t, codes->count);
    if (!texts || !dim->texts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < codes->count; i++) {
        texts[i] = codes->entries[i].text; /* empty of a term */
    }
    return report_texts_intern_many(&self->tally->match->texts, texts, codes->count, dim->texts);
}

static enum err find_values(struct report_columns *self, struct cell_dim *dim)
{
    const struct chunk_codes *codes = &self->chunk.codes[dim->column];
    enum err err = report_columns_load(self, dim->column);

    if (err != OK || codes->encoding != CHUNK_PLAIN) {
        dim->count = err != OK ? 0 : codes->width == 0 ? 1 : codes->count;
        err = err == OK ? report_rows_codes(self, codes, &dim->spots) : err;
        bool most = dim->count >= TEXTS_MANY && self->count >= self->chunk.rows / 2;
        return err == OK && most ? find_texts(self, dim, codes) : err;
    }
    uint16_t *each = ARENA_ARRAY(&self->arena, uint16_t, self->count); /* nearly all differ */
    for (size_t i = 0; each && i < self->count; i++) {
        each[i] = (uint16_t)i;
    }
    dim->spots.wide = each;
    dim->count = self->count;
    return each ? OK : ERR_NOMEM;
}

static enum err find_times(struct report_columns *self, struct cell_dim *dim)
{
    bool hours = dim->dim == DIM_HOUR;
    uint8_t *spots = ARENA_ARRAY(&self->arena, uint8_t, self->count);
    enum err err = spots ? report_columns_load(self, CHUNK_TIME) : ERR_NOMEM;

    for (size_t i = 0; err == OK && i < self->count; i++) {
        int64_t ms = chunk_number(&self->chunk.numbers[CHUNK_TIME], report_row(self, i));
        const struct time_slot *slot = report_times_at(&self->times, ms);
        spots[i] = hours ? slot->hour : slot->weekday;
    }
    dim->spots.narrow = spots;
    dim->count = hours ? ARRAY_LEN(self->tally->match->hours) : ARRAY_LEN(self->tally->match->weekdays);
    return err;
}

static enum err find_runs(struct report_columns *self, struct cell_dim *dim)
{
    enum err err = dim->dim == DIM_LINK ? OK : report_traits_load(self->traits, self->tally->match, self->db);

    err = err == OK ? report_columns_load(self, CHUNK_LINK) : err;
    dim->spots.wide = err == OK ? report_rows_runs(self) : NULL;
    dim->count = self->chunk.links.count;
    return err == OK && !dim->spots.wide ? ERR_NOMEM : err;
}

/* Ordinals of links, or of what they belong to, that were met before. */
static enum err find_known(struct report_columns *self, size_t at)
{
    struct cell_dim *dim = &self->cells->dims[at];
    const struct chunk_links *links = &self->chunk.links;
    size_t first = dim->spots.wide[0], count = dim->spots.wide[self->count - 1] + (size_t)1 - first;
    uint64_t *numbers = ARENA_ARRAY(&self->arena, uint64_t, count);

    if (!numbers) {
        return ERR_NOMEM;
    }
    if (dim->dim == DIM_LINK) {
        memcpy(numbers, links->ids + first, count * sizeof *numbers);
    } else {
        report_traits_numbers(self->traits, dim->dim, links->ids + first, count, numbers);
    }
    for (size_t i = 0; i < count; i++) {
        dim->ordinals[first + i] = report_groups_known(&self->tally->groups, at, numbers[i]);
    }
    return OK;
}

static enum err find_spots(struct report_columns *self, size_t at)
{
    struct cell_dim *dim = &self->cells->dims[at];
    bool of_link = report_dim_of_link(dim->dim);
    enum err err = of_link                                           ? find_runs(self, dim)
                   : dim->dim == DIM_HOUR || dim->dim == DIM_WEEKDAY ? find_times(self, dim)
                                                                     : find_values(self, dim);

    dim->ordinals = err == OK ? ARENA_ARRAY(&self->arena, uint32_t, dim->count) : NULL;
    if (!dim->ordinals) {
        return err != OK ? err : ERR_NOMEM;
    }
    memset(dim->ordinals, 0xFF, dim->count * sizeof *dim->ordinals);
    return of_link ? find_known(self, at) : OK;
}

/* ---- values of a spot */

static enum err note_list(struct report_columns *self, struct cell_dim *dim, struct spot_list *list, uint32_t *out)
{
    struct spot_list **lists = ARENA_GROW(&self->arena, dim->lists, dim->lists_count, &dim->lists_cap);
    if (!lists) {
        return ERR_NOMEM;
    }
    dim->lists = lists;
    *out = SEVERAL | (uint32_t)dim->lists_count;
    dim->lists[dim->lists_count++] = list;
    return OK;
}

/* What the link of a spot belongs to: one, or several. */
static enum err resolve_link(struct report_columns *self, size_t at, size_t spot)
{
    struct cell_dim *dim = &self->cells->dims[at];
    struct report_groups *groups = &self->tally->groups;
    uint64_t values[REPORT_DIM_VALUES_MAX];
    size_t count = 0;
    enum err err =
        report_traits_values(self->traits, self->tally->match, self->chunk.links.ids[spot], dim->dim, values, &count);
    if (err != OK || count == 1) {
        return err == OK ? report_groups_ordinal(groups, at, values[0], &dim->ordinals[spot]) : err;
    }
    struct spot_list *list = ARENA_NEW(&self->arena, struct spot_list);
    err = list ? OK : ERR_NOMEM;
    for (size_t i = 0; err == OK && i < count; i++) {
        err = report_groups_ordinal(groups, at, values[i], &list->ordinals[list->count++]);
    }
    return err == OK ? note_list(self, dim, list, &dim->ordinals[spot]) : err;
}

static enum err number_of(struct report_columns *self, const struct cell_dim *dim, size_t spot, uint64_t *number)
{
    const struct report_match *match = self->tally->match;
    const struct chunk_codes *codes = &self->chunk.codes[dim->column];
    char hex[CHUNK_HEX_MAX];

    if (dim->dim == DIM_HOUR || dim->dim == DIM_WEEKDAY) {
        *number = dim->dim == DIM_HOUR ? match->hours[spot] : match->weekdays[spot];
        return OK;
    }
    if (dim->texts && dim->texts[spot] != 0) {
        *number = dim->texts[spot];
        return report_match_text(self->tally->match, dim->dim, number);
    }
    struct click_value value = codes->encoding == CHUNK_PLAIN
                                   ? chunk_column_value(&self->chunk, dim->column, report_row(self, spot), hex)
                                   : codes->entries[spot];
    return report_match_value(self->tally->match, dim->dim, &value, number);
}

/* Looks a spot's ordinal up. */
static enum err resolve(struct report_columns *self, size_t at, size_t spot)
{
    struct cell_dim *dim = &self->cells->dims[at];
    uint64_t number = 0;

    if (report_dim_of_link(dim->dim) && dim->dim != DIM_LINK) {
        return resolve_link(self, at, spot);
    }
    enum err err = OK;
    if (dim->dim == DIM_LINK) {
        number = (uint64_t)self->chunk.links.ids[spot];
    } else {
        err = number_of(self, dim, spot, &number);
    }
    return err == OK ? report_groups_ordinal(&self->tally->groups, at, number, &dim->ordinals[spot]) : err;
}

/* Ordinals of a spot that was looked up: one, or a list. */
static const uint32_t *ordinals_at(const struct cell_dim *dim, size_t spot, size_t *count)
{
    uint32_t ordinal = dim->ordinals[spot];

    if (ordinal & SEVERAL) {
        const struct spot_list *list = dim->lists[ordinal & ~SEVERAL];
        *count = list->count;
        return list->ordinals;
    }
    *count = 1;
    return &dim->ordinals[spot];
}

static enum err groups_at(struct report_columns *self, size_t first, size_t second,
                          uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX], size_t *count)
{
    static const uint32_t nothing[1] = {0};
    struct cell_table *table = self->cells;
    const uint32_t *seconds = nothing;
    size_t first_count = 0, second_count = 1;
    enum err err = table->dims[0].ordinals[first] == UNSEEN ? resolve(self, 0, first) : OK;

    if (err == OK && table->dims_count > 1 && table->dims[1].ordinals[second] == UNSEEN) {
        err = resolve(self, 1, second);
    }
    if (err != OK) {
        return err;
    }
    const uint32_t *firsts = ordinals_at(&table->dims[0], first, &first_count);
    if (table->dims_count > 1) {
        seconds = ordinals_at(&table->dims[1], second, &second_count);
    }
    *count = first_count * second_count;
    for (size_t i = 0; err == OK && i < *count; i++) {
        err = report_groups_find(&self->tally->groups, firsts[i / second_count], seconds[i % second_count], &groups[i]);
    }
    return err;
}

enum err report_cells_groups(struct report_columns *self, size_t place,
                             uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX], size_t *count)
{
    const struct cell_table *table = self->cells;
    size_t first = row_code(&table->dims[0].spots, place);
    size_t second = table->dims_count > 1 ? row_code(&table->dims[1].spots, place) : 0;

    if (self->group[place] != REPORT_MANY_GROUPS) {
        groups[0] = self->group[place];
        *count = 1;
        return OK;
    }
    return report_tally_refuse(self->tally, groups_at(self, first, second, groups, count));
}

static enum err add_to_many(struct report_columns *self, size_t first, size_t second, int64_t clicks, int64_t scans,
                            uint32_t *group)
{
    uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX];
    size_t count = 0;
    enum err err = groups_at(self, first, second, groups, &count);

    for (size_t i = 0; err == OK && i < count; i++) {
        self->tally->groups.clicks[groups[i]] += clicks;
        self->tally->groups.counts[groups[i]].scans += scans;
    }
    *group = err == OK && count == 1 ? groups[0] : REPORT_MANY_GROUPS;
    return err;
}

/* These clicks into all groups of two spots; *group is the only one, or REPORT_MANY_GROUPS. */
static inline enum err add_clicks(struct report_columns *self, size_t first, size_t second, int64_t clicks,
                                  int64_t scans, uint32_t *group)
{
    struct report_groups *groups = &self->tally->groups;
    const struct cell_table *table = self->cells;
    uint32_t one = table->dims[0].ordinals[first], other = table->dims_count > 1 ? table->dims[1].ordinals[second] : 0;

    if ((one | other) & SEVERAL) { /* or unseen */
        return add_to_many(self, first, second, clicks, scans, group);
    }
    enum err err = report_groups_find(groups, one, other, group);
    if (err == OK) {
        groups->clicks[*group] += clicks;
        if (scans > 0) {
            groups->counts[*group].scans += scans;
        }
    }
    return err;
}

/* ---- few spots */

/* The pair of each row's spots, as one number. */
static enum err join_spots(struct report_columns *self, struct row_codes *out)
{
    const struct cell_dim *first = &self->cells->dims[0], *second = &self->cells->dims[1];

    if (self->cells->dims_count == 1) {
        *out = first->spots;
        return OK;
    }
    uint16_t *pairs = ARENA_ARRAY(&self->arena, uint16_t, self->count);
    for (size_t i = 0; pairs && i < self->count; i++) {
        pairs[i] = (uint16_t)(row_code(&first->spots, i) * second->count + row_code(&second->spots, i));
    }
    *out = (struct row_codes){.wide = pairs};
    return pairs ? OK : ERR_NOMEM;
}

#define LANES 4 /* so that equal neighbours need not wait for each other */

/* How many rows are at each spot. */
static void count_spots(const struct report_columns *self, const struct row_codes *spots, size_t spots_count,
                        uint32_t *counts)
{
    size_t rows = self->count, i = 0;

    for (; spots_count > SPOTS_MAX && i < rows; i++) { /* neighbours of which many differ */
        counts[row_code(spots, i)]++;
    }

    for (; spots->wide && i + LANES <= rows; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            counts[lane * spots_count + spots->wide[i + lane]]++;
        }
    }
    for (; !spots->wide && i + LANES <= rows; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            counts[lane * spots_count + spots->narrow[i + lane]]++;
        }
    }
    for (; i < rows; i++) {
        counts[row_code(spots, i)]++;
    }
    for (size_t lane = 1; spots_count <= SPOTS_MAX && lane < LANES; lane++) {
        for (size_t spot = 0; spot < spots_count; spot++) {
            counts[spot] += counts[lane * spots_count + spot];
        }
    }
}

static enum err add_spots(struct report_columns *self, size_t spots_count)
{
    size_t split = self->cells->dims_count > 1 ? self->cells->dims[1].count : 1;
    uint32_t *counts = ARENA_ARRAY(&self->arena, uint32_t, spots_count * (spots_count > SPOTS_MAX ? 1 : LANES));
    uint32_t *scans = ARENA_ARRAY(&self->arena, uint32_t, spots_count);
    uint32_t *groups = ARENA_ARRAY(&self->arena, uint32_t, spots_count);
    bool visitors = self->tally->query->want_visitors && !self->tally->late.wanted;
    struct row_codes spots;
    enum err err = counts && scans && groups ? join_spots(self, &spots) : ERR_NOMEM;

    if (err != OK) {
        return err;
    }
    count_spots(self, &spots, spots_count, counts);
    for (size_t i = 0; self->tally->query->want_scans && i < self->count; i++) {
        scans[row_code(&spots, i)] += self->scans[i];
    }
    for (size_t spot = 0; err == OK && spot < spots_count; spot++) {
        if (counts[spot] > 0) {
            err = add_clicks(self, spot / split, spot % split, counts[spot], scans[spot], &groups[spot]);
        }
    }
    for (size_t i = 0; err == OK && visitors && i < self->count; i++) {
        self->group[i] = groups[row_code(&spots, i)];
    }
    return err;
}

/* ---- many spots */

static enum err add_rows(struct report_columns *self)
{
    const struct cell_dim *first = &self->cells->dims[0], *second = &self->cells->dims[1];
    bool pair = self->cells->dims_count > 1, scans = self->tally->query->want_scans;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->count; i++) {
        err = add_clicks(self, row_code(&first->spots, i), pair ? row_code(&second->spots, i) : 0, 1,
                         scans && self->scans[i], &self->group[i]);
    }
    return err;
}

enum err report_cells(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;
    struct cell_table *table = ARENA_NEW(&self->arena, struct cell_table);
    size_t spots = 1;
    enum err err = table ? OK : ERR_NOMEM;

    self->cells = table;
    for (size_t d = 0; err == OK && d < query->group_count; d++) {
        struct cell_dim *dim = &table->dims[d];
        *dim = (struct cell_dim){.dim = query->group_by[d], .column = report_chunk_column(query->group_by[d])};
        table->dims_count++;
        err = find_spots(self, d);
        spots *= dim->count;
    }
    if (err != OK) {
        return err;
    }
    bool few = spots <= 2 * self->count && (spots <= SPOTS_MAX || query->group_count == 1);
    err = report_tally_refuse(self->tally, few ? add_spots(self, spots) : add_rows(self));
    if (err == OK && self->tally->late.wanted) {
        err = report_late_keep_ordinals(self, table->dims[0].ordinals, table->dims[0].count);
    }
    return err;
}
