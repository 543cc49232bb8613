/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/engine/fold.h"
#include "linkpond/model/sums.h"
#include "linkpond/store/sums.h"
#include "report_tally.h"

/*
 * From stored sums, when a question is about nothing else than links, classes, outcomes and time: the days of one
 * scope when the question is about all or one scope, else the days of the links themselves. Every link's days are more
 * to read than a few columns of every click, so that way is only taken where retention has left no clicks. What is not
 * folded yet comes from the tail.
 */
struct days {
    struct report_tally *tally;
    struct db *db;
    int64_t from_day, to_day;
    struct sums_cell *cells;
};

/* ---- which questions */

static bool aligned(int64_t ms)
{
    return ms % MS_PER_QUARTER == 0;
}

/* Scans are stored for the PV of a quarter, not for each class and outcome. */
static bool scans_are_whole(const struct report_tally *tally)
{
    size_t passing = 0, counting = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        bool pv = click_counts(CLASS_HUMAN, (enum click_outcome)i);
        counting += pv;
        passing += pv && tally->outcome_passes[i];
    }
    return passing == counting || passing == 0;
}

bool report_sums_can(const struct report_tally *tally)
{
    const struct report_query *query = tally->query;
    bool can = !query->want_visitors && aligned(query->from_ms) && aligned(query->to_ms) &&
               (!query->want_scans || scans_are_whole(tally));

    for (size_t i = 0; i < tally->match->filters_count; i++) {
        enum dim dim = tally->match->filters[i].dim;
        can = can && report_dim_in_sums(dim) && dim != DIM_HOUR && dim != DIM_WEEKDAY;
    }
    for (size_t i = 0; i < query->group_count; i++) {
        can = can && report_dim_in_sums(query->group_by[i]) && query->group_by[i] != DIM_OUTCOME;
    }
    for (size_t i = 0; i < tally->starts_count; i++) {
        can = can && aligned(tally->starts[i]);
    }
    return can;
}

/* ---- one stored day */

static enum err add_cell(struct days *self, int64_t link_id, int64_t day, const struct sums_cell *cell, int sign)
{
    struct tally_item item = {
        .subject = {.time_ms = day * MS_PER_DAY + cell->quarter * MS_PER_QUARTER, .link_id = link_id},
    };

    if (item.subject.time_ms < self->tally->query->from_ms || item.subject.time_ms >= self->tally->query->to_ms) {
        return OK;
    }
    if (sums_key_split(cell->key, &item.subject.class, &item.subject.outcome)) {
        item.clicks = sign * cell->count;
        return report_tally_add(self->tally, &item);
    }
    if (!self->tally->query->want_scans) {
        return OK;
    }
    /* Scans belong to PV: say so by an outcome that is one and passes, if any does. */
    item.subject.class = CLASS_HUMAN;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        item.subject.outcome = (enum click_outcome)i;
        if (click_counts(CLASS_HUMAN, item.subject.outcome) && self->tally->outcome_passes[i]) {
            item.scans = sign * cell->count;
            return report_tally_add(self->tally, &item);
        }
    }
    return OK;
}

static enum err add_day(struct days *self, int64_t link_id, int64_t day, str bytes, int sign)
{
    size_t count = 0;
    enum err err = sums_unpack(bytes, self->cells, &count) ? OK : ERR_CORRUPT;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = add_cell(self, link_id, day, &self->cells[i], sign);
    }
    return err;
}

/* Days of one scope, or of one link. */
static enum err add_days(struct days *self, struct sums_days rows, int64_t link_id)
{
    int64_t day = 0;
    str bytes = {0};
    enum err err = OK;

    while (err == OK && sums_days_next(&rows, &day, &bytes)) {
        err = add_day(self, link_id, day, bytes, 1);
    }
    if (err != OK) {
        stmt_reset(rows.stmt);
        return err;
    }
    return stmt_err(rows.stmt);
}

/* ---- whose days */

/* Every link's days. Unknown codes have no days of their own: they are what the links leave over of all. */
static enum err add_all_links(struct days *self)
{
    const struct match_link *nobody = NULL, *link = NULL;
    enum err err = report_match_link(self->tally->match, 0, &nobody);
    bool unknown = err == OK && nobody->passes;
    int64_t link_id = 0, day = 0;
    str bytes = {0};

    if (unknown) {
        err = add_days(self, sums_scope_days(self->db, SUMS_ALL, 0, self->from_day, self->to_day), 0);
    }
    if (err != OK) {
        return err;
    }
    struct sums_days rows = sums_all_link_days(self->db, self->from_day, self->to_day);
    while (err == OK && sums_all_days_next(&rows, &link_id, &day, &bytes)) {
        err = report_match_link(self->tally->match, link_id, &link);
        if (err == OK && unknown) {
            err = add_day(self, 0, day, bytes, -1);
        }
        if (err == OK && link->passes) {
            err = add_day(self, link_id, day, bytes, 1);
        }
    }
    if (err != OK) {
        stmt_reset(rows.stmt);
        return err;
    }
    return stmt_err(rows.stmt);
}

