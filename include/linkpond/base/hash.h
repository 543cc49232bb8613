/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_HASH_H
#define LINKPOND_BASE_HASH_H

#include "linkpond/base/str.h"

/* XXH3 (64 bit, seeded) for checksums and for maps whose seed nobody outside knows. */
uint64_t hash_xxh3(const void *bytes, size_t len, uint64_t seed);

/* XXH3 of 128 bits under a random secret: where the hash stands for the bytes themselves. */
struct hash128 {
    uint64_t low, high;
};
struct hash_secret {
    uint8_t bytes[192];
};
struct hash128 hash_xxh3_128(const struct hash_secret *secret, const void *bytes, size_t len);
static inline bool hash128_eq(struct hash128 a, struct hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

/* SipHash-2-4 with a 128-bit key (Aumasson and Bernstein): for maps over what strangers send and for
 * pseudonyms. Checked with the authors' vectors. */
struct siphash_key {
    uint64_t k0, k1;
};
uint64_t hash_sip(const struct siphash_key *key, const void *bytes, size_t len);

#endif
