/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_PURGE_H
#define LINKPOND_TESTS_SUPPORT_PURGE_H

#include <stdlib.h>

#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"

/*
 * A link's clicks out of the whole ledger at once, where a test is about what is left. The daemon takes them out of
 * chunks little by little (engine/rewriter.h).
 */
#define PURGE_ARENA_BYTES (256 << 20)

static inline enum err purge_copy_others(struct chunk *chunk, int64_t link_id, struct chunk_builder *builder)
{
    struct clicks_scan scan;
    struct click_row row;
    enum err err = OK;

    clicks_scan_chunk(&scan, chunk, 0, chunk->rows, CLICK_EVERYTHING | CLICK_WITH_IP);
    while (err == OK && clicks_scan_next(&scan)) {
        if (scan.facts.link_id != link_id) {
            clicks_scan_row(&scan, &row);
            err = chunk_builder_add(builder, &row);
        }
    }
    return err;
}

static inline enum err purge_rewrite(struct db *db, const struct chunk_info *info, struct chunk *chunk, int64_t link_id,
                                     int64_t *deleted)
{
    struct chunk_bounds bounds;
    struct chunk_builder *builder = chunk_builder_new(chunk->rows, PURGE_ARENA_BYTES, 1);
    enum err err = builder ? purge_copy_others(chunk, link_id, builder) : ERR_NOMEM;
    int64_t left = err == OK ? (int64_t)chunk_builder_rows(builder) : 0;

    if (left > 0) {
        chunk_builder_sort(builder, &bounds);
    }
    if (err == OK) {
        err = chunks_replace(db, info, builder, left > 0 ? &bounds : NULL);
        *deleted += (int64_t)chunk->rows - left;
    }
    chunk_builder_free(builder);
    return err;
}

static inline enum err purge_chunk(struct db *db, const struct chunk_info *info, int64_t link_id, int64_t *deleted)
{
    struct arena arena;
    struct chunk chunk;

    arena_init(&arena, PURGE_ARENA_BYTES);
    enum err err = chunks_load(db, info, CHUNK_EVERYTHING, &arena, &chunk);
    if (err == OK && chunk_links_find(&chunk.links, link_id) < chunk.links.count) {
        err = purge_rewrite(db, info, &chunk, link_id, deleted);
    }
    arena_done(&arena);
    return err;
}

/* Within the caller's transaction; its sums stay. *deleted: clicks. */
static inline enum err purge_clicks(struct db *db, int64_t link_id, int64_t *deleted)
{
    struct chunk_list list = {0};
    enum err err = clicks_delete_link_of_tail(db, link_id, deleted);

    err = err == OK ? chunks_list(chunks_each(db), &list) : err;
    for (size_t i = 0; err == OK && i < list.count; i++) {
        err = purge_chunk(db, &list.items[i], link_id, deleted);
    }
    free(list.items);
    return err;
}

#endif
