/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "linkpond/engine/behind_visitors.h"
#include "linkpond/store/links.h"
#include "report_columns.h"

/*
 * Counting by one dimension that follows the link. A chunk's rows are in order of links, so what each link has in it is
 * the difference of two sums, and goes to an array by the link's id: ids rise too, which a processor's cache likes,
 * where groups are met in any order. What the links belong to is asked once at the end, by one of the two threads.
 * Visitors are late (report_late.h).
 */
#define LINKS_BEFORE_WAY 8192 /* taken in some 0.2 ms */
#define IDS_MAX          ((int64_t)VISITOR_PLACES)

bool report_runs_can(const struct report_tally *tally)
{
    const struct report_query *query = tally->query;
    bool follows = query->group_count == 1 && report_dim_of_link(query->group_by[0]) && !tally->starts;

    return follows && (!query->want_visitors || report_late_can(tally));
}

enum err report_runs_want(struct report_tally *self, struct db *db, const struct chunk_list *list)
{
    uint64_t rows = 0;
    int64_t next_id = 0;
    enum err err = OK;

    for (size_t i = 0; i < list->count; i++) {
        rows += (uint64_t)list->items[i].rows;
    }
    self->by_runs = report_runs_can(self) && rows < UINT32_MAX / 2;
    if (self->by_runs) {
        err = links_next_id(db, &next_id);
        self->by_runs = next_id < IDS_MAX;
    }
    return err;
}

bool report_runs_ask_late(const struct report_tally *tally)
{
    return tally->by_runs && !report_select_by_links(tally->match);
}

void run_counts_done(struct run_counts *self)
{
    free(self->clicks);
    free(self->scans);
    free(self->groups);
    *self = (struct run_counts){0};
}

static bool widen(void **array, size_t size, size_t from, size_t to)
{
    uint8_t *bigger = realloc(*array, to * size);

    if (bigger) {
        memset(bigger + from * size, 0, (to - from) * size);
        *array = bigger;
    }
    return bigger != NULL;
}

static bool has_room(struct run_counts *self, size_t id)
{
    size_t count = self->count > 0 ? self->count : 4096;
    void *clicks = self->clicks, *scans = self->scans;

    while (count <= id) {
        count *= 2;
    }
    if (count == self->count) {
        return true;
    }
    bool wide = widen(&clicks, sizeof *self->clicks, self->count, count) &&
                widen(&scans, sizeof *self->scans, self->count, count);
    self->clicks = clicks;
    self->scans = scans;
    self->count = wide ? count : self->count;
    return wide;
}

static enum err make_room(struct run_counts *self, int64_t id)
{
    if (id < 0 || id >= IDS_MAX) {
        return ERR_CORRUPT; /* there is no such link */
    }
    return has_room(self, (size_t)id) ? OK : ERR_NOMEM;
}

enum err report_runs_add(struct run_counts *self, int64_t link_id, int64_t clicks, int64_t scans)
{
    enum err err = make_room(self, link_id);

    if (err == OK) {
        self->clicks[link_id] += (uint32_t)clicks;
        self->scans[link_id] += (uint32_t)scans;
    }
    return err;
}

/* How many places are marked, by run. */
static uint32_t *count_marked(struct report_columns *self, const uint8_t *marks)
{
    const struct chunk_links *links = &self->chunk.links;
    uint32_t *sums = ARENA_ARRAY(&self->arena, uint32_t, self->chunk.rows + 1); /* of the rows before */
    uint32_t sum = 0;

    for (size_t i = 0; sums && i < self->count; i++) {
        sums[report_row(self, i)] = marks[i];
    }
    for (size_t row = 0; sums && row <= self->chunk.rows; row++) {
        uint32_t here = sums[row];
        sums[row] = sum;
        sum += here;
    }
    for (size_t run = 0; sums && run < links->count; run++) { /* in place: what is read stands behind */
        sums[run] = sums[links->firsts[run + 1]] - sums[links->firsts[run]];
    }
    return sums;
}

/* The runs to their links; scans may be NULL. */
static void add_links(struct run_counts *counts, const struct chunk_links *links, const uint32_t *clicks,
                      const uint32_t *scans)
{
    for (size_t run = 0; run < links->count; run++) {
        counts->clicks[links->ids[run]] += clicks[run];
    }
    for (size_t run = 0; scans && run < links->count; run++) {
        counts->scans[links->ids[run]] += scans[run];
    }
}

