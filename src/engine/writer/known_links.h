/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_KNOWN_LINKS_H
#define LINKPOND_ENGINE_KNOWN_LINKS_H

#include "linkpond/store/clicks.h"

/*
 * The terms of what a click says of its link, kept under these texts: the code, the target where it is told and the
 * address answered without what the visit added (location.h), which are the same for most clicks of a link. At most
 * KNOWN_LINKS entries of 48 bytes; a new one takes the place of the one whose hash meets it. Writer thread only.
 */
struct link_texts {
    str code, target, location, form;
};
#define KNOWN_LINKS 16384
struct known_links;

struct known_links *known_links_new(void); /* NULL: out of memory */
void known_links_free(struct known_links *self);
/* A rollback took terms away. */
void known_links_forget(struct known_links *self);

/* True: all four are in the row. False: the row is untouched, and what is kept next are these. */
bool known_links_find(struct known_links *self, const struct link_texts *texts, struct click_row *row);
/* After a find that missed, with the row's values: kept when none of them is a text. */
void known_links_keep(struct known_links *self, const struct click_row *row);

#endif
