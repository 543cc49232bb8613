/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CLICK_KEYRING_H
#define LINKPOND_ENGINE_CLICK_KEYRING_H

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/model/click_id.h"

/* The keys of click ids as the running program has them. Threads make what they seal and open with out of it, each its
 * own, and make it anew once the keys were set again: who makes an id for each visit asks by one load. */
struct click_keyring {
    atomic_uint turn; /* how often they were set */
    pthread_mutex_t lock;
    size_t len; /* under the lock, as the keys */
    char keys[CLICK_ID_VERSIONS_MAX * CLICK_ID_KEY_BYTES];
};
void click_keyring_init(struct click_keyring *self);
void click_keyring_done(struct click_keyring *self);
/* keys: as click_ids_new takes them. Any thread, as the next two. */
void click_keyring_set(struct click_keyring *self, str keys);
/* For one thread; click_ids_free() it. *turn: of these keys. NULL: out of memory, or there are none. */
struct click_ids *click_keyring_ids(struct click_keyring *self, unsigned *turn);
static inline bool click_keyring_turned(const struct click_keyring *self, unsigned turn)
{
    return atomic_load_explicit(&self->turn, memory_order_acquire) != turn;
}

#endif
