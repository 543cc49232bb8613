/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/sealer.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/model/record.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/rewrites.h"
#include "linkpond/store/segments.h"

/*
 * Lanes and segments overlap in time, so the earliest clicks are the fronts of several segments. First only their times
 * are read, which tells up to when each front reaches; then these are taken whole. A clock that was set back makes no
 * trouble: a click counts as late as the latest before it in its segment, and so a front is always one.
 */
#define TEXT_BYTES (32 << 20) /* of a chunk; more only makes it hold fewer clicks */
#define TEXT_SPARE (64 << 10) /* of one click, roundly */

/* A segment's clicks that may be sealed: ids [from, to). */
struct front {
    int64_t segment_id, from, to, min_ms;
    size_t rows;    /* taken */
    int64_t behind; /* the first id that stays */
};
struct sealer {
    struct db *db;
    size_t chunk_rows;
    struct front *fronts;
    size_t fronts_count, fronts_cap;
    int64_t *times; /* of all fronts looked at, rising */
    size_t times_count, times_cap;
    size_t times_merged; /* those behind are of the last front alone */
    int64_t border_ms;   /* the latest that is sealed */
    struct chunk_builder *builder;
    const atomic_bool *give_up; /* NULL: never */
};

static bool is_given_up(const struct sealer *self)
{
    return self->give_up && atomic_load_explicit(self->give_up, memory_order_relaxed);
}

/* ---- which */

static enum err find_fronts(struct sealer *self)
{
    struct stmt *rows = segments_each_unsealed(self->db);
    struct segment segment;

    while (segments_next(rows, &segment)) {
        int64_t first = segment_first_click(segment.id);
        if (self->fronts_count == self->fronts_cap) {
            self->fronts_cap = self->fronts_cap > 0 ? self->fronts_cap * 2 : 64;
            struct front *bigger = realloc(self->fronts, self->fronts_cap * sizeof *bigger);
            if (!bigger) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            self->fronts = bigger;
        }
        self->fronts[self->fronts_count++] = (struct front){
            .segment_id = segment.id,
            .from = first + segment.sealed_to / RECORD_ALIGN,
            .to = first + segment.folded_to / RECORD_ALIGN,
            .min_ms = segment.rows > 0 ? segment.min_ms : INT64_MIN,
        };
    }
    return stmt_err(rows);
}

static enum err add_time(struct sealer *self, int64_t time_ms)
{
    if (self->times_count == self->times_cap) {
        self->times_cap = self->times_cap > 0 ? self->times_cap * 2 : 4096;
        int64_t *bigger = realloc(self->times, self->times_cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->times = bigger;
    }
    self->times[self->times_count++] = time_ms;
    return OK;
}

static enum err look_at(struct sealer *self, const struct front *front)
{
    struct clicks_scan scan;
    int64_t time_ms = INT64_MIN;
    size_t rows = 0;
    enum err err = OK;

    clicks_scan(&scan, self->db, front->from, front->to - 1, false, 0);
    while (err == OK && rows < self->chunk_rows && clicks_scan_next(&scan)) {
        time_ms = scan.facts.time_ms > time_ms ? scan.facts.time_ms : time_ms;
        err = is_given_up(self) ? ERR_UNAVAILABLE : add_time(self, time_ms);
        rows++;
    }
    if (err == OK) {
        err = stmt_err(scan.rows);
    }
    stmt_reset(scan.rows);
    return err;
}

/* What the last front added, rising by itself, among the others. */
static enum err merge_times(struct sealer *self)
{
    size_t added = self->times_count - self->times_merged, left = self->times_merged, to = self->times_count;
    int64_t *times = self->times;
    bool apart = left == 0 || added == 0 || times[left - 1] <= times[left];

    self->times_merged = self->times_count;
    if (apart) {
        return OK;
    }
    int64_t *copy = malloc(added * sizeof *copy);
    if (!copy) {
        return ERR_NOMEM;
    }
    memcpy(copy, times + left, added * sizeof *copy);
    while (added > 0) {
        bool from_left = left > 0 && times[left - 1] > copy[added - 1];
        times[--to] = from_left ? times[--left] : copy[--added];
    }
    free(copy);
    return OK;
}

/* Fronts come by time: those that begin behind what is enough need no look. */
static enum err find_border(struct sealer *self)
{
    size_t looked = 0;
    enum err err = OK;

