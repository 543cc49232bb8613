/* SPDX-License-Identifier: MIT */
/*
 * FF1 as NIST SP 800-38G, section 5.1, algorithms 7 (encrypt) and 8 (decrypt) give it; the names u, v, b, d, P, Q,
 * R, S, A, B are the standard's.
 *
 * What the bounds of this module buy: a half has at most 10 numerals, so it fits 64 bits (62^10 < 2^60), b <= 8,
 * d <= 12, and S is one block (no step 6.iii beyond R). P depends on radix, length and tweak only. Q is at most two
 * blocks, and of two the first holds nothing but tweak and zeros, because the round number and NUM(B) need at most
 * 9 bytes. So the CBC-MAC over everything but Q's last block is computed once per (radix, length, tweak) and kept
 * as a schedule, and a round costs one AES block. A general big-number FF1 was not wanted: short codes have 5 to 20
 * numerals.
 */
#include "linkpond/base/ff1.h"

#define ROUNDS          10
#define TWEAK_BYTES_MAX 16
#define DOMAIN_MIN      UINT64_C(1000000) /* SP 800-38G Rev. 1 raises the standard's 100 to this */
#define SCHEDULES       8                 /* lengths in use at the same time; direct-mapped by length */

__extension__ typedef unsigned __int128 u128;

struct schedule {
    unsigned radix; /* 0 = slot not in use */
    size_t count;
    size_t tweak_len;
    uint8_t tweak[TWEAK_BYTES_MAX];

    size_t u, v;         /* numerals in A and B */
    uint64_t mod_u;      /* radix^u */
    uint64_t mod_v;      /* radix^v */
    size_t b, d;         /* bytes of NUM(B) in Q; bytes of S */
    uint8_t last_in[16]; /* (MAC so far) xor (Q's last block without round number and NUM(B)) */
};

struct ff1 {
    struct aes_key *aes;
    struct schedule schedules[SCHEDULES];
};

struct ff1 *ff1_new(const uint8_t *key, size_t key_len)
{
    struct ff1 *self = calloc(1, sizeof *self);

    if (self == NULL) {
        return NULL;
    }
    self->aes = aes_key_new(key, key_len, false);
    if (self->aes == NULL) {
        free(self);
        return NULL;
    }
    return self;
}

void ff1_free(struct ff1 *self)
{
    if (self != NULL) {
        aes_key_free(self->aes);
        crypt_cleanse(self, sizeof *self);
        free(self);
    }
}

static uint64_t power(unsigned radix, size_t exponent)
{
    uint64_t result = 1;

    for (size_t i = 0; i < exponent; i++) {
        result *= radix;
    }
    return result;
}

/* ceil(ceil(v * log2(radix)) / 8), exactly: ceil(log2(x)) is the bit length of x - 1. */
static size_t bytes_below(uint64_t limit)
{
    size_t bits = limit <= 1 ? 0 : 64 - (size_t)__builtin_clzll(limit - 1);

    return (bits + 7) / 8;
}

static void put_be32(uint8_t out[4], size_t value)
{
    out[0] = (uint8_t)(value >> 24);
    out[1] = (uint8_t)(value >> 16);
    out[2] = (uint8_t)(value >> 8);
    out[3] = (uint8_t)value;
}

/* Steps 1 to 5, and the part of 6.ii (PRF of P || Q) that is the same in every round. */
static void schedule_fill(struct ff1 *self, struct schedule *out, unsigned radix, str tweak, size_t count)
{
    struct schedule s = {.radix = radix, .count = count, .tweak_len = tweak.len};

    if (tweak.len > 0) {
        memcpy(s.tweak, tweak.ptr, tweak.len);
    }
    s.u = count / 2;
    s.v = count - s.u;
    s.mod_u = power(radix, s.u);
    s.mod_v = power(radix, s.v);
    s.b = bytes_below(s.mod_v);
    s.d = 4 * ((s.b + 3) / 4) + 4;

    uint8_t mac[16] = {1, 2, 1, 0, 0, (uint8_t)radix, ROUNDS, (uint8_t)s.u};
    put_be32(mac + 8, count);
    put_be32(mac + 12, tweak.len);
    aes_block(self->aes, mac, mac);

    uint8_t q[32] = {0}; /* T || zeros || [i] || [NUM(B)], the last two filled in by each round */
    size_t q_len = (tweak.len + 1 + s.b + 15) / 16 * 16;
    memcpy(q, s.tweak, s.tweak_len);
    if (q_len == 32) {
        for (size_t i = 0; i < 16; i++) {
            mac[i] ^= q[i];
        }
        aes_block(self->aes, mac, mac);
    }
    for (size_t i = 0; i < 16; i++) {
        s.last_in[i] = mac[i] ^ q[q_len - 16 + i];
    }
    *out = s;
}

