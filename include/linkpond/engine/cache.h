/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CACHE_H
#define LINKPOND_ENGINE_CACHE_H

#include "linkpond/engine/live_code.h"
#include "linkpond/model/link.h"

/*
 * All links in memory, packed, so that a redirect asks no database. Open addressing; a slot is two 64-bit words (key
 * hash, published last; entry, one atomic store). Entries are immutable but for their atomic limit counter: an edit
 * builds a new entry, swaps it in, and the old one is reused after a grace period (liburcu-memb). The full key text is
 * always compared. A plain link takes at most 160 bytes with its slot; title, tags and notes are never here.
 *
 * Threads: one publisher (the writer thread, or main before the others start); any number of registered readers.
 */
struct cache;
struct cache_entry;

/* What the hot path needs of a link. Texts are borrowed: on publishing copied, on reading lent until cache_read_end. */
struct link_entry {
    int64_t id;
    int64_t domain_id;
    str code, url, fallback_url, source, channel, click_id_param;
    str utm[UTM_COUNT];
    struct link_gate gate;
    int redirect_status;
    int64_t max_clicks; /* 0 = no limit */
    bool forward_query, visitor_wins, crawlable;
    bool click_places; /* url has places for the click id (click_id.h) */
    bool gone;         /* tombstone: answers as disabled, for ever */
    /* Which of its addresses no link may lead to (CACHE_BARRED_); read only: the cache knows the lists. */
    unsigned barred;
    /* A live code. One that is not in memory has no pool here, and cannot be answered. cache_put takes the pool over,
     * also on an error, and frees it once nobody reads the link's version any more. */
    bool live;
    struct live_code *pool;
};

#define CACHE_BARRED_URL      1u
#define CACHE_BARRED_FALLBACK 2u

/* A host that serves short links. */
struct host_entry {
    int64_t domain_id;
    str host; /* canonical, with ":port" when the domain has one */
    str scheme;
    bool is_default, enabled, serves_all;
    str root_url, not_found_url, expired_url;
};

/* bytes_max: memory for entries and slots; links beyond it are not cached (then cache_complete is false). */
struct cache *cache_new(size_t bytes_max);
void cache_free(struct cache *self);
/* The places of live codes' targets, lent by whoever owns both, for those who publish links; NULL until then. */
void cache_set_places(struct cache *self, struct live_places *places);
struct live_places *cache_places(const struct cache *self);

/* Which destinations links may lead to, from now on: notes for every link here, and for those put later, which of its
 * addresses and targets are barred. Lent until the next call; NULL = none is barred. A visit looks nothing up: it reads
 * one byte of the entry it has anyway. The publisher. */
void cache_set_destinations(struct cache *self, const struct destinations *destinations);
/* How many links those would bar from their own address. The publisher. */
size_t cache_count_barred(const struct cache *self, const struct destinations *destinations);

/* ---- publisher
 * ------------------------------------------------------------------------------------------------------- */
/* Adds or replaces the link's entry under its code and its aliases (domain id, folded text; all of them every time: one
 * that is not named any more is forgotten). used = reservations already made; on replacement of a limited entry the
 * running counter is kept when keep_used. ERR_NOMEM: over bytes_max (or texts of more than 8 KiB); the link is not
 * cached, an older version of it is forgotten, and the cache is marked incomplete. Links with a limit are cached even
 * past bytes_max, because their counter lives here, and so are live codes. */
struct cache_alias {
    int64_t domain_id;
    str folded;
};
/* The form in which aliases are stored and looked up: ASCII A-Z to a-z when fold_case, every other byte as it is. A
 * text over LIMIT_ALIAS_IMPORTED comes back unchanged. */
str cache_fold(str text, bool fold_case, char out[LIMIT_ALIAS_IMPORTED]);
enum err cache_put(struct cache *self, const struct link_entry *link, const struct cache_alias *aliases,
                   size_t aliases_count, int64_t used, bool keep_used);
/* About so many links are about to be put: room for them is made at once, and no more than they need. Being wrong costs
 * time or memory, never a link. */
void cache_expect(struct cache *self, size_t links);
/* This code is about to be put or looked up: its slot is asked for from memory, where a look-up spends its time. The
 * publisher, or inside a read section. */
void cache_prefetch(const struct cache *self, str code);
/* The second step, once the slot is there: what stands in it is asked for. Nothing happens when the slot is another's.
 * Threads as above. */
void cache_prefetch_entry(const struct cache *self, str code);
/* Forgets the link and its aliases (purge). */
void cache_drop(struct cache *self, str code);
/* Replaces the table of hosts. */
enum err cache_put_hosts(struct cache *self, const struct host_entry *hosts, size_t count);
/* Returns when no reader can still see what was replaced before this call. Call it before answering 2xx to an edit. */
void cache_synchronize(struct cache *self);
/* Waits until every read section that is open now has ended. Any thread that is in none. */
void cache_wait_readers(void);
/* The loader says: everything is here, a miss is a 404. */
void cache_set_complete(struct cache *self, bool complete);

/* ---- readers
 * ----------------------------------------------------------------------------------------------------------- */
void cache_thread_register(void);
void cache_thread_unregister(void);
/* Never blocks, never allocates. Keep it short: resolve and copy. */
void cache_read_begin(void);
void cache_read_end(void);
const struct cache_entry *cache_find_code(const struct cache *self, str code);
const struct cache_entry *cache_find_alias(const struct cache *self, int64_t domain_id, str folded);
/* Unpacks; texts point into the entry. */
void cache_view(const struct cache_entry *entry, struct link_entry *out);
/* NULL when that host is not ours. `host` canonical lower case, port included when given. With the default host as
 * fallback if `or_default`. */
const struct host_entry *cache_find_host(const struct cache *self, str host, bool or_default);
/* Takes one of max_clicks: false when used up. Exact under concurrency. */
bool cache_reserve(const struct cache_entry *entry);
void cache_unreserve(const struct cache_entry *entry);
int64_t cache_used(const struct cache_entry *entry);
bool cache_complete(const struct cache *self);

struct cache_stats {
    uint64_t links, aliases, bytes, slots;
};
void cache_stats(const struct cache *self, struct cache_stats *out);

#endif
