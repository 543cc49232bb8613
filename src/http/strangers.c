/* SPDX-License-Identifier: MIT */
/*
 * The limit on all is a burst of half an hour's worth and then half an hour's worth in each hour, because the algorithm
 * gives a burst and its rate on top: together they never pass what was promised.
 *
 * A token is the time and some chance, 8 bytes, and a MAC over both (SipHash-2-4 under a secret key).
 */
#include "linkpond/http/strangers.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/gcra.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/percent.h"

#define NS_PER_HOUR       (INT64_C(3600) * 1000000000)
#define ADDRESSES         16384
#define TOKEN_TIME_BITS   42 /* ms until the year 2109; the rest is chance */
#define TOKEN_CHANCE_MASK ((UINT64_C(1) << (64 - TOKEN_TIME_BITS)) - 1)

struct strangers {
    struct gcra *addresses, *all;
    struct siphash_key key;
};

struct strangers *strangers_new(int64_t per_hour, const uint8_t secret[16])
{
    static const char purpose[] = "linkpond strangers";
    struct strangers *self = calloc(1, sizeof *self);
    char material[sizeof purpose + 16];
    uint8_t sum[SHA256_BYTES];
    int64_t half = per_hour / 2 > 0 ? per_hour / 2 : 1;

    BUG_ON(!self || per_hour < 1);
    memcpy(material, purpose, sizeof purpose);
    memcpy(material + sizeof purpose, secret, 16);
    crypt_sha256((str){material, sizeof material}, sum);
    memcpy(&self->key, sum, sizeof self->key);
    crypt_cleanse(material, sizeof material);
    self->addresses = gcra_new(ADDRESSES, STRANGER_BURST, NS_PER_HOUR / STRANGER_PER_HOUR);
    self->all = gcra_new(8, (unsigned)half, NS_PER_HOUR / (per_hour - half > 0 ? per_hour - half : 1));
    BUG_ON(!self->addresses || !self->all);
    return self;
}

void strangers_free(struct strangers *self)
{
    if (self) {
        gcra_free(self->addresses);
        gcra_free(self->all);
        crypt_cleanse(&self->key, sizeof self->key);
        free(self);
    }
}

static int64_t charge(struct gcra *limit, str key)
{
    int64_t wait_ns = gcra_charge(limit, key, clock_mono_ns());
    return (wait_ns + 999999999) / 1000000000;
}

int64_t strangers_charge_address(struct strangers *self, const struct addr *client)
{
    return charge(self->addresses, (str){(const char *)client->bytes, addr_is_v4(client) ? 16 : 8});
}

int64_t strangers_charge_all(struct strangers *self)
{
    return charge(self->all, STR("all"));
}

static uint64_t mac(const struct strangers *self, uint64_t stamp)
{
    return hash_sip(&self->key, &stamp, sizeof stamp);
}

str strangers_token(const struct strangers *self, int64_t now_ms, char out[STRANGER_TOKEN_CHARS + 1])
{
    uint64_t chance;
    crypt_random(&chance, sizeof chance);
    uint64_t stamp = (uint64_t)now_ms << (64 - TOKEN_TIME_BITS) | (chance & TOKEN_CHANCE_MASK);
    int len = snprintf(out, STRANGER_TOKEN_CHARS + 1, "%016llx%016llx", (unsigned long long)stamp,
                       (unsigned long long)mac(self, stamp));
    BUG_ON(len != STRANGER_TOKEN_CHARS);
    return (str){out, STRANGER_TOKEN_CHARS};
}

bool strangers_token_is_good(const struct strangers *self, str token, int64_t now_ms)
{
    uint64_t parts[2] = {0, 0};
    if (token.len != STRANGER_TOKEN_CHARS) {
        return false;
    }
    for (size_t i = 0; i < STRANGER_TOKEN_CHARS; i++) {
        int digit = hex_value(token.ptr[i]);
        if (digit < 0) {
            return false;
        }
        parts[i / 16] = parts[i / 16] << 4 | (uint64_t)digit;
    }
    uint64_t expected = mac(self, parts[0]);
    bool ours =
        crypt_equal((str){(const char *)&expected, sizeof expected}, (str){(const char *)&parts[1], sizeof parts[1]});
    int64_t made_ms = (int64_t)(parts[0] >> (64 - TOKEN_TIME_BITS));
    return ours && made_ms <= now_ms && now_ms - made_ms < STRANGER_TOKEN_MS;
}
