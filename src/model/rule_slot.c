/* SPDX-License-Identifier: MIT */
#include "rule_match.h"

/*
 * Weekly slots. A slot belongs to the day it begins on: one of Friday 22:00 to 06:00 holds until Saturday morning, so a
 * minute is looked for in the slots of its own day and in those of the day before that go over midnight.
 */
#define ALL_DAYS 0x7fU
#define DAYS     7

/* "HH:MM", 00:00 to 24:00. */
static bool minute_parse(str text, int *out)
{
    uint64_t hour, minute;

    if (text.len != 5 || text.ptr[2] != ':' || !str_to_u64(str_slice(text, 0, 2), &hour) ||
        !str_to_u64(str_from(text, 3), &minute) || hour > 24 || minute > 59 || (hour == 24 && minute > 0)) {
        return false;
    }
    *out = (int)(hour * 60 + minute);
    return true;
}

static bool day_parse(str text, unsigned *out)
{
    if (text.len != 1 || text.ptr[0] < '1' || text.ptr[0] > '7') {
        return false;
    }
    *out = (unsigned)(text.ptr[0] - '1');
    return true;
}

/* "3" or "1-5". */
static bool range_parse(str text, unsigned *days)
{
    str first, last;
    unsigned from, to;
    bool is_range = str_cut(text, '-', &first, &last);

    if (!day_parse(first, &from) || !day_parse(is_range ? last : first, &to)) {
        return false;
    }
    for (unsigned day = from;; day = (day + 1) % DAYS) {
        *days |= 1U << day;
        if (day == to) {
            return true;
        }
    }
}

static bool days_parse(str text, unsigned *out)
{
    str rest = text, range;
    unsigned days = 0;

    if (str_eq(text, STR("*"))) {
        *out = ALL_DAYS;
        return true;
    }
    while (str_next(&rest, ',', &range)) {
        if (!range_parse(range, &days)) {
            return false;
        }
    }
    *out = days;
    return text.len > 0 && text.ptr[text.len - 1] != ',';
}

static bool hours_parse(str text, struct rule_slot *slot)
{
    str from, to;

    return str_cut(text, '-', &from, &to) && minute_parse(from, &slot->from_minute) &&
           minute_parse(to, &slot->to_minute) && slot->from_minute < MINUTES_PER_DAY;
}

enum err rule_slot_parse(str text, struct rule_slot *out, struct fault *fault)
{
    struct rule_slot slot = {.days = ALL_DAYS};
    str days, hours;
    bool has_days = str_cut(text, ' ', &days, &hours);

    if (!hours_parse(has_days ? hours : text, &slot) || (has_days && !days_parse(days, &slot.days))) {
        return fault_set(fault, ERR_INVALID, "", "bad_slot", "Days and hours as in 1-5 09:00-18:00.",
                         "应为星期和时段，例如 1-5 09:00-18:00。");
    }
    *out = slot;
    return OK;
}

unsigned weekday_of(int64_t civil_day)
{
    int64_t day = (civil_day + 3) % DAYS; /* 1970-01-01 was a Thursday */

    return (unsigned)(day < 0 ? day + DAYS : day);
}

static const struct rule_holiday *holiday_find(const struct rules *rules, int64_t day)
{
    size_t from = 0, to = rules->holidays_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (rules->holidays[middle].civil_day == day) {
            return &rules->holidays[middle];
        }
        if (rules->holidays[middle].civil_day < day) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}

/* Which slots a day has, and as which weekday it counts. */
static const struct slots *slots_of(const struct schedule *self, const struct rules *rules, int64_t day,
                                    unsigned *weekday)
{
    const struct rule_holiday *holiday = self->mode == HOLIDAYS_IGNORED ? NULL : holiday_find(rules, day);

    *weekday = holiday && holiday->kind == HOLIDAY_WORK ? 0 : weekday_of(day);
    return holiday && holiday->kind == HOLIDAY_OFF ? &self->off : &self->usual;
}

static bool is_over_midnight(const struct rule_slot *slot)
{
    return slot->to_minute <= slot->from_minute;
}

bool schedule_holds(const struct schedule *self, const struct rules *rules, int64_t day, int minute)
{
    unsigned weekday;
    const struct slots *slots = slots_of(self, rules, day, &weekday);

    for (size_t i = 0; i < slots->count; i++) {
        const struct rule_slot *slot = &slots->items[i];
        if (slot->days >> weekday & 1 && minute >= slot->from_minute &&
            (is_over_midnight(slot) || minute < slot->to_minute)) {
            return true;
        }
    }
    slots = slots_of(self, rules, day - 1, &weekday);
    for (size_t i = 0; i < slots->count; i++) {
        const struct rule_slot *slot = &slots->items[i];
        if (slot->days >> weekday & 1 && is_over_midnight(slot) && minute < slot->to_minute) {
            return true;
        }
    }
    return false;
}
