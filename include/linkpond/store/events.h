/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_EVENTS_H
#define LINKPOND_STORE_EVENTS_H

#include "linkpond/store/bounds.h"
#include "linkpond/store/db.h"

/*
 * What happened after a click: a form filled in, a friend added, a deal, money given back. Kept in order of arrival;
 * time_ms is when it happened, which may be long before. An event waits until its click stands in the ledger and all
 * that brought its customer is copied to touches (store/touches.h); it is then joined. One of whom neither a customer
 * nor a click that is still known was said is unmatched, and joined once its click gets a customer.
 */
/* X(constant, name): who told. Names are stored. */
#define EVENT_ORIGIN_TABLE(X)                                                                                          \
    X(EVENT_BY_API, "api")                                                                                             \
    X(EVENT_BY_CSV, "csv")                                                                                             \
    X(EVENT_BY_SCRIPT, "script")                                                                                       \
    X(EVENT_BY_WECOM, "wecom")                                                                                         \
    X(EVENT_BY_POSTBACK, "postback")                                                                                   \
    X(EVENT_BY_DESK, "desk")
#define EVENT_STATE_TABLE(X)                                                                                           \
    X(EVENT_WAITING, "waiting")                                                                                        \
    X(EVENT_JOINED, "joined")                                                                                          \
    X(EVENT_UNMATCHED, "unmatched")
#define EVENT_ENUM(constant, name) constant,
enum event_origin { EVENT_ORIGIN_TABLE(EVENT_ENUM) EVENT_ORIGINS };
enum event_state { EVENT_STATE_TABLE(EVENT_ENUM) EVENT_STATES };
#undef EVENT_ENUM
str event_origin_name(enum event_origin origin);
bool event_origin_find(str name, enum event_origin *out);
str event_state_name(enum event_state state);
bool event_state_find(str name, enum event_state *out);

#define EVENT_DIGEST_BYTES 16
struct event {
    int64_t id;   /* evt_<id> */
    str event_id; /* the sender's own name for it; empty = none */
    str type;
    enum event_origin origin;
    int64_t time_ms, received_ms;
    bool has_value;
    int64_t value;                                    /* minor units; negative takes back */
    str currency;                                     /* ISO 4217; empty exactly without a value */
    int64_t customer_id, click_id, link_id, owner_id; /* 0 = none, or not known yet */
    int generation; /* 2: of somebody the visitor of that click forwarded the page to */
    enum event_state state;
    uint8_t digest[EVENT_DIGEST_BYTES]; /* of what was sent, to tell a repeat from another event of that name */
    str metadata;                       /* JSON object; empty = {} */
    str owner;                          /* its key; read only */
};

/* Under event->id, the next behind events_last_id. ERR_CONFLICT: there is one of that event_id. */
enum err events_insert(struct db *db, const struct event *event);
/* Whose click a browser was led by, as its landing page told. ERR_NOT_FOUND. */
enum err events_forward(struct db *db, str page, int64_t *click_id, int *generation);
/* Texts into the arena. ERR_NOT_FOUND: there is none, or not within these bounds. */
enum err events_find(struct db *db, struct arena *arena, int64_t id, const struct bounds *bounds, struct event *out);
enum err events_find_event_id(struct db *db, struct arena *arena, str event_id, struct event *out);

/* Newest first, by id. Bounds: events of links that a bound caller sees. Zero, -1 and empty = any. */
struct events_filter {
    const struct bounds *bounds;
    int state, origin; /* enum event_state, enum event_origin; -1 = any */
    str type, event_id;
    int64_t customer_id, click_id, link_id, owner_id;
    int64_t from_ms, to_ms; /* of time_ms, [from, to); TIME_NONE = open */
    int64_t before_id;
    int64_t limit;
};
struct stmt *events_list(struct db *db, const struct events_filter *filter);
/* Texts are lent until the next step. */
bool events_next(struct stmt *rows, struct event *out);

/* ---- joining */

/* Waiting ones with ids in (after_id, to_id], by id: type, times, customer, click and generation. */
struct stmt *events_waiting(struct db *db, int64_t after_id, int64_t to_id, int64_t limit);
bool events_waiting_next(struct stmt *rows, struct event *out);
/* How many with ids up to to_id wait, counted up to `most`. */
enum err events_backlog(struct db *db, int64_t to_id, int64_t most, int64_t *count);
/* The last id that was given, be its event there still or not; 0 = none. */
enum err events_last_id(struct db *db, int64_t *id);
/* One that waits now: what stands in its row. ERR_NOT_FOUND: it does not wait any more. */
enum err events_find_waiting(struct db *db, struct arena *arena, int64_t id, struct event *out);
enum err events_set_customer(struct db *db, int64_t id, int64_t customer_id);
/* 0 leaves the link as it is. */
enum err events_settle(struct db *db, int64_t id, enum event_state state, int64_t link_id);
/* Unmatched events of a click whose customer is known now wait again. */
enum err events_match_click(struct db *db, int64_t click_id);
/* The customer's last event waits once more, so that their clicks are looked at, and so do unmatched ones of their
 * clicks: after a merge by hand. */
enum err events_look_again(struct db *db, int64_t customer_id);

/* ---- links that go */
/* What is said of the link's clicks is taken out of events; they stay. */
enum err events_purge_link(struct db *db, int64_t link_id);

#endif
