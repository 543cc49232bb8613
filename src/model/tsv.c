/* SPDX-License-Identifier: MIT */
#include "tsv.h"

void tsv_init(struct tsv *self, const char *file, str text)
{
    *self = (struct tsv){.file = file, .rest = text};
}

bool tsv_next(struct tsv *self, struct tsv_row *row)
{
    str line, field;

    while (str_next(&self->rest, '\n', &line)) {
        self->line++;
        if (str_starts(line, STR("#")) || str_trim(line).len == 0) {
            continue;
        }
        *row = (struct tsv_row){0};
        while (str_next(&line, '\t', &field)) {
            if (row->count == TSV_FIELDS) {
                row->wide = true;
                break;
            }
            row->fields[row->count++] = str_trim(field);
        }
        return true;
    }
    return false;
}

enum err tsv_fault(const struct tsv *self, struct fault *fault, const char *what, str text)
{
    return fault_setf(fault, ERR_INVALID, self->file, "bad_row", "%s:%u: %s '" STR_FMT "'", self->file, self->line,
                      what, STR_ARG(str_slice(text, 0, 64)));
}
