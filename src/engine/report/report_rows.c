/* SPDX-License-Identifier: MIT */
#include "report_columns.h"

/*
 * Rows are listed by number, not marked: each step then only looks at what the steps before have left, and needs no
 * branch for the rest. Codes of listed rows are gathered once for all who read them in that order.
 */

static enum err gather_narrow(struct report_columns *self, const uint8_t *codes, struct row_codes *out)
{
    uint8_t *gathered = ARENA_ARRAY(&self->arena, uint8_t, self->count);

    for (size_t i = 0; gathered && i < self->count; i++) {
        gathered[i] = codes[self->rows[i]];
    }
    out->narrow = gathered;
    return gathered ? OK : ERR_NOMEM;
}

static enum err gather_wide(struct report_columns *self, const uint16_t *codes, struct row_codes *out)
{
    uint16_t *gathered = ARENA_ARRAY(&self->arena, uint16_t, self->count);

    for (size_t i = 0; gathered && i < self->count; i++) {
        gathered[i] = codes[self->rows[i]];
    }
    out->wide = gathered;
    return gathered ? OK : ERR_NOMEM;
}

enum err report_rows_codes(struct report_columns *self, const struct chunk_codes *codes, struct row_codes *out)
{
    *out = (struct row_codes){.narrow = self->zeros};
    if (codes->width == 0) {
        return OK;
    }
    if (self->in_one) {
        out->narrow = codes->width == 1 ? codes->codes8 + self->first : NULL;
        out->wide = codes->width == 2 ? codes->codes16 + self->first : NULL;
        return OK;
    }
    return codes->width == 1 ? gather_narrow(self, codes->codes8, out) : gather_wide(self, codes->codes16, out);
}

void report_rows_map(const struct report_columns *self, const struct row_codes *codes, const uint8_t *map, uint8_t *out)
{
    for (size_t i = 0; codes->wide && i < self->count; i++) {
        out[i] = map[codes->wide[i]];
    }
    for (size_t i = 0; !codes->wide && i < self->count; i++) {
        out[i] = map[codes->narrow[i]];
    }
}

/* ---- runs */

/* The run of each row of the chunk: where one begins the next, the number rises. No branch, for most runs are short. */
static const uint16_t *number_runs(struct report_columns *self)
{
    const struct chunk_links *links = &self->chunk.links;
    uint16_t *runs = ARENA_ARRAY(&self->arena, uint16_t, self->chunk.rows);
    uint16_t run = 0;

    for (size_t i = 1; runs && i < links->count; i++) {
        runs[links->firsts[i]] = 1;
    }
    for (size_t row = 0; runs && row < self->chunk.rows; row++) {
        run = (uint16_t)(run + runs[row]);
        runs[row] = run;
    }
    return runs;
}

/* Rows rise. */
const uint16_t *report_rows_runs(struct report_columns *self)
{
    const struct chunk_links *links = &self->chunk.links;
    bool few = self->count < self->chunk.rows / 8;
    const uint16_t *runs = few ? NULL : number_runs(self);
    uint16_t *spots = runs && self->in_one ? NULL : ARENA_ARRAY(&self->arena, uint16_t, self->count);

    if (runs && self->in_one) {
        return runs + self->first;
    }
    if (!spots || (!few && !runs)) {
        return NULL;
    }
    for (size_t i = 0; runs && i < self->count; i++) {
        spots[i] = runs[self->rows[i]];
    }
    for (size_t i = 0, run = 0; few && i < self->count; i++) {
        run = i == 0 ? chunk_links_of_row(links, report_row(self, 0)) : run;
        for (size_t row = report_row(self, i); row >= links->firsts[run + 1];) {
            run++;
        }
        spots[i] = (uint16_t)run;
    }
    return spots;
}

/* ---- striking out */

static size_t strike_in_one(struct report_columns *self)
{
    const uint8_t *keep = self->keep;
    uint16_t *rows = self->rows;
    size_t left = 0, first = self->first;

    for (size_t i = 0; i < self->count; i++) {
        rows[left] = (uint16_t)(first + i);
        left += keep[i];
    }
    return left;
}

static size_t strike_listed(struct report_columns *self)
{
    const uint8_t *keep = self->keep;
    uint16_t *rows = self->rows;
    size_t left = 0;

    for (size_t i = 0; i < self->count; i++) {
        rows[left] = rows[i];
        left += keep[i];
    }
    return left;
}

void report_rows_listed(struct report_columns *self, size_t count)
{
    self->count = count;
    self->in_one = count > 0 && (size_t)(self->rows[count - 1] - self->rows[0]) + 1 == count;
    self->first = count > 0 ? self->rows[0] : 0;
}

void report_rows_strike(struct report_columns *self, uint8_t *along)
{
    size_t left = self->in_one ? strike_in_one(self) : strike_listed(self), moved = 0;

    if (left == self->count) {
        return;
    }
    for (size_t i = 0; along && i < self->count; i++) {
        along[moved] = along[i];
        moved += self->keep[i];
    }
    report_rows_listed(self, left);
}
