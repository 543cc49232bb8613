/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_CLOCK_H
#define LINKPOND_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

#include "linkpond/base/str.h"

#define NS_PER_MS     INT64_C(1000000)
#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR   INT64_C(3600000)
#define MS_PER_DAY    INT64_C(86400000)

/* Wall clock, milliseconds since 1970-01-01T00:00:00Z. May step; never use it to measure. */
int64_t clock_now_ms(void);
/* From now on it is `now_ms`, until it is set again: time does not go on by itself, so what happens then does not
 * depend on how fast it happens. 0 = the system's clock again. For a program whose whole life is another time:
 * `linkpond demo` lives through the past months. Never in a daemon. */
void clock_set_ms(int64_t now_ms);
/* Monotonic nanoseconds, for measuring and rate limits. */
int64_t clock_mono_ns(void);
/* For waiting with an end: a condition on the monotonic clock, which no step of the wall clock prolongs, and an instant
 * of it for pthread_cond_timedwait. */
void clock_cond_init(pthread_cond_t *cond);
struct timespec clock_mono_after_ms(int64_t ms);

/* RFC 3339 times. Years 0001-9999; an instant outside is written as the nearest one inside and refused when read. */
#define TIMESTAMP_TEXT_MAX 32
/* "2026-11-22T02:04:51.123Z" (UTC, always milliseconds); returns the slice of `out`. */
str timestamp_utc(int64_t ms, char out[TIMESTAMP_TEXT_MAX]);
/* With an offset in seconds: "2026-11-22T10:04:51.123+08:00"; whole seconds when ms is a multiple of 1000.
 * RFC 3339 has no seconds in offsets: they are cut off and the clock follows, so the instant stays right. */
str timestamp_offset(int64_t ms, int offset_s, char out[TIMESTAMP_TEXT_MAX]);
/* Date-time with 'T' or ' ' and "Z" or an offset, fraction optional (cut to ms). False leaves *ms alone;
 * a leap second :60 is taken as :59.999. */
bool timestamp_parse(str text, int64_t *ms);
/* Exactly YYYY-MM-DD, a date that exists; days since 1970-01-01. */
bool date_parse(str text, int64_t *days);
/* Days since the epoch to civil date and back (proleptic Gregorian, Howard Hinnant's algorithms). */
void civil_from_days(int64_t days, int *year, int *month, int *day);
int64_t days_from_civil(int year, int month, int day);

#endif
