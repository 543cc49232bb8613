/* SPDX-License-Identifier: MIT */
#include "report_late.h"

#include <stdlib.h>
#include <string.h>

#include "report_helper.h"
#include "report_shown.h"

#define BYTES_MAX ((size_t)512 << 20)

void report_late_init(struct report_late *self)
{
    *self = (struct report_late){0};
    arena_init(&self->memory, BYTES_MAX);
}

void report_late_done(struct report_late *self)
{
    arena_done(&self->memory);
}

bool report_late_can(const struct report_tally *tally)
{
    const struct report_query *query = tally->query;
    enum dim dim = query->group_by[0];
    bool one = query->want_visitors && query->group_count == 1 && !tally->starts;
    bool first_few = query->limit > 0 && query->limit < SHOWN_NOWHERE;

    return one && first_few && dim != DIM_TAG && dim != DIM_HOUR && dim != DIM_WEEKDAY; /* a link has several tags */
}

/* ---- keeping */

bool report_late_visit(struct report_late *self, const struct late_visit *visit)
{
    struct late_visit *visits = ARENA_GROW(&self->memory, self->visits, self->visits_count, &self->visits_cap);

    if (visits) {
        self->visits = visits;
        self->visits[self->visits_count++] = *visit;
    }
    return visits != NULL;
}

/* Eight bytes that are 0 or 1 as bits of one, the first the lowest. */
static inline uint64_t pack(const uint8_t *bytes)
{
    uint64_t eight = 0;

    for (size_t i = 0; i < 8; i++) {
        eight |= (uint64_t)bytes[i] << (8 * i);
    }
    return (eight * UINT64_C(0x0102040810204080)) >> 56;
}

static bool mark_rows(const struct report_columns *self, uint64_t *rows)
{
    const uint8_t *keep = self->keep;
    size_t i = 0;
    uint64_t any = 0;

    for (; self->in_one && self->first == 0 && i + 8 <= self->count; i += 8) {
        uint64_t eight = pack(keep + i);
        rows[i / 64] |= eight << (i % 64);
        any |= eight;
    }
    for (; i < self->count; i++) {
        size_t row = report_row(self, i);
        rows[row / 64] |= (uint64_t)keep[i] << (row % 64);
        any |= keep[i];
    }
    return any != 0;
}

enum err report_late_keep_rows(struct report_columns *self)
{
    struct report_late *late = &self->tally->late;
    uint64_t *rows = ARENA_ARRAY(&late->memory, uint64_t, self->chunk.rows / 64 + 1);
    struct late_chunk *chunks = ARENA_GROW(&late->memory, late->chunks, late->chunks_count, &late->chunks_cap);

    if (!rows || !chunks) {
        return report_tally_too_many(self->tally);
    }
    late->chunks = chunks;
    if (mark_rows(self, rows)) {
        chunks[late->chunks_count++] = (struct late_chunk){.info = self->info, .rows = rows};
    }
    return OK;
}

enum err report_late_keep_ordinals(struct report_columns *self, const uint32_t *ordinals, size_t count)
{
    struct report_late *late = &self->tally->late;
    struct late_chunk *chunk = &late->chunks[late->chunks_count - 1]; /* some row counts, for groups are asked for */

    chunk->ordinals = ARENA_ARRAY(&late->memory, uint32_t, count);
    if (!chunk->ordinals) {
        return report_tally_too_many(self->tally);
    }
    memcpy(chunk->ordinals, ordinals, count * sizeof *ordinals);
    chunk->ordinals_count = count;
    return OK;
}

/* ---- reading again */

struct late_question {
    const struct report_late *kept[2]; /* of each thread; [1] may be NULL */
    uint16_t *places[2];               /* by its groups, or by links, which are the same for both */
    struct report_tally *tallies[2];
    bool by_links, counting;
    _Atomic size_t taken[2];
    _Atomic bool failed;
    struct shown_question shown;
};

static enum err places_of_links(struct report_columns *self, const uint16_t *of_links, uint16_t *places)
{
    const struct chunk_links *links = &self->chunk.links;
    enum err err = report_columns_load(self, CHUNK_LINK);

    for (size_t run = 0; err == OK && run < links->count; run++) {
        uint16_t place = of_links[links->ids[run]]; /* there is room: report_runs */
        for (size_t row = links->firsts[run]; place != SHOWN_NOWHERE && row < links->firsts[run + 1]; row++) {
            places[row] = place;
        }
    }
    return err;
}

