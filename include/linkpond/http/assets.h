/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_ASSETS_H
#define LINKPOND_HTTP_ASSETS_H

#include "linkpond/base/embedded.h"
#include "linkpond/http/reply.h"

/*
 * Files built into the program, found by exact name only, so no path can lead elsewhere. Each has an ETag of its bytes
 * and, when that is smaller, a compressed copy: the table's row NAME.gz, else made once at start. Immutable; shared by
 * threads.
 */
struct assets;
/* Aborts when memory runs out: this happens at start. */
struct assets *assets_new(const struct embedded *table);
void assets_free(struct assets *self);
/* Answers 200 or 304 with type, ETag, Cache-Control: no-cache (revalidated by ETag, so an update is seen at once), and
 * for HTML the standard headers. False, reply untouched, when there is no such file. */
bool assets_reply(const struct assets *self, const struct request *request, str name, struct reply *reply);

#endif
