/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_DESK_H
#define LINKPOND_HTTP_DESK_H

#include "linkpond/http/assets.h"

/*
 * The desk: one page, and the scripts and styles it is made of. Its parts are at /desk/v-HASH/…, where HASH is that of
 * all of them: such an address never changes its meaning and may be kept for a year, and modules find each other by
 * relative paths. Every other address below /desk/ is a view of the page, which is asked for again each time and names
 * the parts of today. Immutable; shared by threads.
 */
struct desk;
/* Who opens a page. */
enum desk_reader {
    DESK_SIGNED_IN,  /* with a session, still good or not */
    DESK_SIGNED_OUT, /* without one */
    DESK_FIRST,      /* likewise, and nobody has a password yet: what they have is a key, or a link to set one */
    DESK_READERS
};
/* `table` holds "index.html", in which {{base}} stands for "/desk/v-HASH" and {{state}} for "signed-in", "signed-out"
 * or "first". Aborts when memory runs out: at start. */
struct desk *desk_new(const struct embedded *table);
void desk_free(struct desk *self);
/* Answers for "/desk/" + path: a part, 404 for a part that is not there (or was, in another version), else the page. */
void desk_reply(const struct desk *self, const struct request *request, enum desk_reader reader, str path,
                struct reply *reply);

#endif
