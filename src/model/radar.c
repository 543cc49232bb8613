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

/* ---- key events ---- */

static const str kinds[RADAR_KINDS] = {
#define RADAR_KIND_ROW(constant, name) STR_INIT(name),
    RADAR_KIND_TABLE(RADAR_KIND_ROW)
#undef RADAR_KIND_ROW
};

str radar_kind_name(enum radar_kind kind)
{
    return kinds[kind];
}

bool radar_kind_find(str name, enum radar_kind *out)
{
    for (int i = 0; i < RADAR_KINDS; i++) {
        if (str_eq(name, kinds[i])) {
            *out = (enum radar_kind)i;
            return true;
        }
    }
    return false;
}

enum err radar_condition_check(const struct radar_condition *condition, struct fault *fault)
{
    static const int64_t days_max[RADAR_KINDS] = {RADAR_DAYS_MAX, RADAR_RETURN_DAYS_MAX, RADAR_EVENT_DAYS_MAX};
    bool counts = condition->kind == RADAR_VISITS;

    if (counts ? condition->visits < 1 || condition->visits > RADAR_VISITS_MAX : condition->visits != 0) {
        return fault_set(fault, ERR_INVALID, "visits", "out_of_range",
                         counts ? "1 to 100 visits." : "Only a rule of visits counts them.",
                         counts ? "次数为 1 至 100。" : "只有 visits 规则有次数。");
    }
    if (condition->days < (condition->kind != RADAR_EVENT) || condition->days > days_max[condition->kind]) {
        return fault_set(fault, ERR_INVALID, "days", "out_of_range",
                         counts ? "1 to 90 days." : "1 to 365 days; of events also 0.",
                         counts ? "天数为 1 至 90。" : "天数为 1 至 365，event 规则可为 0。");
    }
    return OK;
}

bool radar_holds(const struct radar_condition *condition, struct radar_person *person, int64_t time_ms)
{
    int64_t quiet_ms = condition->days * MS_PER_DAY;
    bool first = person->last_ms == INT64_MIN;
    bool silent = quiet_ms > 0 && person->told_ms != INT64_MIN && time_ms - person->told_ms < quiet_ms;
    bool back = !first && time_ms - person->last_ms >= quiet_ms;

    person->last_ms = first || time_ms > person->last_ms ? time_ms : person->last_ms;
    if (silent || (condition->kind == RADAR_RETURN && !back) ||
        (condition->kind == RADAR_VISITS &&
         !radar_count(&person->openings, condition->visits, condition->days, time_ms))) {
        return false;
    }
    person->told_ms = person->told_ms > time_ms ? person->told_ms : time_ms;
    person->openings.count = 0;
    return true;
}
