/* SPDX-License-Identifier: MIT */
/*
 * The only user of libcsv. The library calls back for each cell; here the cells are gathered so that the caller pulls
 * whole rows instead. The input comes in small pieces, so what is gathered between two pulls stays small as well.
 */
#include "linkpond/api/csv_reader.h"

#include <csv.h>
#include <stdlib.h>

#define TEXT_MAX      (LIMIT_CSV_LINE + 4 * CSV_PIECE_MAX)
#define WITHIN_A_CELL 2 /* libcsv 3.0: FIELD_BEGUN; 3 is behind a quote that may have closed it */

struct cell {
    size_t from, len;
};
struct csv_reader {
    struct csv_parser parser;
    struct buf text;    /* bytes of all gathered cells */
    struct cell *cells; /* of all gathered rows, one after another */
    size_t *ends;       /* cell index behind each complete row */
    size_t cells_count, cells_cap;
    size_t ends_count, ends_cap;
    size_t given;       /* complete rows handed out */
    size_t row_text;    /* where the text of the open row begins */
    bool *long_rows;    /* by row */
    bool open_too_long; /* of the open row */
    bool out_of_memory;
    str row[CSV_COLUMNS_MAX];
};

struct csv_reader *csv_reader_new(char delimiter)
{
    struct csv_reader *self = calloc(1, sizeof(*self));
    if (!self || csv_init(&self->parser, 0) != 0) {
        free(self);
        return NULL;
    }
    csv_set_delim(&self->parser, (unsigned char)delimiter);
    csv_set_blk_size(&self->parser, 4096);
    buf_init_heap(&self->text, TEXT_MAX);
    return self;
}

void csv_reader_free(struct csv_reader *self)
{
    if (self) {
        csv_free(&self->parser);
        buf_done(&self->text);
        free(self->cells);
        free(self->ends);
        free(self->long_rows);
        free(self);
    }
}

/* Cells of the open row: those behind the last complete one. */
static size_t open_from(const struct csv_reader *self)
{
    return self->ends_count > 0 ? self->ends[self->ends_count - 1] : 0;
}

static bool grow_cells(struct csv_reader *self)
{
    if (self->cells_count < self->cells_cap) {
        return true;
    }
    size_t cap = self->cells_cap ? self->cells_cap * 2 : 256;
    struct cell *grown = realloc(self->cells, cap * sizeof(*grown));
    if (!grown) {
        self->out_of_memory = true;
        return false;
    }
    self->cells = grown;
    self->cells_cap = cap;
    return true;
}

static bool grow_rows(struct csv_reader *self)
{
    if (self->ends_count < self->ends_cap) {
        return true;
    }
    size_t cap = self->ends_cap ? self->ends_cap * 2 : 64;
    size_t *ends = realloc(self->ends, cap * sizeof(*ends));
    self->ends = ends ? ends : self->ends;
    bool *long_rows = realloc(self->long_rows, cap * sizeof(*long_rows));
    self->long_rows = long_rows ? long_rows : self->long_rows;
    if (!ends || !long_rows) {
        self->out_of_memory = true;
        return false;
    }
    self->ends_cap = cap;
    return true;
}

static void on_cell(void *bytes, size_t len, void *arg)
{
    struct csv_reader *self = arg;
    bool fits = self->cells_count - open_from(self) < CSV_COLUMNS_MAX &&
                self->text.len - self->row_text + len <= LIMIT_CSV_LINE;
    if (!fits) {
        self->open_too_long = true;
        return;
    }
    if (!grow_cells(self)) {
        return;
    }
    self->cells[self->cells_count++] = (struct cell){self->text.len, len};
    buf_add(&self->text, (str){bytes, len});
}

static void on_row(int last_byte, void *arg)
{
    struct csv_reader *self = arg;
    (void)last_byte;
    if (!grow_rows(self)) {
        return;
    }
    self->long_rows[self->ends_count] = self->open_too_long;
    self->ends[self->ends_count++] = self->cells_count;
    self->row_text = self->text.len;
    self->open_too_long = false;
}

/* Forgets the rows handed out; the open row moves to the front. */
static void forget(struct csv_reader *self)
{
    size_t from = open_from(self);
    size_t count = self->cells_count - from;
    size_t bytes = self->text.len - self->row_text;
    for (size_t i = 0; i < count; i++) {
        self->cells[i] = (struct cell){self->cells[from + i].from - self->row_text, self->cells[from + i].len};
    }
    if (self->text.ptr && bytes > 0) {
        memmove(self->text.ptr, self->text.ptr + self->row_text, bytes);
    }
    self->text.len = bytes;
    self->cells_count = count;
    self->ends_count = self->given = self->row_text = 0;
}

static enum err trouble(const struct csv_reader *self)
{
    if (self->out_of_memory || self->text.overflow || csv_error((struct csv_parser *)(uintptr_t)&self->parser) != 0) {
        return ERR_NOMEM;
    }
    return self->parser.entry_pos > LIMIT_CSV_LINE ? ERR_TOO_LARGE : OK;
}

enum err csv_reader_feed(struct csv_reader *self, str piece)
{
    BUG_ON(piece.len > CSV_PIECE_MAX || self->given < self->ends_count);
    forget(self);
    if (csv_parse(&self->parser, piece.ptr, piece.len, on_cell, on_row, self) != piece.len) {
        return ERR_NOMEM;
    }
    return trouble(self);
}

enum err csv_reader_end(struct csv_reader *self)
{
    BUG_ON(self->given < self->ends_count);
    forget(self);
    if (self->parser.quoted && self->parser.pstate == WITHIN_A_CELL) {
        return ERR_TOO_LARGE;
    }
    return csv_fini(&self->parser, on_cell, on_row, self) == 0 ? trouble(self) : ERR_NOMEM;
}

bool csv_reader_next(struct csv_reader *self, struct csv_row *out)
{
    if (self->given == self->ends_count) {
        return false;
    }
    size_t from = self->given > 0 ? self->ends[self->given - 1] : 0;
    size_t count = self->ends[self->given] - from;
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &self->cells[from + i];
        self->row[i] = str_slice(buf_str(&self->text), cell->from, cell->from + cell->len);
    }
    *out = (struct csv_row){.cells = self->row, .count = count, .too_long = self->long_rows[self->given]};
    self->given++;
    return true;
}

char csv_sniff(str text)
{
    static const char delimiters[] = {',', ';', '\t'};
    size_t counts[ARRAY_LEN(delimiters)] = {0};
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        quoted = quoted != (c == '"');
        if (!quoted && (c == '\n' || c == '\r')) {
            break;
        }
        for (size_t k = 0; !quoted && k < ARRAY_LEN(delimiters); k++) {
            counts[k] += c == delimiters[k];
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < ARRAY_LEN(delimiters); k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return delimiters[best];
}
