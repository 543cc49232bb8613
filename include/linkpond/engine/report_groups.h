/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_GROUPS_H
#define LINKPOND_ENGINE_REPORT_GROUPS_H

#include "linkpond/base/idmap.h"

/*
 * The groups of a report by one value or by a pair of values, numbered 0, 1, 2... as they are met. Values of a
 * dimension are numbered likewise (their ordinals), so that a pair is a place in a grid: finding its group is one load,
 * where a map would cost a miss of the cache for each click. What does not fit in the widest grid is in a map: that are
 * the values met last, and of many values most are rare. Counts stand in arrays of their own, because a report that
 * counts millions of clicks needs one of them at a time.
 */
#define REPORT_GROUPS_MAX (1U << 23)

struct group_values {
    uint32_t *ordinals; /* ordinal + 1 by number; 0 = not met yet */
    size_t ordinals_cap;
    struct idmap far;  /* of numbers that are no index */
    uint64_t *numbers; /* by ordinal */
    size_t count, cap;
};
struct group_count {
    int64_t scans, visitors;
};
struct report_groups {
    size_t dims; /* 0, 1, 2 */
    struct group_values values[2];
    uint32_t *grid; /* of pairs: group + 1 by first ordinal << shift | second. Of one dimension an ordinal is a group */
    size_t grid_rows;
    unsigned shift;
    bool grid_full;   /* it is as wide as it may be */
    struct idmap map; /* ordinals of pairs beyond the grid -> group */
    size_t count, cap;
    uint32_t (*ordinals)[2]; /* by group, as are the next */
    int64_t *clicks;
    struct group_count *counts;
};
void report_groups_init(struct report_groups *self, size_t dims);
void report_groups_done(struct report_groups *self);
/* The value's ordinal. ERR_TOO_LARGE: past REPORT_GROUPS_MAX; ERR_NOMEM. */
enum err report_groups_ordinal(struct report_groups *self, size_t dim, uint64_t number, uint32_t *ordinal);
/* The group of ordinals that were given, made when it is new: as in report_groups_find. */
enum err report_groups_make(struct report_groups *self, uint32_t first, uint32_t second, uint32_t *group);
/* Is there one of these ordinals? */
bool report_groups_has(const struct report_groups *self, uint32_t first, uint32_t second);
/* The same of values. */
enum err report_groups_put(struct report_groups *self, const uint64_t values[2], uint32_t *group);
/* A group's value of that dimension. */
static inline uint64_t report_groups_value(const struct report_groups *self, uint32_t group, size_t dim)
{
    return self->values[dim].numbers[self->ordinals[group][dim]];
}

/* The ordinal of a value that was met, else REPORT_NO_ORDINAL. */
#define REPORT_NO_ORDINAL UINT32_MAX
static inline uint32_t report_groups_known(const struct report_groups *self, size_t dim, uint64_t number)
{
    return number < self->values[dim].ordinals_cap ? self->values[dim].ordinals[number] - 1 : REPORT_NO_ORDINAL;
}

/*
 * Of a million groups a page shows the first few. How many have so many clicks tells below which number one is not
 * among them, without putting them in order.
 */
#define REPORT_CLICKS_TOLD 4096 /* more need not be told apart */
struct report_spread {
    size_t groups[REPORT_CLICKS_TOLD]; /* by clicks */
};
static inline void report_spread_add(struct report_spread *self, int64_t clicks)
{
    self->groups[clicks < 0 ? 0 : clicks < REPORT_CLICKS_TOLD ? clicks : REPORT_CLICKS_TOLD - 1]++;
}
/* Groups with fewer clicks are not among the first `limit`; 0 = any may be (limit 0: all are shown). */
int64_t report_spread_least(const struct report_spread *self, size_t limit);
int64_t report_groups_least(const struct report_groups *self, size_t limit);

/* second = 0 of one dimension. */
static inline enum err report_groups_find(struct report_groups *self, uint32_t first, uint32_t second, uint32_t *group)
{
    if (self->dims == 1) {
        *group = first;
        return OK;
    }
    if (first < self->grid_rows && second >> self->shift == 0) {
        uint32_t known = self->grid[(size_t)first << self->shift | second];
        if (known != 0) {
            *group = known - 1;
            return OK;
        }
    }
    return report_groups_make(self, first, second, group);
}

#endif
