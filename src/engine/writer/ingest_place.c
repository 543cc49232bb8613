/* SPDX-License-Identifier: MIT */
#include "ingest_place.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_BITS 13
#define SLOTS      (1U << SLOTS_BITS)
#define COLUMNS    4

static const enum click_column columns[COLUMNS] = {CLICK_COUNTRY, CLICK_REGION, CLICK_CITY, CLICK_CARRIER};

/* Direct-mapped: who meets another takes its place. Strangers choose addresses, but all they can do is make us ask the
 * file again. */
struct known_place {
    uint64_t block; /* 0 = empty */
    int64_t terms[COLUMNS];
};
struct ingest_place {
    struct geo *geo;
    struct known_place known[SLOTS];
};

struct ingest_place *ingest_place_new(struct geo *geo)
{
    struct ingest_place *self = calloc(1, sizeof *self);

    if (self) {
        self->geo = geo;
    }
    return self;
}

void ingest_place_free(struct ingest_place *self)
{
    free(self);
}

void ingest_place_forget(struct ingest_place *self)
{
    for (size_t i = 0; i < SLOTS; i++) {
        self->known[i].block = 0;
    }
}

/* The /24 or /48 as a number; never 0. */
static uint64_t block_of(const struct addr *ip)
{
    bool v4 = addr_is_v4(ip);
    const uint8_t *from = ip->bytes + (v4 ? 12 : 0);
    uint64_t block = v4 ? 4 : 6;

    for (size_t i = 0; i < (v4 ? 3 : 6); i++) {
        block = block << 8 | from[i];
    }
    return block;
}

static struct known_place *slot_of(struct ingest_place *self, uint64_t block)
{
    return &self->known[block * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOTS_BITS)];
}

static enum err find(struct ingest_place *self, struct term_cache *terms, struct db *db, const struct addr *ip,
                     int64_t now_ms, struct click_row *row)
{
    struct place place;
    uint64_t block = block_of(ip);
    bool keep = geo_find(self->geo, ip, &place);
    struct known_place *known = slot_of(self, block);
    const str texts[COLUMNS] = {place.country, place.region, place.city, place.carrier};
    struct known_place found = {.block = block};
    enum err err = OK;

    for (size_t i = 0; err == OK && i < COLUMNS; i++) {
        struct click_value *value = &row->values[columns[i]];
        err = term_cache_intern(terms, db, texts[i], TERM_OURS, now_ms, value);
        found.terms[i] = value->term;
        keep = keep && value->text.len == 0;
    }
    if (err == OK && keep) {
        *known = found;
    }
    return err;
}

enum err ingest_place_values(struct ingest_place *self, struct term_cache *terms, struct db *db, const struct addr *ip,
                             int64_t now_ms, struct click_row *row)
{
    uint64_t block = block_of(ip);

    if (geo_turn(self->geo)) {
        ingest_place_forget(self);
    }
    const struct known_place *known = slot_of(self, block);
    if (known->block != block) {
        return find(self, terms, db, ip, now_ms, row);
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        row->values[columns[i]] = (struct click_value){.term = known->terms[i]};
    }
    return OK;
}
