/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_FF1_H
#define LINKPOND_BASE_FF1_H

#include "linkpond/base/crypt.h"

/*
 * FF1 format-preserving encryption (NIST SP 800-38G, section 5.1), for numeral strings of at most
 * FF1_NUMERALS_MAX numerals whose halves fit 64 bits, any radix 2..62 and tweak up to 16 bytes. Kept to
 * what short codes need; checked with NIST's sample vectors. Not thread-safe: one per thread or a lock.
 */
#define FF1_NUMERALS_MAX 20
struct ff1;
/* key_len 16 or 32 bytes; NULL only when out of memory. */
struct ff1 *ff1_new(const uint8_t *key, size_t key_len);
void ff1_free(struct ff1 *self);
/* In place on `count` numerals, each < radix. Requires radix^count >= 1,000,000 as the standard does
 * (returns false otherwise, or when out of bounds, and changes nothing). */
bool ff1_encrypt(struct ff1 *self, unsigned radix, str tweak, uint8_t *numerals, size_t count);
bool ff1_decrypt(struct ff1 *self, unsigned radix, str tweak, uint8_t *numerals, size_t count);

#endif
