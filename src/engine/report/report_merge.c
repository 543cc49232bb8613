/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_tally.h"

/*
 * What two threads counted in different chunks, as one. Clicks are added; visitors are only noted so far, and what
 * both have noted is counted together (report_once.c).
 *
 * Of a million groups a page shows the first few. What only the other thread has met, with fewer clicks than the last
 * one shown, is not among them; so it is counted with the rest and not made here, where one thread works alone.
 */
#define CLICKS_MAX 4096 /* of a group that need be told apart to find how many the last one shown has at least */
#define NOT_ASKED  REPORT_NO_ORDINAL
#define UNKNOWN    (REPORT_NO_ORDINAL - 1)

struct merging {
    struct report_tally *self;
    const struct report_tally *from;
    uint32_t *ordinals[2]; /* here, by ordinal there */
};

/* So many groups have at least as many clicks: the largest such number below CLICKS_MAX. */
static int64_t clicks_of_first(const struct report_groups *groups, size_t count)
{
    size_t counts[CLICKS_MAX] = {0}, found = 0;
    int64_t clicks = CLICKS_MAX;

    for (size_t i = 0; i < groups->count; i++) {
        counts[groups->clicks[i] < CLICKS_MAX ? groups->clicks[i] : CLICKS_MAX - 1]++;
    }
    while (found < count && clicks > 0) {
        found += counts[--clicks];
    }
    return found < count ? 0 : clicks;
}

/* What has fewer clicks is not shown. */
static int64_t rare_below(const struct merging *merging)
{
    const struct report_query *query = merging->self->query;

    if (query->limit == 0 || query->want_visitors) {
        return 0;
    }
    int64_t here = clicks_of_first(&merging->self->groups, query->limit);
    int64_t there = clicks_of_first(&merging->from->groups, query->limit);
    return here > there ? here : there;
}

/* The ordinal here of one there; UNKNOWN: not met here, which is told only of what is rare. */
static enum err ordinal_here(const struct merging *merging, size_t dim, uint32_t there, bool rare, uint32_t *out)
{
    struct report_tally *self = merging->self;
    uint64_t number = merging->from->groups.values[dim].numbers[there];
    uint32_t *known = &merging->ordinals[dim][there];
    bool text = self->query->group_by[dim] != DIM_LINK;
    enum err err = OK;

    if (*known == NOT_ASKED || (*known == UNKNOWN && !rare)) {
        str key = text ? report_texts_text(&merging->from->match->texts, number) : STR("");
        if (text && rare && !report_texts_find(&self->match->texts, key, &number)) {
            *known = UNKNOWN;
        } else {
            err = text ? report_texts_intern(&self->match->texts, key, &number) : OK;
            err = err == OK ? report_groups_ordinal(&self->groups, dim, number, known) : err;
        }
    }
    *out = *known;
    return err;
}

/* The group here of one there, or *found = false: it is rare, and not met here. */
static enum err group_here(const struct merging *merging, uint32_t there, bool rare, uint32_t *out, bool *found)
{
    struct report_groups *groups = &merging->self->groups;
    uint32_t ordinals[2] = {0, 0};
    enum err err = OK;

    *found = true;
    for (size_t d = 0; err == OK && *found && d < groups->dims; d++) {
        err = ordinal_here(merging, d, merging->from->groups.ordinals[there][d], rare, &ordinals[d]);
        *found = ordinals[d] != UNKNOWN;
    }
    if (err == OK && *found && rare) {
        *found = report_groups_has(groups, ordinals[0], ordinals[1]);
    }
    return err == OK && *found ? report_groups_find(groups, ordinals[0], ordinals[1], out) : err;
}

static enum err add_groups(const struct merging *merging, uint32_t *out)
{
    struct report_tally *self = merging->self;
    const struct report_groups *theirs = &merging->from->groups;
    int64_t least = rare_below(merging);
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < theirs->count; i++) {
        bool found = false;
        err = group_here(merging, i, theirs->clicks[i] < least, &out[i], &found);
        if (err == OK && found) {
            self->groups.clicks[out[i]] += theirs->clicks[i];
            self->groups.counts[out[i]].scans += theirs->counts[i].scans;
        } else {
            self->out->other_clicks += theirs->clicks[i];
        }
    }
    return err;
}

/* Groups, and of each one of `from` the one here, where visitors are asked for. */
static enum err merge_groups(struct report_tally *self, const struct report_tally *from, uint32_t *out)
{
    struct merging merging = {.self = self, .from = from};
    enum err err = OK;

    for (size_t d = 0; err == OK && d < from->groups.dims; d++) {
        size_t bytes = (from->groups.values[d].count + 1) * sizeof *merging.ordinals[d];
        merging.ordinals[d] = malloc(bytes);
        err = merging.ordinals[d] ? OK : ERR_NOMEM;
        if (err == OK) {
            memset(merging.ordinals[d], 0xFF, bytes);
        }
    }
    err = err == OK ? add_groups(&merging, out) : err;
    free(merging.ordinals[0]);
    free(merging.ordinals[1]);
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
