/* SPDX-License-Identifier: MIT */
#include "linkpond/model/radar.h"

#include <string.h>

/* ---- a link that is for one person ---- */

/* Notes the visitor; true: another than the one who was there before. */
static bool is_another(struct radar_seen *seen, const struct radar_visit *visit)
{
    if (visit->visitor == 0 || visit->by == VISITOR_BY_NONE) {
        return false;
    }
    if (visit->by == VISITOR_BY_COOKIE) {
        seen->cookie = seen->cookie ? seen->cookie : visit->visitor;
        return seen->cookie != visit->visitor;
    }
    if (seen->hash == 0 || seen->hash_day != visit->day) {
        seen->hash = visit->visitor;
        seen->hash_day = visit->day;
    }
    return seen->hash != visit->visitor;
}

enum radar_news radar_judge(struct radar_seen *seen, const struct radar_visit *visit)
{
    bool another = is_another(seen, visit);
    bool first = seen->first_ms == INT64_MIN;
    bool again = !first && visit->time_ms - seen->last_ms >= RADAR_GAP_MS;

    if (first) {
        seen->first_ms = seen->last_ms = visit->time_ms;
        return RADAR_FIRST;
    }
    seen->last_ms = visit->time_ms > seen->last_ms ? visit->time_ms : seen->last_ms;
    if (another && !seen->forwarded) {
        seen->forwarded = true;
        return RADAR_FORWARD;
    }
    return again ? RADAR_AGAIN : RADAR_NOTHING;
}

/* ---- so many within so many days ---- */

static void drop_before(struct radar_openings *openings, int64_t from_ms)
{
    size_t old = 0;

    while (old < openings->count && openings->times_ms[old] < from_ms) {
        old++;
    }
    openings->count -= old;
    memmove(openings->times_ms, openings->times_ms + old, openings->count * sizeof openings->times_ms[0]);
}

/* What was told stays as one negative time at the front: it counts for nothing and shows which opening it was. */
bool radar_count(struct radar_openings *openings, int64_t visits, int64_t days, int64_t time_ms)
{
    int64_t *last = openings->count > 0 ? &openings->times_ms[openings->count - 1] : NULL;
    bool told = last && *last < 0;
    int64_t last_ms = !last ? INT64_MIN / 2 : told ? -*last : *last;

    if (last && time_ms - last_ms <= RADAR_OPEN_MS) {
        last_ms = time_ms > last_ms ? time_ms : last_ms;
        *last = told ? -last_ms : last_ms;
        return false;
    }
    drop_before(openings, time_ms - days * MS_PER_DAY + 1);
    if ((int64_t)openings->count + 1 < visits && openings->count < RADAR_VISITS_MAX) {
        openings->times_ms[openings->count++] = time_ms;
        return false;
    }
    openings->times_ms[0] = -time_ms;
    openings->count = 1;
    return true;
}
