/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LINKS_MORE_H
#define LINKPOND_STORE_LINKS_MORE_H

/* Bits of the column link.more, as the SQL has them. */
enum {
    LINK_MORE_ORIGIN = 1, /* channel_id, source, utm_* */
    LINK_MORE_RULES = 2,  /* all else that a redirect asks for */
    LINK_MORE_LIVE = 4,   /* a live code: it has targets or rules (store/targets.h) */
};

#endif
