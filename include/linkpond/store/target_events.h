/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TARGET_EVENTS_H
#define LINKPOND_STORE_TARGET_EVENTS_H

#include "linkpond/store/db.h"

/* What happened once is counted once: which pages of live codes were pressed, which events were told of. The counts
 * themselves stand in target_hour (targets.h). */

/* The page of that click; *fresh: it had not pressed before. */
enum err target_presses_put(struct db *db, int64_t target_id, int64_t clicked_ms, bool *fresh);
enum err target_presses_expire(struct db *db, int64_t before_ms);
/* An event by the teller's own name for it; *fresh: it had not been told before. */
enum err target_events_put(struct db *db, int64_t target_id, str event, int64_t now_ms, bool *fresh);
/* All of the link's targets. */
enum err target_events_purge(struct db *db, int64_t link_id);

#endif
