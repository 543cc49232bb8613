/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_READERS_H
#define LINKPOND_ENGINE_READERS_H

#include "linkpond/store/db.h"

/* A pool of read-only database handles. Thread-safe; take blocks while all are in use, at most timeout_ms (then NULL).
 */
struct readers;
enum err readers_open(const char *path, unsigned count, struct readers **out, struct fault *fault);
void readers_close(struct readers *self);
struct db *readers_take(struct readers *self, int64_t timeout_ms);
/* Ends any transaction that is still open. */
void readers_give(struct readers *self, struct db *db);

#endif
