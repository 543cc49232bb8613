/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/idmap.h"
#include "linkpond/engine/report_texts.h"
#include "linkpond/store/dim_days.h"
#include "rewriter_private.h"

/*
 * Retention. What goes of a chunk is counted first: for each day of the installation's zone and each dimension how
 * often each value. The list of a day is merged with what is there of it, because its clicks lie in several chunks and
 * go at several times; while it is open it holds ten times as many values as in the end.
 */
#define DAYS_AT_ONCE  32 /* of one chunk and transaction: each has a list for each dimension */
#define CELLS_MAX     (1U << 24)
#define LISTS_MAX     (64U << 20) /* memory for one list merged */
#define CLOSE_AT_ONCE 64

/* Dimensions that a report asks of a click and sums do not know. */
static const enum chunk_column dims[] = {
    CHUNK_FLAGS,   /* by QR or not */
    CHUNK_SIGNALS, /* test traffic or not */
    CHUNK_SOURCE_BY,
    CHUNK_SCENE,
    CHUNK_VALUE + CLICK_HOST,
    CHUNK_VALUE + CLICK_TARGET,
    CHUNK_VALUE + CLICK_COUNTRY,
    CHUNK_VALUE + CLICK_REGION,
    CHUNK_VALUE + CLICK_CITY,
    CHUNK_VALUE + CLICK_CARRIER,
    CHUNK_VALUE + CLICK_APP,
    CHUNK_VALUE + CLICK_APP_VERSION,
    CHUNK_VALUE + CLICK_MINI_PROGRAM,
    CHUNK_VALUE + CLICK_OS,
    CHUNK_VALUE + CLICK_DEVICE,
    CHUNK_VALUE + CLICK_BROWSER,
    CHUNK_VALUE + CLICK_LANGUAGE,
    CHUNK_VALUE + CLICK_NET,
    CHUNK_VALUE + CLICK_REFERRER_HOST,
    CHUNK_VALUE + CLICK_UTM_SOURCE,
    CHUNK_VALUE + CLICK_UTM_MEDIUM,
    CHUNK_VALUE + CLICK_UTM_CAMPAIGN,
    CHUNK_VALUE + CLICK_UTM_TERM,
    CHUNK_VALUE + CLICK_UTM_CONTENT,
    CHUNK_VALUE + CLICK_UTM_ID,
    CHUNK_VALUE + CLICK_SOURCE,
    CHUNK_VALUE + CLICK_CHANNEL,
    CHUNK_VALUE + CLICK_AD_CLICK_SOURCE,
};

struct cell {
    int64_t day_ms;
    size_t dim;
    uint64_t text;
    int64_t clicks, total, scans;
};
struct retainer {
    struct report_texts texts;
    struct idmap index; /* (text, dim), day -> place */
    struct cell *cells;
    size_t cells_count, cells_cap;
    int64_t chunk_id;         /* whose rows these are */
    int64_t day_ms, day_end;  /* of the row before */
    int64_t first_day, limit; /* of the chunk; rows from there on wait */
};

static enum err open(struct rewrite_run *run, bool *again, struct fault *fault)
{
    (void)again;
    (void)fault;
    run->retainer = calloc(1, sizeof *run->retainer);
    if (!run->retainer) {
        return ERR_NOMEM;
    }
    report_texts_init(&run->retainer->texts, run->db);
    idmap_init(&run->retainer->index, CELLS_MAX);
    return OK;
}

static void close(struct rewrite_run *run)
{
    if (run->retainer) {
        report_texts_done(&run->retainer->texts);
        idmap_done(&run->retainer->index);
        free(run->retainer->cells);
        free(run->retainer);
    }
    run->retainer = NULL;
}

static bool concerns(const struct rewrite_run *run, const struct chunk_info *info, const struct chunk *chunk)
{
    struct retainer *self = run->retainer;
    int64_t first = zone_day_start(run->opts->zone, zone_civil_day(run->opts->zone, info->bounds.min_ms, NULL));

    (void)chunk;
    report_texts_trim(&self->texts, LISTS_MAX);
    idmap_clear(&self->index);
    self->cells_count = 0;
    self->day_ms = self->day_end = INT64_MIN;
    self->limit = first + DAYS_AT_ONCE * MS_PER_DAY;
    return info->folded && info->bounds.min_ms < run->now.to_ms;
}

/* ---- counting */

static enum err cell_of(struct retainer *self, size_t dim, uint64_t text, struct cell **out)
{
    bool added = false;
    int64_t *place = idmap_put(&self->index, text << 8 | dim, (uint64_t)self->day_ms, &added);