    self->border_ms = INT64_MAX;
    while (err == OK && looked < self->fronts_count && self->fronts[looked].min_ms <= self->border_ms) {
        err = look_at(self, &self->fronts[looked++]);
        if (err == OK) {
            err = merge_times(self);
        }
        if (err == OK && self->times_count >= self->chunk_rows) {
            self->times_count = self->times_merged = self->chunk_rows;
            self->border_ms = self->times[self->chunk_rows - 1];
        }
    }
    self->fronts_count = looked;
    return err;
}

/* ---- sealing */

static bool has_room(const struct sealer *self)
{
    return chunk_builder_rows(self->builder) < self->chunk_rows &&
           chunk_builder_text_bytes(self->builder) < TEXT_BYTES - TEXT_SPARE;
}

static enum err take(struct sealer *self, struct front *front)
{
    struct clicks_scan scan;
    struct click_row row;
    enum err err = OK;
    bool more = has_room(self);

    front->behind = more ? front->to : front->from;
    clicks_scan(&scan, self->db, front->from, front->to - 1, false, CLICK_EVERYTHING | CLICK_WITH_IP);
    while (err == OK && more && clicks_scan_next(&scan)) {
        more = scan.facts.time_ms <= self->border_ms && has_room(self);
        if (!more) {
            front->behind = scan.facts.id;
            break;
        }
        clicks_scan_row(&scan, &row);
        err = is_given_up(self) ? ERR_UNAVAILABLE : chunk_builder_add(self->builder, &row);
        front->rows++;
    }
    if (err == OK) {
        err = stmt_err(scan.rows);
    }
    stmt_reset(scan.rows);
    return err;
}

static enum err move_mark(struct sealer *self, const struct front *front)
{
    int64_t deleted = 0, first = segment_first_click(front->segment_id);
    enum err err = OK;

    if (front->rows > 0) {
        err = clicks_delete_range(self->db, front->from, front->behind - 1, &deleted);
    }
    if (err == OK && deleted != (int64_t)front->rows) {
        return ERR_CORRUPT;
    }
    return err == OK ? segments_sealed(self->db, front->segment_id, (front->behind - first) * RECORD_ALIGN,
                                       (int64_t)front->rows)
                     : err;
}

static enum err seal(struct sealer *self)
{
    struct chunk_bounds bounds;
    uint64_t seed = 0;
    int64_t id = 0;
    enum err err = OK;

    crypt_random(&seed, sizeof seed);
    self->builder = chunk_builder_new(self->chunk_rows, TEXT_BYTES, seed);
    if (!self->builder) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; err == OK && i < self->fronts_count; i++) {
        err = take(self, &self->fronts[i]);
    }
    for (size_t i = 0; err == OK && i < self->fronts_count; i++) {
        err = is_given_up(self) ? ERR_UNAVAILABLE : move_mark(self, &self->fronts[i]);
    }
    if (err == OK && is_given_up(self)) { /* what follows goes to its end */
        return ERR_UNAVAILABLE;
    }
    if (err == OK && chunk_builder_rows(self->builder) > 0) {
        chunk_builder_sort(self->builder, &bounds);
        err = chunks_insert(self->db, self->builder, &bounds, true, &id);
    }
    return err;
}

static enum err run(struct sealer *self, int64_t old_ms, struct sealing *out)
{
    enum err err = find_fronts(self);

    if (err == OK) {
        err = find_border(self);
    }
    if (err != OK) {
        return err;
    }
    out->waiting = self->times_count;
    bool due = self->times_count >= self->chunk_rows || (self->times_count > 0 && self->times[0] < old_ms);
    err = due ? seal(self) : OK;
    out->rows = due && err == OK ? chunk_builder_rows(self->builder) : 0;
    return err;
}

