/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/click_keyring.h"

#include <string.h>

#include "linkpond/base/crypt.h"

void click_keyring_init(struct click_keyring *self)
{
    memset(self, 0, sizeof *self);
    pthread_mutex_init(&self->lock, NULL);
}

void click_keyring_done(struct click_keyring *self)
{
    crypt_cleanse(self->keys, sizeof self->keys);
    pthread_mutex_destroy(&self->lock);
}

void click_keyring_set(struct click_keyring *self, str keys)
{
    BUG_ON(keys.len > sizeof self->keys);
    pthread_mutex_lock(&self->lock);
    crypt_cleanse(self->keys, sizeof self->keys);
    memcpy(self->keys, keys.ptr, keys.len);
    self->len = keys.len;
    atomic_fetch_add_explicit(&self->turn, 1, memory_order_release);
    pthread_mutex_unlock(&self->lock);
}

struct click_ids *click_keyring_ids(struct click_keyring *self, unsigned *turn)
{
    pthread_mutex_lock(&self->lock);
    struct click_ids *ids = click_ids_new((str){self->keys, self->len});
    *turn = atomic_load(&self->turn);
    pthread_mutex_unlock(&self->lock);
    return ids;
}
