/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/fold.h"

#include <stdlib.h>

#include "fold_cells.h"
#include "fold_gains.h"
#include "fold_rows.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/segments.h"

/*
 * One fold: read rows behind the marks until there are rows_max of them or many links, count them in memory, then store
 * each link's and each scope's days once, at home or beside. What was read and how far the marks move is decided before
 * anything is written.
 */
#define BYTES_PER_ROW 512 /* of the journal, about */

struct fold {
    struct db *db;
    size_t rows_max, rows;
    struct fold_rows counts;
    int64_t chunk_id; /* read whole; 0 = none */
    struct fold_mark {
        int64_t segment_id, folded_to;
    } * marks;
    size_t marks_count, marks_cap;
};

static enum err add_mark(struct fold *self, int64_t segment_id, int64_t folded_to)
{
    if (self->marks_count == self->marks_cap) {
        size_t cap = self->marks_cap > 0 ? self->marks_cap * 2 : 64;
        struct fold_mark *marks = realloc(self->marks, cap * sizeof *marks);
        if (!marks) {
            return ERR_NOMEM;
        }
        self->marks = marks;
        self->marks_cap = cap;
    }
    self->marks[self->marks_count++] = (struct fold_mark){segment_id, folded_to};
    return OK;
}

static bool is_full(const struct fold *self)
{
    return self->rows >= self->rows_max || self->counts.list_count >= FOLD_LINKS_MAX;
}

/* Rows behind the segment's mark, until the fold is full. */
static enum err read_segment(struct fold *self, const struct segment *segment)
{
    int64_t first = segment_first_click(segment->id), folded_to = segment->ingested_to;
    struct clicks_scan scan;
    enum err err = OK;

    clicks_scan(&scan, self->db, first + segment->folded_to / RECORD_ALIGN,
                first + segment->ingested_to / RECORD_ALIGN - 1, false, 0);
    while (err == OK && clicks_scan_next(&scan)) {
        err = fold_is_given_up(self->counts.opts) ? ERR_UNAVAILABLE : fold_rows_add(&self->counts, &scan.facts);
        self->rows++;
        if (err == OK && is_full(self)) {
            folded_to = (int64_t)click_id_offset(scan.facts.id) + RECORD_ALIGN;
            stmt_reset(scan.rows);
            break;
        }
    }
    if (err != OK) {
        stmt_reset(scan.rows);
        return err;
    }
    err = is_full(self) ? OK : stmt_err(scan.rows);
    return err == OK ? add_mark(self, segment->id, folded_to) : err;
}

static enum err read_tail(struct fold *self)
{
    struct segment segment;
    struct stmt *rows = segments_each_unfolded(self->db);

    while (!is_full(self) && segments_next(rows, &segment)) {
        enum err err = read_segment(self, &segment);
        if (err != OK) {
            stmt_reset(rows);
            return err;
        }
    }
    if (!is_full(self)) {
        return stmt_err(rows);
    }
    stmt_reset(rows);
    return OK;
}

/* ---- chunks: only while everything is counted anew */

static enum err count_row(void *arg, const struct clicks_scan *scan)
{
    struct fold *self = arg;

    return fold_rows_add(&self->counts, &scan->facts);
}

static enum err read_chunk(struct fold *self, const struct chunk_info *info)
{
    const struct ledger_range all = {.part = LEDGER_ALL, LEDGER_FOR_EVER};

    self->rows = (size_t)info->rows;
    self->chunk_id = info->id;
    return ledger_chunk_each(self->db, info, &all, count_row, self);
}

/* One chunk that waits, else the tail. */
static enum err read_waiting(struct fold *self)
{
    struct chunk_info info;
    struct stmt *rows = chunks_each_unfolded(self->db);

    if (!chunks_next(rows, &info)) {
        return stmt_err(rows) == OK ? read_tail(self) : stmt_err(rows);
    }
    stmt_reset(rows);
    return read_chunk(self, &info);
}

static enum err write(struct fold *self)
{
    enum err err = self->rows > 0 ? fold_rows_store(&self->counts, self->db) : OK;

    if (err == OK && self->rows > 0 && fold_rows_are_few(&self->counts)) {
        err = fold_gains_home_first(self->db, self->counts.opts);
    }

    if (err == OK && self->chunk_id != 0) {
        err = chunks_set_folded(self->db, self->chunk_id);
    }
    for (size_t i = 0; err == OK && i < self->marks_count; i++) {
        err = segments_folded(self->db, self->marks[i].segment_id, self->marks[i].folded_to);
    }
    return err;
}

enum err fold_run(struct db *db, const struct fold_opts *opts, size_t *rows)
{
    struct fold self = {.db = db, .rows_max = opts->rows_max < FOLD_ROWS_MAX ? opts->rows_max : FOLD_ROWS_MAX};
    enum err err = db_begin(db, false);

    *rows = 0;
    if (err != OK) {
        return err;
    }
    fold_rows_init(&self.counts, opts);
    err = read_waiting(&self);
    if (err == OK) {
        err = write(&self);
    }
    if (err == OK) {
        err = db_commit(db);
    }
    if (err == OK) {
        *rows = self.rows;
    } else {
        db_rollback(db);
    }
    fold_rows_done(&self.counts);
    free(self.marks);
    return err;
}

enum err fold_backlog(struct db *db, int64_t *rows)
{
    struct segment segment;
    struct stmt *segments = segments_each_unfolded(db);
    int64_t backlog = 0;

    while (segments_next(segments, &segment)) {
        int64_t about = (segment.ingested_to - segment.folded_to) / BYTES_PER_ROW + 1;
        backlog += about < segment.rows ? about : segment.rows;
    }
    if (stmt_err(segments) != OK) {
        return stmt_err(segments);
    }
    struct chunk_info info;
    struct stmt *chunks = chunks_each_unfolded(db);
    while (chunks_next(chunks, &info)) {
        backlog += info.rows;
    }
    *rows = backlog;
    return stmt_err(chunks);
}
