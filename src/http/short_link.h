/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_SHORT_LINK_H
#define LINKPOND_HTTP_SHORT_LINK_H

#include "linkpond/base/arena.h"
#include "linkpond/store/domains.h"

/* A link's address on that domain, in the arena: what is no address character in the code or alias is encoded. */
str short_link_url(struct arena *arena, const struct domain *domain, str code);

#endif