enum err report_runs(struct report_columns *self)
{
    const struct chunk_links *links = &self->chunk.links;
    const uint32_t *run_clicks = NULL, *run_scans = NULL;
    bool scans = self->tally->query->want_scans;
    enum err err = report_columns_load(self, CHUNK_LINK);

    err = err == OK && links->ids[0] < 0 ? ERR_CORRUPT : err;
    err = err == OK ? make_room(&self->tally->runs, links->ids[links->count - 1]) : err;
    run_clicks = err == OK ? count_marked(self, self->keep) : NULL;
    run_scans = err == OK && scans ? count_marked(self, self->scans) : NULL;
    if (err != OK || !run_clicks || (scans && !run_scans)) {
        return err != OK ? err : ERR_NOMEM;
    }
    add_links(&self->tally->runs, links, run_clicks, run_scans);
    return OK;
}

enum err report_runs_merge(struct run_counts *self, const struct run_counts *from)
{
    if (from->count > 0 && !has_room(self, from->count - 1)) {
        return ERR_NOMEM;
    }
    for (size_t id = 0; id < from->count; id++) {
        self->clicks[id] += from->clicks[id];
        self->scans[id] += from->scans[id];
    }
    return OK;
}

/* ---- to groups */

static enum err add_link(struct report_tally *tally, const struct link_traits *traits, size_t id)
{
    struct run_counts *counts = &tally->runs;
    struct report_groups *groups = &tally->groups;
    enum dim dim = tally->query->group_by[0];
    uint64_t values[REPORT_DIM_VALUES_MAX];
    size_t count = 1;
    uint32_t group = 0;
    enum err err = OK;

    values[0] = id;
    if (dim != DIM_LINK) {
        err = report_traits_values(traits, tally->match, (int64_t)id, dim, values, &count);
    }
    for (size_t i = 0; err == OK && i < count; i++) {
        err = report_groups_ordinal(groups, 0, values[i], &group);
        if (err == OK) {
            groups->clicks[group] += counts->clicks[id];
            groups->counts[group].scans += counts->scans[id];
        }
    }
    if (err == OK && counts->groups) {
        counts->groups[id] = group; /* the only one: not of tags (report_runs_can) */
    }
    return err;
}

/* Links with fewer clicks are not shown, unless there are some already of days that only sums are left of. */
static int64_t rare_below(const struct report_tally *tally)
{
    const struct run_counts *runs = &tally->runs;
    struct report_spread spread = {0};

    if (tally->query->group_by[0] != DIM_LINK || tally->groups.count > 0) {
        return 0;
    }
    for (size_t id = 0; id < runs->count; id++) {
        report_spread_add(&spread, runs->clicks[id]);
    }
    return report_spread_least(&spread, tally->query->limit);
}

static void leave_out(struct report_tally *tally, size_t id)
{
    tally->out->other_clicks += tally->runs.clicks[id];
    if (tally->runs.groups) {
        tally->runs.groups[id] = VISITOR_NOWHERE;
    }
}

enum err report_runs_settle(struct report_tally *tally, struct db *db, struct link_traits *traits)
{
    const uint32_t *clicks = tally->runs.clicks;
    int64_t least = rare_below(tally);
    bool asks = tally->runs.count > 0 && tally->query->group_by[0] != DIM_LINK;
    enum err err = asks ? report_traits_load(traits, tally->match, db) : OK;

    if (err == OK && tally->runs.count > 0 && tally->query->want_visitors) {
        tally->runs.groups = calloc(tally->runs.count, sizeof *tally->runs.groups);
        err = tally->runs.groups ? OK : ERR_NOMEM;
    }
    for (size_t id = 0; err == OK && id < tally->runs.count; id++) {
        if (id % LINKS_BEFORE_WAY == 0) {
            give_way();
        }
        if (clicks[id] < least) {
            leave_out(tally, id);
        } else {
            err = clicks[id] > 0 ? add_link(tally, traits, id) : OK;
        }
    }
    return report_tally_refuse(tally, err);
}
