/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_RADAR_H
#define LINKPOND_STORE_RADAR_H

#include "linkpond/model/notice.h"
#include "linkpond/model/radar.h"
#include "linkpond/store/bounds.h"

/* Links that are for one person (their `customer` is set), what was seen of them, and what was told. That a link is
 * watched, and since when, the database keeps by itself whenever a link's customer changes. */
struct radar_link {
    int64_t link_id, since_ms; /* visits before tell nothing */
    struct radar_seen seen;
    str customer, title, short_url;
    int64_t owner_id; /* 0 = nobody's */
    str owner;
};
enum err radar_any(struct db *db, bool *any);
enum err radar_is_watched(struct db *db, int64_t link_id, bool *watched);
/* ERR_NOT_FOUND: it is not watched (any more). */
enum err radar_link_find(struct db *db, struct arena *arena, int64_t link_id, struct radar_link *out);
enum err radar_link_saw(struct db *db, const struct radar_link *link);
/* Nobody is known by that number any more. */
enum err radar_forget(struct db *db, int64_t visitor, enum visitor_by by);

struct radar_item {
    int64_t id;
    enum notice_kind kind;
    int64_t time_ms;
    int64_t link_id;             /* 0 = none, or not for this caller */
    int64_t click_id;            /* only written */
    int64_t customer_id;         /* 0 = not known, or not for this caller */
    int64_t rule_id, event_id;   /* of a key event; else 0 */
    str customer;                /* as the link says */
    str name;                    /* of the customer; read only */
    str rule;                    /* what it was called */
    str title, short_url, owner; /* read only */
};
enum err radar_news_insert(struct db *db, const struct radar_item *item);
struct radar_filter {
    const struct bounds *bounds;
    str kind, customer, owner;             /* empty = any */
    int64_t link_id, customer_id, rule_id; /* 0 = any */
    int64_t after_id;                      /* only what was told since that one; 0 = all */
    int64_t before_id;                     /* keyset cursor; 0 = the latest */
    size_t limit;                          /* 1..LIMIT_PAGE */
};
struct radar_page {
    struct radar_item *items;
    size_t count;
    bool more;
};
/* The latest first. *total: without cursor and limit. */
enum err radar_news_list(struct db *db, struct arena *arena, const struct radar_filter *filter, struct radar_page *out,
                         int64_t *total);
/* At most `most` of each: what was told of times before, and what was seen for rules of people who did nothing since
 * seen_before_ms. *deleted tells how many went. */
enum err radar_expire(struct db *db, int64_t told_before_ms, int64_t seen_before_ms, int64_t most, int64_t *deleted);

#endif
