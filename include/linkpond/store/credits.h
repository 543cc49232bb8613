/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CREDITS_H
#define LINKPOND_STORE_CREDITS_H

#include "linkpond/store/db.h"

/* What reports read of events and touches: the columns they need and no more. All on read handles. */

struct credit_event {
    int64_t id, time_ms;
    int64_t customer_id; /* 0 = nobody is known */
    str type, currency;  /* lent until the next step; currency is empty exactly without a value */
    bool has_value;
    int64_t value;
    int64_t touched_ms; /* the customer's last touch up to then; TIME_NONE = there is none */
};
/* Of [from_ms, to_ms), in order of time. One of a handle and kind at a time. */
enum credit_kind {
    CREDIT_VALUED,  /* those with a value */
    CREDIT_VALUES,  /* the same, but neither what they are called nor their ids */
    CREDIT_UNVALUED /* those without one */
};
struct credit_events {
    struct stmt *rows;
    enum credit_kind kind;
};
void credit_events_open(struct credit_events *self, struct db *db, enum credit_kind kind, int64_t from_ms,
                        int64_t to_ms);
/* False: that was the last, or what credit_events_close tells. */
bool credit_events_next(struct credit_events *self, struct credit_event *out);
enum err credit_events_close(struct credit_events *self);
/* When the first and the last of [from, to) are; TIME_NONE = there is none. */
enum err credit_span(struct db *db, int64_t from_ms, int64_t to_ms, int64_t *first_ms, int64_t *last_ms);
/* Events of one customer after the other, their ids rising: read in one go, for the reason of credit_touches. One of a
 * handle at a time. */
struct credit_customer_events {
    struct db *db;
    struct stmt *rows; /* NULL until a customer was asked for */
    struct credit_event at;
    bool taken; /* `at` is given out already */
};
void credit_customer_events_open(struct credit_customer_events *self, struct db *db);
void credit_customer_events_close(struct credit_customer_events *self);
/* The next of that customer, in order of time. False: that was the last, or credit_customer_events_err. */
bool credit_customer_events_next(struct credit_customer_events *self, int64_t customer_id, struct credit_event *out);
enum err credit_customer_events_err(const struct credit_customer_events *self);
/* All of [from_id, to_id) that are not merged into another, by id. */
struct stmt *credit_customers_each(struct db *db, int64_t from_id, int64_t to_id);
/* No customer's id is that high. */
enum err credit_customers_end(struct db *db, int64_t *to_id);
bool credit_customers_next(struct stmt *rows, int64_t *customer_id);
/* When the last event of that customer was, up to time_ms, that brought money of that currency, and the last touch up
 * to then (TIME_NONE = there is none). ERR_NOT_FOUND. */
enum err credit_deal_before(struct db *db, int64_t customer_id, int64_t time_ms, str currency, int64_t *deal_ms,
                            int64_t *touched_ms);
/* Which of its type the event is among those of its customer that take nothing back: 1, 2, … by time, then by id. */
enum err credit_event_place(struct db *db, const struct credit_event *event, int64_t *place);
/* Did an event of that customer before this one bring money? */
enum err credit_bought_before(struct db *db, const struct credit_event *event, bool *before);
/* Customers who bought in [from, to), who of them did so more than once, and who of them have a referral. */
struct credit_buyers {
    int64_t customers, repeated, referred;
};
enum err credit_buyers(struct db *db, int64_t from_ms, int64_t to_ms, struct credit_buyers *out);
/* The same of each currency: who bought in it, and did so again in it. The currency is lent until the next step. */
struct stmt *credit_buyers_each(struct db *db, int64_t from_ms, int64_t to_ms);
bool credit_buyers_next(struct stmt *rows, str *currency, struct credit_buyers *out);
/* Which events are that step: the nth of a type and all after it. Type is lent until the next step. */
struct stmt *credit_stage_events(struct db *db, str key);
bool credit_stage_events_next(struct stmt *rows, str *type, int64_t *nth);

/* What is frozen at a click are ids of terms (terms.h), 0 = none. */
enum credit_term {
    CREDIT_SOURCE,
    CREDIT_CHANNEL,
    CREDIT_HOST, /* from here on only of whole rows */
    CREDIT_UTM_SOURCE,
    CREDIT_UTM_MEDIUM,
    CREDIT_UTM_CAMPAIGN,
    CREDIT_UTM_TERM,
    CREDIT_UTM_CONTENT,
    CREDIT_UTM_ID,
    CREDIT_APP,
    CREDIT_SCENE, /* no term: enum click_scene */
    CREDIT_TERMS
};
struct credit_touch_row {
    int64_t time_ms, click_id, link_id;
    int64_t terms[CREDIT_TERMS];
};
/* Touches of one customer after the other. Those of customers who follow one another are read in one go, because
 * finding the place of each costs as much as reading ten. One of a handle at a time. */
struct credit_touches {
    struct db *db;
    struct stmt *rows;   /* NULL until a customer was asked for */
    int64_t customer_id; /* asked for */
    int64_t at;          /* whose `ahead` is; INT64_MAX = there is none */
    struct credit_touch_row ahead;
    bool whole;
};
void credit_touches_open(struct credit_touches *self, struct db *db, bool whole);
void credit_touches_close(struct credit_touches *self);
void credit_touches_seek(struct credit_touches *self, int64_t customer_id);
/* By time and click. False: that was the last, or credit_touches_err. */
bool credit_touches_next(struct credit_touches *self, struct credit_touch_row *out);
enum err credit_touches_err(const struct credit_touches *self);
/* Whom a link touched; read by credit_customers_next. */
struct stmt *credit_customers_of_link(struct db *db, int64_t link_id);

#endif
