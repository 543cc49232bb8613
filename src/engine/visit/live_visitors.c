/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/live_visitors.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/store/targets.h"

/*
 * Buckets of eight slots; a slot is a hash and, in one word, the second it was seen and a target. A slot changes hands
 * by marking its value, then its new hash, then its new value: a reader that finds its hash, a value, its hash and the
 * same value again has a pair that belongs together (its hash twice is not enough: while a thread waits for a core, a
 * slot may go to another and come back), and a writer that finds the mark leaves the slot to whoever set it.
 */
#define BUCKET     8
#define TARGET_MAX UINT64_C(0xffffffff)
#define CHANGING   UINT64_C(1) /* the mark: of a target in the second 0, in which nobody is remembered */

enum { OF_LINK, OF_TARGET, BY_NUMBER, BY_DAY };

struct slot_of_visitor {
    _Atomic uint64_t hash;  /* 0 = empty */
    _Atomic uint64_t value; /* seconds << 32 | target id; 0 = empty */
};
struct live_visitors {
    struct siphash_key secret;
    size_t mask; /* of buckets */
    struct slot_of_visitor slots[];
};

struct live_visitors *live_visitors_new(size_t slots)
{
    struct live_visitors *self = calloc(1, sizeof *self + slots * sizeof self->slots[0]); /* untouched pages are free */

    if (self) {
        self->mask = slots / BUCKET - 1;
        crypt_random(&self->secret, sizeof self->secret);
    }
    return self;
}

void live_visitors_free(struct live_visitors *self)
{
    free(self);
}

static uint64_t hash_of(const struct live_visitors *self, uint64_t kind, uint64_t a, uint64_t b)
{
    const uint64_t words[] = {kind, a, b};
    uint64_t hash = hash_sip(&self->secret, words, sizeof words);

    return hash ? hash : 1;
}

uint64_t live_visitors_by_number(const struct live_visitors *self, int64_t number)
{
    return hash_of(self, BY_NUMBER, (uint64_t)number, 0);
}

uint64_t live_visitors_by_day(const struct live_visitors *self, int64_t civil_day, const struct addr *ip,
                              str user_agent)
{
    uint64_t from = hash_sip(&self->secret, ip->bytes, sizeof ip->bytes);
    str kept = utf8_cut(user_agent, LIMIT_CLICK_UA);
    uint64_t agent = hash_sip(&self->secret, kept.ptr, kept.len);

    return hash_of(self, BY_DAY + ((uint64_t)civil_day << 8), from, agent);
}

/* ---- the table ---- */

static struct slot_of_visitor *bucket_of(const struct live_visitors *self, uint64_t hash)
{
    return (struct slot_of_visitor *)&self->slots[(hash >> 20 & self->mask) * BUCKET];
}

static bool find(const struct live_visitors *self, uint64_t hash, uint64_t *value)
{
    struct slot_of_visitor *bucket = bucket_of(self, hash);

    for (size_t i = 0; i < BUCKET; i++) {
        if (atomic_load_explicit(&bucket[i].hash, memory_order_acquire) == hash) {
            *value = atomic_load_explicit(&bucket[i].value, memory_order_acquire);
            return *value > CHANGING && atomic_load_explicit(&bucket[i].hash, memory_order_acquire) == hash &&
                   atomic_load_explicit(&bucket[i].value, memory_order_relaxed) == *value;
        }
    }
    return false;
}

/* Empty ones first, then by when they were seen. */
static uint64_t rank_of(const struct slot_of_visitor *slot)
{
    bool empty = atomic_load_explicit(&slot->hash, memory_order_relaxed) == 0;

    return empty ? 0 : 1 + (atomic_load_explicit(&slot->value, memory_order_relaxed) >> 1);
}

/* The slot that has the hash, else an empty one, else the one seen longest ago. */
static struct slot_of_visitor *slot_for(struct live_visitors *self, uint64_t hash)
{
    struct slot_of_visitor *bucket = bucket_of(self, hash), *first = bucket;

