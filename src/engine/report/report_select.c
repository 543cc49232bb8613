/* SPDX-License-Identifier: MIT */
#include "report_columns.h"

/* Which rows of a chunk a question is about. */

/* ---- links */

static void take_run(struct report_columns *self, size_t run)
{
    size_t end = self->chunk.links.firsts[run + 1];

    for (size_t row = self->chunk.links.firsts[run]; row < end; row++) {
        self->rows[self->count++] = (uint16_t)row;
    }
}

static enum err try_run(struct report_columns *self, size_t run)
{
    bool passes = false;
    enum err err = report_traits_passes(self->traits, self->tally->match, self->chunk.links.ids[run], &passes);

    if (passes) {
        take_run(self, run);
    }
    return err;
}

/* A filter that names links, so that others need no look; NULL. */
static const struct match_filter *naming_filter(const struct report_match *match)
{
    for (size_t i = 0; i < match->filters_count; i++) {
        if (match->filters[i].dim == DIM_LINK && !match->filters[i].exclude) {
            return &match->filters[i];
        }
    }
    return NULL;
}

/* Runs of the links that a filter names, rising. */
static size_t find_named(const struct chunk_links *links, const struct match_filter *named,
                         size_t runs[REPORT_FILTER_VALUES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < named->count; i++) {
        size_t run = chunk_links_find(links, (int64_t)named->values[i]), at = count;
        if (run == links->count) {
            continue;
        }
        for (; at > 0 && runs[at - 1] > run; at--) {
            runs[at] = runs[at - 1];
        }
        runs[at] = run;
        count++;
    }
    return count;
}

static enum err try_runs(struct report_columns *self)
{
    const struct match_filter *named = naming_filter(self->tally->match);
    const struct chunk_links *links = &self->chunk.links;
    size_t runs[REPORT_FILTER_VALUES_MAX];
    size_t count = named ? find_named(links, named, runs) : links->count;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = try_run(self, named ? runs[i] : i);
    }
    return err;
}

static enum err select_links(struct report_columns *self)
{
    enum err err = report_traits_load(self->traits, self->tally->match, self->db);

    err = err == OK ? report_columns_load(self, CHUNK_LINK) : err;
    if (err == OK) {
        self->count = 0;
        err = try_runs(self);
        report_rows_listed(self, self->count);
    }
    return err;
}

bool report_select_by_links(const struct report_match *match)
{
    bool filters = match->query->owner_bound || match->query->domain_bound;

    for (size_t i = 0; i < match->filters_count; i++) {
        filters = filters || report_dim_of_link(match->filters[i].dim);
    }
    return filters;
}

/* ---- times */

static enum err select_time(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;

    if (self->info->bounds.min_ms >= query->from_ms && self->info->bounds.max_ms < query->to_ms) {
        return OK;
    }
    enum err err = report_columns_load(self, CHUNK_TIME);
    for (size_t i = 0; err == OK && i < self->count; i++) {
        int64_t ms = chunk_number(&self->chunk.numbers[CHUNK_TIME], report_row(self, i));
        self->keep[i] = (uint8_t)((ms >= query->from_ms) & (ms < query->to_ms));
    }
    if (err == OK) {
        report_rows_strike(self, NULL);
    }
    return err;
}

static enum err filter_time(struct report_columns *self, const struct match_filter *filter)
{
    const struct report_match *match = self->tally->match;
    uint8_t hours[24], weekdays[8];
    enum err err = report_columns_load(self, CHUNK_TIME);

