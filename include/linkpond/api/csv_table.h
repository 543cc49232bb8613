/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CSV_TABLE_H
#define LINKPOND_API_CSV_TABLE_H

#include "linkpond/api/csv_reader.h"

/* A table of at most LIMIT_BULK rows that a call brings whole: the first line names its columns, in either language,
 * each once and in any order. */
#define CSV_TABLE_COLUMNS_MAX 32

struct csv_column {
    const char *name, *zh;
};
/* One row; lent for the call. */
struct csv_table_row {
    const str *cells;
    const uint8_t *columns; /* of each cell: its place among the table's columns */
    size_t count;
    bool too_wide; /* refused as csv_table_too_wide says; what is there may be incomplete */
};
struct csv_table {
    const struct csv_column *columns;
    size_t columns_count;
    const char *names, *names_zh; /* told to who names another column */
    /* An error ends the reading. */
    enum err (*take)(void *arg, const struct csv_table_row *row);
    void *arg;
};
/* ERR_INVALID says why in *fault, about the field body; ERR_NOMEM; what `take` said. */
enum err csv_table_read(const struct csv_table *table, str body, struct fault *fault);
enum err csv_table_too_wide(struct fault *fault);

#endif
