/* SPDX-License-Identifier: MIT */
#include "known_visits.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/limits.h"

/*
 * Direct-mapped. The hash of 128 bits under a secret nobody knows stands for the visit itself: the texts are not kept
 * and not compared. A table by link was rejected: links times browsers are too many to meet again.
 */
#define KEY_TEXTS     (7 + UTM_COUNT)
#define KEY_HEAD      (sizeof(struct hash128) + sizeof(uint32_t) + KEY_TEXTS * sizeof(uint16_t))
#define KEY_BYTES_MAX (LIMIT_JOURNAL_RECORD + KEY_HEAD)

struct known_visit {
    struct hash128 key; /* both halves 0 = empty */
    uint16_t signals;
    uint8_t class, flags, source_by, channel_by, scene;
    int64_t terms[CLICK_COLUMNS];
};
struct known_visits {
    struct hash_secret secret;
    struct hash128 missed; /* both halves 0 = nothing to keep */
    uint8_t bytes[KEY_BYTES_MAX];
    struct known_visit slots[KNOWN_VISITS];
};

struct known_visits *known_visits_new(void)
{
    struct known_visits *self = calloc(1, sizeof *self);

    if (self) {
        crypt_random(&self->secret, sizeof self->secret);
    }
    return self;
}

void known_visits_free(struct known_visits *self)
{
    free(self);
}

void known_visits_forget(struct known_visits *self)
{
    self->missed = (struct hash128){0, 0};
    for (size_t i = 0; i < KNOWN_VISITS; i++) {
        self->slots[i].key = (struct hash128){0, 0};
    }
}

static bool is_none(struct hash128 key)
{
    return key.low == 0 && key.high == 0;
}

/* The browser, signals and lengths, then the texts one behind the other. False: longer than any record of the journal.
 */
static bool key_of(struct known_visits *self, const struct record *record, struct hash128 user_agent,
                   struct hash128 *out)
{
    str texts[KEY_TEXTS] = {record->language, record->package,     record->referrer,    record->query,
                            record->host,     record->link_source, record->link_channel};
    uint16_t lens[KEY_TEXTS] = {0};
    uint32_t signals = record->signals;
    size_t len = KEY_HEAD;

    memcpy(texts + KEY_TEXTS - UTM_COUNT, record->link_utm, sizeof record->link_utm);
    for (size_t i = 0; i < KEY_TEXTS; i++) {
        if (texts[i].len == 0) {
            continue;
        }
        if (texts[i].len > KEY_BYTES_MAX - len) {
            return false;
        }
        lens[i] = (uint16_t)texts[i].len;
        memcpy(self->bytes + len, texts[i].ptr, texts[i].len);
        len += texts[i].len;
    }
    memcpy(self->bytes, &user_agent, sizeof user_agent);
    memcpy(self->bytes + sizeof user_agent, &signals, sizeof signals);
    memcpy(self->bytes + sizeof user_agent + sizeof signals, lens, sizeof lens);
    *out = hash_xxh3_128(&self->secret, self->bytes, len);
    return true;
}

static struct known_visit *slot_of(struct known_visits *self, struct hash128 key)
{
    return &self->slots[key.low % KNOWN_VISITS];
}

static void fill_row(const struct known_visit *known, struct click_row *row)
{
    row->facts.class = known->class;
    row->facts.signals = known->signals;
    row->facts.flags = known->flags;
    row->facts.source_by = known->source_by;
    row->facts.channel_by = known->channel_by;
    row->facts.scene = known->scene;
    for (size_t i = 0; i < CLICK_COLUMNS; i++) {
        row->values[i] = (struct click_value){.term = known->terms[i]};
    }
}

bool known_visits_find(struct known_visits *self, const struct record *record, struct hash128 user_agent,
                       struct click_row *row)
{
    struct hash128 key;

    self->missed = (struct hash128){0, 0};
    if (!key_of(self, record, user_agent, &key) || is_none(key)) {
        return false;
    }
    const struct known_visit *known = slot_of(self, key);
    if (hash128_eq(known->key, key)) {
        fill_row(known, row);
        return true;
    }
    self->missed = key;
    return false;
}

void known_visits_keep(struct known_visits *self, const struct click_row *row)
{
    struct hash128 key = self->missed;

    self->missed = (struct hash128){0, 0};
    if (is_none(key)) {
        return;
    }
    for (size_t i = 0; i < CLICK_COLUMNS; i++) {
        if (row->values[i].text.len > 0 && !(KNOWN_VISITS_OWN_COLUMNS & CLICK_BIT(i))) {
            return;
        }
    }
    struct known_visit *known = slot_of(self, key);
    known->key = key;
    known->class = (uint8_t)row->facts.class;
    known->signals = (uint16_t)row->facts.signals;
    known->flags = (uint8_t)row->facts.flags;
    known->source_by = (uint8_t)row->facts.source_by;
    known->channel_by = (uint8_t)row->facts.channel_by;
    known->scene = (uint8_t)row->facts.scene;
    for (size_t i = 0; i < CLICK_COLUMNS; i++) {
        known->terms[i] = KNOWN_VISITS_OWN_COLUMNS & CLICK_BIT(i) ? 0 : row->values[i].term;
    }
}
