/* SPDX-License-Identifier: MIT */
#include "report_visitors.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BITS  14
#define PAGE_SIZE  ((size_t)1 << PAGE_BITS)
#define PAGES_MAX  4096               /* 256 MiB */
#define NUMBER_MAX (INT64_C(1) << 34) /* higher ones are hashes, far apart */
#define MORE_MAX   (1U << 23)
#define ANYWHERE   UINT32_MAX

struct visitor_page {
    uint32_t places[PAGE_SIZE]; /* first place + 1; 0 = not seen */
};

void report_visitors_init(struct report_visitors *self)
{
    *self = (struct report_visitors){0};
    idmap_init(&self->more, MORE_MAX);
}

void report_visitors_done(struct report_visitors *self)
{
    for (int by = 0; by < VISITOR_BY_COUNT; by++) {
        for (size_t i = 0; i < self->caps[by]; i++) {
            free(self->pages[by][i]);
        }
        free(self->pages[by]);
    }
    idmap_done(&self->more);
    *self = (struct report_visitors){0};
}

static bool widen(struct report_visitors *self, enum visitor_by by, size_t at)
{
    size_t cap = self->caps[by] > 0 ? self->caps[by] : 256;

    while (cap <= at) {
        cap *= 2;
    }
    struct visitor_page **pages = realloc(self->pages[by], cap * sizeof *pages);
    if (!pages) {
        return false;
    }
    memset(pages + self->caps[by], 0, (cap - self->caps[by]) * sizeof *pages);
    self->pages[by] = pages;
    self->caps[by] = cap;
    return true;
}

static uint32_t *place_of(struct report_visitors *self, int64_t visitor, enum visitor_by by)
{
    size_t at = (size_t)visitor >> PAGE_BITS;

    if (at >= self->caps[by] && !widen(self, by, at)) {
        return NULL;
    }
    if (!self->pages[by][at]) {
        self->pages[by][at] = self->count < PAGES_MAX ? calloc(1, sizeof(struct visitor_page)) : NULL;
        self->count += self->pages[by][at] != NULL;
    }
    return self->pages[by][at] ? &self->pages[by][at]->places[(size_t)visitor & (PAGE_SIZE - 1)] : NULL;
}

static bool add_pair(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place, bool *added)
{
    return idmap_put(&self->more, (uint64_t)visitor & INT64_MAX, (uint64_t)by << 32 | place, added) != NULL;
}

bool report_visitors_add(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place,
                         struct visitor_seen *out)
{
    *out = (struct visitor_seen){false, false};
    if (visitor < 0 || visitor >= NUMBER_MAX) {
        return add_pair(self, visitor, by, ANYWHERE, &out->first) && add_pair(self, visitor, by, place, &out->here);
    }
    uint32_t *known = place_of(self, visitor, by);
    if (!known) {
        return false;
    }
    if (*known == place + 1) {
        return true;
    }
    if (*known != 0) {
        return add_pair(self, visitor, by, place, &out->here);
    }
    *known = place + 1;
    *out = (struct visitor_seen){true, true};
    return true;
}
