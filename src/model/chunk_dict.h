/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_DICT_H
#define LINKPOND_MODEL_CHUNK_DICT_H

#include "linkpond/base/arena.h"
#include "linkpond/model/click_row.h"

/* The different values of a column, numbered from 0 in order of first use, until they are renumbered; at most 65536.
 * Zeroed is empty. */
struct chunk_dict {
    struct click_value *entries;
    uint64_t *slots; /* hash << 32 | code + 1; 0 = free. Open addressing, at most half full */
    size_t count, cap, slots_count;
    size_t texts; /* entries that are texts */
    bool plain;   /* values are listed, not looked up: some may be there twice */
};
void chunk_dict_done(struct chunk_dict *self);
/* Empties; keeps the memory. */
void chunk_dict_reset(struct chunk_dict *self);
/* From now on nothing is looked up. */
void chunk_dict_make_plain(struct chunk_dict *self);
/* The value's number; a new text is copied into the arena. Hashes are seeded by a number nobody outside knows. */
enum err chunk_dict_put(struct chunk_dict *self, struct arena *arena, uint64_t seed, const struct click_value *value,
                        uint16_t *code);

/* Numbers the values in the order in which `rows` rows have them, whose codes are turned as well: row order[0] first.
 * `spare` has room for `rows`. From now on nothing can be put. */
void chunk_dict_renumber(struct chunk_dict *self, const uint32_t *order, size_t rows, uint16_t *codes, uint32_t *spare);

#endif
