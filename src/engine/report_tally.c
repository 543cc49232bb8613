/* SPDX-License-Identifier: MIT */
#include "report_tally.h"

#include <stdlib.h>
#include <string.h>

#define NUMBERS_MAX (UINT64_C(1) << 26) /* 256 MiB by number; those beyond are in a map */

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
    idmap_init(&self->group_index, REPORT_SET_MAX);
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
    idmap_done(&self->group_index);
    free(self->group_places);
    free(self->groups);
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

static enum err refuse_groups(const struct report_tally *self)
{
    return fault_set(self->fault, ERR_NOMEM, "group_by", "too_many", "There are more groups than fit; add a filter.",
                     "分组过多，请增加筛选条件。");
}

static enum err new_group(struct report_tally *self, uint64_t first, uint64_t second, size_t *at)
{
    if (self->groups_count == REPORT_SET_MAX) {
        return refuse_groups(self);
    }
    if (self->groups_count == self->groups_cap) {
        size_t cap = self->groups_cap > 0 ? self->groups_cap * 2 : 256;
        struct tally_group *groups = realloc(self->groups, cap * sizeof *groups);
        if (!groups) {
            return ERR_NOMEM;
        }
        self->groups = groups;
        self->groups_cap = cap;
    }
    *at = self->groups_count++;
    self->groups[*at] = (struct tally_group){.values = {first, second}};
    return OK;
}

static bool widen_places(struct report_tally *self, uint64_t number)
{
    size_t cap = self->group_places_cap > 0 ? self->group_places_cap : 1024;

    while (cap <= number) {
        cap *= 2;
    }
    uint32_t *places = realloc(self->group_places, cap * sizeof *places);
    if (places) {
        memset(places + self->group_places_cap, 0, (cap - self->group_places_cap) * sizeof *places);
        self->group_places = places;
        self->group_places_cap = cap;
    }
    return places != NULL;
}

static enum err group_of_number(struct report_tally *self, uint64_t number, size_t *at)
{
    if (number >= self->group_places_cap && !widen_places(self, number)) {
        return ERR_NOMEM;
    }
    if (self->group_places[number] != 0) {
        *at = self->group_places[number] - 1;
        return OK;
    }
    enum err err = new_group(self, number, 0, at);
    if (err == OK) {
        self->group_places[number] = (uint32_t)*at + 1;
    }
    return err;
}

enum err report_tally_group(struct report_tally *self, uint64_t first, uint64_t second, size_t *at)
{
    bool added = false;

    if (self->query->group_count == 1 && first < NUMBERS_MAX) {
        return group_of_number(self, first, at);
    }
    int64_t *index = idmap_put(&self->group_index, first, second, &added);
    if (!index) {
        return refuse_groups(self);
    }
    if (!added) {
        *at = (size_t)*index;
        return OK;
    }
    enum err err = new_group(self, first, second, at);
    *index = (int64_t)*at;
    return err;
}

static bool see(struct report_tally *self, struct report_visitors *set, const struct tally_visit *visit, size_t place,
                struct visitor_seen *out)
{
    if (report_visitors_only(set, visit->visitor, visit->visitor_by, (uint32_t)place)) {
        out->here = false;
        return true;
    }
    struct visitor_seen seen;
    bool fits = report_visitors_add(set, visit->visitor, visit->visitor_by, (uint32_t)place, &seen);

    out->first = out->first || seen.first;
    out->here = seen.here;
    if (!fits) {
        fault_set(self->fault, ERR_NOMEM, "metrics", "too_many",
                  "There are more different visitors than fit; choose a shorter time, or no visitors.",
                  "访客数量过多，请缩短时间范围或不统计访客。");
    }
    return fits;
}

enum err report_tally_visit(struct report_tally *self, const struct tally_visit *visit)
{
    struct report_totals *totals = &self->out->totals;
    struct visitor_seen seen = {false, false};

    if (visit->visitor == 0) {
        return OK;
    }
    if (self->starts) {
        if (!see(self, &self->bucket_visitors, visit, visit->bucket, &seen)) {
            return ERR_NOMEM;
        }
        self->out->series[visit->bucket].visitors += seen.here;
    }
    for (size_t i = 0; i < visit->groups_count; i++) {
        if (!see(self, &self->visitors, visit, visit->groups[i], &seen)) {
            return ERR_NOMEM;
        }
        self->groups[visit->groups[i]].visitors += seen.here;
    }
    if (!self->starts && visit->groups_count == 0 && !see(self, &self->visitors, visit, 0, &seen)) {
        return ERR_NOMEM;
    }
    totals->visitors += seen.first;
    totals->cookie_visitors += seen.first && visit->visitor_by == VISITOR_BY_COOKIE;
    totals->new_visitors += visit->new_visitor;
    return OK;
}

/* The groups of one item, the count of values of either dimension multiplied. */
static enum err add_groups(struct report_tally *self, const struct tally_item *item, uint32_t *groups, size_t *count)
{
    uint64_t first[REPORT_DIM_VALUES_MAX], second[REPORT_DIM_VALUES_MAX] = {0};
    size_t first_count = 0, second_count = 1, at = 0;
    enum err err = report_match_values(self->match, &item->subject, self->query->group_by[0], first, &first_count);

    if (err == OK && self->query->group_count > 1) {
        err = report_match_values(self->match, &item->subject, self->query->group_by[1], second, &second_count);
    }
    for (size_t i = 0; err == OK && i < first_count * second_count; i++) {
        err = report_tally_group(self, first[i / second_count], second[i % second_count], &at);
        if (err == OK) {
            self->groups[at].clicks += item->clicks;
            self->groups[at].scans += item->scans;
            groups[(*count)++] = (uint32_t)at;
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
    if (self->query->group_count > 0) {
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

static int compare_groups(const void *left, const void *right, void *arg)
{
    const struct tally_group *a = left, *b = right;
    const struct report_tally *self = arg;
    int order = (b->clicks > a->clicks) - (b->clicks < a->clicks);

    for (size_t i = 0; order == 0 && i < self->query->group_count; i++) {
        order = compare_value(self, self->query->group_by[i], a->values[i], b->values[i]);
    }
    return order;
}

enum err report_tally_finish(struct report_tally *self, struct arena *arena)
{
    const struct report_query *query = self->query;
    struct report *out = self->out;
    size_t count = 0;

    if (query->group_count == 0) {
        return OK;
    }
    for (size_t i = 0; i < self->groups_count; i++) {
        if (self->groups[i].clicks != 0) { /* sums that were taken out again */
            self->groups[count++] = self->groups[i];
        }
    }
    if (count > 0) {
        qsort_r(self->groups, count, sizeof *self->groups, compare_groups, self);
    }
    out->groups_count = query->limit > 0 && query->limit < count ? query->limit : count;
    out->groups = ARENA_ARRAY(arena, struct report_group, out->groups_count + 1);
    for (size_t i = 0; out->groups && i < count; i++) {
        const struct tally_group *group = &self->groups[i];
        if (i >= out->groups_count) {
            out->other_clicks += group->clicks;
            continue;
        }
        out->groups[i] =
            (struct report_group){.clicks = group->clicks, .visitors = group->visitors, .scans = group->scans};
        for (size_t d = 0; d < query->group_count; d++) {
            out->groups[i].values[d] = value_text(self, arena, query->group_by[d], group->values[d]);
        }
    }
    return arena->overflow ? ERR_NOMEM : OK;
}
