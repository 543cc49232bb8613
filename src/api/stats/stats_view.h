/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_STATS_VIEW_H
#define LINKPOND_API_STATS_VIEW_H

#include "linkpond/engine/reporter.h"
#include "linkpond/http/reply.h"

/* How reports write what several of them have. */

/* A report on deals that takes longer is given up, the time it gave way to visitors included: the caller has gone by
 * then, and the reader is needed. */
#define REPORT_DEADLINE_NS (INT64_C(60) * 1000000000)
/* The answer when a report failed: one that ran into its deadline says so, and when to ask again. */
void stats_report_failed(struct reply *reply, const struct request *request, enum err err, struct fault *fault);

/* RFC 3339 with the zone's offset. */
void stats_put_instant(struct json_writer *json, const char *name, const struct zone *zone, int64_t ms);
/* A dimension and its value: links go by their permanent name, all others are words that the filter of that name takes
 * back. */
void stats_write_dim(struct json_writer *json, struct arena *arena, enum dim dim, str value);
/* Millionths as a decimal, exactly: 1500000 is 1.5. */
void stats_put_fraction(struct json_writer *json, struct arena *arena, const char *name, int64_t millionths);

#endif
