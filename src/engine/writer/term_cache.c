/* SPDX-License-Identifier: MIT */
#include "term_cache.h"

#include <stdlib.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/idmap.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/terms.h"

/*
 * Two generations: look-ups move what they find into the young one; when that is half the cache, the old one is
 * dropped. The hash of 128 bits under a secret nobody knows stands for the text. `door` remembers hashes of texts that
 * were seen once.
 */
#define DOOR_SLOTS (1U << 16)

struct term_cache {
    struct hash_secret secret;
    struct idmap young, old;
    uint32_t door[DOOR_SLOTS];
    int64_t next_id;
    int64_t hour;
    int64_t left; /* of this hour's budget */
};

static struct idmap *generation(struct term_cache *self)
{
    if (self->young.count >= LIMIT_TERM_CACHE / 2) {
        idmap_done(&self->old);
        self->old = self->young;
        idmap_init(&self->young, LIMIT_TERM_CACHE);
    }
    return &self->young;
}

/* Out of memory costs speed only. */
static void remember(struct term_cache *self, struct hash128 hash, int64_t id)
{
    int64_t *value = idmap_put(generation(self), hash.low, hash.high, NULL);

    if (value) {
        *value = id;
    }
}

static struct hash128 hash_of(const struct term_cache *self, str text)
{
    struct hash128 hash = hash_xxh3_128(&self->secret, text.ptr, text.len);

    hash.low >>= 1; /* never IDMAP_NO_KEY */
    return hash;
}

static enum err load(struct term_cache *self, struct db *db)
{
    int64_t max = 0, id = 0;
    str text = {0};
    enum err err = terms_max_id(db, &max);

    if (err != OK) {
        return err;
    }
    self->next_id = max + 1;
    struct stmt *rows = terms_each(db, max > LIMIT_TERM_CACHE / 2 ? max - LIMIT_TERM_CACHE / 2 : 0);
    while (terms_next(rows, &id, &text)) {
        remember(self, hash_of(self, text), id);
    }
    return stmt_err(rows);
}

enum err term_cache_open(struct db *db, struct term_cache **out)
{
    struct term_cache *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    crypt_random(&self->secret, sizeof self->secret);
    self->hour = -1;
    idmap_init(&self->young, LIMIT_TERM_CACHE);
    idmap_init(&self->old, LIMIT_TERM_CACHE);
    enum err err = load(self, db);
    if (err != OK) {
        term_cache_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void term_cache_free(struct term_cache *self)
{
    if (self) {
        idmap_done(&self->young);
        idmap_done(&self->old);
        free(self);
    }
}

static bool within_budget(struct term_cache *self, int64_t now_ms)
{
    if (self->hour != now_ms / MS_PER_HOUR) {
        self->hour = now_ms / MS_PER_HOUR;
        self->left = LIMIT_TERMS_PER_HOUR;
    }
    return self->left > 0;
}

static bool seen_before(struct term_cache *self, struct hash128 hash)
{
    uint32_t *slot = &self->door[hash.low % DOOR_SLOTS], mark = (uint32_t)hash.high;

    if (*slot == mark) {
        return true;
    }
    *slot = mark;
    return false;
}

/* Not in memory: in the table, or new. */
static enum err intern_slow(struct term_cache *self, struct db *db, str text, struct hash128 hash, int64_t now_ms,
                            int64_t *id)
{
    enum err err = terms_find(db, text, id);

    if (err == ERR_NOT_FOUND && within_budget(self, now_ms)) {
        *id = self->next_id;
        err = terms_insert(db, *id, text);
        if (err == OK) {
            self->next_id++;
            self->left--;
        } else if (err == ERR_CONFLICT) { /* somebody else added terms */
            err = terms_max_id(db, id);
            self->next_id = *id + 1;
            return err == OK ? ERR_NOT_FOUND : err;
        }
    }
    if (err == OK) {
        remember(self, hash, *id);
    }
    return err;
}

enum err term_cache_intern(struct term_cache *self, struct db *db, str text, enum term_origin origin, int64_t now_ms,
                           struct click_value *out)
{
    *out = (struct click_value){0};
    if (text.len == 0) {
        return OK;
    }
    struct hash128 hash = hash_of(self, text);
    const int64_t *known = idmap_find(&self->young, hash.low, hash.high);
    if (known) {
        out->term = *known;
        return OK;
    }
    known = idmap_find(&self->old, hash.low, hash.high);
    if (known) {
        out->term = *known;
        remember(self, hash, out->term);
        return OK;
    }
    out->text = text;
    if (origin == TERM_STRANGERS && !seen_before(self, hash)) {
        return OK;
    }
    int64_t id = 0;
    enum err err = intern_slow(self, db, text, hash, now_ms, &id);
    if (err == OK) {
        *out = (struct click_value){.term = id};
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err term_cache_rolled_back(struct term_cache *self, struct db *db)
{
    idmap_clear(&self->young);
    idmap_clear(&self->old);
    return load(self, db);
}