static const struct schedule *schedule_find(struct ff1 *self, unsigned radix, str tweak, size_t count)
{
    struct schedule *slot = &self->schedules[count % SCHEDULES];

    if (slot->radix != radix || slot->count != count || slot->tweak_len != tweak.len ||
        (tweak.len > 0 && memcmp(slot->tweak, tweak.ptr, tweak.len) != 0)) {
        schedule_fill(self, slot, radix, tweak, count);
    }
    return slot;
}

/* radix^count reaches the least allowed domain; stops multiplying there, so nothing overflows. */
static bool domain_is_large(unsigned radix, size_t count)
{
    uint64_t size = 1;

    for (size_t i = 0; i < count && size < DOMAIN_MIN; i++) {
        size *= radix;
    }
    return size >= DOMAIN_MIN;
}

static bool input_ok(unsigned radix, str tweak, const uint8_t *numerals, size_t count)
{
    if (radix < 2 || radix > 62 || count > FF1_NUMERALS_MAX || tweak.len > TWEAK_BYTES_MAX ||
        !domain_is_large(radix, count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (numerals[i] >= radix) {
            return false;
        }
    }
    return true;
}

static uint64_t num_radix(const uint8_t *numerals, size_t count, unsigned radix)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value = value * radix + numerals[i];
    }
    return value;
}

static void str_radix(uint64_t value, uint8_t *numerals, size_t count, unsigned radix)
{
    for (size_t i = count; i > 0; i--) {
        numerals[i - 1] = (uint8_t)(value % radix);
        value /= radix;
    }
}

/* Steps 6.i to 6.iv and the reduction of 6.vi: y = NUM(S) mod `mod`. */
static uint64_t round_y(struct ff1 *self, const struct schedule *s, unsigned round, uint64_t half, uint64_t mod)
{
    uint8_t block[16];
    u128 y = 0;

    memcpy(block, s->last_in, sizeof block);
    block[15 - s->b] ^= (uint8_t)round;
    for (size_t i = 0; i < s->b; i++) {
        block[15 - i] ^= (uint8_t)(half >> (8 * i));
    }
    aes_block(self->aes, block, block);
    for (size_t i = 0; i < s->d; i++) {
        y = y << 8 | block[i];
    }
    /* d is 8 for halves below 2^32, which spares the slow 128-bit division. */
    return s->d <= 8 ? (uint64_t)y % mod : (uint64_t)(y % mod);
}

bool ff1_encrypt(struct ff1 *self, unsigned radix, str tweak, uint8_t *numerals, size_t count)
{
    if (!input_ok(radix, tweak, numerals, count)) {
        return false;
    }
    const struct schedule *s = schedule_find(self, radix, tweak, count);
    uint64_t a = num_radix(numerals, s->u, radix);
    uint64_t b = num_radix(numerals + s->u, s->v, radix);

    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t mod = round % 2 == 0 ? s->mod_u : s->mod_v;
        uint64_t c = (a + round_y(self, s, round, b, mod)) % mod;

        a = b;
        b = c;
    }
    str_radix(a, numerals, s->u, radix);
    str_radix(b, numerals + s->u, s->v, radix);
    return true;
}

bool ff1_decrypt(struct ff1 *self, unsigned radix, str tweak, uint8_t *numerals, size_t count)
{
    if (!input_ok(radix, tweak, numerals, count)) {
        return false;
    }
    const struct schedule *s = schedule_find(self, radix, tweak, count);
    uint64_t a = num_radix(numerals, s->u, radix);
    uint64_t b = num_radix(numerals + s->u, s->v, radix);

    for (unsigned round = ROUNDS; round-- > 0;) {
        uint64_t mod = round % 2 == 0 ? s->mod_u : s->mod_v;
        uint64_t c = (b + mod - round_y(self, s, round, a, mod)) % mod;

        b = a;
        a = c;
    }
    str_radix(a, numerals, s->u, radix);
    str_radix(b, numerals + s->u, s->v, radix);
    return true;
}
