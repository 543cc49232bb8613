/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_FORWARDS_H
#define LINKPOND_STORE_FORWARDS_H

#include "linkpond/model/click.h"
#include "linkpond/store/db.h"

/*
 * A landing page is handed on with the click id in its address. Its script gives each browser a number of its own, so
 * the first browser of a click is who clicked (generation 1), and any other one was sent the page by somebody: the
 * second generation.
 */
#define FORWARD_PAGE_LEN 22 /* characters of such a number: 0-9 A-Z a-z */

struct forward {
    int64_t click_id;
    str page;
    int generation;
    enum click_scene scene;
    int64_t time_ms; /* when it was first seen so */
};
/* Goes in with click_id, page, scene and time_ms, comes out as it stands: what was said first stays. */
enum err forwards_note(struct db *db, struct forward *forward);
/* How the page of that click was sent to the customer, by the browsers that are known as theirs; SCENE_UNKNOWN where
 * none is known, or it does not say. */
enum err forwards_scene(struct db *db, int64_t click_id, int64_t customer_id, enum click_scene *scene);
/* At most `most` of those first seen before that instant. *gone: how many. */
enum err forwards_expire(struct db *db, int64_t before_ms, int64_t most, int64_t *gone);

#endif
