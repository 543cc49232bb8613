/* SPDX-License-Identifier: MIT */
#include "known_links.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"

/*
 * Direct-mapped, as known_visits.c is, and for the same reason: a hash under a secret stands for the texts. One look
 * here instead of one for each text, each at a cold place of a table of megabytes.
 */
#define TEXTS         4
#define KEY_HEAD      (TEXTS * sizeof(uint16_t))
#define KEY_BYTES_MAX 1024 /* longer ones have parameters in them and never come again */

static const enum click_column columns[TEXTS] = {CLICK_CODE, CLICK_TARGET, CLICK_LOCATION, CLICK_LOCATION_FORM};

struct known_link {
    struct hash128 key; /* both halves 0 = empty */
    int64_t terms[TEXTS];
};
struct known_links {
    struct hash_secret secret;
    struct hash128 missed; /* both halves 0 = nothing to keep */
    struct known_link slots[KNOWN_LINKS];
};

struct known_links *known_links_new(void)
{
    struct known_links *self = calloc(1, sizeof *self);

    if (self) {
        crypt_random(&self->secret, sizeof self->secret);
    }
    return self;
}

void known_links_free(struct known_links *self)
{
    free(self);
}

void known_links_forget(struct known_links *self)
{
    self->missed = (struct hash128){0, 0};
    memset(self->slots, 0, sizeof self->slots);
}

static bool is_none(struct hash128 key)
{
    return key.low == 0 && key.high == 0;
}

/* Lengths, then the texts one behind the other. */
static bool key_of(const struct known_links *self, const struct link_texts *of, struct hash128 *out)
{
    const str texts[TEXTS] = {of->code, of->target, of->location, of->form};
    char bytes[KEY_BYTES_MAX];
    uint16_t lens[TEXTS];
    size_t len = KEY_HEAD;

    for (size_t i = 0; i < TEXTS; i++) {
        if (texts[i].len > sizeof bytes - len) {
            return false;
        }
        lens[i] = (uint16_t)texts[i].len;
        if (texts[i].len > 0) {
            memcpy(bytes + len, texts[i].ptr, texts[i].len);
            len += texts[i].len;
        }
    }
    memcpy(bytes, lens, sizeof lens);
    *out = hash_xxh3_128(&self->secret, bytes, len);
    return !is_none(*out);
}

static struct known_link *slot_of(struct known_links *self, struct hash128 key)
{
    return &self->slots[key.low % KNOWN_LINKS];
}

bool known_links_find(struct known_links *self, const struct link_texts *texts, struct click_row *row)
{
    struct hash128 key;

    self->missed = (struct hash128){0, 0};
    if (!key_of(self, texts, &key)) {
        return false;
    }
    const struct known_link *known = slot_of(self, key);
    if (!hash128_eq(known->key, key)) {
        self->missed = key;
        return false;
    }
    for (size_t i = 0; i < TEXTS; i++) {
        row->values[columns[i]] = (struct click_value){.term = known->terms[i]};
    }
    return true;
}

void known_links_keep(struct known_links *self, const struct click_row *row)
{
    struct hash128 key = self->missed;

    self->missed = (struct hash128){0, 0};
    for (size_t i = 0; i < TEXTS; i++) {
        if (is_none(key) || row->values[columns[i]].text.len > 0) {
            return;
        }
    }
    struct known_link *known = slot_of(self, key);
    known->key = key;
    for (size_t i = 0; i < TEXTS; i++) {
        known->terms[i] = row->values[columns[i]].term;
    }
}