    for (size_t i = 0; i < BUCKET; i++) {
        if (atomic_load_explicit(&bucket[i].hash, memory_order_relaxed) == hash) {
            return &bucket[i];
        }
        first = rank_of(&bucket[i]) < rank_of(first) ? &bucket[i] : first;
    }
    return first;
}

static void put(struct live_visitors *self, uint64_t hash, uint64_t value)
{
    struct slot_of_visitor *slot = slot_for(self, hash);
    uint64_t seen = atomic_load_explicit(&slot->value, memory_order_relaxed);
    bool own = atomic_load_explicit(&slot->hash, memory_order_relaxed) == hash;

    /* Whoever marks the value has the slot; who comes second leaves it: the table forgets a visitor now and then. */
    if (seen == CHANGING ||
        !atomic_compare_exchange_strong_explicit(&slot->value, &seen, own ? value : CHANGING, memory_order_acq_rel,
                                                 memory_order_relaxed) ||
        own) {
        return;
    }
    atomic_store_explicit(&slot->hash, hash, memory_order_release);
    atomic_store_explicit(&slot->value, value, memory_order_release);
}

/* ---- who was sent where ---- */

static int64_t seen_of(uint64_t value)
{
    return (int64_t)(value >> 32) * MS_PER_SECOND;
}

bool live_visitors_sent(const struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t *target_id,
                        int64_t *seen_ms)
{
    uint64_t value;

    if (!find(self, hash_of(self, OF_LINK, visitor, (uint64_t)link_id), &value)) {
        return false;
    }
    *target_id = (int64_t)(value & TARGET_MAX);
    *seen_ms = seen_of(value);
    return true;
}

bool live_visitors_held(const struct live_visitors *self, uint64_t visitor, int64_t target_id, int64_t *seen_ms)
{
    uint64_t value;

    if (!find(self, hash_of(self, OF_TARGET, visitor, (uint64_t)target_id), &value)) {
        return false;
    }
    *seen_ms = seen_of(value);
    return true;
}

void live_visitors_remember(struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t target_id,
                            int64_t seen_ms)
{
    if (target_id <= 0 || (uint64_t)target_id > TARGET_MAX || seen_ms < MS_PER_SECOND) {
        return;
    }
    uint64_t value = (uint64_t)(seen_ms / MS_PER_SECOND) << 32 | (uint64_t)target_id;
    put(self, hash_of(self, OF_LINK, visitor, (uint64_t)link_id), value);
    put(self, hash_of(self, OF_TARGET, visitor, (uint64_t)target_id), value);
}

void live_visitors_recall(struct live_visitors *self, uint64_t visitor, int64_t link_id, int64_t target_id,
                          int64_t seen_ms)
{
    int64_t latest_id = 0, latest_ms = 0, held_ms = 0;
    bool newer = live_visitors_sent(self, visitor, link_id, &latest_id, &latest_ms) && latest_ms >= seen_ms;
    bool held = live_visitors_held(self, visitor, target_id, &held_ms) && held_ms >= seen_ms;

    if (!held || !newer) {
        live_visitors_remember(self, visitor, link_id, target_id, held ? held_ms : seen_ms);
    }
    if (newer) { /* is the one a visitor is kept at */
        live_visitors_remember(self, visitor, link_id, latest_id, latest_ms);
    }
}

enum err live_visitors_load(struct live_visitors *self, struct db *db, int64_t since_ms)
{
    struct stmt *rows = target_visitors_each(db, since_ms, (self->mask + 1) * BUCKET / 2);
    struct target_visitor row;

    while (target_visitors_next(rows, &row)) {
        live_visitors_recall(self, live_visitors_by_number(self, row.visitor), row.link_id, row.target_id, row.seen_ms);
    }
    return stmt_err(rows);
}
