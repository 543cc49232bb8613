/* SPDX-License-Identifier: MIT */
#ifndef __SANITIZE_THREAD__
/* Read sections inline; ThreadSanitizer is kept out of liburcu, whose barriers it cannot see. */
#define _LGPL_SOURCE /* NOLINT: the library asks for this name */
#endif
#include <urcu/urcu-memb.h>

#include "cache_private.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
char cache_grace;
#endif

/*
 * One table for codes and aliases. An alias names its link's code and not its entry, so that an edit is one swap in
 * the code's slot however many aliases there are; a visit by alias pays a second look-up (some 50 ns). What is
 * replaced waits in `retired` until the publisher has seen a grace period.
 *
 * liburcu's memb flavour: QSBR would be cheaper still, but a redirect thread that idles in epoll would hold up every
 * edit; a reader-writer lock costs each reader a contended cache line.
 */
#define TABLE_SLOTS_START 1024
#define TAKEN             UINT64_C(0x8000000000000000) /* set in every stored hash: 0 means an empty slot */
#define ALIAS_MIX         UINT64_C(0x9e3779b97f4a7c15) /* spreads domain ids over the hash's seed */

struct cache *cache_new(size_t bytes_max)
{
    struct cache *self = calloc(1, sizeof *self);
    struct table *table = table_new(TABLE_SLOTS_START);
    struct host_table *hosts = host_table_new(NULL, 0);

    BUG_ON(!self || !table || !hosts);
    crypt_random(&self->seed, sizeof self->seed);
    self->bytes_max = bytes_max;
    atomic_store(&self->table, table);
    atomic_store(&self->hosts, hosts);
    atomic_store(&self->bytes, table_bytes(table));
    return self;
}

/* All else of an entry goes with the slab. */
static void pools_free(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        uint64_t node = atomic_load_explicit(&table->slots[i].node, memory_order_relaxed);
        if (node != 0 && !(node & NODE_ALIAS)) {
            live_code_free(entry_pool(node_entry(node)));
        }
    }
}

void cache_free(struct cache *self)
{
    if (!self) {
        return;
    }
    pools_free(atomic_load(&self->table));
    retired_free(&self->retired, &self->slab);
    free(self->retired.items);
    table_free(atomic_load(&self->table));
    free(atomic_load(&self->hosts));
    slab_done(&self->slab);
    free(self);
}

void cache_thread_register(void)
{
    urcu_memb_register_thread();
}

void cache_thread_unregister(void)
{
    urcu_memb_unregister_thread();
}

void cache_read_begin(void)
{
    urcu_memb_read_lock();
}

void cache_read_end(void)
{
#ifdef __SANITIZE_THREAD__
    __tsan_release(&cache_grace);
#endif
    urcu_memb_read_unlock();
}

struct key cache_code_key(const struct cache *self, str code)
{
    return (struct key){.hash = hash_xxh3(code.ptr, code.len, self->seed) | TAKEN, .text = code};
}

struct key cache_alias_key(const struct cache *self, int64_t domain_id, str text)
{
    uint64_t seed = self->seed ^ ((uint64_t)domain_id + 1) * ALIAS_MIX;

    return (struct key){hash_xxh3(text.ptr, text.len, seed) | TAKEN, text, domain_id, true};
}

static bool node_is(uint64_t node, const struct key *key)
{
    if (!(node & NODE_ALIAS)) {
        return node != 0 && !key->alias && entry_has_code(node_entry(node), key->text);
    }
    const struct alias_node *alias = node_alias(node);
    return key->alias && alias->domain_id == key->domain_id && alias->text_len == key->text.len &&
           memcmp(alias->bytes + alias->code_len, key->text.ptr, key->text.len) == 0;
}

struct slot *cache_slot_find(struct table *table, const struct key *key, uint64_t *node)
{
    for (size_t i = table_home(table, key->hash);; i = table_next(table, i)) {
        struct slot *slot = &table->slots[i];
        uint64_t hash = atomic_load_explicit(&slot->hash, memory_order_acquire);
        if (hash == 0) {
            *node = 0;
            return NULL;
        }
        if (hash != key->hash) {
            continue;
        }
        *node = atomic_load_explicit(&slot->node, memory_order_acquire);
        if (node_is(*node, key)) {
            return slot;
        }
    }
}

static uint64_t node_find(const struct cache *self, const struct key *key)
{
    uint64_t node;

    cache_slot_find(atomic_load_explicit(&self->table, memory_order_acquire), key, &node);
    return node;
}

const struct cache_entry *cache_find_code(const struct cache *self, str code)
{
    struct key key = cache_code_key(self, code);

    return node_entry(node_find(self, &key));
}

const struct cache_entry *cache_find_alias(const struct cache *self, int64_t domain_id, str folded)
{
    struct key key = cache_alias_key(self, domain_id, folded);
    uint64_t node = node_find(self, &key);

    if (node == 0) {
        return NULL;
    }
    const struct alias_node *alias = node_alias(node);
    return cache_find_code(self, (str){alias->bytes, alias->code_len});
}

const struct host_entry *cache_find_host(const struct cache *self, str host, bool or_default)
{
    return host_table_find(atomic_load_explicit(&self->hosts, memory_order_acquire), host, or_default);
}

bool cache_complete(const struct cache *self)
{
    return atomic_load_explicit(&self->complete, memory_order_acquire);
}

void cache_stats(const struct cache *self, struct cache_stats *out)
{
    *out = (struct cache_stats){
        .links = atomic_load_explicit(&self->links, memory_order_relaxed),
        .aliases = atomic_load_explicit(&self->aliases, memory_order_relaxed),
        .bytes = atomic_load_explicit(&self->bytes, memory_order_relaxed),
        .slots = atomic_load_explicit(&self->table, memory_order_acquire)->count,
    };
}

void cache_set_complete(struct cache *self, bool complete)
{
    atomic_store_explicit(&self->complete, complete, memory_order_release);
}

str cache_fold(str text, bool fold_case, char out[LIMIT_ALIAS_IMPORTED])
{
    if (!fold_case || text.len > LIMIT_ALIAS_IMPORTED) {
        return text;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return (str){out, text.len};
}
