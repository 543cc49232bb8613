/* SPDX-License-Identifier: MIT */
#include "link_runs.h"

#include "link_blocks_make.h"
#include "row.h"

/* ---- writing ---- */

/* Gathered as rows of RUN_KINDS whole numbers; packed by kind at the end. */
void link_figures_add(struct link_figures *self, const struct link_stat *stat)
{
    const int64_t row[RUN_KINDS] = {
        stat->link_id, stat->clicks, stat->visitors, stat->bots,
        stat->total,   stat->scans,  stat->reserved, stat->last_ms == TIME_NONE ? 0 : stat->last_ms};

    BUG_ON(stat->link_id <= self->last_id);
    self->last_id = stat->link_id;
    buf_add(&self->bytes, (str){(const char *)row, sizeof row});
}

enum err link_figures_store(struct link_figures *self, struct db *db)
{
    size_t count = self->bytes.len / (RUN_KINDS * sizeof(int64_t));
    struct buf packed;

    if (self->bytes.overflow) {
        return ERR_NOMEM;
    }
    if (count == 0) {
        return OK;
    }
    buf_init_heap(&packed, SIZE_MAX / 2);
    enum err err = link_table_pack((const int64_t *)(const void *)self->bytes.ptr, RUN_KINDS, count, &packed);
    if (!err) {
        struct stmt *stmt = db_stmt(db, SQL_LINK_FIGURES_INSERT);
        stmt_bind_blob(stmt, "data", buf_str(&packed));
        err = stmt_run(stmt);
    }
    buf_done(&packed);
    buf_reset(&self->bytes);
    self->last_id = 0;
    return err;
}

enum err link_figures_changed(struct db *db, int64_t link_id)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_COLUMN_DELETE);

    stmt_put_i64(stmt, 1, link_column_id(LINK_COLUMN_FIGURES, link_id >> LINK_BLOCK_SHIFT));
    return stmt_run(stmt);
}

static enum err forget_runs(struct db *db, int64_t row)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_FIGURES_DELETE);

    stmt_bind_i64(stmt, "id", row);
    return stmt_run(stmt);
}

enum err link_figures_reset(struct db *db)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_COLUMN_DELETE_FROM);

    stmt_bind_i64(stmt, "from_id", link_column_id(LINK_COLUMN_FIGURES, 0));
    enum err err = stmt_run(stmt);
    return err ? err : forget_runs(db, INT64_MAX);
}

/* ---- reading ---- */

static bool open_run(struct stmt *row, struct arena *arena, struct link_run *out)
{
    *out = (struct link_run){.row = stmt_i64(row, 0)};
    return link_table_open(row_blob(row, 1, arena), RUN_KINDS, &out->count, out->numbers);
}

enum err link_runs_read(struct link_runs *self, struct db *db, struct arena *arena)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_FIGURES_EACH);
    size_t cap = 0;

    *self = (struct link_runs){0};
    while (stmt_next(rows)) {
        if (self->count == cap) {
            size_t bigger = cap > 0 ? cap * 2 : 16;
            struct link_run *runs = ARENA_ARRAY(arena, struct link_run, bigger);
            if (!runs) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            if (cap > 0) {
                memcpy(runs, self->runs, cap * sizeof *runs);
            }
            self->runs = runs;
            cap = bigger;
        }
        if (!open_run(rows, arena, &self->runs[self->count])) {
            stmt_fail(rows, arena->overflow ? ERR_NOMEM : ERR_CORRUPT);
            break;
        }
        self->count++;
    }
    return stmt_err(rows);
}

static void apply_run(struct link_run *run, int64_t from_id, bool later, int64_t values[][LINK_BLOCK_LINKS])
{
    const struct link_numbers *ids = &run->numbers[0];

    for (; run->at < run->count && link_number(ids, run->at) < from_id; run->at++) {
    }
    for (; run->at < run->count; run->at++) {
        int64_t i = link_number(ids, run->at) - from_id;
        if (i >= LINK_BLOCK_LINKS) {
            break;
        }
        for (size_t figure = 0; later && figure < LINK_FIGURES; figure++) {
            values[figure][i] = link_number(&run->numbers[1 + figure], run->at);
        }
    }
}

