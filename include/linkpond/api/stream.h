/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_STREAM_H
#define LINKPOND_API_STREAM_H

#include "linkpond/base/buf.h"

/* An answer made piece by piece as the connection takes it: what exports, imports and the ledger's streams share. */
struct stream {
    struct buf text; /* the piece being sent */
    size_t sent;     /* of it */
    bool over;       /* no piece behind it */
};

/* The body of a reply's `pull`: sends what is there, then asks `more` for the next piece, which goes onto the emptied
 * text. False from `more`, or an overflow, cuts the connection, so that nobody takes half for whole. */
ssize_t stream_pull(struct stream *self, bool (*more)(void *arg), void *arg, char *out, size_t cap);

#endif
