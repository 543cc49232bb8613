/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report_columns.h"

#define KINDS       (CLASS_COUNT * OUTCOME_COUNT)
#define CHUNK_BYTES ((size_t)256 << 20) /* of the columns of one chunk: texts and all */

static const enum chunk_column plain_columns[] = {
    [DIM_CLASS] = CHUNK_CLASS,         [DIM_OUTCOME] = CHUNK_OUTCOME, [DIM_SCENE] = CHUNK_SCENE,
    [DIM_SOURCE_BY] = CHUNK_SOURCE_BY, [DIM_QR] = CHUNK_FLAGS,        [DIM_TEST] = CHUNK_SIGNALS,
};

enum chunk_column report_chunk_column(enum dim dim)
{
    enum click_column value = report_dim_column(dim);

    if (value < CLICK_COLUMNS) {
        return (enum chunk_column)(CHUNK_VALUE + value);
    }
    enum chunk_column plain = (size_t)dim < ARRAY_LEN(plain_columns) ? plain_columns[dim] : CHUNK_LINK;
    return plain != CHUNK_LINK ? plain : CHUNK_COLUMNS;
}

enum err report_columns_load(struct report_columns *self, enum chunk_column column)
{
    return chunks_load_more(self->db, &self->chunk, CHUNK_BIT(column));
}

/* ---- the report */

/* Of the only link asked for: other chunks need not be opened. */
static enum err find_days(struct report_columns *self)
{
    const struct report_match *match = self->tally->match;
    const struct match_filter *only = NULL;

    for (size_t i = 0; i < match->filters_count; i++) {
        bool one = match->filters[i].dim == DIM_LINK && !match->filters[i].exclude && match->filters[i].count == 1;
        only = one ? &match->filters[i] : only;
    }
    return only && only->values[0] != 0 ? link_days_load(&self->days, self->db, (int64_t)only->values[0]) : OK;
}

enum err report_columns_init(struct report_columns *self, struct report_tally *tally, struct db *db,
                             struct link_traits *traits)
{
    *self = (struct report_columns){
        .tally = tally,
        .db = db,
        .traits = traits,
        .rows = malloc(CHUNK_ROWS_MAX * sizeof *self->rows),
        .keep = malloc(CHUNK_ROWS_MAX),
        .kinds = malloc(CHUNK_ROWS_MAX),
        .scans = malloc(CHUNK_ROWS_MAX),
        .zeros = calloc(1, CHUNK_ROWS_MAX),
        .group = malloc(CHUNK_ROWS_MAX * sizeof *self->group),
    };
    arena_init(&self->arena, CHUNK_BYTES);
    report_times_init(&self->times, tally);
    bool has_all = self->rows && self->keep && self->kinds && self->scans && self->zeros && self->group;
    enum err err = has_all ? gone_links_load(db, &self->gone) : ERR_NOMEM;
    return err == OK ? find_days(self) : err;
}

void report_columns_done(struct report_columns *self)
{
    free(self->rows);
    free(self->keep);
    free(self->kinds);
    free(self->scans);
    free(self->zeros);
    free(self->group);
    gone_links_done(&self->gone);
    link_days_done(&self->days);
    arena_done(&self->arena);
    report_times_done(&self->times);
}

/* ---- one chunk */

static bool needs_times(const struct report_tally *tally)
{
    const struct report_query *query = tally->query;
    bool needs = tally->starts != NULL;

    for (size_t i = 0; i < query->group_count; i++) {
        needs = needs || query->group_by[i] == DIM_HOUR || query->group_by[i] == DIM_WEEKDAY;
    }
    for (size_t i = 0; i < tally->match->filters_count; i++) {
        enum dim dim = tally->match->filters[i].dim;
        needs = needs || dim == DIM_HOUR || dim == DIM_WEEKDAY;
    }
    return needs;
}

/* What each row is: the class and outcome of a code. */
struct kinds {
    size_t outcomes; /* code = code of the class * outcomes + code of the outcome */
    size_t count;
    enum click_class class[KINDS];
    enum click_outcome outcome[KINDS];
    uint8_t *codes; /* by place */
};

