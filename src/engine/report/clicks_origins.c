/* SPDX-License-Identifier: MIT */
#include "clicks_origins.h"

#include <stdlib.h>

#include "linkpond/store/segments.h"

static int compare_ascending(const void *a, const void *b)
{
    const struct origin *left = a, *right = b;
    return (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);
}

static int compare_descending(const void *a, const void *b)
{
    return compare_ascending(b, a);
}

static enum err add_origin(struct origins *self, const struct origin *origin)
{
    if (self->count == self->cap) {
        self->cap = self->cap > 0 ? self->cap * 2 : 256;
        struct origin *bigger = realloc(self->items, self->cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->items = bigger;
    }
    self->items[self->count++] = *origin;
    return OK;
}

static enum err find_segments(struct db *db, int64_t from_ms, int64_t to_ms, bool descending, struct origins *out)
{
    struct stmt *rows = segments_each_in(db, from_ms, to_ms);
    struct segment segment;

    while (segments_next(rows, &segment)) {
        int64_t time_ms = descending ? segment.max_ms : segment.min_ms;
        enum err err = add_origin(out, &(struct origin){.time_ms = time_ms, .segment_id = segment.id});
        if (err != OK) {
            stmt_reset(rows);
            return err;
        }
    }
    return stmt_err(rows);
}

static enum err find_chunks(struct db *db, int64_t from_ms, int64_t to_ms, bool descending, struct origins *out)
{
    struct stmt *rows = chunks_each_in(db, from_ms, to_ms);
    struct chunk_info info;

    while (chunks_next(rows, &info)) {
        int64_t time_ms = descending ? info.bounds.max_ms : info.bounds.min_ms;
        enum err err = add_origin(out, &(struct origin){.time_ms = time_ms, .chunk = info});
        if (err != OK) {
            stmt_reset(rows);
            return err;
        }
    }
    return stmt_err(rows);
}

enum err clicks_origins_find(struct db *db, int64_t from_ms, int64_t to_ms, bool descending, struct origins *out)
{
    enum err err = find_segments(db, from_ms, to_ms, descending, out);

    if (err == OK) {
        err = find_chunks(db, from_ms, to_ms, descending, out);
    }
    if (out->count > 0) {
        qsort(out->items, out->count, sizeof *out->items, descending ? compare_descending : compare_ascending);
    }
    return err;
}

void clicks_origins_done(struct origins *self)
{
    free(self->items);
    *self = (struct origins){0};
}
