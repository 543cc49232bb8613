/* SPDX-License-Identifier: MIT */
#include "report_times.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/model/sums.h"

#define QUARTERS     ((size_t)(MS_PER_DAY / MS_PER_QUARTER))
#define DAYS_AT_ONCE 4000

void report_times_init(struct report_times *self, struct report_tally *tally)
{
    *self = (struct report_times){.tally = tally};
    for (size_t i = 0; i < tally->starts_count; i++) {
        self->inexact = self->inexact || tally->starts[i] % MS_PER_QUARTER != 0;
    }
}

void report_times_done(struct report_times *self)
{
    free(self->made);
    free(self->slots);
    *self = (struct report_times){0};
}

static int64_t floor_day(int64_t ms)
{
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

/* Room for days [first, end), which hold those there are. */
static enum err widen(struct report_times *self, int64_t first, int64_t end)
{
    size_t days = (size_t)(end - first), behind = self->days > 0 ? (size_t)(self->first_day - first) : 0;

    if (days == self->days) {
        return OK;
    }
    bool *made = calloc(days, sizeof *made);
    struct time_slot *slots = calloc(days * QUARTERS, sizeof *slots);
    if (!made || !slots) {
        free(made);
        free(slots);
        return ERR_NOMEM;
    }
    if (self->days > 0) {
        memcpy(made + behind, self->made, self->days * sizeof *made);
        memcpy(slots + behind * QUARTERS, self->slots, self->days * QUARTERS * sizeof *slots);
    }
    free(self->made);
    free(self->slots);
    self->first_day = first;
    self->days = days;
    self->made = made;
    self->slots = slots;
    return OK;
}

/* False when the clocks change inside the quarter or are not set by quarters. */
static bool make_slot(struct report_times *self, int64_t ms, struct time_slot *out)
{
    const struct zone *zone = self->tally->query->zone;
    int64_t offset_ms = zone_offset_s(zone, ms) * MS_PER_SECOND, local = ms + offset_ms, day = floor_day(local);

    out->hour = (uint8_t)((local - day * MS_PER_DAY) / MS_PER_HOUR);
    out->weekday = (uint8_t)(1 + ((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday; Monday is 1 */
    out->bucket = self->tally->starts ? (uint16_t)report_tally_bucket(self->tally, ms) : 0;
    return offset_ms % MS_PER_QUARTER == 0 && zone_offset_s(zone, ms + MS_PER_QUARTER - 1) * MS_PER_SECOND == offset_ms;
}

static void make_day(struct report_times *self, int64_t day)
{
    size_t at = (size_t)(day - self->first_day);

    for (size_t q = 0; !self->made[at] && q < QUARTERS && !self->inexact; q++) {
        int64_t ms = day * MS_PER_DAY + (int64_t)q * MS_PER_QUARTER;
        self->inexact = !make_slot(self, ms, &self->slots[at * QUARTERS + q]);
    }
    self->made[at] = true;
}

/* The days a table is made for: all that is asked for, if these are not too many, else those of the instants. */
static void choose_days(const struct report_query *query, int64_t *first, int64_t *end)
{
    int64_t all_first = floor_day(query->from_ms), all_end = floor_day(query->to_ms - 1) + 1;

    if (all_end - all_first <= DAYS_AT_ONCE) {
        *first = all_first;
        *end = all_end;
    }
}

enum err report_times_need(struct report_times *self, int64_t from_ms, int64_t to_ms, bool *exact)
{
    const struct report_query *query = self->tally->query;
    int64_t first = floor_day(from_ms > query->from_ms ? from_ms : query->from_ms);
    int64_t end = floor_day(to_ms < query->to_ms ? to_ms : query->to_ms - 1) + 1;
    int64_t low = first, high = end;

    *exact = false;
    choose_days(query, &low, &high);
    if (self->days > 0) {
        low = self->first_day < low ? self->first_day : low;
        high = self->first_day + (int64_t)self->days > high ? self->first_day + (int64_t)self->days : high;
    }
    if (self->inexact || high - low > REPORT_TIMES_DAYS_MAX) {
        return OK;
    }
    enum err err = widen(self, low, high);
    for (int64_t day = first; err == OK && day < end && !self->inexact; day++) {
        make_day(self, day);
    }
    *exact = err == OK && !self->inexact;
    return err;
}
