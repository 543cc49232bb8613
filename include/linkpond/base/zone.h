/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ZONE_H
#define LINKPOND_BASE_ZONE_H

#include "linkpond/base/clock.h"
#include "linkpond/base/err.h"

/* IANA time zones (GLib's GTimeZone over the system's tzdata). A zone is immutable and shared by threads. */
struct zone;
/* "Asia/Shanghai", "UTC" (which needs no tzdata); NULL for a name that tzdata ($TZDIR, else /usr/share/zoneinfo) does
 * not have, so never for offsets, POSIX rules, names with ".." or a leading '/'. Case counts. Cached for the life of
 * the process (bounded by tzdata's some 600 names): do not free. No lock once a zone is known. */
const struct zone *zone_find(str name);
/* The system's zone name: $TZ, /etc/timezone or the /etc/localtime link; the first that zone_find() takes;
 * "UTC" when none can be told. NUL-terminated in out. */
str zone_system_name(char out[64]);
str zone_name(const struct zone *self);
/* Seconds east of UTC in force at that instant. */
int zone_offset_s(const struct zone *self, int64_t ms);
/* The instant a local civil date begins: the first instant of that local day, also where midnight is skipped; of a
 * midnight that comes twice the earlier; for a day left out altogether the start of the next. Never decreases. */
int64_t zone_day_start(const struct zone *self, int64_t civil_days);
/* The local civil day (days since the epoch) and the second within it (may be NULL) of an instant. */
int64_t zone_civil_day(const struct zone *self, int64_t ms, int *second_of_day);

#endif
