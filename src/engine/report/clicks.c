/* SPDX-License-Identifier: MIT */
#include "clicks_chunks.h"
#include "clicks_fill.h"
#include "clicks_origins.h"
#include "link_days.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/report_match.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/store/rewrites.h"
#include "linkpond/store/segments.h"

#include <stdlib.h>
#include <string.h>

/*
 * The raw ledger in order of time. Segments and chunks overlap, so those that can hold the next clicks are read with no
 * more columns than the filters need, the earliest matches are kept in a heap, and only these are read whole. Looking
 * at the rest of a segment costs a few milliseconds a page; positions per segment were rejected because an id alone
 * must do to go on from.
 */
#define TEXTS_BYTES (8U << 20)

/* A click's place in the order, and where it is kept. */
struct place {
    int64_t time_ms, id;
    int64_t chunk_id; /* 0 = the tail */
    size_t row, chunk_rows;
    struct some_rows *some; /* of the chunk, with the row in it; NULL: it is open as a whole */
};
struct listing {
    struct db *db;
    const struct click_query *query;
    struct report_match match;
    struct report_texts texts;
    struct place after; /* id 0 = none */
    struct place *best; /* heap of at most limit places, the last of them first */
    size_t count, cap;
    struct clicks_scan reading; /* of the clicks that are given */
    bool is_reading;
    struct open_chunks chunks;
    struct few_rows few;
    struct gone_links gone;
    int64_t seq;                  /* of the chunk being picked from */
    struct link_days days;        /* of the only link asked for */
    struct click_address address; /* of the click that is given */
    bool (*each)(void *arg, const struct click *click);
    void *arg;
};

static enum err passes(struct listing *self, const struct clicks_scan *scan, bool *out)
{
    const struct report_query *query = &self->query->filter;
    const struct click_facts *facts = &scan->facts;
    const struct match_link *link = NULL;
    enum err err = OK;

    *out = facts->time_ms >= query->from_ms && facts->time_ms < query->to_ms &&
           report_match_class(&self->match, facts->class) && report_match_outcome(&self->match, facts->outcome);
    if (*out && self->query->request_id.len > 0) {
        *out = str_eq(clicks_scan_value(scan, CLICK_REQUEST_ID).text, self->query->request_id);
    }
    if (*out && self->match.needs_links) {
        err = report_match_link(&self->match, facts->link_id, &link);
        *out = err == OK && link->passes;
    }
    return *out ? report_match_click(&self->match, scan, out) : err;
}

/* ---- which clicks ---- */

/* Does a come before b in the order asked? */
static bool before(const struct listing *self, struct place a, struct place b)
{
    if (self->query->descending) {
        struct place swap = a;
        a = b;
        b = swap;
    }
    return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.id < b.id;
}

static bool is_full(const struct listing *self)
{
    return self->count == self->query->limit;
}

/* Restores the heap below `at`, where a smaller place may stand. */
static void sink(struct listing *self, size_t at)
{
    struct place moving = self->best[at];
    for (size_t child = 2 * at + 1; child < self->count; child = 2 * at + 1) {
        if (child + 1 < self->count && before(self, self->best[child], self->best[child + 1])) {
            child++;
        }
        if (!before(self, moving, self->best[child])) {
            break;
        }
        self->best[at] = self->best[child];
        at = child;
    }
    self->best[at] = moving;
}

