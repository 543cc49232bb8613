/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_TALLY_H
#define LINKPOND_ENGINE_REPORT_TALLY_H

#include "report_match.h"

/*
 * What a report counts, whether it comes click by click (report_scan.c) or by the quarter-hour from stored sums
 * (report_sums.c). by_class honours a filter on outcome but not one on class, by_outcome the other way round, so that
 * either shows what the filter leaves out.
 */
#define REPORT_BUCKETS_MAX 10000
#define REPORT_SET_MAX     (1U << 23) /* distinct (visitor, place) pairs and groups */

struct tally_group {
    uint64_t values[2];
    int64_t clicks, visitors, scans;
};
struct report_tally {
    struct report_match *match;
    const struct report_query *query;
    struct report *out;
    bool counts_all, counts_human; /* instead of PV only */
    bool class_passes[CLASS_COUNT], outcome_passes[OUTCOME_COUNT];
    int64_t *starts; /* of buckets; NULL without interval */
    size_t starts_count, last_bucket;
    struct idmap visitors, bucket_visitors, group_visitors;
    struct idmap group_index;
    struct tally_group *groups;
    size_t groups_count, groups_cap;
};
/* Makes the series' buckets in the arena. */
enum err report_tally_open(struct report_tally *self, struct report_match *match, struct arena *arena,
                           struct report *out, struct fault *fault);
void report_tally_done(struct report_tally *self);

struct tally_item {
    struct match_subject subject;
    int64_t clicks; /* of that class and outcome */
    int64_t scans;  /* of the PV among them */
    int64_t visitor;
    enum visitor_by visitor_by;
    bool new_visitor;
};
/* Bounds and filters but those on class and outcome are passed already. */
enum err report_tally_add(struct report_tally *self, const struct tally_item *item);
/* Sorted and cut groups into the arena. */
enum err report_tally_finish(struct report_tally *self, struct arena *arena);

/* Buckets of [from, to) in the zone (report_buckets.c). Fault field "interval" when there would be too many. */
enum err report_buckets(struct arena *arena, const struct zone *zone, enum interval interval, int64_t from_ms,
                        int64_t to_ms, int64_t **starts, size_t *count, struct fault *fault);

/* The two ways. */
enum err report_scan(struct report_tally *tally, struct db *db, bool tail_only);
bool report_sums_can(const struct report_tally *tally);
enum err report_sums(struct report_tally *tally, struct db *db);

#endif