    if (!place) {
        return ERR_NOMEM;
    }
    if (added && self->cells_count == self->cells_cap) {
        size_t cap = self->cells_cap > 0 ? self->cells_cap * 2 : 4096;
        struct cell *bigger = realloc(self->cells, cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->cells = bigger;
        self->cells_cap = cap;
    }
    if (added) {
        *place = (int64_t)self->cells_count;
        self->cells[self->cells_count++] = (struct cell){.day_ms = self->day_ms, .dim = dim, .text = text};
    }
    *out = &self->cells[*place];
    return OK;
}

static str word_of(const struct click_facts *facts, enum chunk_column dim)
{
    switch (dim) {
    case CHUNK_FLAGS:
        return facts->flags & CLICK_FLAG_QR ? STR("true") : STR("false");
    case CHUNK_SIGNALS:
        return facts->signals & SIGNAL_TEST ? STR("true") : STR("false");
    case CHUNK_SOURCE_BY:
        return click_by_name(facts->source_by);
    default:
        return click_scene_name(facts->scene);
    }
}

static enum err text_of(struct retainer *self, const struct click_row *row, enum chunk_column dim, uint64_t *out)
{
    if (dim < CHUNK_VALUE) {
        return report_texts_intern(&self->texts, word_of(&row->facts, dim), out);
    }
    const struct click_value *value = &row->values[dim - CHUNK_VALUE];
    return report_texts_value(&self->texts, value, out);
}

static void find_day(const struct rewrite_run *run, int64_t time_ms)
{
    struct retainer *self = run->retainer;

    if (time_ms < self->day_ms || time_ms >= self->day_end) {
        int64_t day = zone_civil_day(run->opts->zone, time_ms, NULL);
        self->day_ms = zone_day_start(run->opts->zone, day);
        self->day_end = zone_day_start(run->opts->zone, day + 1);
    }
}

static enum err row(struct rewrite_run *run, struct click_row *row, enum rewrite_say *say)
{
    struct retainer *self = run->retainer;
    bool pv = click_counts(row->facts.class, row->facts.outcome);
    struct cell *cell = NULL;
    uint64_t text = 0;
    enum err err = OK;

    if (row->facts.time_ms >= run->now.to_ms) {
        return OK;
    }
    if (row->facts.time_ms >= self->limit) {
        run->more_of_chunk = true;
        return OK;
    }
    find_day(run, row->facts.time_ms);
    for (size_t i = 0; err == OK && i < ARRAY_LEN(dims); i++) {
        err = text_of(self, row, dims[i], &text);
        err = err == OK ? cell_of(self, i, text, &cell) : err;
        if (err == OK) {
            cell->clicks += pv;
            cell->total++;
            cell->scans += pv && row->facts.flags & CLICK_FLAG_QR;
        }
    }
    *say = REWRITE_GOES;
    return err;
}

/* ---- keeping */

static int by_list(const void *left, const void *right)
{
    const struct cell *a = left, *b = right;

    if (a->day_ms != b->day_ms) {
        return a->day_ms < b->day_ms ? -1 : 1;
    }
    return (a->dim > b->dim) - (a->dim < b->dim);
}

/* Cells [from, to) are of one day and dimension. */
static enum err keep_list(const struct retainer *self, struct db *db, struct arena *arena, size_t from, size_t to)
{
    enum chunk_column dim = dims[self->cells[from].dim];
    int64_t day_ms = self->cells[from].day_ms;
    struct tops stored, fresh = {.items = ARENA_ARRAY(arena, struct top, to - from)}, merged;

    if (!fresh.items) {
        return ERR_NOMEM;
    }
    for (size_t i = from; i < to; i++) {
        const struct cell *cell = &self->cells[i];
        str text = str_slice(report_texts_text(&self->texts, cell->text), 0, TOPS_TEXT);
        fresh.items[fresh.count++] = (struct top){text, cell->clicks, cell->total, cell->scans};
    }
    enum err err = dim_day_find(db, arena, day_ms, dim, &stored);
    if (err == ERR_CORRUPT) { /* what is left of it cannot be read by anybody */
        stored = (struct tops){0};
        err = OK;
    }
    err = err == OK ? tops_merge(arena, &stored, &fresh, TOPS_OPEN, &merged) : err;
    return err == OK ? dim_day_put(db, day_ms, dim, &merged) : err;
}

static enum err store(struct rewrite_run *run, struct db *db)
{
    struct retainer *self = run->retainer;
    struct arena arena;
    enum err err = fold_set_ledger_starts(db, run->now.to_ms);

    arena_init(&arena, LISTS_MAX);
    if (self->cells_count > 0) {
        qsort(self->cells, self->cells_count, sizeof *self->cells, by_list);
    }
    for (size_t from = 0, to = 0; err == OK && from < self->cells_count; from = to) {
        for (to = from; to < self->cells_count && by_list(&self->cells[from], &self->cells[to]) == 0; to++) {
        }
        err = keep_list(self, db, &arena, from, to);
        arena_reset(&arena);
    }
    arena_done(&arena);
    return err;
}

/* Days that are wholly gone keep only the most frequent. */
static enum err settle(struct rewrite_run *run, struct db *db, bool *more)
{
    int64_t today = zone_day_start(run->opts->zone, zone_civil_day(run->opts->zone, run->now.to_ms, NULL)), day_ms = 0;
    static const struct tops nothing;
    enum chunk_column dim = CHUNK_COLUMNS;
    struct tops stored, kept;
    struct arena arena;
    enum err err = OK;

    arena_init(&arena, LISTS_MAX);
    for (size_t i = 0; err == OK && i < CLOSE_AT_ONCE; i++) {
        err = dim_day_find_open(db, today, TOPS_KEPT, &day_ms, &dim);
        err = err == OK ? dim_day_find(db, &arena, day_ms, dim, &stored) : err;
        err = err == OK ? tops_merge(&arena, &stored, &nothing, TOPS_KEPT, &kept) : err;
        err = err == OK ? dim_day_put(db, day_ms, dim, &kept) : err;
        arena_reset(&arena);
    }
    arena_done(&arena);
    *more = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

const struct rewrite_ops rewrite_retain = {
    .name = "retention",
    .open = open,
    .close = close,
    .concerns = concerns,
    .row = row,
    .store = store,
    .settle = settle,
    .tail = TAIL_IF_OLD,
    .of_old_clicks = true,
};
