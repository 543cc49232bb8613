/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PSEUDONYMS_HASH_H
#define LINKPOND_ENGINE_PSEUDONYMS_HASH_H

#include "linkpond/base/addr.h"
#include "visit_agent.h"

/*
 * A day's hash of visitors: SipHash under the day's salt of the address, the hash of the User-Agent's text and the
 * number of the device in it. The text's hash is kept for the browsers met lately, because most clicks come from few
 * and hashing the long text for each cost more than finding the visitor. The same after a restart; nothing without the
 * salt.
 */
#define PSEUDONYMS_AGENTS 1024
struct pseudonyms_hash {
    struct siphash_key salt, agent_key; /* the second is made of the first, so that no input of one is of the other */
    struct pseudonyms_agent {
        bool used;
        struct hash128 digest;
        uint64_t hash;
    } agents[PSEUDONYMS_AGENTS]; /* direct-mapped by digest */
};

void pseudonyms_hash_init(struct pseudonyms_hash *self, const struct siphash_key *salt);
/* Leaves nothing of the salt in memory. */
void pseudonyms_hash_done(struct pseudonyms_hash *self);
/* 63 bits. */
uint64_t pseudonyms_hash(struct pseudonyms_hash *self, const struct addr *ip, const struct visit_agent *agent);

#endif
