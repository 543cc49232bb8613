/* SPDX-License-Identifier: MIT */
#include "credit_days.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX (4U << 20) /* 96 MiB */

void credit_days_done(struct credit_days *self)
{
    free(self->rows);
}

static int compare(const void *a, const void *b)
{
    const struct attribution_day *left = a, *right = b;

    if (left->group != right->group) {
        return left->group < right->group ? -1 : 1;
    }
    if (left->currency != right->currency) {
        return left->currency < right->currency ? -1 : 1;
    }
    return left->day < right->day ? -1 : left->day > right->day;
}

void credit_days_order(struct credit_days *self)
{
    size_t kept = 0;

    if (self->count == 0) {
        return;
    }
    qsort(self->rows, self->count, sizeof *self->rows, compare);
    for (size_t i = 1; i < self->count; i++) {
        if (compare(&self->rows[kept], &self->rows[i]) == 0) {
            self->rows[kept].value += self->rows[i].value;
        } else {
            self->rows[++kept] = self->rows[i];
        }
    }
    self->count = kept + 1;
}

static bool make_room(struct credit_days *self)
{
    if (self->count < self->cap) {
        return true;
    }
    credit_days_order(self);
    if (self->count > 0 && self->count < self->cap / 2) {
        return true;
    }
    size_t cap = self->cap > 0 ? self->cap * 2 : 1024;
    struct attribution_day *rows = cap <= ROWS_MAX ? realloc(self->rows, cap * sizeof *rows) : NULL;
    if (!rows) {
        return false;
    }
    self->rows = rows;
    self->cap = cap;
    return true;
}

void credit_days_add(struct credit_days *self, const struct attribution_day *row)
{
    if (make_room(self)) {
        self->rows[self->count++] = *row;
    } else {
        self->failed = true;
    }
}

void credit_days_merge(struct credit_days *self, const struct credit_days *from, const uint32_t *here)
{
    for (size_t i = 0; i < from->count; i++) {
        struct attribution_day row = from->rows[i];
        row.group = row.group >= ATTRIBUTION_TOTALS ? row.group : here[row.group];
        credit_days_add(self, &row);
    }
}

static bool shown(const struct attribution *out, uint32_t group)
{
    return group >= ATTRIBUTION_TOTALS || group < out->groups_count;
}

bool credit_days_list(struct credit_days *self, const struct conversions *conversions, const uint32_t *places,
                      struct arena *arena, struct attribution *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->count; i++) {
        struct attribution_day row = self->rows[i];
        row.group = row.group >= ATTRIBUTION_TOTALS ? row.group : places[row.group];
        if (shown(out, row.group)) {
            self->rows[kept++] = row;
        }
    }
    self->count = kept;
    for (size_t i = 0; i < conversions->count; i++) {
        const struct conversion *row = conversions_at(conversions, i);
        if (row->value != 0) {
            credit_days_add(self, &(struct attribution_day){ATTRIBUTION_TOTALS, row->day, row->currency, row->value});
        }
    }
    credit_days_order(self);
    out->days = ARENA_ARRAY(arena, struct attribution_day, self->count + 1);
    if (!out->days || self->failed) {
        return false;
    }
    out->days_count = self->count;
    if (self->count > 0) {
        memcpy(out->days, self->rows, self->count * sizeof *out->days);
    }
    return true;
}
