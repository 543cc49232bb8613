/* SPDX-License-Identifier: MIT */
#include "link_days.h"

#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/store/sums.h"

/* They rise but for a few of the last ones, which may also come again. */
static enum err add(struct link_days *self, int64_t day)
{
    if (self->count == self->cap) {
        size_t cap = self->cap > 0 ? self->cap * 2 : 64;
        int64_t *bigger = realloc(self->days, cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->days = bigger;
        self->cap = cap;
    }
    size_t at = self->count++;
    for (; at > 0 && self->days[at - 1] > day; at--) {
        self->days[at] = self->days[at - 1];
    }
    self->days[at] = day;
    return OK;
}

enum err link_days_load(struct link_days *self, struct db *db, int64_t link_id)
{
    struct sums_days rows = sums_link_days(db, link_id, INT64_MIN, INT64_MAX);
    int64_t day = 0;
    str bytes = {0};
    enum err err = OK;

    self->known = true;
    while (err == OK && sums_days_next(&rows, &day, &bytes)) {
        err = add(self, day);
    }
    if (err != OK) {
        stmt_reset(rows.stmt);
        return err;
    }
    return stmt_err(rows.stmt);
}

void link_days_done(struct link_days *self)
{
    free(self->days);
    *self = (struct link_days){0};
}

static int64_t day_of(int64_t ms)
{
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

bool link_days_touch(const struct link_days *self, const struct chunk_info *info)
{
    size_t from = 0, to = self->count;

    if (!self->known || !info->folded) { /* the sums do not tell of it yet */
        return true;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (self->days[middle] < day_of(info->bounds.min_ms)) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < self->count && self->days[from] <= day_of(info->bounds.max_ms);
}
