/* SPDX-License-Identifier: MIT */
/* Clicks by their ids: in the tail by its key, in chunks by a pass over the id column of those whose range holds one
 * that is still looked for. */
#include <stdlib.h>

#include "linkpond/engine/ledger.h"
#include "linkpond/store/rewrites.h"

#include "joiner_private.h"

static const enum click_column touch_columns[TOUCH_TERMS] = {
    [TOUCH_HOST] = CLICK_HOST,
    [TOUCH_SOURCE] = CLICK_SOURCE,
    [TOUCH_CHANNEL] = CLICK_CHANNEL,
    [TOUCH_UTM_SOURCE] = CLICK_UTM_SOURCE,
    [TOUCH_UTM_MEDIUM] = CLICK_UTM_MEDIUM,
    [TOUCH_UTM_CAMPAIGN] = CLICK_UTM_CAMPAIGN,
    [TOUCH_UTM_TERM] = CLICK_UTM_TERM,
    [TOUCH_UTM_CONTENT] = CLICK_UTM_CONTENT,
    [TOUCH_UTM_ID] = CLICK_UTM_ID,
    [TOUCH_APP] = CLICK_APP,
    [TOUCH_CODE] = CLICK_CODE,
};

uint64_t join_found_columns(void)
{
    uint64_t columns = 0;

    for (size_t i = 0; i < TOUCH_TERMS; i++) {
        columns |= CLICK_BIT(touch_columns[i]);
    }
    return columns;
}

enum err join_found_read(struct arena *arena, const struct clicks_scan *scan, struct join_found *out)
{
    const struct click_facts *facts = &scan->facts;

    *out = (struct join_found){
        .touch = {.time_ms = facts->time_ms,
                  .click_id = facts->id,
                  .generation = 1,
                  .link_id = facts->link_id,
                  .scene = (int)facts->scene,
                  .flags = facts->flags},
        .visitor = click_facts_visitor(facts),
        .visitor_by = facts->visitor_by,
        .counts = click_counts(facts->class, facts->outcome) && facts->link_id > 0,
    };
    for (size_t i = 0; i < TOUCH_TERMS; i++) {
        struct click_value value = clicks_scan_value(scan, touch_columns[i]);
        out->touch.terms[i] = value.term;
        if (value.term == 0 && value.text.len > 0) {
            out->texts = out->texts ? out->texts : ARENA_ARRAY(arena, str, TOUCH_TERMS);
            if (out->texts) {
                out->texts[i] = arena_str(arena, value.text);
            }
        }
    }
    return arena->overflow ? ERR_NOMEM : OK;
}

/* ---- the tail ---- */

static enum err find_in_tail(struct db *db, struct join_batch *self)
{
    struct clicks_scan scan;
    bool reading = false;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->clicks_count; i++) {
        struct join_click *click = &self->clicks[i];
        bool at = reading && clicks_scan_skip_to(&scan, click->id);
        if (!at) {
            if (reading) {
                stmt_reset(scan.rows);
            }
            clicks_scan(&scan, db, click->id, INT64_MAX, false, join_found_columns());
            reading = clicks_scan_next(&scan);
            at = reading && scan.facts.id == click->id;
            err = reading ? OK : stmt_err(scan.rows);
        }
        if (at) {
            click->there = true;
            err = join_found_read(self->arena, &scan, &click->found);
        }
    }
    if (reading) {
        stmt_reset(scan.rows);
    }
    return err;
}

/* ---- chunks ---- */

struct finding {
    struct db *db;
    struct join_batch *batch;
    struct idmap wanted; /* click id -> place + 1 */
    struct gone_links gone;
    size_t missing;
};

static enum err take_row(struct finding *self, const struct chunk_info *info, struct chunk *chunk, size_t row)
{
    uint64_t columns = join_found_columns();
    struct clicks_scan scan;
    const int64_t *place = idmap_find(&self->wanted, (uint64_t)chunk_number(&chunk->numbers[CHUNK_ID], row), 0);

    if (!place) {
        return OK;
    }
    struct join_click *click = &self->batch->clicks[*place - 1];
    enum err err = chunks_load_more(self->db, chunk, clicks_scan_chunk_columns(columns));
    if (err) {
        return err;
    }
    clicks_scan_chunk(&scan, chunk, row, row + 1, columns);
    if (!clicks_scan_next(&scan) || gone_links_hold(&self->gone, scan.facts.link_id, info->seq)) {
        return OK;
    }
    click->there = true;
    self->missing--;
    return join_found_read(self->batch->arena, &scan, &click->found);
}

static enum err find_in_chunk(struct finding *self, const struct chunk_info *info, struct arena *arena)
{
    struct chunk chunk;
    enum err err = chunks_load(self->db, info, CHUNK_BIT(CHUNK_ID), arena, &chunk);

    for (size_t row = 0; err == OK && row < chunk.rows; row++) {
        err = take_row(self, info, &chunk, row);
    }
    return err;
}

/* Could one that is still looked for be in it? Clicks are in order of id. */
static bool may_hold(const struct join_batch *batch, const struct chunk_info *info)
{
    for (size_t i = 0; i < batch->clicks_count; i++) {
        const struct join_click *click = &batch->clicks[i];
        if (!click->there && click->id >= info->bounds.min_id && click->id <= info->bounds.max_id) {
            return true;
        }
    }
    return false;
}

static enum err find_in_chunks(struct finding *self)
{
    struct chunk_list list = {0};
    struct arena arena;
    enum err err = chunks_list(chunks_each(self->db), &list);

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    err = err ? err : gone_links_load(self->db, &self->gone);
    for (size_t i = list.count; err == OK && self->missing > 0 && i-- > 0;) { /* the young ones are asked for most */
        if (may_hold(self->batch, &list.items[i])) {
            err = find_in_chunk(self, &list.items[i], &arena);
            arena_reset(&arena);
        }
    }
    gone_links_done(&self->gone);
    arena_done(&arena);
    free(list.items);
    return err;
}

enum err join_find_clicks(struct db *db, struct join_batch *self)
{
    struct finding finding = {.db = db, .batch = self};
    enum err err = find_in_tail(db, self);

    idmap_init(&finding.wanted, self->clicks_count + 1);
    for (size_t i = 0; err == OK && i < self->clicks_count; i++) {
        int64_t *place =
            self->clicks[i].there ? NULL : idmap_put(&finding.wanted, (uint64_t)self->clicks[i].id, 0, NULL);
        if (place) {
            *place = (int64_t)i + 1;
            finding.missing++;
        } else if (!self->clicks[i].there) {
            err = ERR_NOMEM;
        }
    }
    if (err == OK && finding.missing > 0) {
        err = find_in_chunks(&finding);
    }
    idmap_done(&finding.wanted);
    return err;
}
