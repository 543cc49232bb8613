/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_SOURCE_RULES_H
#define LINKPOND_MODEL_SOURCE_RULES_H

#include "linkpond/model/source.h"

/* The compiled tables behind source_attribute(). */

/* Who stands behind a referrer's host, an Android package, an app or an ad click parameter. */
enum origin_kind { ORIGIN_HOST, ORIGIN_PACKAGE, ORIGIN_APP, ORIGIN_AD, ORIGIN_KIND_COUNT };
struct origin {
    enum origin_kind kind;
    str value;
    str source;     /* empty: known, but it names nobody */
    str category;   /* "search", "social", "paid-search" …; may be empty */
    unsigned table; /* which of the tables compiled listed it */
};

/* What a channel can be told from, in the words of config/channels.tsv. */
enum channel_fact {
    FACT_SCENE,
    FACT_MEDIUM,
    FACT_SOURCE,
    FACT_CAMPAIGN,
    FACT_HOST,
    FACT_AD,
    FACT_APP,
    FACT_CATEGORY,
    FACT_COUNT
};
#define SOURCE_ROWS_MAX 8192 /* of one kind of table */

/* Exact (kind, value); NULL when not listed. Not for ORIGIN_AD. */
const struct origin *origin_find(const struct source_rules *self, enum origin_kind kind, str value);
/* The host or the nearest parent domain that is listed: labels are compared whole, so google.com.evil.example is
 * nobody's. */
const struct origin *origin_find_host(const struct source_rules *self, str host);
/* Position of an ad click parameter (any case) in the table, the more telling first; -1 when it is none. */
ssize_t origin_ad_rank(const struct source_rules *self, str name);
const struct origin *origin_ad(const struct source_rules *self, size_t rank);
/* "search", "social", "video", "shopping", "news", "ai" or "email", if that is what the source's site is as a whole;
 * the source is a key or a host. */
str source_category(const struct source_rules *self, str source);
/* The channel of the first rule that holds; empty when none does. */
str channel_infer(const struct source_rules *self, const str facts[FACT_COUNT]);

#endif
