/* SPDX-License-Identifier: MIT */
#include "chunk_dict.h"

#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/chunk.h"

#define ENTRIES_MIN 16

void chunk_dict_done(struct chunk_dict *self)
{
    free(self->entries);
    free(self->slots);
    *self = (struct chunk_dict){0};
}

void chunk_dict_reset(struct chunk_dict *self)
{
    if (self->slots_count > 0) {
        memset(self->slots, 0, self->slots_count * sizeof *self->slots);
    }
    self->count = self->texts = 0;
    self->plain = false;
}

void chunk_dict_make_plain(struct chunk_dict *self)
{
    free(self->slots);
    self->slots = NULL;
    self->slots_count = 0;
    self->plain = true;
}

static bool is_same(const struct click_value *a, const struct click_value *b)
{
    return a->term == b->term && (a->term != 0 || str_eq(a->text, b->text));
}

/* Terms are numbers that we gave one by one, so nobody can choose them to collide; texts come from strangers. */
static uint64_t hash_of(uint64_t seed, const struct click_value *value)
{
    const uint64_t golden =
        UINT64_C(0x9E3779B97F4A7C15); /* Knuth's multiplicative hashing: 2^64 over the golden ratio */
    uint64_t hash =
        value->term != 0 ? (uint64_t)value->term * golden : hash_xxh3(value->text.ptr, value->text.len, seed);

    return hash & ~(uint64_t)UINT32_MAX;
}

/* The slot where it is, or where it would be. */
static uint64_t *slot_of(const struct chunk_dict *self, uint64_t hash, const struct click_value *value)
{
    size_t at = (size_t)(hash >> 32) & (self->slots_count - 1);

    for (;; at = (at + 1) & (self->slots_count - 1)) {
        uint64_t slot = self->slots[at];
        if (slot == 0 || (slot >> 32 == hash >> 32 && value && is_same(&self->entries[(uint32_t)slot - 1], value))) {
            return &self->slots[at];
        }
    }
}

static enum err grow_slots(struct chunk_dict *self)
{
    size_t old_count = self->slots_count, count = old_count > 0 ? old_count * 2 : ENTRIES_MIN * 2;
    uint64_t *old = self->slots, *slots = calloc(count, sizeof *slots);

    if (!slots) {
        return ERR_NOMEM;
    }
    self->slots = slots;
    self->slots_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != 0) {
            *slot_of(self, old[i], NULL) = old[i];
        }
    }
    free(old);
    return OK;
}

static enum err grow_entries(struct chunk_dict *self)
{
    size_t cap = self->cap > 0 ? self->cap * 2 : ENTRIES_MIN;
    struct click_value *entries = realloc(self->entries, cap * sizeof *entries);

    if (!entries) {
        return ERR_NOMEM;
    }
    self->entries = entries;
    self->cap = cap;
    return OK;
}

static enum err add(struct chunk_dict *self, struct arena *arena, const struct click_value *value, uint16_t *code)
{
    struct click_value entry = {.term = value->term};
    enum err err = self->count == self->cap ? grow_entries(self) : OK;

    if (self->count == CHUNK_ROWS_MAX) {
        return ERR_TOO_LARGE;
    }
    if (err == OK && entry.term == 0 && value->text.len > 0) {
        entry.text = arena_str(arena, value->text);
        if (entry.text.len == 0) {
            return arena->used + value->text.len >= arena->bytes_max ? ERR_TOO_LARGE : ERR_NOMEM;
        }
    }
    if (err == OK) {
        *code = (uint16_t)self->count;
        self->texts += entry.text.len > 0;
        self->entries[self->count++] = entry;
    }
    return err;
}

enum err chunk_dict_put(struct chunk_dict *self, struct arena *arena, uint64_t seed, const struct click_value *value,
                        uint16_t *code)
{
    if (self->plain) {
        return add(self, arena, value, code);
    }
    enum err err = self->count * 2 >= self->slots_count ? grow_slots(self) : OK;
    if (err != OK) {
        return err;
    }
    uint64_t hash = hash_of(seed, value), *slot = slot_of(self, hash, value);
    if (*slot != 0) {
        *code = (uint16_t)((uint32_t)*slot - 1);
        return OK;
    }
    err = add(self, arena, value, code);
    if (err == OK) {
        *slot = hash | (uint32_t)self->count;
    }
    return err;
}

/* Each entry to the place that `places` has for it, one more than which is there. */
static void move_entries(struct chunk_dict *self, uint32_t *places)
{
    for (size_t i = 0; i < self->count; i++) {
        while (places[i] != i + 1) {
            size_t to = places[i] - 1;
            struct click_value entry = self->entries[to];
            uint32_t place = places[to];
            self->entries[to] = self->entries[i];
            self->entries[i] = entry;
            places[to] = (uint32_t)to + 1;
            places[i] = place;
        }
    }
}

void chunk_dict_renumber(struct chunk_dict *self, const uint32_t *order, size_t rows, uint16_t *codes, uint32_t *spare)
{
    uint32_t *places = spare; /* of each code the new one, and 1; 0: not met yet */
    uint32_t met = 0;

    memset(places, 0, self->count * sizeof *places);
    for (size_t i = 0; i < rows && met < self->count; i++) {
        uint16_t code = codes[order[i]];
        if (places[code] == 0) {
            places[code] = ++met;
        }
    }
    for (size_t i = 0; i < rows; i++) {
        codes[i] = (uint16_t)(places[codes[i]] - 1);
    }
    move_entries(self, places);
}
