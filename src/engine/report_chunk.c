/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "linkpond/store/sums.h"
#include "report_columns.h"

#define KINDS       (CLASS_COUNT * OUTCOME_COUNT)
#define CHUNK_BYTES ((size_t)256 << 20) /* of the columns of one chunk: texts and all */

static const enum chunk_column plain_columns[] = {
    [DIM_CLASS] = CHUNK_CLASS,         [DIM_OUTCOME] = CHUNK_OUTCOME, [DIM_SCENE] = CHUNK_SCENE,
    [DIM_SOURCE_BY] = CHUNK_SOURCE_BY, [DIM_QR] = CHUNK_FLAGS,
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

void report_codes_map(const struct report_columns *self, const struct chunk_codes *codes, const uint8_t *map,
                      uint8_t *out)
{
    if (codes->width == 0) {
        memset(out + self->from, map[0], self->to - self->from);
    }
    for (size_t i = self->from; codes->width == 1 && i < self->to; i++) {
        out[i] = map[codes->codes8[i]];
    }
    for (size_t i = self->from; codes->width == 2 && i < self->to; i++) {
        out[i] = map[codes->codes16[i]];
    }
}

/* ---- the report */

/* Days on which the only link asked for was clicked, as far as the sums know: other chunks need not be opened. */
static enum err find_days(struct report_columns *self)
{
    const struct report_match *match = self->tally->match;
    const struct match_filter *only = NULL;
    int64_t day = 0, *days = NULL;
    size_t cap = 0, count = 0;
    str bytes = {0};

    for (size_t i = 0; i < match->filters_count; i++) {
        bool one = match->filters[i].dim == DIM_LINK && !match->filters[i].exclude && match->filters[i].count == 1;
        only = one ? &match->filters[i] : only;
    }
    if (!only || only->values[0] == 0) {
        return OK;
    }
    struct stmt *rows =
        sums_link_days(self->db, (int64_t)only->values[0], INT64_MIN / MS_PER_DAY, INT64_MAX / MS_PER_DAY);
    while (sums_days_next(rows, &day, &bytes)) {
        if (count == cap) {
            cap = cap > 0 ? cap * 2 : 64;
            int64_t *bigger = realloc(days, cap * sizeof *days);
            if (!bigger) {
                stmt_reset(rows);
                free(days);
                return OK; /* it only is slower */
            }
            days = bigger;
        }
        days[count++] = day;
    }
    self->days = days;
    self->days_count = count;
    self->knows_days = true;
    return stmt_err(rows);
}

enum err report_columns_init(struct report_columns *self, struct report_tally *tally, struct db *db)
{
    *self = (struct report_columns){
        .tally = tally,
        .db = db,
        .live = malloc(CHUNK_ROWS_MAX),
        .kinds = malloc(CHUNK_ROWS_MAX),
        .counted = malloc(CHUNK_ROWS_MAX),
        .scans = malloc(CHUNK_ROWS_MAX),
        .spare = malloc(CHUNK_ROWS_MAX),
        .cells = malloc(CHUNK_ROWS_MAX * sizeof *self->cells),
    };
    arena_init(&self->arena, CHUNK_BYTES);
    report_times_init(&self->times, tally);
    bool has_all = self->live && self->kinds && self->counted && self->scans && self->spare && self->cells;
    return has_all ? find_days(self) : ERR_NOMEM;
}

void report_columns_done(struct report_columns *self)
{
    free(self->live);
    free(self->kinds);
    free(self->counted);
    free(self->scans);
    free(self->spare);
    free(self->cells);
    report_traits_done(&self->traits);
    free(self->days);
    free(self->notes);
    arena_done(&self->arena);
    report_times_done(&self->times);
}

/* ---- one chunk */

/* May it hold clicks of the only link asked for? */
static bool may_matter(const struct report_columns *self, const struct chunk_info *info)
{
    int64_t first = info->bounds.min_ms / MS_PER_DAY - 1, last = info->bounds.max_ms / MS_PER_DAY;
    size_t from = 0, to = self->days_count;

    if (!self->knows_days || !info->folded) {
        return true;
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (self->days[middle] < first) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < self->days_count && self->days[from] <= last;
}

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

static enum err map_numbers(struct report_columns *self, enum chunk_column column, unsigned times, uint8_t *out)
{
    const struct chunk_codes *codes = &self->chunk.codes[column];
    uint8_t map[256] = {0};
    enum err err = report_columns_load(self, column);

    if (err != OK || codes->count > ARRAY_LEN(map)) {
        return err != OK ? err : ERR_CORRUPT; /* there are not that many different ones */
    }
    for (size_t i = 0; i < codes->count; i++) {
        map[i] = (uint8_t)((unsigned)codes->entries[i].term * times);
    }
    report_codes_map(self, codes, map, out);
    return OK;
}

/* What each row is and whether it counts. */
static enum err count_kinds(struct report_columns *self)
{
    uint32_t counts[2][KINDS] = {{0}};
    uint8_t counting[KINDS];
    enum err err = map_numbers(self, CHUNK_CLASS, OUTCOME_COUNT, self->kinds);

    if (err == OK) {
        err = map_numbers(self, CHUNK_OUTCOME, 1, self->spare);
    }
    if (err != OK) {
        return err;
    }
    for (unsigned k = 0; k < KINDS; k++) {
        counting[k] = report_tally_counts(self->tally, (enum click_class)(k / OUTCOME_COUNT),
                                          (enum click_outcome)(k % OUTCOME_COUNT));
    }
    for (size_t i = self->from; i < self->to; i++) {
        self->kinds[i] = (uint8_t)(self->kinds[i] + self->spare[i]);
    }
    for (size_t i = self->from; i < self->to; i++) {
        counts[i & 1][self->kinds[i]] += self->live[i];
        self->counted[i] = self->live[i] & counting[self->kinds[i]];
    }
    self->clicks = 0;
    for (unsigned k = 0; k < KINDS; k++) {
        int64_t clicks = (int64_t)counts[0][k] + counts[1][k];
        self->clicks += counting[k] ? clicks : 0;
        report_tally_kind(self->tally, (enum click_class)(k / OUTCOME_COUNT), (enum click_outcome)(k % OUTCOME_COUNT),
                          clicks);
    }
    return OK;
}

static enum err count_scans(struct report_columns *self)
{
    const struct chunk_codes *codes = &self->chunk.codes[CHUNK_FLAGS];
    uint8_t pv[KINDS];
    int64_t scans = 0;
    enum err err = report_columns_load(self, CHUNK_FLAGS);
    uint8_t *map = err == OK ? ARENA_ARRAY(&self->arena, uint8_t, codes->count) : NULL;

    if (!map) {
        return err != OK ? err : ERR_NOMEM;
    }
    for (size_t i = 0; i < codes->count; i++) {
        map[i] = (codes->entries[i].term & CLICK_FLAG_QR) != 0;
    }
    for (unsigned k = 0; k < KINDS; k++) {
        pv[k] = click_counts((enum click_class)(k / OUTCOME_COUNT), (enum click_outcome)(k % OUTCOME_COUNT));
    }
    report_codes_map(self, codes, map, self->scans);
    for (size_t i = self->from; i < self->to; i++) {
        self->scans[i] &= self->counted[i] & pv[self->kinds[i]];
        scans += self->scans[i];
    }
    self->tally->out->totals.scans += scans;
    return OK;
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

static enum err count_series(struct report_columns *self)
{
    struct report_bucket *series = self->tally->out->series;
    size_t bucket = 0;

    if (single_bucket(self, &bucket)) {
        series[bucket].clicks += self->clicks;
        return OK;
    }
    enum err err = report_columns_load(self, CHUNK_TIME);
    for (size_t i = self->from; err == OK && i < self->to; i++) {
        if (self->counted[i]) {
            int64_t ms = chunk_number(&self->chunk.numbers[CHUNK_TIME], i);
            series[report_times_at(&self->times, ms)->bucket].clicks++;
        }
    }
    return err;
}

static enum err count_visitors(struct report_columns *self)
{
    const struct chunk_codes *flags = &self->chunk.codes[CHUNK_FLAGS], *bys = &self->chunk.codes[CHUNK_VISITOR_BY];
    const struct report_query *query = self->tally->query;
    struct tally_visit visit = {0};
    bool series = self->tally->starts != NULL && !single_bucket(self, &visit.bucket);
    enum err err = chunks_load_more(self->db, &self->chunk,
                                    CHUNK_BIT(CHUNK_VISITOR) | CHUNK_BIT(CHUNK_FLAGS) | CHUNK_BIT(CHUNK_VISITOR_BY) |
                                        (series ? CHUNK_BIT(CHUNK_TIME) : 0));

    for (size_t i = self->from; err == OK && i < self->to; i++) {
        visit.visitor = self->counted[i] ? chunk_number(&self->chunk.numbers[CHUNK_VISITOR], i) : 0;
        if (visit.visitor == 0) {
            continue;
        }
        visit.visitor_by = (enum visitor_by)bys->entries[chunk_code(bys, i)].term;
        visit.new_visitor = flags->entries[chunk_code(flags, i)].term & CLICK_FLAG_NEW_VISITOR;
        if (series) {
            visit.bucket = report_times_at(&self->times, chunk_number(&self->chunk.numbers[CHUNK_TIME], i))->bucket;
        }
        if (query->group_count > 0) {
            uint32_t cell = self->cells[i];
            visit.groups = self->cell_groups + self->cell_starts[cell];
            visit.groups_count = self->cell_starts[cell + 1] - self->cell_starts[cell];
        }
        bool known = !self->tally->starts && visit.groups_count == 1 &&
                     report_visitors_only(&self->tally->visitors, visit.visitor, visit.visitor_by, visit.groups[0]);
        if (known) { /* which is most of them */
            self->tally->out->totals.new_visitors += visit.new_visitor;
        } else {
            err = report_tally_visit(self->tally, &visit);
        }
    }
    return err;
}

static enum err count(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;
    enum err err = count_kinds(self);

    if (err == OK && self->clicks > 0 && query->want_scans) {
        err = count_scans(self);
    }
    if (err == OK && self->clicks > 0 && self->tally->starts) {
        err = count_series(self);
    }
    if (err == OK && self->clicks > 0 && query->group_count > 0) {
        err = report_cells(self);
    }
    if (err == OK && self->clicks > 0 && query->want_visitors) {
        err = count_visitors(self);
    }
    return err;
}

enum err report_columns_add(struct report_columns *self, const struct chunk_info *info, bool *taken)
{
    enum err err = OK;

    *taken = true;
    if (!may_matter(self, info)) {
        return OK;
    }
    if (needs_times(self->tally)) {
        err = report_times_need(&self->times, info->bounds.min_ms, info->bounds.max_ms, taken);
    }
    if (err != OK || !*taken) {
        return err;
    }
    arena_reset(&self->arena);
    self->info = info;
    chunk_init(&self->chunk, info->id, info->rows > 0 ? (size_t)info->rows : 0, &self->arena);
    if (self->chunk.rows == 0 || self->chunk.rows > CHUNK_ROWS_MAX) {
        return ERR_CORRUPT;
    }
    err = report_select(self);
    return err == OK && self->from < self->to ? count(self) : err;
}
