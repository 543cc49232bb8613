/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_VISIT_AGENT_H
#define LINKPOND_ENGINE_VISIT_AGENT_H

#include "linkpond/base/hash.h"

/*
 * A click's User-Agent, taken apart and hashed once for all that look things up by it. WeChat's "MMWEBID/1234" numbers
 * the device: the digits are no part of the text that is stored, but tell visitors of a day apart.
 */
struct visit_agent {
    str text;              /* without the device's number */
    str device;            /* the digits; empty = none. Text and digits together are the User-Agent */
    struct hash128 digest; /* of the text, under the secret: in memory only, it changes with each start */
};

/* Lends from `user_agent` and from `memory` (LIMIT_CLICK_UA bytes). */
void visit_agent_read(struct visit_agent *self, const struct hash_secret *secret, str user_agent, char *memory);

#endif
