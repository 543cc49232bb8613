/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_POOL_WATCH_H
#define LINKPOND_STORE_POOL_WATCH_H

#include "linkpond/store/bounds.h"
#include "linkpond/store/targets.h"

/* The pools of all live codes in one reading, for whoever tells people that one runs out. */
enum watched_span { WATCH_TOTAL, WATCH_DAY, WATCH_HOUR, WATCH_SPANS };
struct watched_cap {
    int64_t cap;   /* TARGET_NO_CAP */
    int64_t taken; /* places of that span; in total: since it was replaced. 0 without a cap */
};
struct watched_target {
    int64_t link_id;
    str link_title, short_url; /* of the link */
    int64_t id;
    enum target_kind kind;
    str name, staff; /* staff: a user's key; empty = nobody */
    bool enabled;
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE */
    int64_t replaced_ms;                   /* 0 = never */
    struct watched_cap caps[WATCH_SPANS];
    bool has_url, has_image, has_code; /* the picture is there; a code was read in it */
};
/* Whose pools, and since when this day and this hour last, in the installation's zone. */
struct pool_look {
    const struct bounds *bounds;
    int64_t now_ms, day_ms, hour_ms;
};
/* By link. Targets that left their pool and links that answer nobody are left out. Texts are lent until the next step.
 */
struct stmt *pool_watch_each(struct db *db, const struct pool_look *look);
bool pool_watch_next(struct stmt *rows, struct watched_target *out);
/* When a target of that pool was last edited, added or taken out; 0 = there never was one. */
enum err pool_watch_edited(struct db *db, int64_t link_id, int64_t *edited_ms);

#endif
