/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"

#include <stdatomic.h>

/* Dates are arithmetic on day numbers; libc's broken-down time, its locale and its time zone stay out of it. */

#define DAY_MIN INT64_C(-719162) /* 0001-01-01 */
#define DAY_MAX INT64_C(2932896) /* 9999-12-31 */
#define MS_MIN  (DAY_MIN * MS_PER_DAY)
#define MS_MAX  (DAY_MAX * MS_PER_DAY + MS_PER_DAY - 1)

static _Atomic int64_t set_ms; /* 0: by the system's clock; one for the process, as the time is */

int64_t clock_now_ms(void)
{
    int64_t set = atomic_load_explicit(&set_ms, memory_order_relaxed);
    struct timespec now;

    if (set != 0) {
        return set;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

void clock_set_ms(int64_t now_ms)
{
    atomic_store(&set_ms, now_ms);
}

int64_t clock_mono_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct timespec clock_mono_after_ms(int64_t ms)
{
    int64_t ns = clock_mono_ns() + ms * 1000000;

    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

/* https://howardhinnant.github.io/date_algorithms.html, civil_from_days and days_from_civil: years start in March, so
 * the leap day is the last of its year; an era is 400 years. */
void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static int64_t clamp_ms(int64_t ms)
{
    return ms < MS_MIN ? MS_MIN : ms > MS_MAX ? MS_MAX : ms;
}

static char *put_digits(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

/* "2026-11-22T02:04:51", then the milliseconds if wanted. The clock of a local time is UTC's of a shifted instant. */
static char *put_date_time(char *out, int64_t ms, bool with_ms)
{
    int64_t days = ms >= 0 ? ms / MS_PER_DAY : -((-ms + MS_PER_DAY - 1) / MS_PER_DAY);
    int rest = (int)(ms - days * MS_PER_DAY);
    int year, month, day;

    civil_from_days(days, &year, &month, &day);
    out = put_digits(out, year, 4);
    *out++ = '-';
    out = put_digits(out, month, 2);
    *out++ = '-';
    out = put_digits(out, day, 2);
    *out++ = 'T';
    out = put_digits(out, rest / 3600000, 2);
    *out++ = ':';
    out = put_digits(out, rest / 60000 % 60, 2);
    *out++ = ':';
    out = put_digits(out, rest / 1000 % 60, 2);
    if (with_ms) {
        *out++ = '.';
        out = put_digits(out, rest % 1000, 3);
    }
    return out;
}

str timestamp_utc(int64_t ms, char out[TIMESTAMP_TEXT_MAX])
{
    char *end = put_date_time(out, clamp_ms(ms), true);

    *end++ = 'Z';
    *end = '\0';
    return (str){out, (size_t)(end - out)};
}

str timestamp_offset(int64_t ms, int offset_s, char out[TIMESTAMP_TEXT_MAX])
{
    const int minutes_max = 23 * 60 + 59;
    int minutes = offset_s / 60;

    minutes = minutes > minutes_max ? minutes_max : minutes < -minutes_max ? -minutes_max : minutes;
    int distance = minutes < 0 ? -minutes : minutes;
    int64_t local = clamp_ms(clamp_ms(ms) + minutes * MS_PER_MINUTE);
    char *end = put_date_time(out, local, local % 1000 != 0);

    *end++ = minutes < 0 ? '-' : '+';
    end = put_digits(end, distance / 60, 2);
    *end++ = ':';
    end = put_digits(end, distance % 60, 2);
    *end = '\0';
    return (str){out, (size_t)(end - out)};
}

/* Exactly `width` digits at `*at`, value at most `max`. */
static bool take_number(str text, size_t *at, size_t width, int max, int *out)
{
    int value = 0;

    if (text.len - *at < width) {
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        char c = text.ptr[*at + i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *at += width;
    *out = value;
    return value <= max;
}

static bool take_char(str text, size_t *at, char wanted)
{
    if (*at >= text.len || text.ptr[*at] != wanted) {
        return false;
    }
    *at += 1;
    return true;
}

static bool take_either(str text, size_t *at, char one, char other)
{
    return take_char(text, at, one) || take_char(text, at, other);
}

static bool take_date(str text, size_t *at, int64_t *days)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (!take_number(text, at, 4, 9999, &year) || !take_char(text, at, '-') || !take_number(text, at, 2, 12, &month) ||
        !take_char(text, at, '-') || !take_number(text, at, 2, 31, &day)) {
        return false;
    }
    if (year < 1 || month < 1 || day < 1) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > month_days[month - 1] + (month == 2 && leap)) {
        return false;
    }
    *days = days_from_civil(year, month, day);
    return true;
}

/* The fraction after the seconds, cut to milliseconds; none is zero. */
static bool take_fraction(str text, size_t *at, int *ms)
{
    int weight = 100;
    size_t from;

    *ms = 0;
    if (!take_char(text, at, '.')) {
        return true;
    }
    for (from = *at; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; *at += 1) {
        *ms += (text.ptr[*at] - '0') * weight;
        weight /= 10;
    }
    return *at > from;
}

static bool take_time(str text, size_t *at, int64_t *ms_of_day)
{
    int hour, minute, second, ms;

    if (!take_number(text, at, 2, 23, &hour) || !take_char(text, at, ':') || !take_number(text, at, 2, 59, &minute) ||
        !take_char(text, at, ':') || !take_number(text, at, 2, 60, &second) || !take_fraction(text, at, &ms)) {
        return false;
    }
    if (second == 60) {
        second = 59;
        ms = 999;
    }
    *ms_of_day = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND + ms;
    return true;
}

static bool take_offset(str text, size_t *at, int64_t *offset_ms)
{
    int hour, minute;

    *offset_ms = 0;
    if (take_either(text, at, 'Z', 'z')) {
        return true;
    }
    bool west = *at < text.len && text.ptr[*at] == '-';
    if (!take_either(text, at, '+', '-') || !take_number(text, at, 2, 23, &hour) || !take_char(text, at, ':') ||
        !take_number(text, at, 2, 59, &minute)) {
        return false;
    }
    *offset_ms = (hour * MS_PER_HOUR + minute * MS_PER_MINUTE) * (west ? -1 : 1);
    return true;
}

bool timestamp_parse(str text, int64_t *ms)
{
    int64_t days, ms_of_day, offset_ms;
    size_t at = 0;

    if (!take_date(text, &at, &days)) {
        return false;
    }
    if (!take_either(text, &at, 'T', 't') && !take_char(text, &at, ' ')) {
        return false;
    }
    if (!take_time(text, &at, &ms_of_day) || !take_offset(text, &at, &offset_ms) || at != text.len) {
        return false;
    }
    int64_t instant = days * MS_PER_DAY + ms_of_day - offset_ms;
    if (instant < MS_MIN || instant > MS_MAX) {
        return false;
    }
    *ms = instant;
    return true;
}

bool date_parse(str text, int64_t *days)
{
    size_t at = 0;
    int64_t value;

    if (!take_date(text, &at, &value) || at != text.len) {
        return false;
    }
    *days = value;
    return true;
}
