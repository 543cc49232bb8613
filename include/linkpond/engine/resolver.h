/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RESOLVER_H
#define LINKPOND_ENGINE_RESOLVER_H

#include "linkpond/engine/cache.h"
#include "linkpond/model/agent.h"

/*
 * From a visit to a verdict: host -> domain, path -> alias there, else generated code (everywhere when the domain
 * serves all, else only the domain's own), gate, limit, fallback, Location. On a cache hit: no allocation, no SQL, no
 * lock. When the cache is incomplete a miss asks `fallback_find` (a read-only look-up given by the owner) and posts the
 * key for publication.
 */
struct resolver;

struct resolver_opts {
    struct cache *cache;
    const struct agent_rules *rules; /* limited links classify inline: only humans use a limit up */
    bool fold_case;                  /* aliases only */
    /* Used only while the cache is incomplete; may be NULL. Fills out and aliases' strings in the arena. */
    bool (*fallback_find)(void *arg, struct arena *arena, int64_t domain_id, str path, struct link_entry *out);
    void *fallback_arg;
};
struct resolver *resolver_new(const struct resolver_opts *opts);
void resolver_free(struct resolver *self);

struct visit {
    str host;  /* as in the Host header, any case, may have a port */
    str path;  /* decoded, without the leading slash */
    str query; /* raw */
    int64_t now_ms;
    unsigned signals; /* enum click_signal */
    str user_agent, language, package;
};
enum verdict_kind {
    VERDICT_LINK,    /* a code or alias: goes to the ledger */
    VERDICT_ROOT,    /* "/" : root_url or the small front page; not a click */
    VERDICT_PREVIEW, /* CODE+ : to the preview page on the public plane; not a click */
    VERDICT_NO_HOST  /* the host is not ours: 404 page, not a click */
};
struct verdict {
    enum verdict_kind kind;
    enum click_outcome outcome;
    int status;                         /* HTTP status to answer */
    str location;                       /* for 3xx; in the scratch */
    bool cacheable;                     /* 301/308: private, max-age=90; else no-store */
    bool crawlable;                     /* else X-Robots-Tag: noindex */
    bool limited;                       /* has max_clicks: the journal append must succeed before answering */
    const struct cache_entry *reserved; /* for the undo when the append fails; valid only inside the read section: use
                                           resolver_undo at once */
    int64_t link_id, domain_id;
    int64_t valid_from_ms; /* for the not_started page */
    str host;              /* the canonical host of the domain, for the ledger */
    str code;              /* the path asked */
    str source, channel;   /* the link's own */
    str utm[UTM_COUNT];
    unsigned signals; /* visit's, plus SIGNAL_RESERVED_LIMIT when one was taken */
};
/* Memory for one verdict's texts; one per thread, reused. */
struct resolver_scratch {
    char location[4096];
    char text[4096];
};
void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out);
/* Gives back the limit taken by that verdict (link still in the cache or not). */
void resolver_undo(struct resolver *self, const struct verdict *verdict);

#endif
