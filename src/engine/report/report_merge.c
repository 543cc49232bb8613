/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report_tally.h"

/*
 * What two threads counted in different chunks, as one. Clicks are added. Visitors are added too, and who is in both
 * counted once less: threads work from both ends of time, so they share few days, and of numbers given in order of time
 * few pages have to be compared.
 */

/* Of each ordinal of `from` the one here. */
static enum err map_ordinals(struct report_tally *self, const struct report_tally *from, size_t dim, uint32_t *out)
{
    const struct group_values *values = &from->groups.values[dim];
    bool links = self->query->group_by[dim] == DIM_LINK;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < values->count; i++) {
        uint64_t number = values->numbers[i];
        if (!links) {
            err = report_texts_intern(&self->match->texts, report_texts_text(&from->match->texts, number), &number);
        }
        err = err == OK ? report_groups_ordinal(&self->groups, dim, number, &out[i]) : err;
    }
    return err;
}

/* Groups, and of each one of `from` the one here. */
static enum err merge_groups(struct report_tally *self, const struct report_tally *from, uint32_t *out)
{
    const struct report_groups *theirs = &from->groups;
    uint32_t *ordinals[2] = {NULL, NULL};
    enum err err = OK;

    for (size_t d = 0; err == OK && d < theirs->dims; d++) {
        ordinals[d] = malloc((theirs->values[d].count + 1) * sizeof *ordinals[d]);
        err = ordinals[d] ? map_ordinals(self, from, d, ordinals[d]) : ERR_NOMEM;
    }
    for (uint32_t i = 0; err == OK && i < theirs->count; i++) {
        uint32_t second = theirs->dims > 1 ? ordinals[1][theirs->ordinals[i][1]] : 0;
        err = report_groups_find(&self->groups, ordinals[0][theirs->ordinals[i][0]], second, &out[i]);
        if (err == OK) {
            self->groups.clicks[out[i]] += theirs->clicks[i];
            self->groups.counts[out[i]].scans += theirs->counts[i].scans;
            self->groups.counts[out[i]].visitors += theirs->counts[i].visitors;
        }
    }
    free(ordinals[0]);
    free(ordinals[1]);
    return report_tally_refuse(self, err);
}

static void merge_totals(struct report_tally *self, const struct report_tally *from)
{
    struct report_totals *totals = &self->out->totals;
    const struct report_totals *theirs = &from->out->totals;

    totals->clicks += theirs->clicks;
    totals->scans += theirs->scans;
    totals->visitors += theirs->visitors;
    totals->new_visitors += theirs->new_visitors;
    totals->cookie_visitors += theirs->cookie_visitors;
    for (int i = 0; i < CLASS_COUNT; i++) {
        totals->by_class[i] += theirs->by_class[i];
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        totals->by_outcome[i] += theirs->by_outcome[i];
    }
    for (size_t i = 0; i < self->starts_count; i++) {
        self->out->series[i].clicks += from->out->series[i].clicks;
        self->out->series[i].visitors += from->out->series[i].visitors;
    }
}

static enum err once_by_bucket(struct report_tally *self, const struct report_tally *from, struct visitors_common *out)
{
    int64_t *same = calloc(self->starts_count + 1, sizeof *same);

    if (!same) {
        return ERR_NOMEM;
    }
    report_visitors_common(&self->bucket_visitors, &from->bucket_visitors, NULL, same, out);
    for (size_t i = 0; i < self->starts_count; i++) {
        self->out->series[i].visitors -= same[i];
    }
    free(same);
    return OK;
}

static enum err once_by_link(struct report_tally *self, const struct report_tally *from, struct visitors_common *out)
{
    int64_t *same = calloc(self->runs.count + 1, sizeof *same);

    if (!same) {
        return ERR_NOMEM;
    }
    report_visitors_common(&self->visitors, &from->visitors, NULL, same, out);
    for (size_t i = 0; i < self->runs.count; i++) {
        self->runs.links[i].visitors -= (uint32_t)same[i];
    }
    free(same);
    return OK;
}

static enum err once_by_group(struct report_tally *self, const struct report_tally *from, const uint32_t *groups,
                              struct visitors_common *out)
{
    int64_t *same = calloc(self->groups.count + 1, sizeof *same);

    if (!same) {
        return ERR_NOMEM;
    }
    report_visitors_common(&self->visitors, &from->visitors, groups, same, out);
    for (size_t i = 0; i < self->groups.count; i++) {
        self->groups.counts[i].visitors -= same[i];
    }
    free(same);
    return OK;
}

enum err report_tally_merge(struct report_tally *self, const struct report_tally *from)
{
    bool grouped = self->query->group_count > 0;
    uint32_t *groups = grouped ? malloc((from->groups.count + 1) * sizeof *groups) : NULL;
    struct visitors_common common = {0, 0};
    enum err err = grouped && !groups ? ERR_NOMEM : OK;

    merge_totals(self, from);
    err = err == OK ? report_runs_merge(&self->runs, &from->runs) : err;
    if (err == OK && grouped) {
        err = merge_groups(self, from, groups);
    }
    if (err == OK && self->query->want_visitors && (grouped || !self->starts)) {
        err = report_places_are_links(self) ? once_by_link(self, from, &common)
                                            : once_by_group(self, from, groups, &common);
    }
    if (err == OK && self->query->want_visitors && self->starts) {
        err = once_by_bucket(self, from, &common); /* the same visitors, in other places */
    }
    self->out->totals.visitors -= common.visitors;
    self->out->totals.cookie_visitors -= common.cookies;
    free(groups);
    return err;
}
