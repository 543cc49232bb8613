/* SPDX-License-Identifier: MIT */
#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"

/*
 * Two chunks written anew as one. Row by row through a builder, so that dictionaries keep nothing twice.
 */
#define ARENA_BYTES (256 << 20)

static enum err copy(struct db *db, const struct chunk_info *info, struct chunk_builder *builder)
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
        clicks_scan_row(&scan, &row);
        err = chunk_builder_add(builder, &row);
    }
    arena_done(&arena);
    return err;
}

static enum err replace(struct db *db, const struct chunk_info *info, struct chunk_builder *builder)
{
    struct chunk_bounds bounds;

    chunk_builder_sort(builder, &bounds);
    return chunks_replace(db, info, builder, &bounds);
}

enum err chunks_merge(struct db *db, const struct chunk_info *first, const struct chunk_info *second, uint64_t seed)
{
    int64_t rows = first->rows + second->rows;

    BUG_ON(first->folded != second->folded);
    if (first->rows <= 0 || second->rows <= 0 || rows > CHUNK_ROWS_MAX) {
        return ERR_CORRUPT;
    }
    struct chunk_builder *builder = chunk_builder_new((size_t)rows, ARENA_BYTES, seed);
    enum err err = builder ? copy(db, first, builder) : ERR_NOMEM;
    if (err == OK) {
        err = copy(db, second, builder);
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
