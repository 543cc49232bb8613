/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_LOADER_ROWS_H
#define LINKPOND_SRC_ENGINE_LOADER_ROWS_H

#include "linkpond/engine/cache.h"
#include "linkpond/store/db.h"
#include "linkpond/store/links.h"

/* All links with their aliases, in order of id, in one snapshot. A thread of its own reads them from the database while
 * the caller works on those it has; the handle is that thread's until loader_rows_end. */
struct loader_row {
    struct link_hot link;
    const struct cache_alias *aliases;
    size_t aliases_count;
};

#define LOADER_BATCH_ROWS 256
struct loader_batch {
    struct loader_row rows[LOADER_BATCH_ROWS];
    size_t count;
    struct arena texts; /* of these rows */
};

struct loader_rows;
/* ERR_NOMEM, also when no thread can be had. */
enum err loader_rows_start(struct db *db, struct loader_rows **out);
/* The next batch, the caller's until the next call; NULL at the end, of which loader_rows_end says what it was. */
const struct loader_batch *loader_rows_next(struct loader_rows *self);
/* Stops the thread, also before the end. OK: every row was read or the caller stopped early. */
enum err loader_rows_end(struct loader_rows *self);

#endif
