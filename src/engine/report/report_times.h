/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_TIMES_H
#define LINKPOND_ENGINE_REPORT_TIMES_H

#include "linkpond/model/sums.h"
#include "report_tally.h"

/*
 * Which bucket, hour and weekday an instant is in, by table: no zone of today changes its clocks, or begins an hour,
 * elsewhere than at a quarter of an hour of UTC, so a quarter is all in one of each. Made day by day as chunks need it.
 */
struct time_slot {
    uint16_t bucket;
    uint8_t hour, weekday; /* 0..23, 1..7 */
};
struct report_times {
    struct report_tally *tally;
    int64_t first_day; /* UTC, since 1970 */
    size_t days;
    bool *made; /* by day */
    bool inexact;
    struct time_slot *slots; /* by quarter */
};
#define REPORT_TIMES_DAYS_MAX 40000 /* a hundred years: 15 MB */

/* For instants in [from_ms, to_ms] that are in the time asked for; there must be some. ERR_NOMEM; *exact = false when
 * the table is not for these (further apart, or a zone that is none of today's): ask each instant then. */
void report_times_init(struct report_times *self, struct report_tally *tally);
void report_times_done(struct report_times *self);
enum err report_times_need(struct report_times *self, int64_t from_ms, int64_t to_ms, bool *exact);
/* Of an instant that was needed. */
static inline const struct time_slot *report_times_at(const struct report_times *self, int64_t time_ms)
{
    return &self->slots[(time_ms - self->first_day * MS_PER_DAY) / MS_PER_QUARTER];
}

#endif
