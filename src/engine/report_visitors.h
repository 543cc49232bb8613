/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_VISITORS_H
#define LINKPOND_ENGINE_REPORT_VISITORS_H

#include "idmap.h"
#include "linkpond/model/click.h"

/*
 * Which visitors were seen at which places (buckets of time, groups): exact. Numbers of visitors are dense and given in
 * order of time, so an array by number holds where each was seen first, and a list what comes then: what the clicks of
 * a day need stays in the processor's cache, as a map of all pairs would not. Visitors of many places and numbers far
 * apart are in a map. Bounded: 64 million numbers, 16 million more places in lists and 8 million in the map.
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
struct visitor_page {
    uint32_t seen[1 << VISITOR_PAGE_BITS]; /* place + 1; or a list of several (report_visitors.c); 0 = nowhere */
};
/* Is this the only place it was seen at? The answer that most clicks get. */
static inline bool report_visitors_only(const struct report_visitors *self, int64_t visitor, enum visitor_by by,
                                        uint32_t place)
{
    size_t at = (size_t)visitor >> VISITOR_PAGE_BITS;
    const struct visitor_page *page = at < self->caps[by] ? self->pages[by][at] : NULL;

    return page && page->seen[(size_t)visitor & (ARRAY_LEN(page->seen) - 1)] == place + 1;
}

struct visitor_seen {
    bool first; /* anywhere */
    bool here;  /* at this place */
};
/* place < 2^31 - 1; visitor != 0. false: too many. */
bool report_visitors_add(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place,
                         struct visitor_seen *out);

#endif
