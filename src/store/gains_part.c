/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/model/link.h"
#include "linkpond/store/sums.h"
#include "row.h"

/* One fold's days of the link at hand. */
struct piece {
    int64_t day;
    str quarters;
};

struct gains_part {
    struct db *db;
    struct arena arena;
    struct gain_row *rows;
    size_t rows_count, rows_cap;
    struct buf own; /* packed */
    struct piece *pieces;
    size_t pieces_count, pieces_cap, pieces_at;
    enum err err;
};

struct gains_part *gains_part_new(struct db *db)
{
    struct gains_part *self = calloc(1, sizeof *self);

    if (self) {
        self->db = db;
        arena_init(&self->arena, LIMIT_ARENA_REQUEST);
        buf_init_heap(&self->own, LIMIT_ARENA_REQUEST);
    }
    return self;
}

void gains_part_free(struct gains_part *self)
{
    if (self) {
        arena_done(&self->arena);
        buf_done(&self->own);
        free(self);
    }
}

/* ---- reading ---- */

static enum err open_row(struct gains_part *self, str numbers, str days)
{
    struct gain_row *rows = ARENA_GROW(&self->arena, self->rows, self->rows_count, &self->rows_cap);

    if (!rows) {
        return ERR_NOMEM;
    }
    self->rows = rows;
    if (!gain_row_open(&rows[self->rows_count], numbers, days)) {
        return ERR_CORRUPT;
    }
    self->rows_count++;
    return OK;
}

static enum err open_stored(struct gains_part *self, int64_t part)
{
    struct stmt *rows = db_stmt(self->db, SQL_GAIN_OF_PART);

    stmt_put_i64(rows, 1, part << 32);
    stmt_put_i64(rows, 2, (part + 1) << 32);
    while (stmt_next(rows)) {
        str numbers = row_blob(rows, 0, &self->arena), days = row_blob(rows, 1, &self->arena);
        enum err err = self->arena.overflow ? ERR_NOMEM : open_row(self, numbers, days);
        if (err) {
            stmt_fail(rows, err);
            break;
        }
    }
    return stmt_err(rows);
}

static void begin(struct gains_part *self)
{
    arena_rewind(&self->arena);
    self->rows = NULL;
    self->pieces = NULL;
    self->rows_count = self->rows_cap = self->pieces_count = self->pieces_cap = self->pieces_at = 0;
    self->err = OK;
}

static enum err open_own(struct gains_part *self, const struct gains *own)
{
    buf_reset(&self->own);
    enum err err = gains_pack(own, &self->own);
    return err ? err : open_row(self, buf_str(&self->own), buf_str(&own->days));
}

enum err gains_part_of_own(struct gains_part *self, const struct gains *own)
{
    begin(self);
    return open_own(self, own);
}

enum err gains_part_read(struct gains_part *self, int64_t part, const struct gains *own)
{
    begin(self);
    enum err err = open_stored(self, part);
    return err || !own ? err : open_own(self, own);
}

struct gain_row *gains_part_rows(struct gains_part *self, size_t *count)
{
    *count = self->rows_count;
    return self->rows;
}

/* ---- its links ---- */

static enum err add_piece(struct gains_part *self, int64_t day, str quarters)
{
    struct piece *pieces = ARENA_GROW(&self->arena, self->pieces, self->pieces_count, &self->pieces_cap);
    size_t at = self->pieces_count;

    if (!pieces) {
        return ERR_NOMEM;
    }
    for (; at > 0 && pieces[at - 1].day > day; at--) { /* mostly it is the latest */
        pieces[at] = pieces[at - 1];
    }
    pieces[at] = (struct piece){day, quarters};
    self->pieces = pieces;
    self->pieces_count++;
    return OK;
}

static enum err take(struct gains_part *self, struct gain_row *row, struct link_stat *sum)
{
    int64_t day = 0;
    str quarters = {0};
    enum err err = OK;

    gain_row_add(row, sum);
    str days = gain_row_take(row);
    while (!err && sums_packed_next(&days, &day, &quarters)) {
        err = add_piece(self, day, quarters);
    }
    return !err && days.len > 0 ? ERR_CORRUPT : err;
}

bool gains_part_next(struct gains_part *self, struct link_stat *sum)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < self->rows_count; i++) {
        const struct gain_row *row = &self->rows[i];
        if (row->at < row->count && gain_number(row, GAIN_LINK) < next) {
            next = gain_number(row, GAIN_LINK);
        }
    }
    if (next == INT64_MAX) {
        return false;
    }
    *sum = (struct link_stat){.link_id = next, .last_ms = TIME_NONE};
    self->pieces_count = self->pieces_at = 0;
    for (size_t i = 0; !self->err && i < self->rows_count; i++) {
        struct gain_row *row = &self->rows[i];
        if (row->at < row->count && gain_number(row, GAIN_LINK) == next) {
            self->err = take(self, row, sum);
        }
    }
    return !self->err;
}

bool gains_part_next_day(struct gains_part *self, int64_t *day, str *quarters)
{
    if (self->pieces_at == self->pieces_count) {
        return false;
    }
    *day = self->pieces[self->pieces_at].day;
    *quarters = self->pieces[self->pieces_at++].quarters;
    return true;
}

enum err gains_part_err(const struct gains_part *self)
{
    return self->err;
}
