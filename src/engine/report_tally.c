/* SPDX-License-Identifier: MIT */
#include "report_tally.h"

#include <stdlib.h>

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
    *self = (struct report_tally){.match = match, .query = match->query, .out = out};
    *out = (struct report){0};
    idmap_init(&self->visitors, REPORT_SET_MAX);
    idmap_init(&self->bucket_visitors, REPORT_SET_MAX);
    idmap_init(&self->group_visitors, REPORT_SET_MAX);
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
    idmap_done(&self->visitors);
    idmap_done(&self->bucket_visitors);
    idmap_done(&self->group_visitors);
    idmap_done(&self->group_index);
    free(self->groups);
}

/* ---- counting */

static size_t bucket_of(struct report_tally *self, int64_t time_ms)
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

/* Is this visitor new under that place? */
static enum err is_new(struct idmap *set, const struct tally_item *item, uint64_t place, bool *added)
{
    uint64_t visitor = (uint64_t)item->visitor | (uint64_t)item->visitor_by << 48;

    *added = false;
    return idmap_put(set, visitor, place, added) ? OK : ERR_NOMEM;
}

static enum err add_bucket(struct report_tally *self, const struct tally_item *item, bool visitors)
{
    size_t at = bucket_of(self, item->subject.time_ms);
    bool added = false;
    enum err err = visitors ? is_new(&self->bucket_visitors, item, at, &added) : OK;

    self->out->series[at].clicks += item->clicks;
    self->out->series[at].visitors += added;
    return err;
}

static enum err group_of(struct report_tally *self, uint64_t first, uint64_t second, size_t *at)
{
    bool added = false;
    int64_t *index = idmap_put(&self->group_index, first, second, &added);

    if (!index) {
        return ERR_NOMEM;
    }
    if (!added) {
        *at = (size_t)*index;
        return OK;
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
    *index = (int64_t)self->groups_count;
    *at = self->groups_count++;
    self->groups[*at] = (struct tally_group){.values = {first, second}};
    return OK;
}

static enum err add_group(struct report_tally *self, const struct tally_item *item, uint64_t first, uint64_t second,
                          bool visitors)
{
    size_t at = 0;
    bool added = false;
    enum err err = group_of(self, first, second, &at);

    if (err == OK && visitors) {
        err = is_new(&self->group_visitors, item, at, &added);
    }
    if (err == OK) {
        self->groups[at].clicks += item->clicks;
        self->groups[at].scans += item->scans;
        self->groups[at].visitors += added;
    }
    return err;
}

static enum err add_groups(struct report_tally *self, const struct tally_item *item, bool visitors)
{
    uint64_t first[REPORT_DIM_VALUES_MAX], second[REPORT_DIM_VALUES_MAX] = {0};
    size_t first_count = 0, second_count = 1;
    enum err err = report_match_values(self->match, &item->subject, self->query->group_by[0], first, &first_count);

    if (err == OK && self->query->group_count > 1) {
        err = report_match_values(self->match, &item->subject, self->query->group_by[1], second, &second_count);
    }
    for (size_t i = 0; err == OK && i < first_count * second_count; i++) {
        err = add_group(self, item, first[i / second_count], second[i % second_count], visitors);
    }
    return err;
}

static bool counts(const struct report_tally *self, const struct match_subject *subject)
{
    if (!self->class_passes[subject->class] || !self->outcome_passes[subject->outcome]) {
        return false;
    }
    return self->counts_all || (self->counts_human && subject->class == CLASS_HUMAN) ||
           click_counts(subject->class, subject->outcome);
}

enum err report_tally_add(struct report_tally *self, const struct tally_item *item)
{
    const struct match_subject *subject = &item->subject;
    struct report_totals *totals = &self->out->totals;
    bool visitors = self->query->want_visitors && item->visitor != 0, added = false;
    enum err err = OK;

    if (self->outcome_passes[subject->outcome]) {
        totals->by_class[subject->class] += item->clicks;
    }
    if (self->class_passes[subject->class]) {
        totals->by_outcome[subject->outcome] += item->clicks;
    }
    if (!counts(self, subject)) {
        return OK;
    }
    totals->clicks += item->clicks;
    totals->scans += item->scans;
    if (visitors) {
        err = is_new(&self->visitors, item, 0, &added);
        totals->visitors += added;
        totals->cookie_visitors += added && item->visitor_by == VISITOR_BY_COOKIE;
        totals->new_visitors += item->new_visitor;
    }
    if (err == OK && self->starts) {
        err = add_bucket(self, item, visitors);
    }
    if (err == OK && self->query->group_count > 0) {
        err = add_groups(self, item, visitors);
    }
    return err;
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
