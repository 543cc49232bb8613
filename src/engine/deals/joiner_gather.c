/* SPDX-License-Identifier: MIT */
/*
 * All clicks of some visitors. No index of the ledger by visitor exists, because one costs every click more than this
 * costs the few events: of each chunk only the visitor column is read, and of most not even that, since numbers of
 * visitors are given in order and a chunk older than a visitor holds lower ones only.
 */
#include <stdlib.h>

#include "linkpond/base/limits.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/rewrites.h"

#include "joiner_private.h"

struct gathering {
    struct db *db;
    struct join_batch *batch;
    struct join_chunks *known;
    struct idmap wanted; /* visitor -> place + 1 */
    int64_t from_ms, to_ms, lowest;
    struct gone_links gone;
};

enum err join_hit_add(struct join_batch *self, const struct join_found *found, size_t event)
{
    struct join_hit *hit = ARENA_NEW(self->arena, struct join_hit);

    if (!hit) {
        return ERR_NOMEM;
    }
    *hit = (struct join_hit){found, event, self->hits};
    self->hits = hit;
    self->hits_count++;
    return OK;
}

static enum err take_click(struct gathering *self, struct join_visitor *visitor, const struct clicks_scan *scan)
{
    const struct click_facts *facts = &scan->facts;

    if (facts->time_ms < visitor->from_ms || facts->time_ms >= visitor->to_ms ||
        !click_counts(facts->class, facts->outcome) || facts->link_id == 0 || visitor->hits >= LIMIT_TOUCHES) {
        return OK;
    }
    struct join_found *found = ARENA_NEW(self->batch->arena, struct join_found);
    enum err err = found ? join_found_read(self->batch->arena, scan, found) : ERR_NOMEM;
    visitor->hits++;
    for (const struct join_owner *owner = visitor->owners; err == OK && owner; owner = owner->next) {
        err = join_hit_add(self->batch, found, owner->event);
    }
    return err;
}

static struct join_visitor *wanted(const struct gathering *self, int64_t number)
{
    const int64_t *place = number > 0 ? idmap_find(&self->wanted, (uint64_t)number, 0) : NULL;

    return place ? &self->batch->visitors[*place - 1] : NULL;
}

static enum err take_of_tail(void *arg, const struct clicks_scan *scan)
{
    struct gathering *self = arg;
    struct join_visitor *visitor = wanted(self, click_facts_visitor(&scan->facts));

    return visitor ? take_click(self, visitor, scan) : OK;
}

/* ---- chunks ---- */

static enum err take_row(struct gathering *self, const struct chunk_info *info, struct chunk *chunk, size_t row,
                         struct join_visitor *visitor)
{
    uint64_t columns = join_found_columns();
    struct clicks_scan scan;
    enum err err = chunks_load_more(self->db, chunk, clicks_scan_chunk_columns(columns));

    if (err) {
        return err;
    }
    clicks_scan_chunk(&scan, chunk, row, row + 1, columns);
    bool shown = clicks_scan_next(&scan) && !gone_links_hold(&self->gone, scan.facts.link_id, info->seq) &&
                 click_facts_visitor(&scan.facts) == visitor->number;
    return shown ? take_click(self, visitor, &scan) : OK;
}

static enum err gather_chunk(struct gathering *self, const struct chunk_info *info, struct arena *arena)
{
    struct chunk chunk;
    int64_t highest = 0;
    enum err err = chunks_load(self->db, info, CHUNK_BIT(CHUNK_VISITOR), arena, &chunk);

    for (size_t row = 0; err == OK && row < chunk.rows; row++) {
        int64_t number = chunk_number(&chunk.numbers[CHUNK_VISITOR], row);
        struct join_visitor *visitor = number < self->lowest ? NULL : wanted(self, number);
        highest = number > highest ? number : highest;
        err = visitor ? take_row(self, info, &chunk, row, visitor) : OK;
    }
    int64_t *known = err == OK ? idmap_put(&self->known->highest, (uint64_t)info->id, 0, NULL) : NULL;
    if (known) { /* else it is read again next time */
        *known = highest;
    }
    return err;
}

static bool may_hold(const struct gathering *self, const struct chunk_info *info)
{
    const int64_t *highest = idmap_find(&self->known->highest, (uint64_t)info->id, 0);

    return info->bounds.max_ms >= self->from_ms && info->bounds.min_ms < self->to_ms &&
           (!highest || *highest >= self->lowest);
}

static enum err gather_chunks(struct gathering *self)
{
    struct chunk_list list = {0};
    struct arena arena;
    enum err err = chunks_list(chunks_each_in(self->db, self->from_ms, self->to_ms), &list);

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    err = err ? err : gone_links_load(self->db, &self->gone);
    for (size_t i = 0; err == OK && i < list.count; i++) {
        if (may_hold(self, &list.items[i])) {
            err = gather_chunk(self, &list.items[i], &arena);
            arena_reset(&arena);
            db_breathe(self->db);
        }
    }
    gone_links_done(&self->gone);
    arena_done(&arena);
    free(list.items);
    return err;
}

static enum err number_visitors(struct gathering *self)
{
    for (size_t i = 0; i < self->batch->visitors_count; i++) {
        const struct join_visitor *visitor = &self->batch->visitors[i];
        int64_t *place = idmap_put(&self->wanted, (uint64_t)visitor->number, 0, NULL);
        if (!place) {
            return ERR_NOMEM;
        }
        *place = (int64_t)i + 1;
        self->from_ms = visitor->from_ms < self->from_ms ? visitor->from_ms : self->from_ms;
        self->to_ms = visitor->to_ms > self->to_ms ? visitor->to_ms : self->to_ms;
        self->lowest = visitor->number < self->lowest ? visitor->number : self->lowest;
    }
    return OK;
}

enum err join_gather(struct db *db, struct join_chunks *known, struct join_batch *self)
{
    struct gathering gathering = {
        .db = db, .batch = self, .known = known, .from_ms = INT64_MAX, .to_ms = INT64_MIN, .lowest = INT64_MAX};

    if (self->visitors_count == 0) {
        return OK;
    }
    idmap_init(&gathering.wanted, self->visitors_count + 1);
    enum err err = number_visitors(&gathering);
    err = err ? err : gather_chunks(&gathering);
    const struct ledger_range tail = {
        .part = LEDGER_TAIL, .from_ms = gathering.from_ms, .to_ms = gathering.to_ms, .columns = join_found_columns()};
    err = err ? err : ledger_each(db, &tail, take_of_tail, &gathering);
    idmap_done(&gathering.wanted);
    return err;
}
