/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_CLICK_STREAM_H
#define LINKPOND_TESTS_CLICK_STREAM_H

#include "linkpond/model/click.h"

/*
 * A campaign's traffic as it really is, and the truth about every click of it, told without the code under test:
 * people in apps and browsers with labelled User-Agents (tests/unit/model/data), with and without cookies, behind
 * carriers' shared addresses, changing networks; launches in which a group opens one link within minutes; WeChat's
 * second look; crawlers, previews, HEADs, prefetches; codes that nobody made, links that are over; records that come
 * late. Links are chosen by a Zipf law with exponent 1, times follow the day in Shanghai.
 *
 * The same options give the same stream. It is made day by day, so that its length costs no memory.
 */
struct stream_opts {
    uint64_t seed;
    uint32_t links, persons;
    int days;
    int64_t end_ms;         /* the last day ends here: a midnight in Shanghai */
    const char *agents_dir; /* of agent_apps.tsv, agent_browsers.tsv, agent_machines.tsv */
    const char *own_agents; /* a file that takes their place where it says something (click_people.h); NULL = none */
};

enum sent {
    SENT_GET,
    SENT_HEAD,
    SENT_PREFETCH, /* Sec-Purpose */
    SENT_PURPOSE,  /* Purpose: prefetch */
    SENT_LEAKSCAN, /* Tencent-Leakscan */
};
struct stream_click {
    int64_t feed_ms; /* when it comes in; clicks of a day stand in this order */
    int64_t time_ms; /* when it was; earlier for a record that is late */
    uint32_t number; /* of the request id, from 1 */
    uint32_t person; /* from 1; 0 = a machine */
    uint32_t link;   /* from 1; 0 = a code that nobody made */
    uint32_t own;    /* a number of this visit, for what differs in queries */
    uint32_t ip;
    uint16_t agent, arrival;
    uint8_t class;
    uint8_t sent;
    bool again; /* a request id that was sent before */
};

/* "-" = not to be judged. Texts are lent by the stream. */
struct click_truth {
    enum click_class class;
    enum click_outcome outcome;
    enum click_scene scene;
    bool qr;
    str app, os, device, browser;
    str source, channel;
};

struct stream;
struct people;
struct stream *stream_new(const struct stream_opts *opts); /* aborts without the tables */
void stream_free(struct stream *self);
const struct people *stream_people(const struct stream *self);
const struct stream_opts *stream_options(const struct stream *self);

/* Day 0 ends at end_ms, day 1 a day before; about `count` clicks, lent until the next call. */
const struct stream_click *stream_day(struct stream *self, int day, size_t count, size_t *made);
/* Only people, between these instants; lent likewise. */
const struct stream_click *stream_moment(struct stream *self, int64_t from_ms, int64_t to_ms, size_t count,
                                         size_t *made);
void stream_truth(const struct stream *self, const struct stream_click *click, struct click_truth *out);

/* ---- what a click sends */
#define STREAM_TEXT_MAX 1536
str stream_user_agent(const struct stream *self, const struct stream_click *click, char out[STREAM_TEXT_MAX]);
str stream_query(const struct stream_click *click, char out[STREAM_TEXT_MAX]);
str stream_referrer(const struct stream_click *click, char out[STREAM_TEXT_MAX]);
str stream_package(const struct stream *self, const struct stream_click *click); /* X-Requested-With */
str stream_code(const struct stream_click *click, char out[STREAM_TEXT_MAX]);
str stream_request_id(const struct stream *self, const struct stream_click *click, char out[STREAM_TEXT_MAX]);
/* The number in a request id; 0 when it is none of the stream's. */
uint32_t stream_request_number(const struct stream *self, str request_id);
bool stream_keeps_cookies(const struct stream *self, uint32_t person);
bool stream_opts_out(const struct stream *self, uint32_t person);

/* ---- links */
struct stream_link {
    const char *source, *channel, *utm_source, *utm_medium; /* "" = none; the channel is a label's key */
    const char *fallback_url;
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE */
    bool enabled;
};
void stream_link(const struct stream *self, uint32_t link, struct stream_link *out);
str stream_link_code(uint32_t link, char out[STREAM_TEXT_MAX]);

#endif
