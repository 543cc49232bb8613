/* SPDX-License-Identifier: MIT */
#include <urcu/urcu-memb.h>

#include "cache_private.h"

#define CACHE_LINE  64
#define ENTRY_LINES 3 /* an ordinary link: its head, its code, its address */

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

/* The publisher's side of the cache: one thread, which may wait for readers but is never waited for by them. All memory
 * of an edit is taken before anything is swapped, so an edit happens whole or not at all. */
#define RETIRED_MAX 4096 /* then the publisher waits for readers by itself */

void cache_wait_readers(void)
{
    urcu_memb_synchronize_rcu();
#ifdef __SANITIZE_THREAD__
    __tsan_acquire(&cache_grace);
#endif
}

static void wait_for_readers(struct cache *self)
{
    cache_wait_readers();
    retired_free(&self->retired, &self->slab);
}

void cache_synchronize(struct cache *self)
{
    if (self->retired.count > 0) {
        wait_for_readers(self);
    }
}

static void retire(struct cache *self, void *ptr, uint16_t steps)
{
    if (self->retired.count < RETIRED_MAX && retired_add(&self->retired, ptr, steps)) {
        return;
    }
    wait_for_readers(self);
    retired_free_one(&self->slab, ptr, steps);
}

static struct table *table_of(struct cache *self)
{
    return atomic_load_explicit(&self->table, memory_order_relaxed);
}

static void count_bytes(struct cache *self)
{
    atomic_store_explicit(&self->bytes, self->slab.bytes + table_bytes(table_of(self)), memory_order_relaxed);
}

static bool make_room(struct cache *self, size_t need, size_t bytes_max)
{
    struct table *table = table_of(self);

    if (table_has_room(table, need)) {
        return true;
    }
    struct table *grown = table_grow(table, self->links + self->aliases, need);
    if (!grown || table_bytes(grown) + self->slab.bytes > bytes_max) {
        table_free(grown);
        return false;
    }
    atomic_store_explicit(&self->table, grown, memory_order_release);
    retire(self, table->slots, 0);
    retire(self, table, 0);
    return true;
}

static void *block_new(struct cache *self, size_t bytes, size_t bytes_max, uint16_t *steps)
{
    size_t slots = table_bytes(table_of(self));

    return bytes_max > slots ? slab_alloc(&self->slab, bytes, bytes_max - slots, steps) : NULL;
}

static void aliases_free(struct cache *self, struct alias_node *first)
{
    while (first) {
        struct alias_node *next = first->next;
        slab_free(&self->slab, first, first->steps);
        first = next;
    }
}

/* The chain of a link's aliases, not yet in the table; false when memory ran out. */
static bool aliases_new(struct cache *self, str code, const struct cache_alias *aliases, size_t count, size_t bytes_max,
                        struct alias_node **first)
{
    *first = NULL;
    for (size_t i = 0; i < count; i++) {
        str text = aliases[i].folded;
        uint16_t steps = 0;
        struct alias_node *node =
            text.len <= UINT8_MAX ? block_new(self, sizeof *node + code.len + text.len, bytes_max, &steps) : NULL;
        if (!node) {
            aliases_free(self, *first);
            return false;
        }
        *node = (struct alias_node){*first, aliases[i].domain_id, steps, (uint8_t)code.len, (uint8_t)text.len};
        memcpy(node->bytes, code.ptr, code.len);
        memcpy(node->bytes + code.len, text.ptr, text.len);
        *first = node;
    }
    return true;
}

static struct key alias_node_key(const struct cache *self, const struct alias_node *node)
{
    return cache_alias_key(self, node->domain_id, (str){node->bytes + node->code_len, node->text_len});
}

static void aliases_publish(struct cache *self, struct alias_node *first)
{
    for (struct alias_node *node = first; node; node = node->next) {
        struct key key = alias_node_key(self, node);
        uint64_t old;
        struct slot *slot = cache_slot_find(table_of(self), &key, &old);
        if (slot) {
            atomic_store_explicit(&slot->node, (uintptr_t)node | NODE_ALIAS, memory_order_release);
        } else {
            table_insert(table_of(self), key.hash, (uintptr_t)node | NODE_ALIAS);
            self->aliases++;
        }
    }
}

/* Takes a link's former chain away. A slot that meanwhile holds another node of that key (the link's new one, or
 * another link's that took the alias over) stays. */
static void aliases_retire(struct cache *self, struct alias_node *first)
{
    while (first) {
        struct alias_node *next = first->next;
        struct key key = alias_node_key(self, first);
        uint64_t there;
        struct slot *slot = cache_slot_find(table_of(self), &key, &there);
        if (slot && node_alias(there) == first) {
            atomic_store_explicit(&slot->node, 0, memory_order_release);
            self->aliases--;
        }
        retire(self, first, first->steps);
        first = next;
    }
}

/* The counter of a link's next version: the running one, a new one, or NULL for no limit. False: out of memory. */
static bool cell_for(struct cache *self, const struct link_entry *link, const struct cache_entry *old, int64_t used,
                     bool keep_used, struct limit_cell **cell)
{
    uint16_t steps;

    *cell = NULL;
    if (link->max_clicks <= 0) {
        return true;
    }
    *cell = keep_used && old ? entry_cell(old) : NULL;
    if (!*cell) {
        *cell = block_new(self, sizeof **cell, SIZE_MAX, &steps);
        if (*cell) {
            atomic_init(&(*cell)->used, used);
            (*cell)->steps = steps;
        }
    }
    return *cell != NULL;
}

