/* SPDX-License-Identifier: MIT */
#include "linkpond/base/hash.h"

#include <endian.h>
#include <xxhash.h>

uint64_t hash_xxh3(const void *bytes, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, len, seed);
}

struct hash128 hash_xxh3_128(const struct hash_secret *secret, const void *bytes, size_t len)
{
    XXH128_hash_t hash = XXH3_128bits_withSecret(bytes, len, secret->bytes, sizeof secret->bytes);

    return (struct hash128){hash.low64, hash.high64};
}

/* SipHash-2-4 as in "SipHash: a fast short-input PRF", J.-P. Aumasson and D. J. Bernstein, section 2. */

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline __attribute__((always_inline)) void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void compress(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

uint64_t hash_sip(const struct siphash_key *key, const void *bytes, size_t len)
{
    uint64_t v[4] = {
        key->k0 ^ UINT64_C(0x736f6d6570736575),
        key->k1 ^ UINT64_C(0x646f72616e646f6d),
        key->k0 ^ UINT64_C(0x6c7967656e657261),
        key->k1 ^ UINT64_C(0x7465646279746573),
    };
    const unsigned char *from = bytes;
    size_t whole = len & ~(size_t)7;
    uint64_t word;

    for (size_t at = 0; at < whole; at += 8) {
        memcpy(&word, from + at, sizeof word);
        compress(v, le64toh(word));
    }
    word = (uint64_t)len << 56;
    for (size_t at = whole; at < len; at++) {
        word |= (uint64_t)from[at] << 8 * (at - whole);
    }
    compress(v, word);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++) {
        sip_round(v);
    }
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
