/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TOUCHES_H
#define LINKPOND_STORE_TOUCHES_H

#include "linkpond/store/db.h"

/*
 * The clicks of customers, copied out of the ledger when an event of theirs is joined, so that they outlive its
 * retention. Only what counts (click_counts). What was frozen at the click are ids of terms (store/terms.h), 0 = none;
 * campaign, owner and tags follow the link as it is now. Who came by a link without a click of it, as its static code
 * was scanned, has the event that said so as a touch.
 */
enum touch_term {
    TOUCH_HOST,
    TOUCH_SOURCE,
    TOUCH_CHANNEL,
    TOUCH_UTM_SOURCE,
    TOUCH_UTM_MEDIUM,
    TOUCH_UTM_CAMPAIGN,
    TOUCH_UTM_TERM,
    TOUCH_UTM_CONTENT,
    TOUCH_UTM_ID,
    TOUCH_APP,
    TOUCH_CODE, /* what was opened: the code, or an alias */
    TOUCH_TERMS
};
struct touch {
    int64_t time_ms;
    int64_t click_id; /* of the ledger; below 0 no click: minus the number of the event that said its link */
    int generation;   /* 2: this customer was sent the page by who clicked */
    int64_t link_id;
    int64_t terms[TOUCH_TERMS];
    int scene;      /* enum click_scene */
    unsigned flags; /* enum click_flag */
};

/* *fresh: it was not there yet. */
enum err touches_put(struct db *db, int64_t customer_id, const struct touch *touch, bool *fresh);
/* By time and click. */
struct stmt *touches_each(struct db *db, int64_t customer_id);
bool touches_next(struct stmt *rows, struct touch *out);
/* All of a link, and what customers are said to have of them. */
enum err touches_purge_link(struct db *db, int64_t link_id);

/* A term for a text that the ledger kept inline, made when there is none. Empty text is 0. */
enum err touches_term(struct db *db, str text, int64_t *id);

#endif
