/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_DOMAIN_FALLS_H
#define LINKPOND_ENGINE_DOMAIN_FALLS_H

#include "linkpond/engine/engine.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/model/traffic_fall.h"

/*
 * Visits from WeChat that stop coming by a domain while those of other apps go on: what a block there looks like from
 * here. Found in the ledger; nobody outside is asked.
 */

/* The last 24 hours beside the seven days before. of: the domain as a filter, and whose links count; on a read handle.
 * helper may be NULL. */
enum err domain_fall_find(struct db *db, struct report_helper *helper, struct arena *arena,
                          const struct report_query *of, int64_t now_ms, struct traffic_fall *out);

/* Marks domains that fell as suspected, which tells robots once, and those that were so marked and are visited again as
 * fine. What people said within the time that is looked at stands: they know better. Hourly, by the janitor. */
enum err domain_falls_mark(struct engine *engine, int64_t now_ms, struct fault *fault);

#endif
