/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TARGET_EVENTS_H
#define LINKPOND_STORE_TARGET_EVENTS_H

#include "linkpond/model/click_row.h"
#include "linkpond/store/db.h"

/* What happened once is counted once: which pages of live codes were pressed, which events were told of. The counts
 * themselves stand in target_hour (targets.h). */

/* The page of a click. */
struct target_page {
    int64_t target_id, clicked_ms;
    uint32_t page; /* which, of that target and millisecond */
};
/* It was pressed. *fresh: for the first time; *channel is then where its click came from, in the arena, empty when none
 * is known (yet). */
enum err target_presses_put(struct db *db, struct arena *arena, const struct target_page *page, int64_t pressed_ms,
                            bool *fresh, str *channel);
/* Its click came from that channel; one without is not kept. *pressed_ms: it was pressed before this was known, else
 * TIME_NONE. */
enum err target_presses_channel(struct db *db, const struct target_page *page, const struct click_value *channel,
                                int64_t *pressed_ms);
enum err target_presses_expire(struct db *db, int64_t before_ms);
/* An event by the teller's own name for it; *fresh: it had not been told before. */
enum err target_events_put(struct db *db, int64_t target_id, str event, int64_t now_ms, bool *fresh);
/* All of the link's targets. */
enum err target_events_purge(struct db *db, int64_t link_id);

#endif
