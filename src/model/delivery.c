/* SPDX-License-Identifier: MIT */
#include "linkpond/model/delivery.h"

int64_t delivery_wait_ms(int64_t tries, uint64_t entropy)
{
    static const int64_t waits[DELIVERY_TRIES] = {
        0,
        5 * MS_PER_SECOND,
        5 * MS_PER_MINUTE,
        30 * MS_PER_MINUTE,
        2 * MS_PER_HOUR,
        5 * MS_PER_HOUR,
        10 * MS_PER_HOUR,
        14 * MS_PER_HOUR,
        20 * MS_PER_HOUR,
        24 * MS_PER_HOUR,
    };

    if (tries >= DELIVERY_TRIES) {
        return -1;
    }
    int64_t wait = waits[tries < 0 ? 0 : tries];
    return wait + (int64_t)(entropy % (uint64_t)(wait / 10 + 1));
}

/* ---- pace ---- */

#define PACE_AHEAD_MS (PACE_BURST * PACE_EVERY_MS)

/* No state of ours is further ahead; one that is was written before the clock was set back. */
static int64_t ahead_ms(int64_t state_ms, int64_t now_ms)
{
    int64_t ahead = state_ms - now_ms;

    return ahead < 0 ? 0 : ahead > PACE_AHEAD_MS ? PACE_AHEAD_MS : ahead;
}

unsigned pace_allows(int64_t state_ms, int64_t now_ms)
{
    return (unsigned)((PACE_AHEAD_MS - ahead_ms(state_ms, now_ms)) / PACE_EVERY_MS);
}

int64_t pace_next_ms(int64_t state_ms, int64_t now_ms)
{
    int64_t over = ahead_ms(state_ms, now_ms) - (PACE_AHEAD_MS - PACE_EVERY_MS);

    return now_ms + (over > 0 ? over : 0);
}

int64_t pace_charge(int64_t state_ms, int64_t now_ms)
{
    return now_ms + ahead_ms(state_ms, now_ms) + PACE_EVERY_MS;
}

/* ---- quiet hours ---- */

bool quiet_at(const struct quiet_hours *self, int64_t now_ms)
{
    int second = 0;

    if (self->from_min == self->to_min) {
        return false;
    }
    zone_civil_day(self->zone, now_ms, &second);
    int minute = second / 60;
    return self->from_min < self->to_min ? minute >= self->from_min && minute < self->to_min
                                         : minute >= self->from_min || minute < self->to_min;
}

/* Minute by minute: a day has 1,500 of them at most, and no clock change has to be thought of. */
int64_t quiet_until_ms(const struct quiet_hours *self, int64_t now_ms)
{
    int64_t at = now_ms;

    while (quiet_at(self, at)) {
        at += MS_PER_MINUTE - at % MS_PER_MINUTE;
    }
    return at;
}