static enum err keep(struct listing *self, struct place place)
{
    if (is_full(self)) {
        if (before(self, place, self->best[0])) {
            self->best[0] = place;
            sink(self, 0);
        }
        return OK;
    }
    if (self->count == self->cap) {
        self->cap = self->cap > 0 ? self->cap * 2 : 128;
        struct place *bigger = realloc(self->best, self->cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->best = bigger;
    }
    size_t at = self->count++;
    while (at > 0 && before(self, self->best[(at - 1) / 2], place)) {
        self->best[at] = self->best[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    self->best[at] = place;
    return OK;
}

static enum err pick_row(struct listing *self, const struct clicks_scan *scan, const struct chunk *chunk,
                         struct some_rows *some)
{
    struct place place = {.time_ms = scan->facts.time_ms, .id = scan->facts.id};
    bool gone = chunk && gone_links_hold(&self->gone, scan->facts.link_id, self->seq);
    bool wanted = !gone && (self->after.id == 0 || before(self, self->after, place)) &&
                  (!is_full(self) || before(self, place, self->best[0]));
    enum err err = wanted ? passes(self, scan, &wanted) : OK;

    if (chunk) {
        place.chunk_id = chunk->id;
        place.chunk_rows = chunk->rows;
        place.row = scan->row - 1;
        place.some = some;
    }
    return err == OK && wanted ? keep(self, place) : err;
}

static uint64_t columns_of(const struct listing *self)
{
    return self->match.columns | (self->query->request_id.len > 0 ? CLICK_BIT(CLICK_REQUEST_ID) : 0);
}

static enum err pick_from_segment(struct listing *self, int64_t segment_id)
{
    struct clicks_scan scan;
    enum err err = OK;

    clicks_scan(&scan, self->db, segment_first_click(segment_id), segment_last_click(segment_id),
                self->query->descending, columns_of(self));
    while (err == OK && clicks_scan_next(&scan)) {
        err = pick_row(self, &scan, NULL, NULL);
    }
    if (err != OK) {
        stmt_reset(scan.rows);
        return err;
    }
    return stmt_err(scan.rows);
}

/* The one link that all clicks asked for are of, or -1. */
static int64_t only_link(const struct listing *self)
{
    for (size_t i = 0; i < self->match.filters_count; i++) {
        const struct match_filter *filter = &self->match.filters[i];
        if (filter->dim == DIM_LINK && !filter->exclude && filter->count == 1) {
            return (int64_t)filter->values[0];
        }
    }
    return -1;
}

/* A link's few rows in a chunk, which is not read whole for them. */
static enum err pick_from_few(struct listing *self, const struct chunk_info *info, int64_t link_id, size_t from,
                              size_t to)
{
    struct clicks_scan scan;
    struct some_rows *some = NULL;
    uint64_t columns = clicks_scan_chunk_columns(columns_of(self)) & ~CHUNK_BIT(CHUNK_LINK);
    enum err err = few_rows_open(&self->few, info, link_id, from, to, &some);

    err = err == OK ? few_rows_load(&self->few, some, columns) : err;
    if (err == OK) {
        clicks_scan_chunk(&scan, &some->chunk, 0, some->chunk.rows, columns_of(self));
    }
    while (err == OK && clicks_scan_next(&scan)) {
        err = pick_row(self, &scan, &some->chunk, some);
    }
    return err;
}

/* Rows that can match: the link's only, and none when no row has the request id. */
static enum err narrow(struct listing *self, const struct chunk_info *info, size_t *from, size_t *to)
{
    const struct chunk *chunk = NULL;
    int64_t link_id = only_link(self);
    str wanted = self->query->request_id;
    uint64_t columns = CHUNK_BIT(CHUNK_LINK) | (wanted.len > 0 ? CHUNK_VALUES(CLICK_BIT(CLICK_REQUEST_ID)) : 0);
    enum err err = open_chunks_get(&self->chunks, info->id, (size_t)info->rows, columns, &chunk);

    if (err != OK) {
        return err;
    }
    *from = 0;
    *to = chunk->rows;
    if (link_id >= 0) {
        size_t at = chunk_links_find(&chunk->links, link_id);
        *from = chunk->links.firsts[at];
        *to = at < chunk->links.count ? chunk->links.firsts[at + 1] : *from;
    }
    if (wanted.len > 0) {
        *from = chunk_column_find(chunk, CHUNK_VALUE + CLICK_REQUEST_ID, wanted, *from, *to);
    }
    return OK;
}

static enum err pick_from_whole(struct listing *self, const struct chunk_info *info)
{
    const struct chunk *chunk = NULL;
    struct clicks_scan scan;
    size_t from = 0, to = 0;
    enum err err = narrow(self, info, &from, &to);

    if (err != OK || from == to) {
        return err;
    }
    err = open_chunks_get(&self->chunks, info->id, (size_t)info->rows, clicks_scan_chunk_columns(columns_of(self)),
                          &chunk);
    if (err == OK) {
        clicks_scan_chunk(&scan, chunk, from, to, columns_of(self));
    }
    while (err == OK && clicks_scan_next(&scan)) {
        err = pick_row(self, &scan, chunk, NULL);
    }
    return err;
}

static enum err pick_from_chunk(struct listing *self, const struct chunk_info *info)
{
    int64_t link_id = only_link(self);
    size_t from = 0, to = 0;

    self->seq = info->seq;
    if (!link_days_touch(&self->days, info)) {
        return OK;
    }
    if (link_id < 0 || self->query->request_id.len > 0) {
        return pick_from_whole(self, info);
    }
    enum err err = chunks_find_link(&self->few.parts, info, link_id, &from, &to);
    if (err != OK || from == to) {
        return err;
    }
    return to - from <= CHUNK_SOME_ROWS ? pick_from_few(self, info, link_id, from, to) : pick_from_whole(self, info);
}

/* ---- which segments and chunks ---- */

static enum err find_origins(const struct listing *self, struct origins *out)
{
    const struct report_query *query = &self->query->filter;
    bool descending = self->query->descending, after = self->after.id != 0;
    int64_t from_ms =
        after && !descending && self->after.time_ms > query->from_ms ? self->after.time_ms : query->from_ms;
    int64_t to_ms = after && descending && self->after.time_ms < query->to_ms ? self->after.time_ms + 1 : query->to_ms;

    return clicks_origins_find(self->db, from_ms, to_ms, descending, out);
}

/* What begins behind the last of a full heap has nothing for it, nor have those behind it. */
static bool is_behind(const struct listing *self, const struct origin *origin)
{
    return is_full(self) && (self->query->descending ? origin->time_ms < self->best[0].time_ms
                                                     : origin->time_ms > self->best[0].time_ms);
}

static enum err pick(struct listing *self)
{
    struct origins origins = {0};
    int64_t link_id = only_link(self);
    enum err err = link_id > 0 ? link_days_load(&self->days, self->db, link_id) : OK;

    if (err == OK) {
        err = find_origins(self, &origins);
    }
    for (size_t i = 0; err == OK && i < origins.count && !is_behind(self, &origins.items[i]); i++) {
        const struct origin *origin = &origins.items[i];
        err =
            origin->chunk.id != 0 ? pick_from_chunk(self, &origin->chunk) : pick_from_segment(self, origin->segment_id);
    }
    clicks_origins_done(&origins);
    return err;
}

/* ---- the clicks themselves ---- */

/* Takes the heap apart from its end: what is left in `best` is in order. */
static void sort_best(struct listing *self)
{
    size_t all = self->count;
    while (self->count > 1) {
        struct place last = self->best[0];
        self->best[0] = self->best[--self->count];
        sink(self, 0);
        self->best[self->count] = last;
    }
    self->count = all;
}

/* Clicks that follow each other in time mostly do so in their batch, so the scan of one is kept for the next. */
static bool go_to(struct listing *self, int64_t id)
{
    bool down = self->query->descending;

    if (self->is_reading && clicks_scan_skip_to(&self->reading, id)) {
        return true;
    }
    self->is_reading = true;
    clicks_scan(&self->reading, self->db, down ? 0 : id, down ? id : INT64_MAX, down, CLICK_EVERYTHING | CLICK_WITH_IP);
    return clicks_scan_next(&self->reading) && self->reading.facts.id == id;
}

static enum err give(struct listing *self, const struct clicks_scan *scan, bool *stop)
{
    struct click click;

    report_texts_trim(&self->texts, TEXTS_BYTES);
    enum err err = clicks_fill(&self->texts, scan, self->db, &self->address, &click);
    if (err == OK) {
        *stop = !self->each(self->arg, &click);
    }
    return err;
}

static enum err give_sealed(struct listing *self, const struct place *place, bool *stop)
{
    const struct chunk *chunk = NULL;
    struct clicks_scan scan;
    enum err err = OK;

    if (place->some) {
        chunk = &place->some->chunk;
        err = few_rows_load(&self->few, place->some, CHUNK_EVERYTHING & ~CHUNK_BIT(CHUNK_LINK));
    } else {
        err = open_chunks_get(&self->chunks, place->chunk_id, place->chunk_rows, CHUNK_EVERYTHING, &chunk);
    }
    if (err != OK) {
        return err;
    }
    clicks_scan_chunk(&scan, chunk, place->row, place->row + 1, CLICK_EVERYTHING | CLICK_WITH_IP);
    return clicks_scan_next(&scan) ? give(self, &scan, stop) : OK;
}

static enum err give_place(struct listing *self, const struct place *place, bool *stop)
{
    if (place->chunk_id != 0) {
        return give_sealed(self, place, stop);
    }
    return go_to(self, place->id) ? give(self, &self->reading, stop) : stmt_err(self->reading.rows);
}

static enum err list(struct listing *self)
{
    bool stop = false;
    enum err err = pick(self);

    sort_best(self);
    for (size_t i = 0; err == OK && !stop && i < self->count; i++) {
        err = give_place(self, &self->best[i], &stop);
    }
    if (self->is_reading) {
        stmt_reset(self->reading.rows);
    }
    return err;
}

/* The place to go on from. */
static enum err find_after(struct listing *self)
{
    struct clicks_scan scan;

    self->after = (struct place){.time_ms = self->query->after_ms, .id = self->query->after_id};
    if (self->after.id == 0 || self->after.time_ms != 0) {
        return OK;
    }
    clicks_scan(&scan, self->db, self->after.id, self->after.id, false, 0);
    if (!clicks_scan_next(&scan)) {
        return stmt_err(scan.rows) != OK ? stmt_err(scan.rows)
                                         : clicks_chunk_time(self->db, self->after.id, &self->after.time_ms);
    }
    self->after.time_ms = scan.facts.time_ms;
    stmt_reset(scan.rows);
    return OK;
}

enum err clicks_run(struct db *db, struct arena *arena, const struct click_query *query,
                    bool (*each)(void *arg, const struct click *click), void *arg)
{
    struct listing self = {.db = db, .query = query, .each = each, .arg = arg};
    struct giving_way giving_way = {0};
    bool own = false;

    (void)arena; /* texts are lent for the call only */
    giving_way_begin(&giving_way, db);
    enum err err = db_snapshot_begin(db, &own);
    report_texts_init(&self.texts, db);
    open_chunks_init(&self.chunks, db);
    few_rows_init(&self.few, db);
    err = err == OK ? gone_links_load(db, &self.gone) : err;
    err = err == OK ? find_after(&self) : err;
    if (err == OK && query->limit > 0) {
        err = report_match_open(&self.match, db, &query->filter, NULL, 0);
        err = err == OK ? list(&self) : err;
        report_match_done(&self.match);
    }
    report_texts_done(&self.texts);
    click_address_done(&self.address);
    open_chunks_done(&self.chunks);
    few_rows_done(&self.few);
    gone_links_done(&self.gone);
    link_days_done(&self.days);
    free(self.best);
    db_snapshot_end(db, own);
    giving_way_end(&giving_way, db);
    return err;
}
