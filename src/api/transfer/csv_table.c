/* SPDX-License-Identifier: MIT */
#include "linkpond/api/csv_table.h"

#include "linkpond/api/csv_cell.h"

struct reading {
    const struct csv_table *table;
    struct fault *fault;
    uint8_t columns[CSV_COLUMNS_MAX];
    size_t width; /* 0 until the first line was read */
    size_t rows;
};

enum err csv_table_too_wide(struct fault *fault)
{
    return fault_set(fault, ERR_INVALID, "body", "too_many", "The row has more cells than the first line.",
                     "该行的列数多于首行。");
}

static size_t find_column(const struct csv_table *table, str name)
{
    size_t at = 0;

    while (at < table->columns_count && !str_ieq(name, str_from_c(table->columns[at].name)) &&
           !str_eq(name, str_from_c(table->columns[at].zh))) {
        at++;
    }
    return at;
}

static enum err read_header(struct reading *self, const struct csv_row *row)
{
    const struct csv_table *table = self->table;
    uint32_t met = 0;

    for (size_t i = 0; i < row->count; i++) {
        size_t at = find_column(table, str_trim(row->cells[i]));
        if (at == table->columns_count) {
            return fault_set(self->fault, ERR_INVALID, "body", "unknown_field", table->names, table->names_zh);
        }
        if (met & UINT32_C(1) << at) {
            return fault_set(self->fault, ERR_INVALID, "body", "conflicting", "Two columns have the same name.",
                             "有两列同名。");
        }
        met |= UINT32_C(1) << at;
        self->columns[self->width++] = (uint8_t)at;
    }
    return OK;
}

static enum err read_row(struct reading *self, const struct csv_row *row)
{
    bool too_wide = row->too_long || row->count > self->width;
    const struct csv_table_row out = {row->cells, self->columns, too_wide ? 0 : row->count, too_wide};

    if (self->rows++ == LIMIT_BULK) {
        return fault_set(self->fault, ERR_INVALID, "body", "too_many", "At most 1,000 items in one call.",
                         "一次最多 1000 项。");
    }
    return self->table->take(self->table->arg, &out);
}

static enum err read_rows(struct reading *self, struct csv_reader *reader)
{
    struct csv_row row;
    enum err err = OK;

    while (err == OK && csv_reader_next(reader, &row)) {
        err = self->width == 0 ? read_header(self, &row) : read_row(self, &row);
    }
    return err;
}

enum err csv_table_read(const struct csv_table *table, str body, struct fault *fault)
{
    struct reading reading = {.table = table, .fault = fault};
    struct csv_reader *reader = csv_reader_new(csv_sniff(body));
    enum err err = reader ? OK : ERR_NOMEM;

    BUG_ON(table->columns_count > CSV_TABLE_COLUMNS_MAX);
    body = str_starts(body, STR(CSV_BOM)) ? str_from(body, sizeof CSV_BOM - 1) : body;
    while (err == OK && body.len > 0) {
        err = csv_reader_feed(reader, str_slice(body, 0, CSV_PIECE_MAX));
        body = str_from(body, CSV_PIECE_MAX);
        err = err == OK ? read_rows(&reading, reader) : err;
    }
    err = err == OK ? csv_reader_end(reader) : err;
    err = err == OK ? read_rows(&reading, reader) : err;
    csv_reader_free(reader);
    if (err == ERR_TOO_LARGE) {
        return fault_set(fault, ERR_INVALID, "body", "line_too_long", "A quote is not closed.", "可能缺少结尾引号。");
    }
    if (err == OK && reading.rows == 0) {
        return fault_set(fault, ERR_INVALID, "body", "required", "A first line with columns and at least one row.",
                         "需要首行列名和至少一行数据。");
    }
    return err;
}
