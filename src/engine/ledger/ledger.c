/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/ledger.h"

#include "linkpond/model/record.h"
#include "linkpond/store/rewrites.h"
#include "linkpond/store/segments.h"

struct reading {
    struct db *db;
    const struct ledger_range *range;
    enum err (*each)(void *arg, const struct clicks_scan *scan);
    void *arg;
    struct gone_links gone;
};

/* seq: of the chunk; 0 = the tail, where nothing is hidden. */
static enum err give_all(const struct reading *self, struct clicks_scan *scan, int64_t seq)
{
    bool hides = seq > 0 && self->gone.count > 0;
    enum err err = OK;

    while (err == OK && clicks_scan_next(scan)) {
        bool gone = hides && gone_links_hold(&self->gone, scan->facts.link_id, seq);
        if (!gone && (!self->range->of_link || scan->facts.link_id == self->range->link_id)) {
            err = self->each(self->arg, scan);
        }
    }
    if (scan->rows && err == OK) {
        return stmt_err(scan->rows);
    }
    if (scan->rows) {
        stmt_reset(scan->rows);
    }
    return err;
}

/* ---- the tail */

static enum err give_segment(const struct reading *self, const struct segment *segment)
{
    enum ledger_part part = self->range->part;
    int64_t first = segment_first_click(segment->id), last = segment_last_click(segment->id);
    int64_t unfolded = first + segment->folded_to / RECORD_ALIGN;
    struct clicks_scan scan;

    first = part == LEDGER_UNFOLDED ? unfolded : first + segment->sealed_to / RECORD_ALIGN;
    last = part == LEDGER_FOLDED ? unfolded - 1 : last;
    if (segment->rows == 0 || first > last) {
        return OK;
    }
    clicks_scan(&scan, self->db, first, last, false, self->range->columns);
    return give_all(self, &scan, 0);
}

static enum err give_tail(const struct reading *self)
{
    struct stmt *rows = self->range->part == LEDGER_UNFOLDED
                            ? segments_each_unfolded(self->db)
                            : segments_each_in(self->db, self->range->from_ms, self->range->to_ms);
    struct segment segment;
    enum err err = OK;

    while (err == OK && segments_next(rows, &segment)) {
        err = give_segment(self, &segment);
    }
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

/* ---- chunks */

static enum err give_chunk(const struct reading *self, const struct chunk_info *info, struct arena *arena)
{
    struct chunk chunk;
    struct clicks_scan scan;
    enum err err = chunks_load(self->db, info, CHUNK_BIT(CHUNK_LINK), arena, &chunk);

    if (err != OK) {
        return err;
    }
    size_t from = 0, to = chunk.rows;
    if (self->range->of_link) {
        size_t at = chunk_links_find(&chunk.links, self->range->link_id);
        from = chunk.links.firsts[at];
        to = at < chunk.links.count ? chunk.links.firsts[at + 1] : from;
    }
    if (from == to) {
        return OK;
    }
    err = chunks_load_more(self->db, &chunk, clicks_scan_chunk_columns(self->range->columns));
    if (err == OK) {
        clicks_scan_chunk(&scan, &chunk, from, to, self->range->columns);
        err = give_all(self, &scan, info->seq);
    }
    return err;
}

static enum err give_chunks(const struct reading *self)
{
    struct stmt *rows = self->range->part == LEDGER_UNFOLDED
                            ? chunks_each_unfolded(self->db)
                            : chunks_each_in(self->db, self->range->from_ms, self->range->to_ms);
    struct chunk_info info;
    struct arena arena;
    enum err err = OK;

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    while (err == OK && chunks_next(rows, &info)) {
        if (self->range->part != LEDGER_FOLDED || info.folded) {
            err = give_chunk(self, &info, &arena);
            arena_reset(&arena);
        }
    }
    arena_done(&arena);
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

enum err ledger_each(struct db *db, const struct ledger_range *range,
                     enum err (*each)(void *arg, const struct clicks_scan *scan), void *arg)
{
    struct reading self = {db, range, each, arg, {0}};
    enum err err = range->part == LEDGER_TAIL ? OK : gone_links_load(db, &self.gone);

    if (err == OK && range->part != LEDGER_TAIL) {
        err = give_chunks(&self);
    }
    gone_links_done(&self.gone);
    return err == OK ? give_tail(&self) : err;
}

enum err ledger_chunk_each(struct db *db, const struct chunk_info *info, const struct ledger_range *range,
                           enum err (*each)(void *arg, const struct clicks_scan *scan), void *arg)
{
    struct reading self = {db, range, each, arg, {0}};
    struct arena arena;
    enum err err = gone_links_load(db, &self.gone);

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    err = err == OK ? give_chunk(&self, info, &arena) : err;
    arena_done(&arena);
    gone_links_done(&self.gone);
    return err;
}

enum err ledger_rows_in(struct db *db, int64_t from_ms, int64_t to_ms, int64_t *rows)
{
    struct stmt *chunks = chunks_each_in(db, from_ms, to_ms), *segments = segments_each_in(db, from_ms, to_ms);
    struct chunk_info chunk;
    struct segment segment;

    *rows = 0;
    while (chunks_next(chunks, &chunk)) {
        *rows += chunk.rows;
    }
    while (segments_next(segments, &segment)) {
        *rows += segment.rows;
    }
    return stmt_err(chunks) == OK ? stmt_err(segments) : stmt_err(chunks);
}
