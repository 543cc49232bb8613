/* SPDX-License-Identifier: MIT */
/*
 * A CSV file as somebody might send it. However it is cut into pieces the rows are the same; a cell that is written out
 * comes back as it was; and reading rows by any header breaks nothing.
 */
#include "../../src/api/transfer/import_map.h"
#include "linkpond/api/csv_cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX (1 << 20)

static const struct import_map *known; /* NULL until the header is read */
static struct import_map map;

static void read_row(const struct csv_row *row)
{
    struct arena arena;
    struct fault fault = {0};
    struct import_row out;
    struct import_rules rules = {.zone = zone_find(STR("UTC"))};
    bool blank;
    if (!known) {
        known = import_map_read(&map, row, &fault) == OK ? &map : NULL;
        return;
    }
    arena_init(&arena, TEXT_MAX);
    enum err err = import_map_row(known, &arena, &rules, row, &out, &blank, &fault);
    BUG_ON(err != OK && err != ERR_NOMEM && fault.code[0] == '\0');
    BUG_ON(out.names_count > IMPORT_NAMES_MAX);
    arena_done(&arena);
}

/* A cell through the writer and back. */
static void check_cell(str text)
{
    struct buf line;
    struct csv_row row;
    struct csv_reader *reader = csv_reader_new(',');
    BUG_ON(!reader);
    buf_init_heap(&line, 4 * LIMIT_CSV_LINE);
    csv_cell(&line, true, STR("x"));
    csv_cell(&line, false, text);
    csv_line_end(&line);
    if (line.len <= CSV_PIECE_MAX) {
        BUG_ON(csv_reader_feed(reader, buf_str(&line)) != OK || !csv_reader_next(reader, &row));
        BUG_ON(row.count != 2 || !str_eq(csv_unguard(row.cells[1]), text));
    }
    csv_reader_free(reader);
    buf_done(&line);
}

static void take_rows(struct csv_reader *reader, struct buf *out, bool use)
{
    struct csv_row row;
    while (csv_reader_next(reader, &row)) {
        buf_add_char(out, row.too_long ? '!' : '.');
        for (size_t i = 0; i < row.count; i++) {
            buf_addf(out, "%zu:", row.cells[i].len);
            buf_add(out, row.cells[i]);
        }
        if (use && row.count > 0) {
            check_cell(row.cells[0]);
            read_row(&row);
        }
    }
}

static void read_all(str text, size_t step, struct buf *out, bool use)
{
    struct csv_reader *reader = csv_reader_new(csv_sniff(text));
    enum err err = OK;
    BUG_ON(!reader);
    while (err == OK && text.len > 0) {
        str piece = str_slice(text, 0, step);
        text = str_from(text, piece.len);
        err = csv_reader_feed(reader, piece);
        take_rows(reader, out, use);
    }
    if (err == OK) {
        err = csv_reader_end(reader);
        take_rows(reader, out, use);
    }
    BUG_ON(err != OK && err != ERR_TOO_LARGE);
    csv_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, cut;
    str text = {(const char *)data, size};
    if (size > LIMIT_CSV_LINE / 2) {
        return 0;
    }
    known = NULL;
    buf_init_heap(&whole, TEXT_MAX);
    buf_init_heap(&cut, TEXT_MAX);
    read_all(text, CSV_PIECE_MAX, &whole, true);
    read_all(text, 3, &cut, false);
    BUG_ON(!str_eq(buf_str(&whole), buf_str(&cut)));
    buf_done(&whole);
    buf_done(&cut);
    return 0;
}