/* By code, from what the first reading has kept. */
static uint16_t *places_by_code(struct report_columns *self, const struct late_chunk *kept, const uint16_t *of_groups)
{
    uint16_t *places = ARENA_ARRAY(&self->arena, uint16_t, kept->ordinals_count + 1);

    for (size_t i = 0; places && i < kept->ordinals_count; i++) {
        uint32_t ordinal = kept->ordinals[i];
        places[i] = ordinal == REPORT_NO_ORDINAL ? SHOWN_NOWHERE : of_groups[ordinal]; /* no such row counts */
    }
    return places;
}

static enum err places_of_values(struct report_columns *self, const struct late_chunk *kept, const uint16_t *of_groups,
                                 uint16_t *places)
{
    enum chunk_column column = report_chunk_column(self->tally->query->group_by[0]);
    const struct chunk_codes *codes = &self->chunk.codes[column];
    const uint16_t *by_code = places_by_code(self, kept, of_groups);
    struct row_codes rows;
    enum err err = by_code ? report_columns_load(self, column) : ERR_NOMEM;

    if (err == OK && codes->encoding == CHUNK_PLAIN) {
        for (size_t row = 0, at = 0; row < self->count; row++) {
            places[row] = by_code[at];
            at += kept->rows[row / 64] >> (row % 64) & 1;
        }
        return OK;
    }
    err = err == OK ? report_rows_codes(self, codes, &rows) : err;
    for (size_t row = 0; err == OK && row < self->count; row++) {
        places[row] = by_code[row_code(&rows, row)];
    }
    return err;
}

static enum err read_chunk(struct report_columns *self, const struct late_chunk *kept, const uint16_t *places,
                           bool by_links, struct report_shown *shown)
{
    report_columns_begin(self, kept->info);
    uint16_t *by_row = ARENA_ARRAY(&self->arena, uint16_t, self->count);
    if (!by_row) {
        return ERR_NOMEM;
    }
    memset(by_row, 0xFF, self->count * sizeof *by_row);
    enum err err = by_links ? places_of_links(self, places, by_row) : places_of_values(self, kept, places, by_row);
    return err == OK ? report_chunk_shown(self, kept->rows, by_row, shown) : err;
}

static enum err add_visits(const struct report_late *kept, const uint16_t *places, struct report_shown *shown)
{
    bool fits = true;

    for (size_t i = 0; fits && i < kept->visits_count; i++) {
        const struct late_visit *visit = &kept->visits[i];
        fits = report_shown_add(shown, &visit->visitor, &visit->by, &places[visit->place], 1);
    }
    return fits ? OK : ERR_TOO_LARGE;
}

/* The chunks of that one's first reading, as long as there are some. */
static enum err read_chunks(struct late_question *question, struct report_columns *columns, int whose, int who)
{
    const struct report_late *kept = question->kept[whose];
    size_t at = 0;
    enum err err = OK;

    while (kept && err == OK && !atomic_load(&question->failed) &&
           (at = atomic_fetch_add(&question->taken[whose], 1)) < kept->chunks_count) {
        err = read_chunk(columns, &kept->chunks[at], question->places[whose], question->by_links,
                         &question->shown.sets[who]);
    }
    return err;
}

/* who: 1 = the helper. One's own first, which its core may still have at hand; then what the other has left. */
static enum err read_again(struct late_question *question, int who, struct db *db)
{
    struct report_tally *tally = question->tallies[who];
    struct report_columns columns;
    enum err err = report_columns_init(&columns, tally, db, NULL);

    err = err == OK ? add_visits(question->kept[who], question->places[who], &question->shown.sets[who]) : err;
    err = err == OK ? read_chunks(question, &columns, who, who) : err;
    err = err == OK ? read_chunks(question, &columns, 1 - who, who) : err;
    report_columns_done(&columns);
    if (err != OK) {
        atomic_store(&question->failed, true);
    }
    return err == ERR_TOO_LARGE ? report_tally_too_many(tally) : err;
}

enum err report_late_help(struct late_question *question, struct db *db)
{
    return question->counting ? report_shown_count(&question->shown) : read_again(question, 1, db);
}

/* ---- counting */

/* Where each group is shown. NULL: no memory. */
static uint16_t *places_of_groups(const struct report_groups *groups, const uint32_t *shown, size_t shown_count)
{
    uint16_t *places = malloc((groups->count + 1) * sizeof *places);

    if (places) {
        memset(places, 0xFF, (groups->count + 1) * sizeof *places);
    }
    for (size_t i = 0; places && i < shown_count; i++) {
        places[shown[i]] = (uint16_t)i;
    }
    return places;
}

/* The same through others' numbers of groups. */
static uint16_t *places_through(const uint16_t *places, const uint32_t *groups, size_t count)
{
    uint16_t *through = malloc((count + 1) * sizeof *through);

    for (size_t i = 0; through && i < count; i++) {
        through[i] = groups[i] == VISITOR_NOWHERE ? SHOWN_NOWHERE : places[groups[i]];
    }
    return through;
}

