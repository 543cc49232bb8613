/* SPDX-License-Identifier: MIT */
#include "report_tally.h"

#include <stdlib.h>
#include <string.h>

/* ---- opening */

static bool grouped_by(const struct report_query *query, enum dim dim)
{
    return (query->group_count > 0 && query->group_by[0] == dim) ||
           (query->group_count > 1 && query->group_by[1] == dim);
}

static enum err make_series(struct report_tally *self, struct arena *arena, struct fault *fault)
{
    const struct report_query *query = self->query;

    if (query->interval == INTERVAL_NONE) {
        return OK;
    }
    enum err err = report_buckets(arena, query->zone, query->interval, query->from_ms, query->to_ms, &self->starts,
                                  &self->starts_count, fault);
    if (err != OK) {
        return err;
    }
    self->out->series = ARENA_ARRAY(arena, struct report_bucket, self->starts_count + 1);
    if (!self->out->series) {
        return ERR_NOMEM;
    }
    self->out->series_count = self->starts_count;
    for (size_t i = 0; i < self->starts_count; i++) {
        self->out->series[i].start_ms = self->starts[i];
    }
    return OK;
}

enum err report_tally_open(struct report_tally *self, struct report_match *match, struct arena *arena,
                           struct report *out, struct fault *fault)
{
    *self = (struct report_tally){.match = match, .query = match->query, .out = out, .fault = fault};
    *out = (struct report){0};
    report_visitors_init(&self->visitors);
    report_visitors_init(&self->bucket_visitors);
    report_groups_init(&self->groups, self->query->group_count);
    report_late_init(&self->late);
    self->counts_all = self->query->all_classes || match->class_filter || grouped_by(self->query, DIM_CLASS) ||
                       grouped_by(self->query, DIM_OUTCOME);
    self->counts_human = match->outcome_filter;
    for (int i = 0; i < CLASS_COUNT; i++) {
        self->class_passes[i] = report_match_class(match, (enum click_class)i);
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        self->outcome_passes[i] = report_match_outcome(match, (enum click_outcome)i);
    }
    return make_series(self, arena, fault);
}

void report_tally_done(struct report_tally *self)
{
    report_visitors_done(&self->visitors);
    report_visitors_done(&self->bucket_visitors);
    report_groups_done(&self->groups);
    run_counts_done(&self->runs);
    report_late_done(&self->late);
}

/* ---- counting */

size_t report_tally_bucket(struct report_tally *self, int64_t time_ms)
{
    size_t at = self->last_bucket, low = 0, high = self->starts_count;

    if (self->starts[at] <= time_ms && (at + 1 == self->starts_count || time_ms < self->starts[at + 1])) {
        return at;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (self->starts[middle] <= time_ms) {
            low = middle;
        } else {
            high = middle;
        }
    }
    self->last_bucket = low;
    return low;
}

enum err report_tally_refuse(const struct report_tally *self, enum err err)
{
    return err != ERR_TOO_LARGE
               ? err
               : fault_set(self->fault, ERR_NOMEM, "group_by", "too_many",
                           "There are more groups than fit; add a filter.", "分组过多，请增加筛选条件。");
}

enum err report_tally_too_many(const struct report_tally *self)
{
    return fault_set(self->fault, ERR_NOMEM, "metrics", "too_many",
                     "There are more different visitors than fit; choose a shorter time, or no visitors.",
                     "访客数量过多，请缩短时间范围或不统计访客。");
}

enum err report_tally_visit(struct report_tally *self, const struct tally_visit *visit)
{
    int64_t visitor = visit->visitor;
    bool fits = true;

