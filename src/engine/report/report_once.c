/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report_helper.h"

/*
 * Visitors, once each: what both threads have noted while they read chunks is counted by both, page by page of
 * visitors, so that neither needs to know what the other has met until all is read.
 */

static void add_count(struct visitors_count *self, const struct visitors_count *from, size_t places_count)
{
    for (size_t i = 0; i < places_count; i++) {
        self->at[i] += from->at[i];
    }
    self->visitors += from->visitors;
    self->cookies += from->cookies;
}

/* share: of who helps; NULL = alone. */
static enum err count_all(struct visitors_question *question, struct report_helper *helper, struct report_share *share,
                          struct visitors_count *out)
{
    if (!share) {
        return report_visitors_count(question, out);
    }
    share->question = question;
    report_share_begin(helper, share);
    enum err err = report_visitors_count(question, out);
    report_helper_wait(helper);
    err = err == OK ? share->err : err;
    if (err == OK) {
        add_count(out, &share->counted, question->places_count);
    }
    report_visitors_count_done(&share->counted);
    return err;
}

static void take_totals(struct report_tally *tally, const struct visitors_count *count)
{
    tally->out->totals.visitors += count->visitors;
    tally->out->totals.cookie_visitors += count->cookies;
}

/* Links need not be brought to their groups before they are counted: each has one of its own. */
static enum err once_by_link(struct report_tally *tally, struct report_helper *helper, struct report_share *share)
{
    const struct run_counts *runs = &tally->runs;
    struct visitors_question question;
    struct visitors_count count = {0};

    report_visitors_ask(&question, &tally->visitors, share ? &share->tally.visitors : NULL);
    question.places_count = runs->count;
    enum err err = count_all(&question, helper, share, &count);
    for (size_t id = 0; err == OK && id < runs->count; id++) {
        if (runs->clicks[id] > 0) {
            tally->groups.counts[runs->groups[id]].visitors += count.at[id];
        }
    }
    if (err == OK) {
        take_totals(tally, &count);
    }
    report_visitors_count_done(&count);
    return err;
}

/* groups: of the helper's the ones here; but where places are links, the groups of these. */
static enum err once_by_group(struct report_tally *tally, const uint32_t *groups, struct report_helper *helper,
                              struct report_share *share)
{
    struct visitors_question question;
    struct visitors_count count = {0};
    size_t groups_count = tally->query->group_count > 0 ? tally->groups.count : 0;

    report_visitors_ask(&question, &tally->visitors, share ? &share->tally.visitors : NULL);
    question.places[0] = tally->runs.groups;
    question.places[1] = tally->runs.groups ? tally->runs.groups : groups;
    question.places_count = groups_count;
    enum err err = count_all(&question, helper, share, &count);
    for (size_t i = 0; err == OK && i < groups_count; i++) {
        tally->groups.counts[i].visitors += count.at[i];
    }
    if (err == OK && !tally->starts) {
        take_totals(tally, &count);
    }
    report_visitors_count_done(&count);
    return err;
}

static enum err once_by_bucket(struct report_tally *tally, struct report_helper *helper, struct report_share *share)
{
    struct visitors_question question;
    struct visitors_count count = {0};

    report_visitors_ask(&question, &tally->bucket_visitors, share ? &share->tally.bucket_visitors : NULL);
    question.places_count = tally->starts_count;
    enum err err = count_all(&question, helper, share, &count);
    for (size_t i = 0; err == OK && i < tally->starts_count; i++) {
        tally->out->series[i].visitors += count.at[i];
    }
    if (err == OK) {
        take_totals(tally, &count);
    }
    report_visitors_count_done(&count);
    return err;
}

enum err report_once(struct report_tally *tally, const uint32_t *groups, struct report_helper *helper,
                     struct report_share *share)
{
    enum err err = OK;

    if (!tally->query->want_visitors) {
        return OK;
    }
    if (tally->runs.groups && tally->query->group_by[0] == DIM_LINK) {
        err = once_by_link(tally, helper, share);
    } else if (tally->query->group_count > 0 || !tally->starts) {
        err = once_by_group(tally, groups, helper, share);
    }
    return err == OK && tally->starts ? once_by_bucket(tally, helper, share) : err;
}
