/* SPDX-License-Identifier: MIT */
#include "linkpond/api/csv_cell.h"

#include "linkpond/base/err.h"

/* owasp.org/www-community/attacks/CSV_Injection. Blanks in front do not stop a spreadsheet, so they are looked past;
 * tab and CR count themselves; Asian editions take the full-width forms as well. Apostrophes in front are looked past
 * too: what looks guarded already is guarded once more, so that taking one off always gives the text back. */
static bool is_formula(str text)
{
    static const str starts[] = {STR_INIT("="),      STR_INIT("+"),      STR_INIT("-"),      STR_INIT("@"),
                                 STR_INIT("\uff1d"), STR_INIT("\uff0b"), STR_INIT("\uff0d"), STR_INIT("\uff20")};
    while (text.len > 0 && text.ptr[0] == '\'') {
        text = str_from(text, 1);
    }
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\n')) {
        text = str_from(text, 1);
    }
    if (text.len > 0 && (text.ptr[0] == '\t' || text.ptr[0] == '\r')) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        if (str_starts(text, starts[i])) {
            return true;
        }
    }
    return false;
}

str csv_unguard(str text)
{
    return text.len > 1 && text.ptr[0] == '\'' && is_formula(str_from(text, 1)) ? str_from(text, 1) : text;
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