static enum err name_kinds(const struct chunk_codes *classes, const struct chunk_codes *outcomes, struct kinds *out)
{
    if (classes->count > CLASS_COUNT || outcomes->count > OUTCOME_COUNT) {
        return ERR_CORRUPT; /* there are not that many different ones */
    }
    out->outcomes = outcomes->count;
    out->count = classes->count * outcomes->count;
    for (size_t i = 0; i < out->count; i++) {
        out->class[i] = (enum click_class)classes->entries[i / out->outcomes].term;
        out->outcome[i] = (enum click_outcome)outcomes->entries[i % out->outcomes].term;
    }
    return OK;
}

static enum err find_kinds(struct report_columns *self, struct kinds *out)
{
    const struct chunk_codes *classes = &self->chunk.codes[CHUNK_CLASS], *outcomes = &self->chunk.codes[CHUNK_OUTCOME];
    struct row_codes class_codes = {0}, outcome_codes = {0};
    enum err err = chunks_load_more(self->db, &self->chunk, CHUNK_BIT(CHUNK_CLASS) | CHUNK_BIT(CHUNK_OUTCOME));

    err = err == OK ? name_kinds(classes, outcomes, out) : err;
    err = err == OK ? report_rows_codes(self, classes, &class_codes) : err;
    err = err == OK ? report_rows_codes(self, outcomes, &outcome_codes) : err;
    if (err == OK && (class_codes.wide || outcome_codes.wide)) {
        return ERR_CORRUPT; /* so few need no two bytes */
    }
    for (size_t i = 0; err == OK && i < self->count; i++) {
        out->codes[i] = (uint8_t)(class_codes.narrow[i] * out->outcomes + outcome_codes.narrow[i]);
    }
    return err;
}

/* by_class, by_outcome and clicks; `keep` is set for the rows that count. */
static void count_kinds(struct report_columns *self, const struct kinds *kinds)
{
    uint32_t counts[4][KINDS] = {{0}};
    uint8_t counting[KINDS];
    size_t i = 0;

    for (; i + 4 <= self->count; i += 4) { /* in lanes, so that equal neighbours need not wait for each other */
        counts[0][kinds->codes[i]]++;
        counts[1][kinds->codes[i + 1]]++;
        counts[2][kinds->codes[i + 2]]++;
        counts[3][kinds->codes[i + 3]]++;
    }
    for (; i < self->count; i++) {
        counts[0][kinds->codes[i]]++;
    }
    for (size_t k = 0; k < kinds->count; k++) {
        int64_t clicks = (int64_t)counts[0][k] + counts[1][k] + counts[2][k] + counts[3][k];
        counting[k] = report_tally_counts(self->tally, kinds->class[k], kinds -> outcome[k]);
        report_tally_kind(self->tally, kinds->class[k], kinds -> outcome[k], clicks);
    }
    for (i = 0; i < self->count; i++) {
        self->keep[i] = counting[kinds->codes[i]];
    }
}

/* Which of the rows are scans. */
static enum err find_scans(struct report_columns *self, const struct kinds *kinds)
{
    const struct chunk_codes *codes = &self->chunk.codes[CHUNK_FLAGS];
    struct row_codes flags;
    uint8_t pv[KINDS];
    enum err err = report_columns_load(self, CHUNK_FLAGS);
    uint8_t *map = err == OK ? ARENA_ARRAY(&self->arena, uint8_t, codes->count) : NULL;

    if (!map) {
        return err != OK ? err : ERR_NOMEM;
    }
    for (size_t i = 0; i < codes->count; i++) {
        map[i] = (codes->entries[i].term & CLICK_FLAG_QR) != 0;
    }
    for (size_t k = 0; k < kinds->count; k++) {
        pv[k] = click_counts(kinds->class[k], kinds -> outcome[k]);
    }
    err = report_rows_codes(self, codes, &flags);
    if (err == OK) {
        report_rows_map(self, &flags, map, self->scans);
        for (size_t i = 0; i < self->count; i++) {
            self->scans[i] &= pv[kinds->codes[i]];
        }
    }
    return err;
}

/* Counts what each row is, by runs of links if that is asked for, and strikes out those that do not count. */
static enum err take_kinds(struct report_columns *self)
{
    struct kinds kinds = {.codes = self->kinds};
    const struct report_tally *tally = self->tally;
    bool scans = tally->query->want_scans;
    enum err err = find_kinds(self, &kinds);

