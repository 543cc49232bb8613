/* SPDX-License-Identifier: MIT */
#include "report_columns.h"
#include "report_shown.h"

/* The visitors of a chunk's rows: noted with the places they were seen at, to be counted at the end (report_once.c), or
 * added where they are shown (report_late.c). */

#define BLOCK SHOWN_AT_ONCE

struct visits {
    struct report_columns *columns;
    const struct chunk_numbers *numbers;
    struct row_codes by_codes, flag_codes;
    const uint8_t *bys, *news; /* by code: enum visitor_by; 1 = a new visitor */
    struct row_codes class_codes;
    const uint8_t *people; /* by code: 1 = human; NULL: all are */
    /* of BLOCK rows from `first` on */
    size_t first, count;
    int64_t visitors[BLOCK]; /* 0 = none */
    uint8_t by[BLOCK];
};

static enum err map_codes(struct report_columns *self, enum chunk_column column, struct row_codes *codes,
                          const uint8_t **out)
{
    const struct chunk_codes *stored = &self->chunk.codes[column];
    uint8_t *map = ARENA_ARRAY(&self->arena, uint8_t, stored->count);

    for (size_t i = 0; map && i < stored->count; i++) {
        int64_t number = stored->entries[i].term;
        map[i] = column == CHUNK_FLAGS   ? (number & CLICK_FLAG_NEW_VISITOR) != 0
                 : column == CHUNK_CLASS ? number == CLASS_HUMAN
                                         : (uint8_t)number;
    }
    *out = map;
    return map ? report_rows_codes(self, stored, codes) : ERR_NOMEM;
}

static enum err open_columns(struct visits *self)
{
    struct report_columns *columns = self->columns;
    const uint64_t wanted = CHUNK_BIT(CHUNK_VISITOR) | CHUNK_BIT(CHUNK_FLAGS) | CHUNK_BIT(CHUNK_VISITOR_BY);
    enum err err = chunks_load_more(columns->db, &columns->chunk, wanted);

    self->numbers = &columns->chunk.numbers[CHUNK_VISITOR];
    err = err == OK ? map_codes(columns, CHUNK_VISITOR_BY, &self->by_codes, &self->bys) : err;
    err = err == OK ? map_codes(columns, CHUNK_FLAGS, &self->flag_codes, &self->news) : err;
    if (err == OK && columns->tally->counts_all) { /* machines too, which may keep a number unseen */
        err = report_columns_load(columns, CHUNK_CLASS);
        err = err == OK ? map_codes(columns, CHUNK_CLASS, &self->class_codes, &self->people) : err;
    }
    return err;
}

static enum err new_visits(struct report_columns *columns, struct visits **out)
{
    struct visits *self = ARENA_NEW(&columns->arena, struct visits);

    if (!self) {
        return ERR_NOMEM;
    }
    self->columns = columns;
    *out = self;
    return open_columns(self);
}

/* The next rows: who they are, as click_facts_visitor says it; nobody where a row does not count (NULL: all do). */
static void read_block(struct visits *self, const uint64_t *counting)
{
    const struct report_columns *columns = self->columns;
    size_t left = columns->count - self->first;
    int64_t news = 0;

    self->count = left < BLOCK ? left : BLOCK;
    for (size_t i = 0; i < self->count; i++) {
        self->visitors[i] = chunk_number(self->numbers, report_row(columns, self->first + i));
    }
    for (size_t i = 0; counting && i < self->count; i++) {
        self->visitors[i] &= -(int64_t)(counting[(self->first + i) / 64] >> ((self->first + i) % 64) & 1);
    }
    for (size_t i = 0; self->people && i < self->count; i++) {
        self->visitors[i] = self->people[row_code(&self->class_codes, self->first + i)] ? self->visitors[i] : 0;
    }
    for (size_t i = 0; i < self->count; i++) {
        self->by[i] = self->bys[row_code(&self->by_codes, self->first + i)];
        news += (self->visitors[i] != 0) & self->news[row_code(&self->flag_codes, self->first + i)];
    }
    columns->tally->out->totals.new_visitors += news;
}

static bool see_block(const struct visits *self, struct report_visitors *set)
{
    bool fits = true;

    for (size_t i = 0; fits && i < self->count; i++) {
        fits = self->visitors[i] == 0 || report_visitors_see(set, self->visitors[i], (enum visitor_by)self->by[i]);
    }
    return fits;
}

static enum err note_many(const struct visits *self, size_t at)
{
    struct report_columns *columns = self->columns;
    uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX];
    size_t count = 0;
    enum err err = report_cells_groups(columns, self->first + at, groups, &count);

    for (size_t i = 0; err == OK && i < count; i++) {
        bool fits = report_visitors_note(&columns->tally->visitors, self->visitors[at], (enum visitor_by)self->by[at],
                                         groups[i]);
        err = fits ? OK : report_tally_too_many(columns->tally);
    }
    return err;
}

/* places: by row. */
static enum err note_block(const struct visits *self, struct report_visitors *set, const uint32_t *places)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->count; i++) {
        uint32_t place = places[self->first + i];
        if (self->visitors[i] == 0) {
            continue;
        }
        if (place == REPORT_MANY_GROUPS) {
            err = note_many(self, i);
        } else if (!report_visitors_note(set, self->visitors[i], (enum visitor_by)self->by[i], place)) {
            err = report_tally_too_many(self->columns->tally);
        }
    }
    return err;
}

enum err report_chunk_visitors(struct report_columns *self, const uint32_t *buckets, const uint32_t *groups)
{
    struct report_tally *tally = self->tally;
    struct visits *visits = NULL;
    enum err err = new_visits(self, &visits);

    for (; err == OK && visits->first < self->count; visits->first += visits->count) {
        read_block(visits, NULL);
        if (!buckets && !groups && !see_block(visits, &tally->visitors)) {
            err = report_tally_too_many(tally);
        }
        err = err == OK && buckets ? note_block(visits, &tally->bucket_visitors, buckets) : err;
        err = err == OK && groups ? note_block(visits, &tally->visitors, groups) : err;
    }
    return err;
}

enum err report_chunk_shown(struct report_columns *self, const uint64_t *rows, const uint16_t *places,
                            struct report_shown *shown)
{
    struct visits *visits = NULL;
    enum err err = new_visits(self, &visits);

    for (; err == OK && visits->first < self->count; visits->first += visits->count) {
        read_block(visits, rows);
        if (!report_shown_add(shown, visits->visitors, visits->by, places + visits->first, visits->count)) {
            err = report_tally_too_many(self->tally);
        }
    }
    return err;
}
