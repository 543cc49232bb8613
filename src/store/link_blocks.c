/* SPDX-License-Identifier: MIT */
#include "linkpond/store/link_columns.h"

#include "link_blocks_make.h"
#include "link_runs.h"
#include "row.h"

/* One column, read in step with the others. */
struct reader {
    struct stmt *rows; /* NULL: not wanted, or at its end */
    int64_t block;     /* of the row it stands at */
    struct buf made;   /* where there is no row */
};

struct link_blocks {
    struct db *db;
    const struct link_search *search;
    unsigned columns;
    int64_t block, blocks; /* the one that is given; how many there are */
    size_t unmade;
    enum err err;
    struct reader readers[LINK_COLUMNS];
    struct link_runs runs;
    struct gains_part *gains; /* of figures; NULL: not wanted, or nothing waits behind it */
    int64_t part;             /* that it read */
    struct link_numbers facts[LINK_FACTS];
    int64_t figures[LINK_FIGURES][LINK_BLOCK_LINKS];
    str titles[LINK_BLOCK_LINKS];
    struct link_numbers tags;
    uint32_t tags_at[LINK_BLOCK_LINKS + 1];
};

static const enum sql_id texts[LINK_COLUMNS] = {
    [LINK_COLUMN_FACTS] = SQL_LINK_COLUMN_FACTS,
    [LINK_COLUMN_TITLES] = SQL_LINK_COLUMN_TITLES,
    [LINK_COLUMN_TAGS] = SQL_LINK_COLUMN_TAGS,
    [LINK_COLUMN_FIGURES] = SQL_LINK_COLUMN_FIGURES,
};

/* Reads the first part from `part` on of which something waits. */
static enum err read_gains(struct link_blocks *self, int64_t part)
{
    enum err err = gains_next_part(self->db, part, &self->part);

    if (err == ERR_NOT_FOUND) {
        gains_part_free(self->gains);
        self->gains = NULL;
        return OK;
    }
    return err ? err : gains_part_read(self->gains, self->part, NULL);
}

static enum err open_gains(struct link_blocks *self)
{
    self->gains = gains_part_new(self->db);
    return self->gains ? read_gains(self, 0) : ERR_NOMEM;
}

static void add_gain(struct link_blocks *self, struct gain_row *row)
{
    static const enum gain_kind kinds[LINK_FIGURES] = {
        [LINK_FIGURE_CLICKS] = GAIN_CLICKS, [LINK_FIGURE_VISITORS] = GAIN_VISITORS, [LINK_FIGURE_BOTS] = GAIN_BOTS,
        [LINK_FIGURE_TOTAL] = GAIN_TOTAL,   [LINK_FIGURE_SCANS] = GAIN_SCANS,
    };
    int64_t first = self->block << LINK_BLOCK_SHIFT;

    for (; row->at < row->count && gain_number(row, GAIN_LINK) < first; row->at++) {
    }
    for (; row->at < row->count && gain_number(row, GAIN_LINK) < first + LINK_BLOCK_LINKS; row->at++) {
        int64_t i = gain_number(row, GAIN_LINK) - first, last_ms = gain_number(row, GAIN_LAST_MS);
        int64_t *last = &self->figures[LINK_FIGURE_LAST_MS][i];
        for (int figure = 0; figure < LINK_FIGURES; figure++) {
            self->figures[figure][i] += kinds[figure] != GAIN_LINK ? gain_number(row, kinds[figure]) : 0;
        }
        *last = last_ms > *last ? last_ms : *last;
    }
}

/* Blocks are given as they rise. */
static bool add_gains(struct link_blocks *self)
{
    int64_t part = gains_part_of(self->block << LINK_BLOCK_SHIFT);
    size_t count = 0;

    if (self->gains && self->part < part) {
        self->err = read_gains(self, part);
    }
    if (self->err || !self->gains || self->part > part) {
        return !self->err;
    }
    struct gain_row *rows = gains_part_rows(self->gains, &count);
    for (size_t i = 0; i < count; i++) {
        add_gain(self, &rows[i]);
    }
    return true;
}

static void step(struct link_blocks *self, enum link_column column)
{
    struct reader *reader = &self->readers[column];

    if (stmt_next(reader->rows)) {
        reader->block = stmt_i64(reader->rows, 0) - link_column_id(column, 0);
        return;
    }
    self->err = self->err ? self->err : stmt_err(reader->rows);
    reader->rows = NULL;
}

struct link_blocks *link_blocks_new(struct db *db, struct arena *arena, unsigned columns,
                                    const struct link_search *search)
{
    struct link_blocks *self = ARENA_NEW(arena, struct link_blocks);
    int64_t last_id = 0;

    if (!self) {
        return NULL;
    }
    *self = (struct link_blocks){.db = db, .search = search, .columns = columns, .block = -1};
    for (enum link_column column = 0; column < LINK_COLUMNS; column++) {
        buf_init_heap(&self->readers[column].made, LIMIT_REPLY);
    }
    self->err = row_i64(db_stmt(db, SQL_LINK_GRAM_LAST_ID), &last_id);
    self->blocks = last_id > 0 ? (last_id >> LINK_BLOCK_SHIFT) + 1 : 0;
    if (!self->err && columns & 1U << LINK_COLUMN_FIGURES) {
        self->err = link_runs_read(&self->runs, db, arena);
        self->err = self->err ? self->err : open_gains(self);
    }
    for (enum link_column column = 0; !self->err && column < LINK_COLUMNS; column++) {
        if (columns & 1U << column) {
            struct stmt *rows = db_stmt(db, texts[column]);
            stmt_bind_i64(rows, "from_id", link_column_id(column, 0));
            stmt_bind_i64(rows, "to_id", link_column_id(column + 1, 0));
            self->readers[column].rows = rows;
            step(self, column);
        }
    }
    return self;
}