    if (err == OK && scans) {
        err = find_scans(self, &kinds);
    }
    if (err != OK) {
        return err;
    }
    count_kinds(self, &kinds);
    for (size_t i = 0; scans && i < self->count; i++) {
        self->scans[i] &= self->keep[i];
        self->tally->out->totals.scans += self->scans[i];
    }
    if (tally->late.wanted) {
        err = report_late_keep_rows(self);
    }
    if (err == OK && tally->by_runs) {
        err = report_runs(self);
    }
    if (err != OK || tally->by_runs) {
        return err;
    }
    report_rows_strike(self, scans ? self->scans : NULL);
    return err;
}

/* The bucket that all rows are in; false when there are several. */
static bool single_bucket(const struct report_columns *self, size_t *bucket)
{
    const struct report_query *query = self->tally->query;
    const struct chunk_bounds *bounds = &self->info->bounds;
    int64_t first = bounds->min_ms > query->from_ms ? bounds->min_ms : query->from_ms;
    int64_t last = bounds->max_ms < query->to_ms ? bounds->max_ms : query->to_ms - 1;

    *bucket = report_times_at(&self->times, first)->bucket;
    return *bucket == report_times_at(&self->times, last)->bucket;
}

/* Clicks of each bucket; *out: by row, when visitors are asked for. */
static enum err count_series(struct report_columns *self, uint32_t **out)
{
    struct report_bucket *series = self->tally->out->series;
    bool visitors = self->tally->query->want_visitors;
    uint32_t *buckets = visitors ? ARENA_ARRAY(&self->arena, uint32_t, self->count) : NULL;
    size_t bucket = 0;
    bool single = single_bucket(self, &bucket);
    enum err err = single ? OK : report_columns_load(self, CHUNK_TIME);

    *out = buckets;
    if (err != OK || (visitors && !buckets)) {
        return err != OK ? err : ERR_NOMEM;
    }
    series[bucket].clicks += single ? (int64_t)self->count : 0;
    for (size_t i = 0; single && visitors && i < self->count; i++) {
        buckets[i] = (uint32_t)bucket;
    }
    for (size_t i = 0; !single && i < self->count; i++) {
        int64_t ms = chunk_number(&self->chunk.numbers[CHUNK_TIME], report_row(self, i));
        bucket = report_times_at(&self->times, ms)->bucket;
        series[bucket].clicks++;
        if (visitors) {
            buckets[i] = (uint32_t)bucket;
        }
    }
    return OK;
}

static enum err count(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;
    uint32_t *buckets = NULL;
    enum err err = take_kinds(self);

    if (err != OK || self->tally->by_runs || self->count == 0) {
        return err;
    }
    if (self->tally->starts) {
        err = count_series(self, &buckets);
    }
    if (err == OK && query->group_count > 0) {
        err = report_cells(self);
    }
    if (err == OK && query->want_visitors && !self->tally->late.wanted) {
        err = report_chunk_visitors(self, buckets, query->group_count > 0 ? self->group : NULL);
    }
    return err;
}

void report_columns_begin(struct report_columns *self, const struct chunk_info *info)
{
    arena_rewind(&self->arena);
    self->info = info;
    chunk_init(&self->chunk, info->id, info->rows > 0 ? (size_t)info->rows : 0, &self->arena);
    self->in_one = true;
    self->first = 0;
    self->count = self->chunk.rows;
}

enum err report_columns_add(struct report_columns *self, const struct chunk_info *info, bool *taken)
{
    enum err err = OK;

    *taken = true;
    if (!link_days_touch(&self->days, info)) {
        return OK;
    }
    if (needs_times(self->tally)) {
        err = report_times_need(&self->times, info->bounds.min_ms, info->bounds.max_ms, taken);
    }
    if (err != OK || !*taken) {
        return err;
    }
    report_columns_begin(self, info);
    if (self->chunk.rows == 0 || self->chunk.rows > CHUNK_ROWS_MAX) {
        return ERR_CORRUPT;
    }
    err = report_select(self);
    return err == OK && self->count > 0 ? count(self) : err;
}
