/* SPDX-License-Identifier: MIT */
#include "rule_relation.h"

#include "linkpond/base/host.h"
#include "rule_match.h"

/*
 * A condition is a set of what it names, and its negation. Two questions about two sets of the same fact, whether one
 * lies in the other and whether they are apart, answer all others; each kind of fact has its own way to tell.
 */

/* ---- schedules --------------------------------------------------------------------------------------------------- */

/* Minutes by the day a slot begins on, first on that day, then on the next; days off are seven more. Every holiday is a
 * sequence of such days, so what is true for all of them is true for every calendar. */
#define DAY_KINDS 14
#define DAY_WORDS (MINUTES_PER_DAY / 32) /* 45 words of 32 bits */
_Static_assert(DAY_WORDS * 32 == MINUTES_PER_DAY, "a day is whole words");
struct week {
    uint32_t day[DAY_KINDS][DAY_WORDS], next[DAY_KINDS][DAY_WORDS];
};

static void minutes_set(uint32_t *words, int from, int to)
{
    for (int minute = from; minute < to; minute++) {
        words[minute / 32] |= 1U << minute % 32;
    }
}

static void slots_paint(const struct slots *slots, struct week *week, size_t first_kind)
{
    for (size_t i = 0; i < slots->count * 7; i++) {
        const struct rule_slot *slot = &slots->items[i / 7];
        size_t weekday = i % 7;
        bool over = slot->to_minute <= slot->from_minute;
        if (slot->days >> weekday & 1) {
            minutes_set(week->day[first_kind + weekday], slot->from_minute, over ? MINUTES_PER_DAY : slot->to_minute);
            minutes_set(week->next[first_kind + weekday], 0, over ? slot->to_minute : 0);
        }
    }
}

static void week_paint(const struct schedule *schedule, struct week *out)
{
    memset(out, 0, sizeof *out);
    slots_paint(&schedule->usual, out, 0);
    slots_paint(schedule->mode == HOLIDAYS_IGNORED ? &schedule->usual : &schedule->off, out, 7);
}

/* Else a day that makes up for another is a Monday for one of them alone. */
static bool schedules_compare(const struct condition *a, const struct condition *b)
{
    return a->zone == b->zone && (a->schedule.mode == HOLIDAYS_IGNORED) == (b->schedule.mode == HOLIDAYS_IGNORED);
}

static bool schedule_inside(const struct condition *a, const struct condition *b)
{
    struct week inner, outer;
    const uint32_t *x = &inner.day[0][0], *y = &outer.day[0][0];

    if (!schedules_compare(a, b)) {
        return false;
    }
    week_paint(&a->schedule, &inner);
    week_paint(&b->schedule, &outer);
    for (size_t i = 0; i < sizeof inner / sizeof *x; i++) {
        if (x[i] & ~y[i]) {
            return false;
        }
    }
    return true;
}

/* A minute of any kind of day. */
static uint32_t any_kind(uint32_t (*kinds)[DAY_WORDS], size_t word)
{
    uint32_t bits = 0;

    for (size_t kind = 0; kind < DAY_KINDS; kind++) {
        bits |= kinds[kind][word];
    }
    return bits;
}

static bool schedule_apart(const struct condition *a, const struct condition *b)
{
    struct week x, y;

    if (!schedules_compare(a, b)) {
        return false;
    }
    week_paint(&a->schedule, &x);
    week_paint(&b->schedule, &y);
    for (size_t word = 0; word < DAY_WORDS; word++) {
        uint32_t both =
            (any_kind(x.day, word) & any_kind(y.next, word)) | (any_kind(x.next, word) & any_kind(y.day, word));
        for (size_t kind = 0; kind < DAY_KINDS; kind++) {
            both |= (x.day[kind][word] & y.day[kind][word]) | (x.next[kind][word] & y.next[kind][word]);
        }
        if (both) {
            return false;
        }
    }
    return true;
}

/* ---- what is listed ---------------------------------------------------------------------------------------------- */

static size_t listed(const struct condition *self)
{
    return rule_fact_compare(self->fact) == RULE_NETWORK ? self->networks.count : self->words.count;
}

static bool network_within(const struct network *a, const struct network *b)
{
    return (a->net[0] & b->mask[0]) == b->net[0] && (a->net[1] & b->mask[1]) == b->net[1] &&
           !(b->mask[0] & ~a->mask[0]) && !(b->mask[1] & ~a->mask[1]);
}