static enum err seal_or_give_up(struct db *db, size_t chunk_rows, int64_t old_ms, const atomic_bool *give_up,
                                struct sealing *out)
{
    struct sealer self = {
        .db = db, .chunk_rows = chunk_rows < CHUNK_ROWS_MAX ? chunk_rows : CHUNK_ROWS_MAX, .give_up = give_up};
    enum err err = run(&self, old_ms, out);

    chunk_builder_free(self.builder);
    free(self.fronts);
    free(self.times);
    return err;
}

enum err sealer_seal(struct db *db, size_t chunk_rows, int64_t old_ms, struct sealing *out)
{
    return seal_or_give_up(db, chunk_rows, old_ms, NULL, out);
}

enum err sealer_run(struct db *db, size_t chunk_rows, int64_t old_ms, const atomic_bool *give_up, struct sealing *out)
{
    enum err err = db_begin(db, false);

    *out = (struct sealing){0};
    if (err == OK) {
        err = seal_or_give_up(db, chunk_rows, old_ms, give_up, out);
    }
    if (err == OK && out->rows > 0) {
        err = db_commit(db);
    }
    if (err != OK || out->rows == 0) {
        db_rollback(db);
    }
    if (err != OK) {
        *out = (struct sealing){0};
    }
    return err;
}

enum err sealer_backlog(struct db *db, int64_t *rows)
{
    struct stmt *segments = segments_each(db);
    struct segment segment;
    int64_t sum = 0;

    while (segments_next(segments, &segment)) {
        sum += segment.rows;
    }
    *rows = sum;
    return stmt_err(segments);
}

/* ---- merging */

static bool is_small(const struct chunk_info *info, size_t chunk_rows)
{
    return info->folded && info->rows > 0 && (size_t)info->rows < chunk_rows / 4;
}

static int by_time(const void *left, const void *right)
{
    const struct chunk_info *a = left, *b = right;

    return (a->bounds.min_ms > b->bounds.min_ms) - (a->bounds.min_ms < b->bounds.min_ms);
}

static enum err list_chunks(struct db *db, struct chunk_info **out, size_t *count)
{
    struct stmt *rows = chunks_each(db);
    struct chunk_info info;
    size_t cap = 0;

    while (chunks_next(rows, &info)) {
        if (*count == cap) {
            cap = cap > 0 ? cap * 2 : 64;
            struct chunk_info *bigger = realloc(*out, cap * sizeof *bigger);
            if (!bigger) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            *out = bigger;
        }
        (*out)[(*count)++] = info;
    }
    return stmt_err(rows);
}

static enum err merge_first(struct db *db, size_t chunk_rows, struct chunk_info *chunks, size_t count, bool *merged)
{
    uint64_t seed = 0;

    crypt_random(&seed, sizeof seed);
    qsort(chunks, count, sizeof *chunks, by_time);
    for (size_t i = 1; i < count; i++) {
        if (!is_small(&chunks[i - 1], chunk_rows) || !is_small(&chunks[i], chunk_rows)) {
            continue;
        }
        enum err err = chunks_merge(db, &chunks[i - 1], &chunks[i], seed);
        if (err != ERR_CORRUPT) { /* a damaged one stays as it is, and must not keep the others */
            *merged = err == OK;
            return err;
        }
    }
    return OK;
}

enum err sealer_merge(struct db *db, size_t chunk_rows, bool *merged)
{
    struct chunk_info *chunks = NULL;
    size_t count = 0;
    bool rewriting = false;
    enum err err = db_begin(db, false);

    *merged = false;
    if (err == OK) {
        err = rewrites_any(db, &rewriting);
    }
    if (err == OK && !rewriting) {
        err = list_chunks(db, &chunks, &count);
    }
    if (err == OK && count > 1) {
        err = merge_first(db, chunk_rows, chunks, count, merged);
    }
    if (err == OK && *merged) {
        err = db_commit(db);
    }
    if (err != OK || !*merged) {
        db_rollback(db);
    }
    *merged = *merged && err == OK;
    free(chunks);
    return err;
}
