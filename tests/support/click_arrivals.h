/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_CLICK_ARRIVALS_H
#define LINKPOND_TESTS_CLICK_ARRIVALS_H

#include "click_stream.h"

/*
 * The ways in which people come to a short link, each with what a marketer would say of it. What is true when a link
 * has a source of its own, or an app or a Referer says something else, is decided by the order that
 * docs/attribution.md promises, once more and by hand.
 */
enum where { AT_ANY, AT_WECHAT, AT_BAIDU, AT_BROWSER };

/* What speaks for a channel, in the order it is asked (docs/recognition.md). */
enum evidence_rank {
    NO_EVIDENCE,
    BY_SCENE,
    BY_MEDIUM,
    BY_SOURCE_NAME,
    BY_PAGE,
    BY_AD_ID,
    BY_APP_ITSELF,
    BY_KIND_OF_SOURCE, /* only where this arrival named the source */
    BY_KIND_OF_APP,
    BY_KIND_OF_REFERRER,
};
struct evidence {
    enum evidence_rank rank;
    const char *channel;
};
struct arrival {
    enum where where;
    unsigned weight;
    const char *query, *referrer; /* '$' = a number of the visit's own */
    const char *request_source, *ad_source, *referrer_source;
    const char *named_channel; /* lp_ch */
    struct evidence evidence[2];
    enum click_scene scene;
    bool qr, has_medium;
};

size_t arrivals_count(void);
const struct arrival *arrival_at(size_t index);
/* One for people in that app ("" = a browser), or for machines; roll: any number. */
uint16_t arrival_choose(str app, uint64_t roll);
uint16_t arrival_plain(void);
uint16_t arrival_in_group(void); /* forwarded to a WeChat group */

/* Source and channel of an arrival at a link in an app. */
void arrival_truth(const struct arrival *arrival, const struct stream_link *link, str app, struct click_truth *out);

#endif
