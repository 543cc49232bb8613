/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CSV_CELL_H
#define LINKPOND_API_CSV_CELL_H

#include "linkpond/base/buf.h"

/* Writing CSV (RFC 4180), safe to open in a spreadsheet: every cell is quoted, and one that a spreadsheet would run as
 * a formula (first non-blank one of = + - @ TAB CR) gets a leading apostrophe. Numbers are written bare. */
void csv_cell(struct buf *out, bool first, str text);
/* Takes that apostrophe off again. No text is changed by the two together; one that never was guarded only when it
 * begins with an apostrophe before such a character. */
str csv_unguard(str text);
void csv_cell_i64(struct buf *out, bool first, int64_t value);
void csv_line_end(struct buf *out); /* CR LF */
#define CSV_BOM "\xEF\xBB\xBF"      /* for spreadsheets that do not expect UTF-8; only where asked for */

#endif
