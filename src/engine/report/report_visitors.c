/* SPDX-License-Identifier: MIT */
#include "report_visitors.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE  ((size_t)1 << VISITOR_PAGE_BITS)
#define PAGES_MAX  4096               /* 512 MiB */
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
            free(self->pages[by][i] ? self->pages[by][i]->more : NULL);
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

static struct visitor_page *page_of(struct report_visitors *self, int64_t visitor, enum visitor_by by)
{
    size_t at = (size_t)visitor >> VISITOR_PAGE_BITS;

    if (at >= self->caps[by] && !widen(self, by, at)) {
        return NULL;
    }
    if (!self->pages[by][at]) {
        self->pages[by][at] = self->count < PAGES_MAX ? calloc(1, sizeof(struct visitor_page)) : NULL;
        self->count += self->pages[by][at] != NULL;
    }
    return self->pages[by][at];
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

/* Another place of a visitor that has one, which is kept in *known. */
static bool add_place(struct report_visitors *self, uint32_t *known, uint32_t place, enum found *found)
{
    uint32_t at = *known & ~IN_LIST;
    bool listed = *known & IN_LIST;

    *found = listed ? find(self, at, place) : *known == place + 1 ? THERE : NOT_THERE;
    if (*found != NOT_THERE) {
        return true;
    }
    if (*known == 0) {
        *known = place + 1;
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
    const size_t at = (size_t)visitor & (PAGE_SIZE - 1);
    enum found found = NOT_THERE;

    *out = (struct visitor_seen){false, false};
    if (visitor < 0 || visitor >= NUMBER_MAX) {
        return add_pair(self, visitor, by, ANYWHERE, &out->first) && add_pair(self, visitor, by, place, &out->here);
    }
    struct visitor_page *page = page_of(self, visitor, by);
    struct visitor_slot *slot = page ? &page->slots[at] : NULL;
    if (!slot || slot->first == place + 1 || slot->second == place + 1) {
        return slot != NULL;
    }
    if (slot->first == 0 || slot->second == 0) {
        *out = (struct visitor_seen){slot->first == 0, true};
        *(slot->first == 0 ? &slot->first : &slot->second) = place + 1;
        return true;
    }
    page->more = page->more ? page->more : calloc(PAGE_SIZE, sizeof *page->more);
    if (!page->more || !add_place(self, &page->more[at], place, &found)) {
        return false;
    }
    out->here = found == NOT_THERE;
    return found != LIST_IS_FULL || add_pair(self, visitor, by, place, &out->here);
}

/* ---- two sets */

static bool has_near(const struct report_visitors *self, const struct visitor_page *page, size_t at, uint64_t pair_key,
                     uint64_t visitor, uint32_t place)
{
    const struct visitor_slot *slot = &page->slots[at];
    uint32_t more = page->more ? page->more[at] : 0;

    if (slot->first == place + 1 || slot->second == place + 1 || more == place + 1) {
        return true;
    }
    enum found found = more & IN_LIST ? find(self, more & ~IN_LIST, place) : NOT_THERE;
    return found == THERE || (found == LIST_IS_FULL && idmap_find(&self->more, visitor, pair_key | place));
}

struct common {
    const struct report_visitors *self, *from;
    const uint32_t *places;
    int64_t *same;
    struct visitors_common *out;
};

static uint32_t place_here(const struct common *common, uint32_t place)
{
    return common->places ? common->places[place] : place;
}

static void note_visitor(const struct common *common, enum visitor_by by)
{
    common->out->visitors++;
    common->out->cookies += by == VISITOR_BY_COOKIE;
}

/* A visitor that both pages have; what is beyond lists is in the map. */
static void compare_near(const struct common *common, enum visitor_by by, size_t page, size_t at)
{
    const struct visitor_page *here = common->self->pages[by][page], *there = common->from->pages[by][page];
    const uint64_t key = (uint64_t)by << 32, visitor = (uint64_t)page << VISITOR_PAGE_BITS | at;
    uint32_t more = there->more ? there->more[at] : 0, place = 0;
    const uint32_t marks[] = {there->slots[at].first, there->slots[at].second, more & IN_LIST ? 0 : more};

    note_visitor(common, by);
    for (size_t i = 0; i < ARRAY_LEN(marks) && marks[i] != 0; i++) {
        place = place_here(common, marks[i] - 1);
        common->same[place] += has_near(common->self, here, at, key, visitor, place);
    }
    for (uint32_t i = more & ~IN_LIST; more & IN_LIST; i = common->from->places[i].before) {
        place = place_here(common, common->from->places[i].place);
        common->same[place] += has_near(common->self, here, at, key, visitor, place);
        if (common->from->places[i].before == i) {
            break;
        }
    }
}

static void compare_mapped(const struct common *common, const struct idmap_slot *slot)
{
    enum visitor_by by = (enum visitor_by)(slot->b >> 32);
    uint32_t place = (uint32_t)slot->b;
    size_t page = (size_t)(slot->a >> VISITOR_PAGE_BITS), at = (size_t)slot->a & (PAGE_SIZE - 1);

    if (place == ANYWHERE) {
        if (idmap_find(&common->self->more, slot->a, slot->b)) {
            note_visitor(common, by);
        }
        return;
    }
    place = place_here(common, place);
    uint64_t key = slot->b & ~(uint64_t)UINT32_MAX;
    if (slot->a >= (uint64_t)NUMBER_MAX) {
        common->same[place] += idmap_find(&common->self->more, slot->a, key | place) != NULL;
    } else if (page < common->self->caps[by] && common->self->pages[by][page]) {
        common->same[place] += has_near(common->self, common->self->pages[by][page], at, key, slot->a, place);
    }
}

static void compare_pages(const struct common *common, enum visitor_by by, size_t page)
{
    const struct visitor_page *here = common->self->pages[by][page], *there = common->from->pages[by][page];

    for (size_t at = 0; here && there && at < PAGE_SIZE; at++) {
        if (here->slots[at].first != 0 && there->slots[at].first != 0) {
            compare_near(common, by, page, at);
        }
    }
}

void report_visitors_common(const struct report_visitors *self, const struct report_visitors *from,
                            const uint32_t *places, int64_t *same, struct visitors_common *out)
{
    const struct common common = {self, from, places, same, out};

    *out = (struct visitors_common){0, 0};
    for (int by = 0; by < VISITOR_BY_COUNT; by++) {
        for (size_t page = 0; page < self->caps[by] && page < from->caps[by]; page++) {
            compare_pages(&common, (enum visitor_by)by, page);
        }
    }
    for (size_t i = 0; i < from->more.cap; i++) {
        if (from->more.slots[i].a != IDMAP_NO_KEY) {
            compare_mapped(&common, &from->more.slots[i]);
        }
    }
}
