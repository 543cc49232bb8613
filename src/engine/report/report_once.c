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

/* Of each group itself, or nowhere if it has too few clicks to be shown: most of a million have. NULL: no memory. */
static uint32_t *places_shown(const struct report_tally *tally)
{
    const struct report_groups *groups = &tally->groups;
    uint32_t *places = malloc((groups->count + 1) * sizeof *places);
    int64_t least = report_groups_least(groups, tally->query->limit);

    for (size_t i = 0; places && i < groups->count; i++) {
        places[i] = groups->clicks[i] < least ? VISITOR_NOWHERE : (uint32_t)i;
    }
    return places;
}

/* Where what was noted is to be counted. theirs: of the helper's groups the ones here. */
static void set_places(struct visitors_question *question, const struct report_tally *tally, const uint32_t *shown,
                       uint32_t *theirs, size_t theirs_count)
{
    for (size_t i = 0; theirs && i < theirs_count; i++) {
        theirs[i] = theirs[i] != VISITOR_NOWHERE ? shown[theirs[i]] : VISITOR_NOWHERE;
    }
    question->places[0] = shown;
    question->places[1] = theirs;
    question->places_count = tally->groups.count;
}

static enum err once_by_group(struct report_tally *tally, uint32_t *theirs, struct report_helper *helper,
                              struct report_share *share)
{
    struct visitors_question question;
    struct visitors_count count = {0};
    bool grouped = tally->query->group_count > 0;
    uint32_t *shown = grouped ? places_shown(tally) : NULL;

    if (grouped && !shown) {
        return ERR_NOMEM;
    }
    report_visitors_ask(&question, &tally->visitors, share ? &share->tally.visitors : NULL);
    if (grouped) {
        set_places(&question, tally, shown, theirs, share ? share->tally.groups.count : 0);
    }
    enum err err = count_all(&question, helper, share, &count);
    for (size_t i = 0; err == OK && i < question.places_count; i++) {
        tally->groups.counts[i].visitors += count.at[i];
    }
    if (err == OK && !tally->starts) {
        take_totals(tally, &count);
    }
    report_visitors_count_done(&count);
    free(shown);
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

enum err report_once(struct report_tally *tally, uint32_t *theirs, struct report_helper *helper,
                     struct report_share *share)
{
    enum err err = OK;

    if (!tally->query->want_visitors) {
        return OK;
    }
    if (tally->late.wanted) {
        return report_late_count(tally, theirs, helper, share);
    }
    if (tally->query->group_count > 0 || !tally->starts) {
        err = once_by_group(tally, theirs, helper, share);
    }
    return err == OK && tally->starts ? once_by_bucket(tally, helper, share) : err;
}