/* ---- one block ---- */

/* The bytes of a column: of its row, or made. */
static str column_bytes(struct link_blocks *self, enum link_column column)
{
    struct reader *reader = &self->readers[column];

    while (reader->rows && reader->block < self->block) {
        step(self, column);
    }
    if (reader->rows && reader->block == self->block) {
        return stmt_blob(reader->rows, 1);
    }
    enum err err = self->err ? self->err : link_block_make(self->db, column, self->block, &reader->made);
    self->err = err;
    self->unmade += column == LINK_COLUMN_FACTS && self->block + 1 < self->blocks;
    return err ? STR("") : buf_str(&reader->made);
}

static bool open_facts(struct link_blocks *self, str bytes)
{
    return link_numbers_open(bytes, LINK_FACTS, LINK_BLOCK_LINKS, self->facts) > 0;
}

static bool open_titles(struct link_blocks *self, str bytes)
{
    struct link_numbers lengths;
    size_t used = link_numbers_open(bytes, 1, LINK_BLOCK_LINKS, &lengths);
    str rest = str_from(bytes, used);

    for (size_t i = 0; used > 0 && i < LINK_BLOCK_LINKS; i++) {
        size_t len = (size_t)link_number(&lengths, i);
        if (len > rest.len) {
            return false;
        }
        self->titles[i] = (str){rest.ptr, len};
        rest = str_from(rest, len);
    }
    return used > 0;
}

static bool open_tags(struct link_blocks *self, str bytes)
{
    struct link_numbers counts;
    size_t used = link_numbers_open(bytes, 1, LINK_BLOCK_LINKS, &counts);
    uint32_t all = 0;

    for (size_t i = 0; used > 0 && i < LINK_BLOCK_LINKS; i++) {
        int64_t count = link_number(&counts, i);
        if (count < 0 || count > LIMIT_REPLY) {
            return false;
        }
        self->tags_at[i] = all;
        all += (uint32_t)count;
    }
    self->tags_at[LINK_BLOCK_LINKS] = all;
    return used > 0 && link_numbers_open(str_from(bytes, used), 1, all, &self->tags) > 0;
}

static bool open_figures(struct link_blocks *self, str bytes)
{
    int64_t row = 0;

    if (!link_block_read_figures(bytes, self->figures, &row)) {
        return false;
    }
    link_runs_apply(&self->runs, self->block, row, self->figures);
    return add_gains(self);
}

static bool open_block(struct link_blocks *self)
{
    static bool (*const open[LINK_COLUMNS])(struct link_blocks * self, str bytes) = {
        [LINK_COLUMN_FACTS] = open_facts,
        [LINK_COLUMN_TITLES] = open_titles,
        [LINK_COLUMN_TAGS] = open_tags,
        [LINK_COLUMN_FIGURES] = open_figures,
    };

    for (enum link_column column = 0; column < LINK_COLUMNS; column++) {
        if (!(self->columns & 1U << column)) {
            continue;
        }
        str bytes = column_bytes(self, column);
        if (!self->err && !open[column](self, bytes)) {
            self->err = ERR_CORRUPT;
        }
        if (self->err) {
            return false;
        }
    }
    return true;
}

bool link_blocks_next(struct link_blocks *self)
{
    do {
        self->block++;
    } while (self->block < self->blocks && self->search &&
             !link_search_may(self->search, self->block << LINK_BLOCK_SHIFT));
    return !self->err && self->block < self->blocks && open_block(self);
}

enum err link_blocks_end(struct link_blocks *self)
{
    for (enum link_column column = 0; column < LINK_COLUMNS; column++) {
        if (self->readers[column].rows) {
            stmt_reset(self->readers[column].rows);
        }
        buf_done(&self->readers[column].made);
    }
    gains_part_free(self->gains);
    return self->err;
}

size_t link_blocks_unmade(const struct link_blocks *self)
{
    return self->unmade;
}

/* ---- a link of it ---- */

int64_t link_blocks_first_id(const struct link_blocks *self)
{
    return self->block << LINK_BLOCK_SHIFT;
}

int64_t link_blocks_fact(const struct link_blocks *self, enum link_fact fact, unsigned i)
{
    return link_number(&self->facts[fact], i);
}

int64_t link_blocks_figure(const struct link_blocks *self, enum link_figure figure, unsigned i)
{
    return self->figures[figure][i];
}

str link_blocks_title(const struct link_blocks *self, unsigned i)
{
    return self->titles[i];
}

size_t link_blocks_tags(const struct link_blocks *self, unsigned i)
{
    return self->tags_at[i + 1] - self->tags_at[i];
}

int64_t link_blocks_tag(const struct link_blocks *self, unsigned i, size_t tag)
{
    return link_number(&self->tags, self->tags_at[i] + tag);
}