    if (visitor == 0) {
        return OK;
    }
    if (self->late.wanted) {
        fits =
            report_late_visit(&self->late, &(struct late_visit){visitor, visit->groups[0], (uint8_t)visit->visitor_by});
        self->out->totals.new_visitors += visit->new_visitor;
        return fits ? OK : report_tally_too_many(self);
    }
    if (self->starts) {
        fits = report_visitors_note(&self->bucket_visitors, visitor, visit->visitor_by, (uint32_t)visit->bucket);
    }
    for (size_t i = 0; fits && i < visit->groups_count; i++) {
        fits = report_visitors_note(&self->visitors, visitor, visit->visitor_by, visit->groups[i]);
    }
    if (fits && !self->starts && visit->groups_count == 0) {
        fits = report_visitors_see(&self->visitors, visitor, visit->visitor_by);
    }
    self->out->totals.new_visitors += visit->new_visitor;
    return fits ? OK : report_tally_too_many(self);
}

/* The groups of one item, the count of values of either dimension multiplied. */
static enum err add_groups(struct report_tally *self, const struct tally_item *item, uint32_t *groups, size_t *count)
{
    uint64_t first[REPORT_DIM_VALUES_MAX], second[REPORT_DIM_VALUES_MAX] = {0};
    size_t first_count = 0, second_count = 1;
    enum err err = report_match_values(self->match, &item->subject, self->query->group_by[0], first, &first_count);

    if (err == OK && self->query->group_count > 1) {
        err = report_match_values(self->match, &item->subject, self->query->group_by[1], second, &second_count);
    }
    for (size_t i = 0; err == OK && i < first_count * second_count; i++) {
        const uint64_t values[2] = {first[i / second_count], second[i % second_count]};
        uint32_t at = 0;
        err = report_tally_refuse(self, report_groups_put(&self->groups, values, &at));
        if (err == OK) {
            self->groups.clicks[at] += item->clicks;
            self->groups.counts[at].scans += item->scans;
            groups[(*count)++] = at;
        }
    }
    return err;
}

bool report_tally_counts(const struct report_tally *self, enum click_class class, enum click_outcome outcome)
{
    if (!self->class_passes[class] || !self->outcome_passes[outcome]) {
        return false;
    }
    return self->counts_all || (self->counts_human && class == CLASS_HUMAN) || click_counts(class, outcome);
}

void report_tally_kind(struct report_tally *self, enum click_class class, enum click_outcome outcome, int64_t clicks)
{
    struct report_totals *totals = &self->out->totals;

    totals->by_class[class] += self->outcome_passes[outcome] ? clicks : 0;
    totals->by_outcome[outcome] += self->class_passes[class] ? clicks : 0;
    totals->clicks += report_tally_counts(self, class, outcome) ? clicks : 0;
}

enum err report_tally_add(struct report_tally *self, const struct tally_item *item)
{
    const struct match_subject *subject = &item->subject;
    uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX];
    size_t groups_count = 0, bucket = 0;
    enum err err = OK;

    report_tally_kind(self, subject->class, subject->outcome, item->clicks);
    if (!report_tally_counts(self, subject->class, subject->outcome)) {
        return OK;
    }
    self->out->totals.scans += item->scans;
    if (self->starts) {
        bucket = report_tally_bucket(self, subject->time_ms);
        self->out->series[bucket].clicks += item->clicks;
    }
    if (report_places_are_links(self)) {
        groups[groups_count++] = (uint32_t)subject->link_id;
        err = report_runs_add(&self->runs, subject->link_id, item->clicks, item->scans);
    } else if (self->query->group_count > 0) {
        err = add_groups(self, item, groups, &groups_count);
    }
    if (err != OK || !self->query->want_visitors) {
        return err;
    }
    const struct tally_visit visit = {item->visitor, item->visitor_by, item->new_visitor, bucket, groups, groups_count};
    return report_tally_visit(self, &visit);
}

/* ---- groups: most clicks first, then by value */

static str value_text(const struct report_tally *self, struct arena *arena, enum dim dim, uint64_t value)
{
    if (dim == DIM_LINK) {
        return arena_f(arena, "%lld", (long long)value);
    }
    return arena_str(arena, report_texts_text(&self->match->texts, value));
}

