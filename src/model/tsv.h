/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_TSV_H
#define LINKPOND_MODEL_TSV_H

#include "linkpond/base/err.h"

/* Reads the recognition tables: UTF-8 lines, fields separated by tabs. Empty lines and lines that begin with '#' are
 * skipped; blanks around a field are dropped; absent fields at the end are empty. Slices borrow from the text. */
#define TSV_FIELDS 6

struct tsv {
    const char *file; /* for faults */
    str rest;
    unsigned line; /* of the row read last, from 1 */
};

void tsv_init(struct tsv *self, const char *file, str text);
/* False at the end. Fields beyond TSV_FIELDS make `wide` true. */
struct tsv_row {
    str fields[TSV_FIELDS];
    size_t count;
    bool wide;
};
bool tsv_next(struct tsv *self, struct tsv_row *row);
/* ERR_INVALID with "file:line: what 'text'". */
enum err tsv_fault(const struct tsv *self, struct fault *fault, const char *what, str text);

#endif
