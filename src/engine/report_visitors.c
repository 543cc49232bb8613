/* SPDX-License-Identifier: MIT */
#include "report_visitors.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE  ((size_t)1 << VISITOR_PAGE_BITS)
#define PAGES_MAX  4096               /* 256 MiB */
#define NUMBER_MAX (INT64_C(1) << 34) /* higher ones are hashes, far apart */
#define MORE_MAX   (1U << 23)
#define PLACES_MAX (1U << 24)
#define LIST_MAX   32 /* places of one visitor that are looked through */
#define IN_LIST    (UINT32_C(1) << 31)
#define ANYWHERE   UINT32_MAX

struct visitor_place {
    uint32_t place, before; /* index of another place of this visitor; itself = there is none */
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
    free(self->places);
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
    size_t at = (size_t)visitor >> VISITOR_PAGE_BITS;

    if (at >= self->caps[by] && !widen(self, by, at)) {
        return NULL;
    }
    if (!self->pages[by][at]) {
        self->pages[by][at] = self->count < PAGES_MAX ? calloc(1, sizeof(struct visitor_page)) : NULL;
        self->count += self->pages[by][at] != NULL;
    }
    return self->pages[by][at] ? &self->pages[by][at]->seen[(size_t)visitor & (PAGE_SIZE - 1)] : NULL;
}

static bool add_pair(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place, bool *added)
{
    return idmap_put(&self->more, (uint64_t)visitor & INT64_MAX, (uint64_t)by << 32 | place, added) != NULL;
}

/* ---- a visitor of several places */

static bool append(struct report_visitors *self, uint32_t place, uint32_t before, uint32_t *at)
{
    if (self->places_count == self->places_cap) {
        size_t cap = self->places_cap > 0 ? self->places_cap * 2 : 4096;
        struct visitor_place *places = cap <= PLACES_MAX ? realloc(self->places, cap * sizeof *places) : NULL;
        if (!places) {
            return false;
        }
        self->places = places;
        self->places_cap = cap;
    }
    *at = (uint32_t)self->places_count++;
    self->places[*at] = (struct visitor_place){place, before == UINT32_MAX ? *at : before};
    return true;
}

enum found { NOT_THERE, THERE, LIST_IS_FULL };

static enum found find(const struct report_visitors *self, uint32_t at, uint32_t place)
{
    for (int i = 1;; i++) {
        const struct visitor_place *one = &self->places[at];
        if (one->place == place) {
            return THERE;
        }
        if (one->before == at) {
            return i < LIST_MAX ? NOT_THERE : LIST_IS_FULL;
        }
        at = one->before;
    }
}

static bool add_place(struct report_visitors *self, uint32_t *known, uint32_t place, enum found *found)
{
    uint32_t at = *known & ~IN_LIST;
    bool listed = *known & IN_LIST;

    *found = listed ? find(self, at, place) : NOT_THERE;
    if (*found != NOT_THERE) {
        return true;
    }
    if (!listed && !append(self, *known - 1, UINT32_MAX, &at)) {
        return false;
    }
    if (!append(self, place, at, &at)) {
        return false;
    }
    *known = at | IN_LIST;
    return true;
}

bool report_visitors_add(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place,
                         struct visitor_seen *out)
{
    enum found found = NOT_THERE;

    *out = (struct visitor_seen){false, false};
    if (visitor < 0 || visitor >= NUMBER_MAX) {
        return add_pair(self, visitor, by, ANYWHERE, &out->first) && add_pair(self, visitor, by, place, &out->here);
    }
    uint32_t *known = place_of(self, visitor, by);
    if (!known || *known == place + 1) {
        return known != NULL;
    }
    if (*known == 0) {
        *known = place + 1;
        *out = (struct visitor_seen){true, true};
        return true;
    }
    if (!add_place(self, known, place, &found)) {
        return false;
    }
    out->here = found == NOT_THERE;
    return found != LIST_IS_FULL || add_pair(self, visitor, by, place, &out->here);
}