/* Everything the old version had and the new one (NULL when the link goes) has not. */
static void entry_retire(struct cache *self, const struct cache_entry *old, const struct limit_cell *kept)
{
    struct limit_cell *cell = entry_cell(old);

    aliases_retire(self, entry_aliases(old));
    if (cell && cell != kept) {
        retire(self, cell, cell->steps);
    }
    if (entry_pool(old)) {
        retire(self, entry_pool(old), RETIRED_POOL);
    }
    retire(self, (void *)(uintptr_t)old, entry_steps(old));
}

/* All memory of the link's next version, or none. */
static struct cache_entry *entry_new(struct cache *self, const struct link_entry *link,
                                     const struct cache_alias *aliases, size_t aliases_count,
                                     const struct cache_entry *old, int64_t used, bool keep_used)
{
    /* A limit is counted here and nowhere else, so limited links are kept beyond the bound; places likewise. */
    size_t bytes_max = link->max_clicks > 0 || link->pool ? SIZE_MAX : self->bytes_max;
    struct alias_node *chain = NULL;
    struct limit_cell *cell;
    uint16_t steps;

    if (!entry_fits(link) || !make_room(self, 1 + aliases_count, bytes_max) ||
        !aliases_new(self, link->code, aliases, aliases_count, bytes_max, &chain)) {
        return NULL;
    }
    struct cache_entry *entry = block_new(self, entry_bytes(link, chain != NULL), bytes_max, &steps);
    if (!entry || !cell_for(self, link, old, used, keep_used, &cell)) {
        aliases_free(self, chain);
        if (entry) {
            slab_free(&self->slab, entry, steps);
        }
        return NULL;
    }
    entry_pack(entry, steps, link, cell, chain);
    entry_judge(entry, self->destinations);
    return entry;
}

enum err cache_put(struct cache *self, const struct link_entry *link, const struct cache_alias *aliases,
                   size_t aliases_count, int64_t used, bool keep_used)
{
    struct key key = cache_code_key(self, link->code);
    uint64_t old;

    cache_slot_find(table_of(self), &key, &old);
    struct cache_entry *entry = entry_new(self, link, aliases, aliases_count, node_entry(old), used, keep_used);
    count_bytes(self);
    if (!entry) {
        /* First incomplete, then gone: a visit in between asks the database instead of getting the old version. */
        cache_set_complete(self, false);
        cache_drop(self, link->code);
        live_code_free(link->pool);
        return ERR_NOMEM;
    }
    struct slot *slot = cache_slot_find(table_of(self), &key, &old);
    if (slot) {
        atomic_store_explicit(&slot->node, (uintptr_t)entry, memory_order_release);
    } else {
        table_insert(table_of(self), key.hash, (uintptr_t)entry);
        self->links++;
    }
    aliases_publish(self, entry_aliases(entry));
    if (slot) {
        entry_retire(self, node_entry(old), entry_cell(entry));
    }
    return OK;
}

void cache_expect(struct cache *self, size_t links)
{
    make_room(self, links, self->bytes_max);
    count_bytes(self);
}

void cache_prefetch(const struct cache *self, str code)
{
    const struct table *table = atomic_load_explicit(&self->table, memory_order_acquire);

    __builtin_prefetch(&table->slots[table_home(table, cache_code_key(self, code).hash)]);
}

void cache_prefetch_entry(const struct cache *self, str code)
{
    const struct table *table = atomic_load_explicit(&self->table, memory_order_acquire);
    uint64_t hash = cache_code_key(self, code).hash;
    const struct slot *slot = &table->slots[table_home(table, hash)];

    if (atomic_load_explicit(&slot->hash, memory_order_acquire) == hash) {
        uintptr_t entry = (uintptr_t)(atomic_load_explicit(&slot->node, memory_order_relaxed) & ~NODE_ALIAS);
        for (size_t line = 0; line < ENTRY_LINES; line++) {
            __builtin_prefetch((const void *)(entry + line * CACHE_LINE)); /* a hint: any address will do */
        }
    }
}

void cache_drop(struct cache *self, str code)
{
    struct key key = cache_code_key(self, code);
    uint64_t old;
    struct slot *slot = cache_slot_find(table_of(self), &key, &old);

    if (slot) {
        atomic_store_explicit(&slot->node, 0, memory_order_release);
        self->links--;
        entry_retire(self, node_entry(old), NULL);
    }
}

void cache_set_places(struct cache *self, struct live_places *places)
{
    self->places = places;
}

struct live_places *cache_places(const struct cache *self)
{
    return self->places;
}

/* The next entry of the table at or behind slot *at; NULL at the end. */
static struct cache_entry *next_entry(const struct table *table, size_t *at)
{
    while (*at < table->count) {
        uint64_t node = atomic_load_explicit(&table->slots[(*at)++].node, memory_order_relaxed);
        if (node != 0 && !(node & NODE_ALIAS)) {
            return (struct cache_entry *)(uintptr_t)node;
        }
    }
    return NULL;
}

void cache_set_destinations(struct cache *self, const struct destinations *destinations)
{
    struct cache_entry *entry;
    size_t at = 0;

    self->destinations = destinations;
    while ((entry = next_entry(table_of(self), &at)) != NULL) {
        entry_judge(entry, destinations);
    }
}

size_t cache_count_barred(const struct cache *self, const struct destinations *destinations)
{
    const struct table *table = atomic_load_explicit(&self->table, memory_order_relaxed);
    const struct cache_entry *entry;
    size_t at = 0, count = 0;

    while ((entry = next_entry(table, &at)) != NULL) {
        count += (entry_bars(entry, destinations) & CACHE_BARRED_URL) != 0;
    }
    return count;
}

enum err cache_put_hosts(struct cache *self, const struct host_entry *hosts, size_t count)
{
    struct host_table *table = host_table_new(hosts, count);

    if (!table) {
        return ERR_NOMEM;
    }
    retire(self, atomic_exchange_explicit(&self->hosts, table, memory_order_acq_rel), 0);
    return OK;
}
