/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CLICKS_CHUNKS_H
#define LINKPOND_ENGINE_CLICKS_CHUNKS_H

#include "linkpond/store/chunks.h"

/* The chunks a listing has open: a page's clicks come from few of them, in turns. */
#define OPEN_CHUNKS 4
struct open_chunk {
    struct chunk chunk; /* id 0 = none */
    struct arena arena;
    uint64_t used_at;
};
struct open_chunks {
    struct db *db;
    uint64_t uses;
    struct open_chunk slots[OPEN_CHUNKS];
};
void open_chunks_init(struct open_chunks *self, struct db *db);
void open_chunks_done(struct open_chunks *self);
/* With these columns at least. Lent until the next OPEN_CHUNKS others were asked for. */
enum err open_chunks_get(struct open_chunks *self, int64_t id, size_t rows, uint64_t columns, const struct chunk **out);

/* A few rows of each of many chunks: the clicks of a quiet link. All are kept until the listing ends. */
struct some_rows {
    struct chunk chunk;
    size_t from, all_rows;
};
struct few_rows {
    struct chunk_parts parts;
    struct arena arena;
};
void few_rows_init(struct few_rows *self, struct db *db);
void few_rows_done(struct few_rows *self);
/* Rows [from, to) of a chunk, all of that link: at most CHUNK_SOME_ROWS. */
enum err few_rows_open(struct few_rows *self, const struct chunk_info *info, int64_t link_id, size_t from, size_t to,
                       struct some_rows **out);
enum err few_rows_load(struct few_rows *self, struct some_rows *some, uint64_t columns);

/* When a click was: ERR_NOT_FOUND when no chunk holds it. */
enum err clicks_chunk_time(struct db *db, int64_t click_id, int64_t *time_ms);

#endif
