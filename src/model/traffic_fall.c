/* SPDX-License-Identifier: MIT */
#include "linkpond/model/traffic_fall.h"

static int64_t sum(const int64_t *hours, size_t from, size_t to)
{
    int64_t total = 0;

    for (size_t i = from; i < to; i++) {
        total += hours[i];
    }
    return total;
}

void traffic_fall_find(const int64_t app[FALL_HOURS], const int64_t all[FALL_HOURS], struct traffic_fall *out)
{
    size_t day = FALL_HOURS - 24;

    *out = (struct traffic_fall){
        .last_day = sum(app, day, FALL_HOURS),
        .usual_day = sum(app, 0, day) / 7,
        .others_last = sum(all, day, FALL_HOURS) - sum(app, day, FALL_HOURS),
        .others_usual = (sum(all, 0, day) - sum(app, 0, day)) / 7,
    };
    bool others_fell = out->others_usual >= FALL_USUAL_MIN && out->others_last * 100 < out->others_usual * FALL_OTHERS;
    out->fell = out->usual_day >= FALL_USUAL_MIN && out->last_day * 100 < out->usual_day * FALL_LEFT && !others_fell;
}
