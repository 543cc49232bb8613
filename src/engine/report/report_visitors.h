/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_VISITORS_H
#define LINKPOND_ENGINE_REPORT_VISITORS_H

#include "linkpond/base/idmap.h"
#include "linkpond/model/click.h"

/*
 * Which visitors were seen at which places (buckets of time, groups): exact. Numbers of visitors are dense and given in
 * order of time, so an array by number holds the two places where each was seen first, another where it was seen next,
 * and a list what comes then: what the clicks of a day need stays in the processor's cache, as a map of all pairs would
 * not. Visitors of many places and numbers far apart are in a map. Bounded: 64 million numbers, 16 million places in
 * lists and 8 million in the map.
 */
struct report_visitors {
    struct visitor_page **pages[VISITOR_BY_COUNT]; /* by the higher bits of the number */
    size_t caps[VISITOR_BY_COUNT];
    size_t count; /* pages there are */
    struct visitor_place *places;
    size_t places_count, places_cap;
    struct idmap more;
};
void report_visitors_init(struct report_visitors *self);
void report_visitors_done(struct report_visitors *self);

#define VISITOR_PAGE_BITS 14
/* Places + 1; 0 = none. */
struct visitor_slot {
    uint32_t first, second;
};
struct visitor_page {
    struct visitor_slot slots[1 << VISITOR_PAGE_BITS];
    uint32_t *more; /* the third + 1, or a list of the others (report_visitors.c); or NULL */
};
/* Where that visitor's first places are kept. NULL: nothing is kept there yet. */
static inline struct visitor_slot *report_visitors_slot(const struct report_visitors *self, int64_t visitor,
                                                        enum visitor_by by)
{
    size_t at = (size_t)visitor >> VISITOR_PAGE_BITS;
    struct visitor_page *page = at < self->caps[by] ? self->pages[by][at] : NULL;

    return page ? &page->slots[(size_t)visitor & (ARRAY_LEN(page->slots) - 1)] : NULL;
}
/* Before report_visitors_add, some calls ahead: what it looks at behind those two places. */
static inline void report_visitors_prefetch(const struct report_visitors *self, int64_t visitor, enum visitor_by by)
{
    size_t at = (size_t)visitor >> VISITOR_PAGE_BITS;
    struct visitor_page *page = at < self->caps[by] ? self->pages[by][at] : NULL;

    if (page && page->more) {
        __builtin_prefetch(&page->more[(size_t)visitor & (ARRAY_LEN(page->slots) - 1)], 1);
    }
}

struct visitor_seen {
    bool first; /* anywhere */
    bool here;  /* at this place */
};
/* place < 2^31 - 1; visitor != 0. false: too many. */
bool report_visitors_add(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place,
                         struct visitor_seen *out);

/* What two sets have in common: who counted in both counts once. places: of each place of `from` the one of `self`
 * (NULL: the same). same[place of self] is raised by the visitors that both have there. */
struct visitors_common {
    int64_t visitors, cookies;
};
void report_visitors_common(const struct report_visitors *self, const struct report_visitors *from,
                            const uint32_t *places, int64_t *same, struct visitors_common *out);

#endif
