/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RESOLVER_H
#define LINKPOND_ENGINE_RESOLVER_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/live_visitors.h"
#include "linkpond/model/agent.h"

/*
 * From a visit to a verdict: host -> domain, path -> generated code (everywhere when the domain serves all, else only
 * the domain's own) or alias there, gate, limit, fallback, Location. On a cache hit: no allocation, no SQL, no
 * lock. One trailing slash of the path is ignored. An address, "localhost" or no host at all stands for the default
 * domain, because nobody can own them; any other unknown name is nobody's.
 *
 * Answers: unknown 404, or 302 to the domain's not_found_url (the outcome stays unknown). A gate that is shut: 404 when
 * not started, else 410; but 302 with outcome fallback when the link has a fallback_url or, unless it has merely not
 * started, the domain an expired_url. A limit is used up by class human alone; others get what a visitor would get as
 * long as it is not used up.
 *
 * A live code (live_code.h) is asked once its gate is open: a chosen url target takes the place of the link's url, a
 * chosen page is the caller's to lead to, and when a rule held but had nothing open the link is used up. What is
 * answered is never kept by a browser, because the next visit may lead elsewhere.
 *
 * When the cache is incomplete a miss asks `fallback_find` (a read-only look-up given by the
 * owner) and posts the key for publication.
 */
struct resolver;
struct geo;

/* Who comes? Asked at most once a visit, of people alone, and only for live codes that have to know. */
struct visitor_asked {
    uint64_t keys[2]; /* live_visitors.h; 0 = none: all that this visitor may be known by */
    bool returning;   /* brought a number */
};
struct resolver_opts {
    struct cache *cache;
    const struct agent_rules *rules; /* limited links classify inline: only humans use a limit up */
    struct live_visitors *visitors;  /* who was sent where; NULL = nobody is known */
    const struct geo *geo;           /* where addresses are, for rules that ask; NULL = nobody knows */
    bool fold_case;                  /* aliases only */
    /* Used only while the cache is incomplete; may be NULL. Fills out and aliases' strings in the arena. */
    /* Called outside of read sections. */
    bool (*fallback_find)(void *arg, struct arena *arena, int64_t domain_id, str path, struct link_entry *out);
    void *fallback_arg;
};
struct resolver *resolver_new(const struct resolver_opts *opts);
void resolver_free(struct resolver *self);
/* Other rules from now on. Returns when no visit uses the former ones, which the caller may then free. Any thread that
 * is not inside a read section. */
void resolver_set_rules(struct resolver *self, const struct agent_rules *rules);

struct visit {
    str host;  /* as in the Host header, any case, may have a port */
    str path;  /* decoded, without the leading slash */
    str query; /* raw */
    int64_t now_ms;
    unsigned signals; /* enum click_signal */
    str user_agent, language, package, referrer;
    const struct addr *ip;                                     /* NULL: not known */
    void (*ask_visitor)(void *arg, struct visitor_asked *out); /* NULL: nobody can tell */
    void *ask_arg;
    char click_mark; /* stands for this click's id until it has one (click_id.h); 0 = it will have none */
};
enum verdict_kind {
    VERDICT_LINK,    /* a code or alias: goes to the ledger */
    VERDICT_ROOT,    /* "/" : root_url or the small front page; not a click */
    VERDICT_PREVIEW, /* CODE+ : to the preview page on the public plane, which says so if there is no such link; not a
                        click. code is without the '+', location is the caller's to make */
    VERDICT_NO_HOST, /* the host is not ours or disabled: 404 page, not a click */
    VERDICT_BUSY /* a limited link that is not in memory, so its limit cannot be kept: 503, try again; not a click */
};
struct verdict {
    enum verdict_kind kind;
    enum click_outcome outcome;
    int status;            /* HTTP status to answer */
    str location;          /* for 3xx; in the scratch */
    bool cacheable;        /* 301/308: private, max-age=90; else no-store */
    bool crawlable;        /* else X-Robots-Tag: noindex */
    bool carries_click_id; /* the link hands a click id to its target */
    char click_mark;       /* the visit's, where location has it */
    bool limited;          /* has max_clicks, or caps of targets: the journal append must succeed before answering */
    const struct cache_entry *reserved; /* set when one of max_clicks was taken; never follow it, resolver_undo looks
                                           the link up again */
    int64_t link_id, domain_id;
    str target;               /* "tgt_12": what a live code chose */
    int64_t page_target;      /* its id, where it is a page: status 302, and location is the caller's to make */
    bool knows_visitors;      /* this link keeps visitors at their target: it asks for a cookie */
    uint64_t visitor_keys[2]; /* by whom resolver_remember() will know this visitor */
    struct live_cell *place;  /* where it was shown, and whether one of its places was taken: resolver_undo's */
    bool took_place;
    struct live_when place_when;
    int64_t valid_from_ms; /* for the not_started page */
    str host;              /* the canonical host of the domain, for the ledger */
    str code;              /* the path asked, in the visit's memory */
    str source, channel;   /* the link's own */
    str utm[UTM_COUNT];
    unsigned signals; /* visit's, plus SIGNAL_RESERVED_LIMIT, _PLACE when one was taken */
};
/* Those in use, inside a read section of the cache. */
const struct agent_rules *resolver_rules(const struct resolver *self);
/* Memory for one verdict's texts; one per thread, reused. */
struct resolver_scratch {
    char location[4096];
    char text[4096];
    uint64_t random; /* state of the choice by chance; 0 = not begun */
};
/* The thread is registered with the cache (cache_thread_register). Texts of the verdict live in the scratch and in the
 * visit. */
void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out);
/* A visit of that path is being read and will be resolved in a moment: memory is asked for its slot now, because
 * waiting for it is the dearest part of a look-up among a million links. Threads as above. */
void resolver_foresee(const struct resolver *self, str path);
/* The same path again, some hundred instructions later: the slot has come, and its link is asked for. */
void resolver_foresee_link(const struct resolver *self, str path);
/* The answer of that verdict stands: who comes back is known. */
void resolver_remember(struct resolver *self, const struct verdict *verdict, int64_t now_ms);
/* Gives back the limit and the place taken by that verdict (link still in the cache or not). */
void resolver_undo(struct resolver *self, const struct verdict *verdict);

#endif
