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

#endif
