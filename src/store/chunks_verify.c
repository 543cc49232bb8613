/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "linkpond/model/record.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/segments.h"

#define ARENA_BYTES (256 << 20)

static enum err note(struct fault *fault, const struct chunk_info *info, enum err why)
{
    if (why != ERR_CORRUPT) {
        return why;
    }
    fault_setf(fault, why, "", "damaged", "The %" PRId64 " clicks of chunk %" PRId64 " are not as they were written.",
               info->rows, info->id);
    fault_chinesef(fault, "数据块 %" PRId64 " 中的 %" PRId64 " 条访问流水已损坏。", info->id, info->rows);
    return why;
}

/* Is the click before its segment's mark, so that it cannot be in the tail too? */
static enum err is_sealed(struct db *db, int64_t click_id, int64_t *segment_id, int64_t *sealed_to)
{
    if (segment_id_of_click(click_id) != *segment_id) {
        *segment_id = segment_id_of_click(click_id);
        enum err err = segments_sealed_to(db, *segment_id, sealed_to);
        if (err != OK) {
            return err;
        }
    }
    return (int64_t)click_id_offset(click_id) < *sealed_to ? OK : ERR_CORRUPT;
}

static enum err verify(struct db *db, const struct chunk_info *info, struct arena *arena)
{
    struct chunk_bounds bounds = {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN};
    int64_t segment_id = -1, sealed_to = 0;
    struct chunk chunk;
    struct clicks_scan scan;
    enum err err = chunks_load(db, info, CHUNK_EVERYTHING, arena, &chunk);

    if (err != OK) {
        return err;
    }
    clicks_scan_chunk(&scan, &chunk, 0, chunk.rows, 0);
    while (err == OK && clicks_scan_next(&scan)) {
        int64_t id = scan.facts.id, time_ms = scan.facts.time_ms;
        bounds.min_ms = time_ms < bounds.min_ms ? time_ms : bounds.min_ms;
        bounds.max_ms = time_ms > bounds.max_ms ? time_ms : bounds.max_ms;
        bounds.min_id = id < bounds.min_id ? id : bounds.min_id;
        bounds.max_id = id > bounds.max_id ? id : bounds.max_id;
        err = is_sealed(db, id, &segment_id, &sealed_to);
    }
    bool same = bounds.min_ms == info->bounds.min_ms && bounds.max_ms == info->bounds.max_ms &&
                bounds.min_id == info->bounds.min_id && bounds.max_id == info->bounds.max_id;
    return err == OK && !same ? ERR_CORRUPT : err;
}

enum err chunks_verify(struct db *db, struct fault *fault)
{
    struct stmt *rows = chunks_each(db);
    struct chunk_info info;
    struct arena arena;
    enum err err = OK;

    arena_init(&arena, ARENA_BYTES);
    while (err == OK && chunks_next(rows, &info)) {
        err = verify(db, &info, &arena);
        arena_reset(&arena);
    }
    arena_done(&arena);
    if (err != OK) {
        stmt_reset(rows);
        return note(fault, &info, err);
    }
    return stmt_err(rows);
}
