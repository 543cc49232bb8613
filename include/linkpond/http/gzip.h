/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_GZIP_H
#define LINKPOND_HTTP_GZIP_H

#include "linkpond/http/reply.h"

/* Answers made smaller (RFC 9110 8.4.1.3) for who says that they take it. */

/* Is gzip among the request's Accept-Encoding, and not with q=0? */
bool gzip_is_taken(const struct request *request);
/* `bytes` as a gzip member into `out`, which is initialised, on the heap, to that size; level 1 (quick) to 9 (small).
 * False, `out` untouched: it would not be smaller, or memory ran out. The caller ends `out`. */
bool gzip_make(str bytes, int level, struct buf *out);
/* A finished answer to GET is replaced by its gzip, where that pays and is taken: status 200, JSON that was built, of
 * GZIP_BYTES_MIN or more, that shows no secret and has no ETag (which would name other bytes). */
#define GZIP_BYTES_MIN 1024
void gzip_reply(const struct request *request, struct reply *reply);

#endif
