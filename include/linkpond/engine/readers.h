/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_READERS_H
#define LINKPOND_ENGINE_READERS_H

#include "linkpond/store/db.h"

/* A pool of read-only database handles, 1..LIMIT_READERS of them. Thread-safe; take blocks while all are in use, at
 * most timeout_ms (then NULL). All are given back before the pool is closed. */
struct readers;
enum err readers_open(const char *path, unsigned count, struct readers **out, struct fault *fault);
void readers_close(struct readers *self);
struct db *readers_take(struct readers *self, int64_t timeout_ms);
/* Ends any transaction and any unfinished read, and lifts the deadline. NULL is fine. */
void readers_give(struct readers *self, struct db *db);

#endif
