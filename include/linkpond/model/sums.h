/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_SUMS_H
#define LINKPOND_MODEL_SUMS_H

#include "linkpond/base/buf.h"
#include "linkpond/model/click.h"

/*
 * The stored sums of one UTC day, in quarter-hours because every zone's offset is a multiple of 15 minutes. A quarter
 * holds a count for each (class, outcome) that occurred, plus scans among the PV. Codec: quarters in order, varints,
 * nothing for what is zero. Pure.
 */
#define QUARTERS_PER_DAY   96
#define MS_PER_QUARTER     INT64_C(900000)
#define SUMS_CELLS         ((size_t)CLASS_COUNT * OUTCOME_COUNT)
#define SUMS_DAY_BYTES_MAX (64 * 1024)

struct sums_quarter {
    uint32_t cells[SUMS_CELLS]; /* [class * OUTCOME_COUNT + outcome] */
    uint32_t scans;
};
struct sums_day {
    struct sums_quarter quarters[QUARTERS_PER_DAY];
};
void sums_add(struct sums_day *self, int64_t time_ms, enum click_class class, enum click_outcome outcome, bool qr,
              int delta);
void sums_merge(struct sums_day *into, const struct sums_day *from);
void sums_encode(const struct sums_day *self, struct buf *out);
/* Adds what the bytes hold onto `into`; false when they are damaged (into is then partly changed). */
bool sums_decode(str bytes, struct sums_day *into);
uint64_t sums_quarter_clicks(const struct sums_quarter *self);

/* The same bytes as a list of what is not zero, in order of (quarter, key): a quiet day has a few cells, not thousands.
 */
#define SUMS_KEY_SCANS  0
#define SUMS_LIST_CELLS (QUARTERS_PER_DAY * (SUMS_CELLS + 1))
struct sums_cell {
    uint32_t quarter;
    uint32_t key; /* SUMS_KEY_SCANS or sums_key() */
    int64_t count;
};
uint32_t sums_key(enum click_class class, enum click_outcome outcome);
/* False for SUMS_KEY_SCANS and for what is no key. */
bool sums_key_split(uint32_t key, enum click_class *class, enum click_outcome *outcome);
/* At most SUMS_LIST_CELLS into cells; false when the bytes are damaged. */
bool sums_unpack(str bytes, struct sums_cell *cells, size_t *count);
/* Counts of 0 and less are left out, those past 32 bits become the highest. */
void sums_pack(const struct sums_cell *cells, size_t count, struct buf *out);
/* Adds two ordered lists (counts may be negative) into a third, of up to a_count + b_count cells; returns its count. */
size_t sums_cells_add(const struct sums_cell *a, size_t a_count, const struct sums_cell *b, size_t b_count,
                      struct sums_cell *out);

#endif