static enum err add_links(struct days *self, const struct match_filter *filter)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < filter->count; i++) {
        const struct match_link *link = NULL;
        int64_t link_id = (int64_t)filter->values[i];
        err = report_match_link(self->tally->match, link_id, &link);
        if (err == OK && link->passes) {
            err = add_days(self, sums_link_days(self->db, link_id, self->from_day, self->to_day), link_id);
        }
    }
    return err;
}

static enum err add_scope_named(struct days *self, enum sums_scope scope, const struct idmap *ids,
                                const struct match_filter *filter)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < ids->cap; i++) {
        for (size_t v = 0; err == OK && ids->slots[i].a != IDMAP_NO_KEY && v < filter->count; v++) {
            if ((uint64_t)ids->slots[i].value == filter->values[v]) {
                err = add_days(
                    self, sums_scope_days(self->db, scope, (int64_t)ids->slots[i].a, self->from_day, self->to_day), 0);
            }
        }
    }
    return err;
}

static bool has_empty(const struct match_filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->values[i] == 0) {
            return true;
        }
    }
    return false;
}

static bool groups_by_link(const struct report_query *query)
{
    return (query->group_count > 0 && report_dim_of_link(query->group_by[0])) ||
           (query->group_count > 1 && report_dim_of_link(query->group_by[1]));
}

/* Whose days answer the question. filter: the one that names links, campaigns or owners. */
enum subject { OF_ALL, OF_LINKS, OF_CAMPAIGNS, OF_OWNERS, OF_BOUND, OF_EVERY_LINK };

static enum subject subject_of(const struct report_match *match, const struct match_filter **filter)
{
    const struct report_query *query = match->query;
    bool bound = query->owner_bound || query->domain_bound;
    size_t of_links = 0;

    *filter = NULL;
    for (size_t i = 0; i < match->filters_count; i++) {
        const struct match_filter *one = &match->filters[i];
        of_links += report_dim_of_link(one->dim);
        *filter = report_dim_of_link(one->dim) ? one : *filter;
        if (one->dim == DIM_LINK && !one->exclude && !has_empty(one)) {
            *filter = one;
            return OF_LINKS;
        }
    }
    if (groups_by_link(query) || of_links > 1 || (of_links > 0 && bound) ||
        (query->owner_bound && query->domain_bound)) {
        return OF_EVERY_LINK;
    }
    if (of_links == 0) {
        return bound ? OF_BOUND : OF_ALL;
    }
    if ((*filter)->exclude || has_empty(*filter) || (*filter)->dim == DIM_TAG) {
        return OF_EVERY_LINK;
    }
    return (*filter)->dim == DIM_CAMPAIGN ? OF_CAMPAIGNS : (*filter)->dim == DIM_OWNER ? OF_OWNERS : OF_EVERY_LINK;
}

static enum err add_bound(struct days *self)
{
    const struct report_query *query = self->tally->query;
    int64_t id = query->owner_bound ? query->owner_id : query->domain_id;
    enum sums_scope scope = query->owner_bound ? SUMS_OWNER : SUMS_DOMAIN;

    return id == 0 ? OK : add_days(self, sums_scope_days(self->db, scope, id, self->from_day, self->to_day), 0);
}

static enum err add_subject(struct days *self)
{
    const struct report_match *match = self->tally->match;
    const struct match_filter *filter = NULL;

    switch (subject_of(match, &filter)) {
    case OF_LINKS:
        return add_links(self, filter);
    case OF_CAMPAIGNS:
        return add_scope_named(self, SUMS_CAMPAIGN, &match->campaigns, filter);
    case OF_OWNERS:
        return add_scope_named(self, SUMS_OWNER, &match->owners, filter);
    case OF_BOUND:
        return add_bound(self);
    case OF_ALL:
        return add_days(self, sums_scope_days(self->db, SUMS_ALL, 0, self->from_day, self->to_day), 0);
    default:
        return add_all_links(self);
    }
}

enum err report_sums_wanted(const struct report_tally *tally, struct db *db, bool *wanted)
{
    const struct match_filter *filter = NULL;
    int64_t starts_ms = 0;
    enum err err = OK;

    *wanted = report_sums_can(tally);
    if (*wanted && subject_of(tally->match, &filter) == OF_EVERY_LINK) {
        err = fold_ledger_starts(db, &starts_ms);
        *wanted = err == OK && tally->query->from_ms < starts_ms;
    }
    return err;
}

static int64_t day_of(int64_t ms)
{
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

enum err report_sums(struct report_tally *tally, struct db *db)
{
    struct days self = {
        .tally = tally,
        .db = db,
        .from_day = day_of(tally->query->from_ms),
        .to_day = day_of(tally->query->to_ms - 1) + 1,
        .cells = malloc(SUMS_LIST_CELLS * sizeof(struct sums_cell)),
    };
    enum err err = self.cells ? add_subject(&self) : ERR_NOMEM;

    free(self.cells);
    return err == OK ? report_scan_unfolded(tally, db) : err;
}