void link_runs_apply(struct link_runs *self, int64_t block, int64_t row, int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS])
{
    for (size_t i = 0; i < self->count; i++) {
        apply_run(&self->runs[i], block << LINK_BLOCK_SHIFT, self->runs[i].row > row, values);
    }
}

int64_t link_runs_last(const struct link_runs *self, int64_t none)
{
    return self->count > 0 ? self->runs[self->count - 1].row : none;
}

/* ---- runs into columns ---- */

#define RUNS_MANY  16
#define BYTES_MANY (4 * 1024 * 1024)

static enum err is_due(struct db *db, bool *due)
{
    struct stmt *row = db_stmt(db, SQL_LINK_FIGURES_ABOUT);

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *due = stmt_i64(row, 0) >= RUNS_MANY || stmt_i64(row, 1) >= BYTES_MANY;
    return row_done(row, NULL);
}

/* A block without a column is read from the tables, and needs none. */
static enum err merge_block(struct db *db, struct link_runs *runs, int64_t block, struct buf *out)
{
    int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS], last = link_runs_last(runs, 0), row = 0;
    struct stmt *found = db_stmt(db, SQL_LINK_COLUMN_FIGURES);

    stmt_bind_i64(found, "from_id", link_column_id(LINK_COLUMN_FIGURES, block));
    stmt_bind_i64(found, "to_id", link_column_id(LINK_COLUMN_FIGURES, block + 1));
    if (!stmt_next(found)) {
        return stmt_err(found);
    }
    bool read = link_block_read_figures(stmt_blob(found, 1), values, &row);
    stmt_reset(found);
    if (!read || row >= last) {
        return read ? OK : ERR_CORRUPT;
    }
    link_runs_apply(runs, block, row, values);
    buf_reset(out);
    link_block_figures(values, last, out);
    struct stmt *put = db_stmt(db, SQL_LINK_COLUMN_PUT);
    stmt_bind_i64(put, "id", link_column_id(LINK_COLUMN_FIGURES, block));
    stmt_bind_blob(put, "data", buf_str(out));
    return out->overflow ? ERR_NOMEM : stmt_run(put);
}

static enum err merge_blocks(struct link_merge *self, struct db *db, struct link_runs *runs, size_t blocks)
{
    struct buf out;
    enum err err = OK;

    buf_init_heap(&out, LIMIT_REPLY);
    for (size_t i = 0; !err && i < blocks; i++) {
        err = merge_block(db, runs, self->block, &out);
        self->block += err == OK;
    }
    buf_done(&out);
    return err;
}

enum err link_figures_merge(struct link_merge *self, struct db *db, size_t blocks, bool *done)
{
    bool due = self->block > 0;
    int64_t last_id = 0;
    enum err err = due ? OK : is_due(db, &due);

    *done = !due;
    if (err || !due) {
        return err;
    }
    struct link_runs runs;
    struct arena arena;
    arena_init(&arena, LIMIT_ARENA_REQUEST);
    err = link_runs_read(&runs, db, &arena);
    self->last_row = self->block == 0 && !err ? link_runs_last(&runs, 0) : self->last_row;
    err = err ? err : row_i64(db_stmt(db, SQL_LINK_GRAM_LAST_ID), &last_id);
    err = err ? err : merge_blocks(self, db, &runs, blocks);
    if (!err && self->block > last_id >> LINK_BLOCK_SHIFT) {
        err = forget_runs(db, self->last_row); /* later ones came while this went on */
        *self = (struct link_merge){0};
        *done = true;
    }
    arena_done(&arena);
    return err;
}