/* Everything that a's value number i stands for is of b's number j. */
static bool value_within(const struct condition *a, size_t i, const struct condition *b, size_t j)
{
    if (rule_fact_compare(a->fact) == RULE_NETWORK) {
        return network_within(&a->networks.items[i], &b->networks.items[j]);
    }
    str x = a->words.items[i], y = b->words.items[j];
    switch (rule_fact_compare(a->fact)) {
    case RULE_LANGUAGE:
        return language_is(x, y);
    case RULE_HOST:
        return str_eq(x, y) || (y.len > 0 && host_is_within(x, y));
    case RULE_PARAMETER:
        return str_eq(x, y);
    default:
        return word_cmp(x, y) == 0;
    }
}

static bool value_found(const struct condition *a, size_t i, const struct condition *b)
{
    for (size_t j = 0; j < listed(b); j++) {
        if (value_within(a, i, b, j)) {
            return true;
        }
    }
    return false;
}

static bool list_inside(const struct condition *a, const struct condition *b)
{
    for (size_t i = 0; i < listed(a); i++) {
        if (!value_found(a, i, b)) {
            return false;
        }
    }
    return true;
}

/* A parameter without values stands for all of them. */
static bool parameter_inside(const struct condition *a, const struct condition *b)
{
    return b->words.count == 0 || (a->words.count > 0 && list_inside(a, b));
}

/* Of two values one lies in the other or they have nothing in common. */
static bool list_apart(const struct condition *a, const struct condition *b)
{
    for (size_t i = 0; i < listed(a); i++) {
        if (value_found(a, i, b)) {
            return false;
        }
    }
    for (size_t j = 0; j < listed(b); j++) {
        if (value_found(b, j, a)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static bool is_mask(const struct condition *self)
{
    return self->fact == FACT_SCENE || self->fact == FACT_VISITOR;
}

static unsigned mask_all(const struct condition *self)
{
    return self->fact == FACT_SCENE ? (1U << SCENE_COUNT) - 1 : 3;
}

/* These are few and all known, so a negation is a set like any other. */
static unsigned mask_of(const struct condition *self)
{
    return self->negated ? mask_all(self) & ~self->mask : self->mask;
}

static bool inside(const struct condition *a, const struct condition *b)
{
    switch (rule_fact_compare(a->fact)) {
    case RULE_DATES:
        return a->dates.from_ms >= b->dates.from_ms && a->dates.until_ms <= b->dates.until_ms;
    case RULE_SLOTS:
        return schedule_inside(a, b);
    case RULE_PARAMETER:
        return parameter_inside(a, b);
    default:
        return list_inside(a, b);
    }
}

static bool apart(const struct condition *a, const struct condition *b)
{
    switch (rule_fact_compare(a->fact)) {
    case RULE_DATES:
        return a->dates.until_ms <= b->dates.from_ms || b->dates.until_ms <= a->dates.from_ms;
    case RULE_SLOTS:
        return schedule_apart(a, b);
    case RULE_PARAMETER:
        return false; /* one may come twice, with both values */
    default:
        return list_apart(a, b);
    }
}

static bool comparable(const struct condition *a, const struct condition *b)
{
    return a->fact == b->fact && (a->fact != FACT_QUERY || str_eq(a->name, b->name));
}

bool condition_implies(const struct condition *a, const struct condition *b)
{
    if (!comparable(a, b)) {
        return false;
    }
    if (is_mask(a)) {
        return !(mask_of(a) & ~mask_of(b));
    }
    if (a->negated) {
        return b->negated && inside(b, a);
    }
    return b->negated ? apart(a, b) : inside(a, b);
}

bool condition_excludes(const struct condition *a, const struct condition *b)
{
    if (!comparable(a, b)) {
        return false;
    }
    if (is_mask(a)) {
        return !(mask_of(a) & mask_of(b));
    }
    if (a->negated == b->negated) {
        return !a->negated && apart(a, b);
    }
    return a->negated ? inside(b, a) : inside(a, b);
}

/* Does the set hold everything? */
static bool is_whole(const struct condition *self)
{
    struct week week;
    uint32_t missing = 0;

    if (self->fact == FACT_DATE) {
        return self->dates.from_ms == INT64_MIN && self->dates.until_ms == INT64_MAX;
    }
    if (self->fact != FACT_SCHEDULE) {
        return false;
    }
    week_paint(&self->schedule, &week);
    for (size_t i = 0; i < DAY_KINDS * DAY_WORDS; i++) {
        missing |= ~(&week.day[0][0])[i];
    }
    return missing == 0;
}

bool condition_always(const struct condition *self)
{
    if (is_mask(self)) {
        return mask_of(self) == mask_all(self);
    }
    return !self->negated && is_whole(self);
}

bool condition_never(const struct condition *self, int64_t now_ms)
{
    if (is_mask(self)) {
        return mask_of(self) == 0;
    }
    if (self->fact == FACT_DATE && !self->negated) {
        return self->dates.until_ms <= now_ms || self->dates.until_ms <= self->dates.from_ms;
    }
    return self->negated && is_whole(self);
}
