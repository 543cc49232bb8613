/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/crypt.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"

/*
 * Chunks written anew: without some of their clicks, or two in one. Row by row through a builder, so that dictionaries
 * keep nothing that is gone. Lists of chunks are read to their end before the first is touched.
 */
#define ARENA_BYTES (256 << 20)

/* ---- one chunk's rows into a builder */

struct kept {
    int64_t not_link; /* -1 = any */
    int64_t from_ms;
};

static enum err copy(struct db *db, const struct chunk_info *info, const struct kept *kept,
                     struct chunk_builder *builder)
{
    struct arena arena;
    struct chunk chunk;
    struct clicks_scan scan;
    struct click_row row;

    arena_init(&arena, ARENA_BYTES);
    enum err err = chunks_load(db, info, CHUNK_EVERYTHING, &arena, &chunk);
    if (err == OK) {
        clicks_scan_chunk(&scan, &chunk, 0, chunk.rows, CLICK_EVERYTHING | CLICK_WITH_IP);
    }
    while (err == OK && clicks_scan_next(&scan)) {
        bool stays =
            scan.facts.time_ms >= kept->from_ms && (kept->not_link < 0 || scan.facts.link_id != kept->not_link);
        if (stays) {
            clicks_scan_row(&scan, &row);
            err = chunk_builder_add(builder, &row);
        }
    }
    arena_done(&arena);
    return err;
}

static enum err replace(struct db *db, const struct chunk_info *info, struct chunk_builder *builder)
{
    struct chunk_bounds bounds;

    if (chunk_builder_rows(builder) == 0) {
        return chunks_replace(db, info, builder, NULL);
    }
    chunk_builder_sort(builder, &bounds);
    return chunks_replace(db, info, builder, &bounds);
}

static enum err rewrite(struct db *db, const struct chunk_info *info, const struct kept *kept, int64_t *deleted)
{
    uint64_t seed = 0;

    crypt_random(&seed, sizeof seed);
    if (info->rows <= 0 || info->rows > CHUNK_ROWS_MAX) {
        return ERR_CORRUPT;
    }
    struct chunk_builder *builder = chunk_builder_new((size_t)info->rows, ARENA_BYTES, seed);
    enum err err = builder ? copy(db, info, kept, builder) : ERR_NOMEM;
    int64_t left = err == OK ? (int64_t)chunk_builder_rows(builder) : 0;

    if (err == OK) {
        err = replace(db, info, builder);
    }
    chunk_builder_free(builder);
    *deleted += err == OK ? info->rows - left : 0;
    return err;
}

/* ---- what for */

static enum err holds(struct db *db, const struct chunk_info *info, int64_t link_id, bool *out)
{
    struct arena arena;
    struct chunk chunk;

    arena_init(&arena, ARENA_BYTES);
    enum err err = chunks_load(db, info, CHUNK_BIT(CHUNK_LINK), &arena, &chunk);
    *out = err == OK && chunk_links_find(&chunk.links, link_id) < chunk.links.count;
    arena_done(&arena);
    return err;
}

enum err chunks_delete_link(struct db *db, int64_t link_id, int64_t *deleted)
{
    struct chunk_list list = {0};
    const struct kept others = {.not_link = link_id, .from_ms = INT64_MIN};
    enum err err = chunks_list(chunks_each(db), &list);

    *deleted = 0;
    for (size_t i = 0; err == OK && i < list.count; i++) {
        bool hit = false;
        err = holds(db, &list.items[i], link_id, &hit);
        if (err == OK && hit) {
            err = rewrite(db, &list.items[i], &others, deleted);
        }
    }
    free(list.items);
    return err;
}

enum err chunks_merge(struct db *db, const struct chunk_info *first, const struct chunk_info *second, uint64_t seed)
{
    const struct kept all = {.not_link = -1, .from_ms = INT64_MIN};
    int64_t rows = first->rows + second->rows;

    BUG_ON(first->folded != second->folded);
    if (first->rows <= 0 || second->rows <= 0 || rows > CHUNK_ROWS_MAX) {
        return ERR_CORRUPT;
    }
    struct chunk_builder *builder = chunk_builder_new((size_t)rows, ARENA_BYTES, seed);
    enum err err = builder ? copy(db, first, &all, builder) : ERR_NOMEM;
    if (err == OK) {
        err = copy(db, second, &all, builder);
    }
    if (err == OK) {
        err = chunks_delete(db, second->id);
    }
    if (err == OK) {
        err = replace(db, first, builder);
    }
    chunk_builder_free(builder);
    return err;
}
