/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_RESOLVER_PRIVATE_H
#define LINKPOND_SRC_ENGINE_RESOLVER_PRIVATE_H

#include <stdatomic.h>

#include "linkpond/engine/resolver.h"

/* One visit at work, inside one read section: links (resolver.c) and live codes (resolver_live.c). */
struct resolver {
    struct resolver_opts opts;
    const struct agent_rules *_Atomic rules;
};

/* What one visit needs at hand. */
struct visiting {
    struct resolver *self;
    struct resolver_scratch *scratch;
    const struct visit *visit;
    const struct host_entry *host;
    struct verdict *out;
    size_t text_used; /* of scratch->text */
};

/* A copy in the scratch; empty when there is no room. */
str resolver_keep(struct visiting *v, str text);
void resolver_recognise(const struct visiting *v, struct agent *agent);
/* Takes one of max_clicks, of a person; others are told whether one is left. */
enum click_outcome resolver_take_limit(struct visiting *v, const struct link_entry *link,
                                       const struct cache_entry *entry, bool person);
/* To `url`, with what the visitor brought and the link adds. places: it has some for the click id. */
void resolver_answer_redirect(struct visiting *v, const struct link_entry *link, str url, bool places);
/* The link leads nowhere now: its fallback, the domain's, or a page. */
void resolver_answer_shut(struct visiting *v, const struct link_entry *link, enum click_outcome outcome);
/* A live code whose gate is open. */
void resolver_answer_live(struct visiting *v, const struct link_entry *link, const struct cache_entry *entry);

#endif
