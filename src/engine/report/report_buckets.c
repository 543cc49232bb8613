/* SPDX-License-Identifier: MIT */
#include "report_tally.h"

/* Calendar steps in a zone: where a bucket starts, and which instants a period's name means. */

static int64_t first_of_month(int64_t civil_day, int months_later)
{
    int year = 0, month = 0, day = 0;

    civil_from_days(civil_day, &year, &month, &day);
    int months = year * 12 + month - 1 + months_later;
    return days_from_civil(months / 12, months % 12 + 1, 1);
}

static int64_t monday_of(int64_t civil_day)
{
    return civil_day - ((civil_day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
}

static int64_t hour_start(const struct zone *zone, int64_t ms)
{
    int64_t local = ms + zone_offset_s(zone, ms) * MS_PER_SECOND, into = local % MS_PER_HOUR;

    return ms - (into < 0 ? into + MS_PER_HOUR : into);
}

/* The start of the bucket that holds that instant. */
static int64_t bucket_start(const struct zone *zone, enum interval interval, int64_t ms)
{
    int64_t day = zone_civil_day(zone, ms, NULL);

    switch (interval) {
    case INTERVAL_HOUR:
        return hour_start(zone, ms);
    case INTERVAL_WEEK:
        return zone_day_start(zone, monday_of(day));
    case INTERVAL_MONTH:
        return zone_day_start(zone, first_of_month(day, 0));
    default:
        return zone_day_start(zone, day);
    }
}

/* Civil day a while after the one of that instant: the next bucket of days, weeks or months. */
static int64_t next_civil(const struct zone *zone, enum interval interval, int64_t start)
{
    int64_t day = zone_civil_day(zone, start, NULL);

    return interval == INTERVAL_MONTH  ? first_of_month(day, 1)
           : interval == INTERVAL_WEEK ? monday_of(day) + 7
                                       : day + 1;
}

static int64_t next_start(const struct zone *zone, enum interval interval, int64_t start)
{
    if (interval == INTERVAL_HOUR) {
        int64_t next = hour_start(zone, start + MS_PER_HOUR);
        return next > start ? next : start + MS_PER_HOUR; /* the clock went back by less than an hour */
    }
    int64_t civil = next_civil(zone, interval, start), next = zone_day_start(zone, civil);
    while (next <= start) { /* a day that was left out */
        next = zone_day_start(zone, ++civil);
    }
    return next;
}

enum err report_buckets(struct arena *arena, const struct zone *zone, enum interval interval, int64_t from_ms,
                        int64_t to_ms, int64_t **starts, size_t *count, struct fault *fault)
{
    int64_t *list = ARENA_ARRAY(arena, int64_t, REPORT_BUCKETS_MAX);

    *count = 0;
    if (!list) {
        return ERR_NOMEM;
    }
    for (int64_t at = bucket_start(zone, interval, from_ms); at < to_ms; at = next_start(zone, interval, at)) {
        if (*count == REPORT_BUCKETS_MAX) {
            return fault_set(fault, ERR_INVALID, "interval", "too_many",
                             "The series would have more than 10,000 points; choose a longer interval.",
                             "时间点超过 10,000 个，请选择更长的间隔。");
        }
        list[(*count)++] = at;
    }
    *starts = list;
    return OK;
}

bool report_period(str name, const struct zone *zone, int64_t now_ms, int64_t *from_ms, int64_t *to_ms)
{
    const int64_t today = zone_civil_day(zone, now_ms, NULL);
    const struct {
        str name;
        int64_t from, to;
    } periods[] = {
        {STR("today"), today, today + 1},
        {STR("yesterday"), today - 1, today},
        {STR("7d"), today - 6, today + 1},
        {STR("30d"), today - 29, today + 1},
        {STR("mtd"), first_of_month(today, 0), today + 1},
        {STR("last_month"), first_of_month(today, -1), first_of_month(today, 0)},
        {STR("90d"), today - 89, today + 1},
        {STR("1y"), today - 364, today + 1},
    };

    if (str_eq(name, STR("all"))) {
        *from_ms = 0;
        *to_ms = zone_day_start(zone, today + 1);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
        if (str_eq(name, periods[i].name)) {
            *from_ms = zone_day_start(zone, periods[i].from);
            *to_ms = zone_day_start(zone, periods[i].to);
            return true;
        }
    }
    return false;
}
