/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CACHE_PRIVATE_H
#define LINKPOND_ENGINE_CACHE_PRIVATE_H

#include <stdatomic.h>

#include "linkpond/engine/cache.h"

__extension__ typedef unsigned __int128 u128;

/* The parts of the cache: memory (cache_memory.c), slots (cache_table.c), packed entries (cache_entry.c), hosts
 * (cache_hosts.c), and the whole (cache.c). Publisher's side unless said otherwise. */

/* ---- memory: blocks in steps of 8 bytes, bumped from chunks and reused through a free list per size */
#define BLOCK_STEP  8
#define BLOCK_BYTES 8192
#define BLOCK_SIZES (BLOCK_BYTES / BLOCK_STEP + 1)
#define HUGE_PAGE   ((size_t)2 << 20)
struct chunk;
struct slab {
    struct chunk *chunks;
    uint8_t *at;
    size_t left;
    size_t bytes; /* handed out of chunks so far, free lists included */
    void *free[BLOCK_SIZES];
};
/* bytes <= BLOCK_BYTES, aligned to 8, not zeroed. *steps is what slab_free wants. NULL: out of memory, or the chunks
 * would hand out more than bytes_max. */
void *slab_alloc(struct slab *self, size_t bytes, size_t bytes_max, uint16_t *steps);
void slab_free(struct slab *self, void *block, uint16_t steps);
void slab_done(struct slab *self);
/* Not zeroed; on huge pages where the system has them and bytes, then a multiple of HUGE_PAGE, are enough for one. */
void *huge_alloc(size_t bytes);

/* ---- what was replaced and may still be read */
struct retired_item {
    void *ptr;
    uint16_t steps; /* 0 = malloc'ed; RETIRED_POOL */
};
#define RETIRED_POOL UINT16_MAX /* a struct live_code */
struct retired {
    struct retired_item *items;
    size_t count, cap;
};
/* False when the list cannot grow: the caller waits for readers and frees at once. */
bool retired_add(struct retired *self, void *ptr, uint16_t steps);
void retired_free(struct retired *self, struct slab *slab);
/* One of them, at once. */
void retired_free_one(struct slab *slab, void *ptr, uint16_t steps);

/* ---- slots */
struct slot {
    _Atomic uint64_t hash; /* 0 = never used; published last */
    _Atomic uint64_t node; /* address of an entry or an alias | NODE_ALIAS; 0 = removed */
};
#define NODE_ALIAS UINT64_C(1)
struct table {
    size_t count;
    size_t taken; /* slots with a hash, removed ones too */
    struct slot *slots;
};
/* Where a key of that hash belongs, by the hash's upper bits below the one that every hash has; and what follows. */
static inline size_t table_home(const struct table *self, uint64_t hash)
{
    return (size_t)((u128)(hash << 1) * self->count >> 64);
}
static inline size_t table_next(const struct table *self, size_t at)
{
    return at + 1 < self->count ? at + 1 : 0;
}
struct table *table_new(size_t slots);
void table_free(struct table *self);
size_t table_bytes(const struct table *self);
/* Puts a node whose key is not there; the table has room. */
void table_insert(struct table *self, uint64_t hash, uint64_t node);
/* A table of at least `need` more slots with all that `self` holds, or NULL. */
struct table *table_grow(const struct table *self, size_t live, size_t need);
bool table_has_room(const struct table *self, size_t need);

/* ---- packed entries */
struct alias_node {
    struct alias_node *next; /* publisher only: the link's other aliases */
    int64_t domain_id;
    uint16_t steps;
    uint8_t code_len, text_len;
    char bytes[]; /* code, then text */
};
struct limit_cell {
    _Atomic int64_t used;
    uint16_t steps;
};
struct live_code *entry_pool(const struct cache_entry *self); /* any thread; NULL = no live code */
size_t entry_bytes(const struct link_entry *link, bool has_aliases);
/* False when a text is longer than can be packed. */
bool entry_fits(const struct link_entry *link);
void entry_pack(struct cache_entry *self, uint16_t steps, const struct link_entry *link, struct limit_cell *cell,
                struct alias_node *aliases);
uint16_t entry_steps(const struct cache_entry *self);
struct limit_cell *entry_cell(const struct cache_entry *self);    /* any thread; NULL = no limit */
int64_t entry_max_clicks(const struct cache_entry *self);         /* any thread */
struct alias_node *entry_aliases(const struct cache_entry *self); /* NULL = none */
bool entry_has_code(const struct cache_entry *self, str code);    /* any thread */
/* Which of its addresses those lists bar: said, and noted with those of its targets. */
unsigned entry_bars(const struct cache_entry *self, const struct destinations *destinations);
void entry_judge(struct cache_entry *self, const struct destinations *destinations);

/* ---- hosts */
struct host_table;
struct host_table *host_table_new(const struct host_entry *hosts, size_t count);
const struct host_entry *host_table_find(const struct host_table *self, str host, bool or_default); /* any thread */

/* ---- the whole */
struct cache {
    struct table *_Atomic table;
    struct host_table *_Atomic hosts;
    atomic_bool complete;
    uint64_t seed; /* random per process: nobody can prepare colliding codes */
    size_t bytes_max;
    struct live_places *places;
    const struct destinations *destinations;
    struct slab slab;
    struct retired retired;
    _Atomic uint64_t links, aliases, bytes;
};

/* What is looked for: a code, or an alias on a domain. */
struct key {
    uint64_t hash;
    str text;
    int64_t domain_id;
    bool alias;
};

struct key cache_code_key(const struct cache *self, str code);
struct key cache_alias_key(const struct cache *self, int64_t domain_id, str text);
/* The slot of a key, NULL when it is not there. *node is what was compared: a reader must not load the slot again, it
 * may hold another key by then. */
struct slot *cache_slot_find(struct table *table, const struct key *key, uint64_t *node);

static inline const struct cache_entry *node_entry(uint64_t node)
{
    return (const struct cache_entry *)(uintptr_t)node;
}

static inline struct alias_node *node_alias(uint64_t node)
{
    return (struct alias_node *)(uintptr_t)(node & ~NODE_ALIAS);
}

#ifdef __SANITIZE_THREAD__
/* liburcu's barriers are invisible to ThreadSanitizer: readers release and the publisher acquires this address, which
 * says that what a reader did before its section ended comes before what the publisher does after a grace period. */
extern char cache_grace;
#endif

#endif