static enum err set_places(struct late_question *question, const struct report_tally *tally, const uint32_t *theirs,
                           const struct report_tally *helping, const uint32_t *shown)
{
    const struct run_counts *runs = &tally->runs;
    uint16_t *places = places_of_groups(&tally->groups, shown, question->shown.places_count);

    question->places[0] = places && question->by_links ? places_through(places, runs->groups, runs->count) : places;
    if (question->by_links) {
        free(places);
        question->places[1] = question->places[0];
    } else if (helping) {
        question->places[1] = places ? places_through(places, theirs, helping->groups.count) : NULL;
    }
    return question->places[0] && (question->places[1] || !helping) ? OK : ERR_NOMEM;
}

static enum err open_question(struct late_question *question, struct report_tally *tally, const uint32_t *theirs,
                              struct report_share *share, const uint32_t *shown)
{
    size_t count = question->shown.places_count;
    int64_t *clicks = calloc(count + 1, sizeof *clicks);
    enum err err = set_places(question, tally, theirs, share ? &share->tally : NULL, shown);

    question->shown.at = calloc(count + 1, sizeof *question->shown.at);
    err = err == OK && (!clicks || !question->shown.at) ? ERR_NOMEM : err;
    for (size_t i = 0; err == OK && i < count; i++) {
        clicks[i] = tally->groups.clicks[shown[i]];
    }
    for (int s = 0; err == OK && s < (share ? 2 : 1); s++) {
        err = report_shown_init(&question->shown.sets[s], clicks, count);
    }
    free(clicks);
    return err;
}

static void close_question(struct late_question *question)
{
    for (size_t s = 0; s < ARRAY_LEN(question->shown.sets); s++) {
        report_shown_done(&question->shown.sets[s]);
    }
    free(question->places[0]);
    if (!question->by_links) {
        free(question->places[1]);
    }
    free(question->shown.at);
    report_visitors_count_done(&question->shown.others);
}

/* One step of it, by both. */
static enum err do_step(struct late_question *question, bool counting, struct report_helper *helper,
                        struct report_share *share)
{
    struct report_tally *tally = question->tallies[0];

    question->counting = counting;
    if (share) {
        share->late = question;
        report_share_begin(helper, share);
    }
    enum err err = counting ? report_shown_count(&question->shown) : read_again(question, 0, tally->match->db);
    if (share) {
        report_helper_wait(helper);
        if (err == OK && share->err != OK && tally->fault) {
            *tally->fault = share->fault;
        }
        err = err == OK ? share->err : err;
    }
    return err;
}

static void take_counts(struct report_tally *tally, const struct late_question *question, const uint32_t *shown)
{
    const struct shown_question *counted = &question->shown;
    struct report_totals *totals = &tally->out->totals;

    for (size_t i = 0; i < counted->places_count; i++) {
        tally->groups.counts[shown[i]].visitors += counted->at[i] + counted->others.at[i];
    }
    totals->visitors += counted->visitors + counted->others.visitors;
    totals->cookie_visitors += counted->cookies + counted->others.cookies;
}

static enum err count_shown(struct report_tally *tally, const uint32_t *theirs, struct report_helper *helper,
                            struct report_share *share, const uint32_t *shown, size_t shown_count)
{
    struct late_question question = {
        .kept = {&tally->late, share ? &share->tally.late : NULL},
        .tallies = {tally, share ? &share->tally : NULL},
        .by_links = tally->by_runs,
        .shown.places_count = shown_count,
    };
    enum err err = open_question(&question, tally, theirs, share, shown);

    err = err == OK ? do_step(&question, false, helper, share) : err;
    err = err == OK ? do_step(&question, true, helper, share) : err;
    if (err == OK) {
        take_counts(tally, &question, shown);
    }
    close_question(&question);
    return err;
}

enum err report_late_count(struct report_tally *tally, const uint32_t *theirs, struct report_helper *helper,
                           struct report_share *share)
{
    size_t limit = tally->query->limit;
    uint32_t *shown = malloc((limit + 1) * sizeof *shown);

    if (!shown) {
        return ERR_NOMEM;
    }
    if (share) {
        share->report.totals.new_visitors = 0; /* what it had is here already */
    }
    size_t shown_count = report_tally_choose(tally, shown, limit);
    enum err err = count_shown(tally, theirs, helper, share, shown, shown_count);
    if (err == OK && share) {
        tally->out->totals.new_visitors += share->report.totals.new_visitors;
    }
    free(shown);
    return err;
}
