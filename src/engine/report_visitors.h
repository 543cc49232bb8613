/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_VISITORS_H
#define LINKPOND_ENGINE_REPORT_VISITORS_H

#include "idmap.h"
#include "linkpond/model/click.h"

/*
 * Which visitors were seen at which places (buckets of time, groups): exact. Most are seen at one place only and their
 * numbers are dense, so that place is kept in an array by number, and only what goes beyond is in a map: some 4 bytes a
 * visitor and, in a day's clicks, no miss of a cache. Bounded: 64 million numbers and 8 million pairs beyond.
 */
struct report_visitors {
    struct visitor_page **pages[VISITOR_BY_COUNT]; /* by the higher bits of the number */
    size_t caps[VISITOR_BY_COUNT];
    size_t count; /* pages there are */
    struct idmap more;
};
void report_visitors_init(struct report_visitors *self);
void report_visitors_done(struct report_visitors *self);

struct visitor_seen {
    bool first; /* anywhere */
    bool here;  /* at this place */
};
/* place < UINT32_MAX; visitor != 0. false: too many. */
bool report_visitors_add(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place,
                         struct visitor_seen *out);

#endif
