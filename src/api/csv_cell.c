/* SPDX-License-Identifier: MIT */
#include "csv_cell.h"

/* owasp.org/www-community/attacks/CSV_Injection. Blanks in front do not stop a spreadsheet, so they are looked past;
 * tab and CR count themselves. */
static bool is_formula(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case ' ':
        case '\n':
            continue;
        case '=':
        case '+':
        case '-':
        case '@':
        case '\t':
        case '\r':
            return true;
        default:
            return false;
        }
    }
    return false;
}

void csv_cell(struct buf *out, bool first, str text)
{
    if (!first) {
        buf_add_char(out, ',');
    }
    buf_add_char(out, '"');
    if (is_formula(text)) {
        buf_add_char(out, '\'');
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            buf_add_char(out, '"');
        }
        buf_add_char(out, text.ptr[i]);
    }
    buf_add_char(out, '"');
}

void csv_cell_i64(struct buf *out, bool first, int64_t value)
{
    if (!first) {
        buf_add_char(out, ',');
    }
    buf_add_i64(out, value);
}

void csv_line_end(struct buf *out)
{
    buf_add_c(out, "\r\n");
}