static int compare_value(const struct report_tally *self, enum dim dim, uint64_t a, uint64_t b)
{
    if (dim == DIM_LINK || a == b) {
        return (a > b) - (a < b);
    }
    return str_cmp(report_texts_text(&self->match->texts, a), report_texts_text(&self->match->texts, b));
}

/* Which of two groups comes first; below 0 = a. */
static int compare_groups(const struct report_tally *self, uint32_t a, uint32_t b)
{
    const struct report_groups *groups = &self->groups;
    int order = (groups->clicks[b] > groups->clicks[a]) - (groups->clicks[b] < groups->clicks[a]);

    for (size_t i = 0; order == 0 && i < groups->dims; i++) {
        order = compare_value(self, self->query->group_by[i], report_groups_value(groups, a, i),
                              report_groups_value(groups, b, i));
    }
    return order;
}

static int compare_shown(const void *left, const void *right, void *arg)
{
    return compare_groups(arg, *(const uint32_t *)left, *(const uint32_t *)right);
}

/* Restores a heap whose first is the last in order, below `at`. */
static void sink(const struct report_tally *self, uint32_t *heap, size_t count, size_t at)
{
    uint32_t moving = heap[at];

    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && compare_groups(self, heap[child], heap[child + 1]) < 0) {
            child++;
        }
        if (compare_groups(self, moving, heap[child]) >= 0) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

/* In a heap: sorting a million to show a hundred takes longer than counting them.
 * Groups without clicks are sums that were taken out again. */
size_t report_tally_choose(const struct report_tally *self, uint32_t *shown, size_t limit)
{
    const struct report_groups *groups = &self->groups;
    size_t count = 0;

    for (uint32_t i = 0; i < groups->count; i++) {
        if (groups->clicks[i] == 0) {
            continue;
        }
        if (count < limit) {
            shown[count++] = i;
            for (size_t at = count / 2; count == limit && at-- > 0;) {
                sink(self, shown, count, at);
            }
        } else if (groups->clicks[i] >= groups->clicks[shown[0]] && compare_groups(self, i, shown[0]) < 0) {
            shown[0] = i;
            sink(self, shown, count, 0);
        }
    }
    if (count > 1) {
        qsort_r(shown, count, sizeof *shown, compare_shown, (void *)(uintptr_t)self);
    }
    return count;
}

static void show(struct report_tally *self, struct arena *arena, uint32_t group, struct report_group *out)
{
    const struct report_groups *groups = &self->groups;

    *out = (struct report_group){.clicks = groups->clicks[group],
                                 .visitors = groups->counts[group].visitors,
                                 .scans = groups->counts[group].scans};
    for (size_t d = 0; d < groups->dims; d++) {
        out->values[d] = value_text(self, arena, self->query->group_by[d], report_groups_value(groups, group, d));
    }
}

enum err report_tally_finish(struct report_tally *self, struct arena *arena)
{
    const struct report_query *query = self->query;
    const struct report_groups *groups = &self->groups;
    struct report *out = self->out;
    size_t limit = query->limit > 0 && query->limit < groups->count ? query->limit : groups->count;

    if (query->group_count == 0) {
        return OK;
    }
    uint32_t *shown = malloc((limit + 1) * sizeof *shown);
    out->groups_count = shown ? report_tally_choose(self, shown, limit) : 0;
    out->groups = shown ? ARENA_ARRAY(arena, struct report_group, out->groups_count + 1) : NULL;
    for (size_t i = 0; i < groups->count; i++) {
        out->other_clicks += groups->clicks[i];
    }
    for (size_t i = 0; out->groups && i < out->groups_count; i++) {
        show(self, arena, shown[i], &out->groups[i]);
        out->other_clicks -= out->groups[i].clicks;
    }
    free(shown);
    return shown && !arena->overflow ? OK : ERR_NOMEM;
}
