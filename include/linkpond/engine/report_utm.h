/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_UTM_H
#define LINKPOND_ENGINE_REPORT_UTM_H

#include "linkpond/engine/report_texts.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/model/utm.h"

/*
 * What a UTM value of a click counts as: the value of the dictionary that it is a spelling of, as the dictionary is
 * now; else itself. So tidying the dictionary tidies history, and the rows stay what they were.
 */
struct report_utm {
    unsigned fields; /* bit per enum utm: the dictionary has values */
    struct siphash_key key;
    struct idmap spellings; /* keyed hash of a folded spelling, field -> number of the value */
    struct idmap numbers;   /* number of a text, field -> number of what it counts as */
};
/* fields: bits of those that will be asked for. */
enum err report_utm_open(struct report_utm *self, struct db *db, struct report_texts *texts, unsigned fields);
void report_utm_done(struct report_utm *self);
/* The bit of a dimension that the dictionary knows, else 0. */
unsigned report_utm_bit(enum dim dim);
/* *number of a text becomes that of what it counts as in this dimension; other dimensions' stay. */
enum err report_utm_canonical(struct report_utm *self, struct report_texts *texts, enum dim dim, uint64_t *number);

#endif
