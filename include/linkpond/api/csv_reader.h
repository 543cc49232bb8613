/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CSV_READER_H
#define LINKPOND_API_CSV_READER_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"
#include "linkpond/base/limits.h"

/*
 * Rows out of CSV (RFC 4180), piece by piece and in bounded memory: a row may be LIMIT_CSV_LINE bytes long and
 * have CSV_COLUMNS_MAX cells. Not thread-safe. Writing: csv_cell.h.
 */
#define CSV_COLUMNS_MAX 128
#define CSV_PIECE_MAX   (16 * 1024)

struct csv_row {
    const str *cells; /* lent until the next csv_reader_next or csv_reader_feed */
    size_t count;
    bool too_long; /* more bytes or cells than allowed; what did not fit is missing */
};
struct csv_reader;
/* delimiter: ',' ';' or a tab. NULL when memory ran out. */
struct csv_reader *csv_reader_new(char delimiter);
void csv_reader_free(struct csv_reader *self);
/* At most CSV_PIECE_MAX bytes; only after csv_reader_next said false. ERR_TOO_LARGE: one cell grows past every bound,
 * most likely behind a quote that nobody closed, so what follows cannot be told apart; ERR_NOMEM. */
enum err csv_reader_feed(struct csv_reader *self, str piece);
/* The end of the input: the last row needs no line end. ERR_TOO_LARGE: it ends behind a quote that nobody closed. */
enum err csv_reader_end(struct csv_reader *self);
/* The next complete row. Blank lines are no rows. */
bool csv_reader_next(struct csv_reader *self, struct csv_row *out);

/* Which delimiter the first line of `text` uses: the most frequent outside quotes; ',' when there is none. */
char csv_sniff(str text);

#endif
