/* SPDX-License-Identifier: MIT */
/*
 * The generic cell rate algorithm (ITU-T I.371, the "virtual scheduling" form): a key's theoretical arrival time
 * (TAT) moves one interval forward per charge; a charge is refused while TAT - now > (burst - 1) * interval.
 *
 * A key whose TAT has passed behaves as one never seen. That makes forgetting cheap: within a full bucket the entry
 * whose TAT comes first is replaced, so filling the table with fresh keys pushes out the nearly harmless ones
 * and never somebody who is far over the limit. Keys are kept as their SipHash under a key of this table's own:
 * strangers cannot aim at a bucket, and two keys share an entry with chance 2^-64.
 *
 * One lock covers the buckets whose number ends alike; locks stand on cache lines of their own.
 */
#include "linkpond/base/gcra.h"

#include <pthread.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"

#define BUCKET_ENTRIES 8
#define ENTRIES_MAX    ((size_t)1 << 28) /* 4 GiB; more is a slip in the settings */
#define LOCKS_MAX      64
#define TAT_NEVER      INT64_MIN

struct entry {
    uint64_t hash;
    int64_t tat_ns;
};

struct bucket {
    _Alignas(64) struct entry entries[BUCKET_ENTRIES];
};

struct shard {
    _Alignas(64) pthread_mutex_t lock;
};

struct gcra {
    struct siphash_key hash_key;
    int64_t interval_ns;
    int64_t tolerance_ns;
    size_t buckets; /* a power of two, as shards */
    size_t shards;
    struct bucket *table;
    struct shard locks[LOCKS_MAX];
};

static size_t power_of_two_at_least(size_t value)
{
    size_t power = 1;

    while (power < value) {
        power *= 2;
    }
    return power;
}

static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

struct gcra *gcra_new(size_t entries, unsigned burst, int64_t interval_ns)
{
    BUG_ON(burst < 1 || interval_ns <= 0 || entries > ENTRIES_MAX);

    struct gcra *self = aligned_alloc(64, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->buckets = power_of_two_at_least(entries) / BUCKET_ENTRIES;
    if (self->buckets == 0) {
        self->buckets = 1;
    }
    self->shards = self->buckets < LOCKS_MAX ? self->buckets : LOCKS_MAX;
    self->interval_ns = interval_ns;
    if (__builtin_mul_overflow((int64_t)burst - 1, interval_ns, &self->tolerance_ns)) {
        self->tolerance_ns = INT64_MAX;
    }
    crypt_random(&self->hash_key, sizeof self->hash_key);
    self->table = aligned_alloc(64, self->buckets * sizeof *self->table);
    if (self->table == NULL) {
        free(self);
        return NULL;
    }
    for (size_t i = 0; i < self->buckets * BUCKET_ENTRIES; i++) {
        self->table[i / BUCKET_ENTRIES].entries[i % BUCKET_ENTRIES] = (struct entry){.hash = 0, .tat_ns = TAT_NEVER};
    }
    for (size_t i = 0; i < self->shards; i++) {
        BUG_ON(pthread_mutex_init(&self->locks[i].lock, NULL) != 0);
    }
    return self;
}

void gcra_free(struct gcra *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->shards; i++) {
        pthread_mutex_destroy(&self->locks[i].lock);
    }
    free(self->table);
    free(self);
}

/* The entry of that hash, else the one to give up for it (free ones have the earliest TAT of all). */
static struct entry *bucket_entry(struct bucket *bucket, uint64_t hash)
{
    struct entry *soonest = &bucket->entries[0];

    for (size_t i = 0; i < BUCKET_ENTRIES; i++) {
        struct entry *entry = &bucket->entries[i];

        if (entry->hash == hash && entry->tat_ns != TAT_NEVER) {
            return entry;
        }
        if (entry->tat_ns < soonest->tat_ns) {
            soonest = entry;
        }
    }
    return soonest;
}

int64_t gcra_charge(struct gcra *self, str key, int64_t now_ns)
{
    uint64_t hash = hash_sip(&self->hash_key, key.ptr, key.len);
    size_t index = (size_t)hash & (self->buckets - 1);
    pthread_mutex_t *lock = &self->locks[index & (self->shards - 1)].lock;
    int64_t wait_ns = 0;

    pthread_mutex_lock(lock);
    struct entry *entry = bucket_entry(&self->table[index], hash);
    bool known = entry->hash == hash && entry->tat_ns > now_ns;
    int64_t tat_ns = known ? entry->tat_ns : now_ns;

    if (tat_ns - now_ns > self->tolerance_ns) {
        wait_ns = tat_ns - now_ns - self->tolerance_ns;
    } else {
        *entry = (struct entry){.hash = hash, .tat_ns = add_capped(tat_ns, self->interval_ns)};
    }
    pthread_mutex_unlock(lock);
    return wait_ns;
}
