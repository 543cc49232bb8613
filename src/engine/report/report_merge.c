/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report_tally.h"

/*
 * What two threads counted in different chunks, as one. Clicks are added; visitors are only noted so far, and what
 * both have noted is counted together (report_once.c).
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
    totals->new_visitors += theirs->new_visitors;
    for (int i = 0; i < CLASS_COUNT; i++) {
        totals->by_class[i] += theirs->by_class[i];
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        totals->by_outcome[i] += theirs->by_outcome[i];
    }
    for (size_t i = 0; i < self->starts_count; i++) {
        self->out->series[i].clicks += from->out->series[i].clicks;
    }
}

enum err report_tally_merge(struct report_tally *self, const struct report_tally *from, uint32_t *groups)
{
    enum err err = report_runs_merge(&self->runs, &from->runs);

    merge_totals(self, from);
    return err == OK && groups ? merge_groups(self, from, groups) : err;
}
