/* SPDX-License-Identifier: MIT */
#include "pseudonyms_hash.h"

#include <endian.h>
#include <string.h>

#include "linkpond/base/crypt.h"

#define DEVICE_BYTES 64 /* WeChat sends four digits */

void pseudonyms_hash_init(struct pseudonyms_hash *self, const struct siphash_key *salt)
{
    const uint8_t halves[] = {0, 1};

    memset(self, 0, sizeof *self);
    self->salt = *salt;
    self->agent_key = (struct siphash_key){hash_sip(salt, &halves[0], 1), hash_sip(salt, &halves[1], 1)};
}

void pseudonyms_hash_done(struct pseudonyms_hash *self)
{
    crypt_cleanse(self, sizeof *self);
}

/* Digests are of this run only, hashes of the day: so the hash, not the digest, goes into a visitor's. */
static uint64_t agent_hash(struct pseudonyms_hash *self, const struct visit_agent *agent)
{
    struct pseudonyms_agent *known = &self->agents[agent->digest.low % PSEUDONYMS_AGENTS];

    if (!known->used || !hash128_eq(known->digest, agent->digest)) {
        *known = (struct pseudonyms_agent){
            .used = true,
            .digest = agent->digest,
            .hash = hash_sip(&self->agent_key, agent->text.ptr, agent->text.len),
        };
    }
    return known->hash;
}

uint64_t pseudonyms_hash(struct pseudonyms_hash *self, const struct addr *ip, const struct visit_agent *agent)
{
    uint64_t text = htole64(agent_hash(self, agent));
    char bytes[sizeof *ip + sizeof text + DEVICE_BYTES];
    size_t len = sizeof *ip + sizeof text;
    str device = str_slice(agent->device, 0, DEVICE_BYTES);

    memcpy(bytes, ip, sizeof *ip);
    memcpy(bytes + sizeof *ip, &text, sizeof text);
    if (device.len > 0) {
        memcpy(bytes + len, device.ptr, device.len);
    }
    return hash_sip(&self->salt, bytes, len + device.len) >> 1;
}
