/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_TALLY_H
#define LINKPOND_ENGINE_REPORT_TALLY_H

#include "linkpond/engine/report_groups.h"
#include "linkpond/engine/report_match.h"
#include "report_late.h"
#include "report_visitors.h"

/*
 * What a report counts, whether it comes click by click (report_scan.c), by the quarter-hour from stored sums
 * (report_sums.c) or by the column of a chunk (report_chunk.c). by_class honours a filter on outcome but not one on
 * class, by_outcome the other way round, so that either shows what the filter leaves out.
 */
#define REPORT_BUCKETS_MAX 10000
/* By the id of a link, until its group is asked for (report_runs.c). */
struct run_counts {
    uint32_t *clicks, *scans;
    size_t count;
    uint32_t *groups; /* then: of each link that was met */
};
struct report_tally {
    struct report_match *match;
    const struct report_query *query;
    struct report *out;
    struct fault *fault;
    bool counts_all, counts_human; /* instead of PV only */
    bool class_passes[CLASS_COUNT], outcome_passes[OUTCOME_COUNT];
    int64_t *starts; /* of buckets; NULL without interval */
    size_t starts_count, last_bucket;
    struct report_visitors visitors; /* of the groups, else without place */
    struct report_visitors bucket_visitors;
    struct report_groups groups;
    bool by_runs;
    struct run_counts runs;
    struct report_late late; /* visitors of the groups that are shown, instead of `visitors` */
};
/* Places of visitors are ids of links and not groups; they are late ones. */
static inline bool report_places_are_links(const struct report_tally *self)
{
    return self->by_runs && self->query->want_visitors;
}
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

/* The same in parts, for many clicks at once. */
bool report_tally_counts(const struct report_tally *self, enum click_class class, enum click_outcome outcome);
/* by_class, by_outcome and, if these clicks count, clicks. */
void report_tally_kind(struct report_tally *self, enum click_class class, enum click_outcome outcome, int64_t clicks);
/* An error of report_groups_*, told. */
enum err report_tally_refuse(const struct report_tally *self, enum err err);
/* Too many visitors, told. */
enum err report_tally_too_many(const struct report_tally *self);
/* One click's visitor (0 = none), in a bucket (any without series) and groups[0..groups_count): noted. */
struct tally_visit {
    int64_t visitor;
    enum visitor_by visitor_by;
    bool new_visitor;
    size_t bucket;
    const uint32_t *groups;
    size_t groups_count;
};
enum err report_tally_visit(struct report_tally *self, const struct tally_visit *visit);
/* The series' bucket of an instant. */
size_t report_tally_bucket(struct report_tally *self, int64_t time_ms);
/* Adds what was counted of other clicks, by the same question in the same state, but for visitors (report_merge.c).
 * groups[group of `from`] = the group here; NULL without groups. */
enum err report_tally_merge(struct report_tally *self, const struct report_tally *from, uint32_t *groups);
void run_counts_done(struct run_counts *self);
enum err report_runs_add(struct run_counts *self, int64_t link_id, int64_t clicks, int64_t scans);
enum err report_runs_merge(struct run_counts *self, const struct run_counts *from);
/* The first `limit` groups in order, as far as they have clicks; returns how many there are. */
size_t report_tally_choose(const struct report_tally *self, uint32_t *shown, size_t limit);
/* Sorted and cut groups into the arena. */
enum err report_tally_finish(struct report_tally *self, struct arena *arena);

/* Buckets of [from, to) in the zone (report_buckets.c). Fault field "interval" when there would be too many. */
enum err report_buckets(struct arena *arena, const struct zone *zone, enum interval interval, int64_t from_ms,
                        int64_t to_ms, int64_t **starts, size_t *count, struct fault *fault);

/* The ways: everything, with help (NULL = alone), or only the rows that no sum holds yet; from sums and these rows. */
enum err report_scan(struct report_tally *tally, struct db *db, struct report_helper *helper);
enum err report_scan_unfolded(struct report_tally *tally, struct db *db);
/* Are sums enough to answer it? */
bool report_sums_can(const struct report_tally *tally);
enum err report_sums_wanted(const struct report_tally *tally, struct db *db, bool *wanted);
enum err report_sums(struct report_tally *tally, struct db *db);

#endif
