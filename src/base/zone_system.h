/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ZONE_SYSTEM_H
#define LINKPOND_BASE_ZONE_SYSTEM_H

#include "linkpond/base/zone.h"

/* zone_system_name() with its three witnesses named, for tests. `tz` is the variable's value or NULL; the first
 * witness that names a zone tzdata has wins. An empty `tz` means UTC, as it does to the C library (tzset(3)). */
str zone_name_tell(const char *tz, const char *timezone_path, const char *localtime_path, char out[64]);

#endif
