/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LOADER_H
#define LINKPOND_ENGINE_LOADER_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/journal.h"
#include "linkpond/store/db.h"

/* Fills the cache with every link, alias and host, before any other thread runs but its own reader of rows. Limits
 * continue exactly where they stood, whatever ended the last run: what is taken is the sums, plus the rows behind their
 * marks, plus the journal's unread records. The journal is read to its end and set back. */
enum err loader_load(struct db *db, struct journal *journal, struct cache *cache, struct fault *fault);

#endif
