/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_tally.h"

/*
 * What two threads counted in different chunks, as one. Clicks are added; visitors are only noted so far, and what
 * both have noted is counted together (report_once.c).
 *
 * Of a million groups a page shows the first few. What only the other thread has met, with fewer clicks than the last
 * one shown, is not among them; so it is counted with the rest and not made here, where one thread works alone, and its
 * visitors are counted nowhere.
 */
#define NOT_ASKED REPORT_NO_ORDINAL
#define UNKNOWN   (REPORT_NO_ORDINAL - 1)

struct merging {
    struct report_tally *self;
    const struct report_tally *from;
    uint64_t *numbers[2];  /* here, by ordinal there; REPORT_NO_TEXT */
    uint32_t *ordinals[2]; /* here, by ordinal there */
};

/* What has fewer clicks is not shown. */
static int64_t rare_below(const struct merging *merging)
{
    size_t limit = merging->self->query->limit;
    int64_t here = report_groups_least(&merging->self->groups, limit);
    int64_t there = report_groups_least(&merging->from->groups, limit);

    return here > there ? here : there;
}

static str text_there(const struct merging *merging, size_t dim, uint32_t there)
{
    return report_texts_text(&merging->from->match->texts, merging->from->groups.values[dim].numbers[there]);
}

/* What is known here of all values there. */
static enum err find_theirs(const struct merging *merging, size_t dim)
{
    const struct group_values *values = &merging->from->groups.values[dim];
    str *texts = malloc((values->count + 1) * sizeof *texts);

    if (!texts) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < values->count; i++) {
        texts[i] = text_there(merging, dim, (uint32_t)i);
    }
    report_texts_find_many(&merging->self->match->texts, texts, values->count, merging->numbers[dim]);
    free(texts);
    return OK;
}

static enum err intern_theirs(const struct merging *merging, size_t dim, uint32_t there, uint64_t *number)
{
    return report_texts_intern(&merging->self->match->texts, text_there(merging, dim, there), number);
}

/* The ordinal here of one there; UNKNOWN: not met here, which is told only of what is rare. */
static enum err ordinal_here(const struct merging *merging, size_t dim, uint32_t there, bool rare, uint32_t *out)
{
    struct report_tally *self = merging->self;
    uint64_t number = merging->numbers[dim][there];
    uint32_t *known = &merging->ordinals[dim][there];
    enum err err = OK;

    if (*known == NOT_ASKED || (*known == UNKNOWN && !rare)) {
        if (number == REPORT_NO_TEXT && rare) {
            *known = UNKNOWN;
        } else {
            err = number == REPORT_NO_TEXT ? intern_theirs(merging, dim, there, &number) : OK;
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
            out[i] = VISITOR_NOWHERE;
        }
    }
    return err;
}

static enum err begin_merging(struct merging *merging, size_t dim)
{
    const struct group_values *values = &merging->from->groups.values[dim];
    size_t count = values->count + 1;

    merging->numbers[dim] = malloc(count * sizeof *merging->numbers[dim]);
    merging->ordinals[dim] = malloc(count * sizeof *merging->ordinals[dim]);
    if (!merging->numbers[dim] || !merging->ordinals[dim]) {
        return ERR_NOMEM;
    }
    memset(merging->ordinals[dim], 0xFF, count * sizeof *merging->ordinals[dim]);
    if (merging->self->query->group_by[dim] != DIM_LINK) {
        return find_theirs(merging, dim);
    }
    if (values->count > 0) {
        memcpy(merging->numbers[dim], values->numbers, values->count * sizeof *merging->numbers[dim]);
    }
    return OK;
}

/* Groups, and of each one of `from` the one here, where visitors are asked for. */
static enum err merge_groups(struct report_tally *self, const struct report_tally *from, uint32_t *out)
{
    struct merging merging = {.self = self, .from = from};
    enum err err = OK;

    for (size_t d = 0; err == OK && d < from->groups.dims; d++) {
        err = begin_merging(&merging, d);
    }
    err = err == OK ? add_groups(&merging, out) : err;
    for (size_t d = 0; d < ARRAY_LEN(merging.ordinals); d++) {
        free(merging.numbers[d]);
        free(merging.ordinals[d]);
    }
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
