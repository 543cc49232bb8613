/* SPDX-License-Identifier: MIT */
/* The time a question is about, and the time it is compared with. */
#include "linkpond/api/call.h"
#include "stats_parsing.h"

enum err stats_time_settle(struct stats_parsing *self, int64_t now_ms)
{
    struct stats_query *out = self->out;
    struct report_query *report = &out->report;
    int64_t today_ms;
    report_period(STR("today"), report->zone, now_ms, &today_ms, &report->to_ms);
    out->from_first = self->from.len == 0 && (self->period.len == 0 || str_eq(self->period, STR("all")));

    self->name = "period";
    if (self->period.len > 0 && (self->from.len > 0 || self->to.len > 0)) {
        return stats_refuse(self, "conflicting", "Either period, or from and to.", "period 不能与 from、to 同时使用。");
    }
    if (self->period.len > 0 && !out->from_first &&
        !report_period(self->period, report->zone, now_ms, &report->from_ms, &report->to_ms)) {
        return stats_refuse(self, "not_allowed", "today, yesterday, 7d, 30d, mtd, last_month, 90d, 1y or all.",
                            "只能是 today、yesterday、7d、30d、mtd、last_month、90d、1y 或 all。");
    }
    self->name = "from";
    if (self->from.len > 0 && !call_instant(self->arena, self->from, report->zone, false, &report->from_ms)) {
        return stats_refuse(self, "not_a_time", "A date or an RFC 3339 time.", "应为日期或 RFC 3339 时间。");
    }
    self->name = "to";
    if (self->to.len > 0 && !call_instant(self->arena, self->to, report->zone, true, &report->to_ms)) {
        return stats_refuse(self, "not_a_time", "A date or an RFC 3339 time.", "应为日期或 RFC 3339 时间。");
    }
    if (report->from_ms >= report->to_ms) {
        return stats_refuse(self, "out_of_order", "Nothing lies between from and to.", "结束时间必须晚于开始时间。");
    }
    return OK;
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

/* The same time of day so many local days earlier, or on that day of the year before (29 February: the 28th). */
static int64_t earlier(const struct zone *zone, int64_t ms, int64_t days, bool year)
{
    int second;
    int64_t day = zone_civil_day(zone, ms, &second);
    int64_t into_second = ((ms % MS_PER_SECOND) + MS_PER_SECOND) % MS_PER_SECOND;
    int64_t target = day - days;
    if (year) {
        int y, m, d;
        civil_from_days(day, &y, &m, &d);
        target = days_from_civil(y - 1, m, m == 2 && d == 29 ? 28 : d);
    }
    int64_t start = zone_day_start(zone, target), at = start + second * MS_PER_SECOND + into_second;
    int64_t moved = zone_offset_s(zone, start) - zone_offset_s(zone, at); /* the clocks changed since midnight */
    return at + moved * MS_PER_SECOND;
}

void stats_query_compared(const struct stats_query *query, int64_t *from_ms, int64_t *to_ms)
{
    const struct report_query *report = &query->report;
    int from_second, to_second;
    int64_t from_day = zone_civil_day(report->zone, report->from_ms, &from_second);
    int64_t to_day = zone_civil_day(report->zone, report->to_ms, &to_second);
    if (query->compare == COMPARE_YEAR) {
        *from_ms = earlier(report->zone, report->from_ms, 0, true);
        *to_ms = earlier(report->zone, report->to_ms, 0, true);
        return;
    }
    *to_ms = report->from_ms;
    *from_ms = from_second == to_second && to_day > from_day
                   ? earlier(report->zone, report->from_ms, to_day - from_day, false)
                   : report->from_ms - (report->to_ms - report->from_ms);
}