    for (size_t i = 0; i < ARRAY_LEN(hours); i++) {
        hours[i] = filter->dim != DIM_HOUR || report_filter_passes(filter, &match->hours[i], 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(weekdays); i++) {
        weekdays[i] = filter->dim != DIM_WEEKDAY || report_filter_passes(filter, &match->weekdays[i], 1);
    }
    for (size_t i = 0; err == OK && i < self->count; i++) {
        int64_t ms = chunk_number(&self->chunk.numbers[CHUNK_TIME], report_row(self, i));
        const struct time_slot *slot = report_times_at(&self->times, ms);
        self->keep[i] = hours[slot->hour] & weekdays[slot->weekday];
    }
    if (err == OK) {
        report_rows_strike(self, NULL);
    }
    return err;
}

/* ---- values */

static enum err value_passes(struct report_columns *self, const struct match_filter *filter,
                             const struct click_value *value, uint8_t *passes)
{
    uint64_t number = 0;
    enum err err = report_match_value(self->tally->match, filter->dim, value, &number);

    *passes = report_filter_passes(filter, &number, 1);
    return err;
}

static enum err filter_plain(struct report_columns *self, const struct match_filter *filter, enum chunk_column column)
{
    char hex[CHUNK_HEX_MAX];
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->count; i++) {
        struct click_value value = chunk_column_value(&self->chunk, column, report_row(self, i), hex);
        err = value_passes(self, filter, &value, &self->keep[i]);
    }
    if (err == OK) {
        report_rows_strike(self, NULL);
    }
    return err;
}

static enum err filter_codes(struct report_columns *self, const struct match_filter *filter,
                             const struct chunk_codes *codes)
{
    size_t count = codes->width == 0 ? 1 : codes->count, passing = 0;
    struct row_codes places;
    uint8_t *table = ARENA_ARRAY(&self->arena, uint8_t, count);
    enum err err = table ? OK : ERR_NOMEM;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = value_passes(self, filter, &codes->entries[i], &table[i]);
        passing += table[i];
    }
    if (err != OK || passing == count) {
        return err;
    }
    if (passing == 0) {
        self->count = 0;
        return OK;
    }
    err = report_rows_codes(self, codes, &places);
    if (err == OK) {
        report_rows_map(self, &places, table, self->keep);
        report_rows_strike(self, NULL);
    }
    return err;
}

static enum err filter_value(struct report_columns *self, const struct match_filter *filter)
{
    enum chunk_column column = report_chunk_column(filter->dim);
    const struct chunk_codes *codes = &self->chunk.codes[column];
    enum err err = report_columns_load(self, column);

    if (err != OK) {
        return err;
    }
    return codes->encoding == CHUNK_PLAIN ? filter_plain(self, filter, column) : filter_codes(self, filter, codes);
}

static enum err select_by(struct report_columns *self, const struct match_filter *filter)
{
    enum dim dim = filter->dim;

    if (dim == DIM_HOUR || dim == DIM_WEEKDAY) {
        return filter_time(self, filter);
    }
    bool elsewhere = report_dim_of_link(dim) || dim == DIM_CLASS || dim == DIM_OUTCOME;
    return elsewhere ? OK : filter_value(self, filter);
}

/* ---- what a purge is taking away */

static void strike_run(struct report_columns *self, size_t run)
{
    size_t first = self->chunk.links.firsts[run], end = self->chunk.links.firsts[run + 1];

    for (size_t i = 0; i < self->count; i++) {
        size_t row = report_row(self, i);
        self->keep[i] = row < first || row >= end;
    }
    report_rows_strike(self, NULL);
}

static enum err strike_gone(struct report_columns *self)
{
    enum err err = self->gone.count > 0 ? report_columns_load(self, CHUNK_LINK) : OK;

    for (size_t i = 0; err == OK && i < self->gone.count && self->count > 0; i++) {
        size_t run = chunk_links_find(&self->chunk.links, self->gone.items[i].link_id);
        if (run < self->chunk.links.count && self->info->seq <= self->gone.items[i].seq_end) {
            strike_run(self, run);
        }
    }
    return err;
}

enum err report_select(struct report_columns *self)
{
    const struct report_match *match = self->tally->match;
    enum err err = OK;

    if (report_select_by_links(match)) {
        err = select_links(self);
    }
    if (err == OK && self->count > 0) {
        err = select_time(self);
    }
    for (size_t i = 0; err == OK && i < match->filters_count && self->count > 0; i++) {
        err = select_by(self, &match->filters[i]);
    }
    return err == OK && self->count > 0 ? strike_gone(self) : err;
}
