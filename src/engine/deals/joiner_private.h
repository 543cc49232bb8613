/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_DEALS_JOINER_PRIVATE_H
#define LINKPOND_SRC_ENGINE_DEALS_JOINER_PRIVATE_H

#include "linkpond/base/idmap.h"
#include "linkpond/engine/joiner.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/touches.h"

/* A click of the ledger on its way to being a touch. */
struct join_found {
    struct touch touch;
    str *texts; /* TOUCH_TERMS: what the ledger holds as text and not as a term; NULL = nothing */
    int64_t visitor;
    enum visitor_by visitor_by;
    bool counts; /* click_counts */
};
/* The columns that found_read wants announced. */
uint64_t join_found_columns(void);
/* Into the arena. ERR_NOMEM. */
enum err join_found_read(struct arena *arena, const struct clicks_scan *scan, struct join_found *out);

struct join_click {
    int64_t id;
    bool there; /* in the ledger */
    struct join_found found;
};
struct join_event {
    int64_t id;
    int64_t customer_id; /* 0 = nobody is known */
    int64_t said_id;     /* the click it says; 0 = none */
    int generation;
    struct join_click *click; /* that click, or the one it repeats; NULL = none was said */
    bool gone;                /* the event itself: forgotten meanwhile */
    bool first_of_customer;
    size_t visitors; /* of the first of a customer: how many the customer had when the ledger was read */
};
/* Whose clicks are looked for, and for which events: a chain through `owners`. */
struct join_owner {
    size_t event;
    struct join_owner *next;
};
struct join_visitor {
    int64_t number, from_ms, to_ms;
    struct join_owner *owners;
    size_t hits;
};
struct join_hit {
    const struct join_found *found;
    size_t event;
    struct join_hit *next;
};
struct join_batch {
    struct arena *arena;
    int64_t now_ms;
    struct join_event *events;
    size_t count;
    struct join_click *clicks; /* by id, each once */
    size_t clicks_count;
    struct join_visitor *visitors;
    size_t visitors_count, visitors_cap;
    struct join_hit *hits; /* a chain */
    size_t hits_count;
};
/* Another touch for that event's customer. ERR_NOMEM. */
enum err join_hit_add(struct join_batch *self, const struct join_found *found, size_t event);

/* The touch that an event is which says a link and no click: the link's source and channel as it is now. ERR_NOT_FOUND:
 * there is no such link. */
struct event;
enum err join_said_touch(struct db *db, struct arena *arena, const struct event *event, struct touch *out);

/* Within a transaction of the read handle: looks all clicks up. */
enum err join_find_clicks(struct db *db, struct join_batch *self);

/* What was learned of chunks, which never change: the highest visitor in each. */
struct join_chunks {
    struct idmap highest;
};
/* Within a transaction: every counted click of the visitors becomes a hit for each of their owners. */
enum err join_gather(struct db *db, struct join_chunks *known, struct join_batch *self);

#endif
