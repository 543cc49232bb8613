/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_POOL_WATCH_H
#define LINKPOND_STORE_POOL_WATCH_H

#include "linkpond/store/targets.h"

/* The pools of all live codes in one reading, for whoever tells people that one runs out. */
struct watched_target {
    int64_t link_id;
    str link_title, short_url; /* of the link */
    int64_t id;
    str name, staff; /* staff: a user's key; empty = nobody */
    bool enabled;
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE */
    int64_t cap_total;                     /* TARGET_NO_CAP */
    int64_t taken;                         /* places, since it was replaced; 0 without a cap */
    int64_t replaced_ms;                   /* 0 = never */
};
/* By link. Targets that left their pool and links that answer nobody are left out. Texts are lent until the next step.
 */
struct stmt *pool_watch_each(struct db *db);
bool pool_watch_next(struct stmt *rows, struct watched_target *out);

#endif
