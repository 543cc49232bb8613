/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LIVE_FACTS_H
#define LINKPOND_ENGINE_LIVE_FACTS_H

#include "linkpond/engine/geo.h"
#include "linkpond/engine/resolver.h"
#include "linkpond/model/rule.h"
#include "linkpond/model/source.h"

/* What rules ask of a visit: found only as far as they ask. Memory of one visit. */
struct live_facts {
    char channel[LIMIT_CLICK_QUERY], host[SOURCE_HOST_MAX];
    struct rule_visit visit; /* texts borrowed from the visit, the link, the agent, the geo files and from here */
};
/* needs: live_code_needs. geo NULL: nobody knows where an address is. Inside a read section of the cache. */
void live_facts_find(struct live_facts *self, unsigned needs, const struct visit *visit, const struct link_entry *link,
                     const struct agent *agent, const struct geo *geo);

#endif
