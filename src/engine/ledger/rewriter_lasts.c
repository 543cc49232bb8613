/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "fold_gains.h"
#include "linkpond/base/idmap.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/model/link.h"
#include "rewriter_private.h"

/*
 * A link's last click is the one figure that no difference tells: when it became a machine's, the one before it has to
 * be looked for. Once for all links at the end, by the few columns that tell it; what was clicked since is later than
 * what was stored and needs nothing.
 */
struct looking {
    struct rewrite_lasts *lasts;
    struct idmap index; /* link -> place */
};

static void see(struct looking *self, int64_t link_id, int64_t time_ms)
{
    const int64_t *at = idmap_find(&self->index, (uint64_t)link_id, 0);

    if (at && time_ms <= self->lasts->links[*at].detail && time_ms > self->lasts->last_ms[*at]) {
        self->lasts->last_ms[*at] = time_ms;
    }
}

static bool row_counts(const struct chunk *chunk, size_t row)
{
    return click_counts((enum click_class)chunk_column_number(chunk, CHUNK_CLASS, row),
                        (enum click_outcome)chunk_column_number(chunk, CHUNK_OUTCOME, row));
}

static void see_run(struct looking *self, const struct chunk *chunk, size_t run)
{
    int64_t link_id = chunk->links.ids[run];
    bool asked = idmap_find(&self->index, (uint64_t)link_id, 0) != NULL;

    for (size_t row = chunk->links.firsts[run]; asked && row < chunk->links.firsts[run + 1]; row++) {
        if (row_counts(chunk, row)) {
            see(self, link_id, chunk_column_number(chunk, CHUNK_TIME, row));
        }
    }
}

static enum err see_chunks(struct looking *self, struct db *db)
{
    const uint64_t columns =
        CHUNK_BIT(CHUNK_LINK) | CHUNK_BIT(CHUNK_TIME) | CHUNK_BIT(CHUNK_CLASS) | CHUNK_BIT(CHUNK_OUTCOME);
    struct stmt *rows = chunks_each(db);
    struct chunk_info info;
    struct chunk chunk;
    struct arena arena;
    enum err err = OK;

    arena_init(&arena, LEDGER_CHUNK_BYTES);
    while (err == OK && chunks_next(rows, &info)) {
        err = info.folded ? chunks_load(db, &info, columns, &arena, &chunk) : OK;
        for (size_t run = 0; err == OK && info.folded && run < chunk.links.count; run++) {
            see_run(self, &chunk, run);
        }
        err = err == ERR_CORRUPT ? OK : err; /* it stays as it is, whatever was counted of it */
        arena_reset(&arena);
    }
    arena_done(&arena);
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

static enum err see_row(void *arg, const struct clicks_scan *scan)
{
    if (click_counts(scan->facts.class, scan->facts.outcome)) {
        see(arg, scan->facts.link_id, scan->facts.time_ms);
    }
    return OK;
}

static enum err look(struct looking *self, struct db *db)
{
    const struct ledger_range tail = {.part = LEDGER_TAIL, LEDGER_FOR_EVER};
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->lasts->count; i++) {
        int64_t *at = idmap_put(&self->index, (uint64_t)self->lasts->links[i].subject, 0, NULL);
        err = at ? OK : ERR_NOMEM;
        if (at) {
            *at = (int64_t)i;
        }
        self->lasts->last_ms[i] = TIME_NONE;
    }
    err = err == OK ? see_chunks(self, db) : err;
    return err == OK ? ledger_each(db, &tail, see_row, self) : err;
}

enum err rewrite_lasts_find(struct db *db, int64_t rewrite_id, struct rewrite_lasts *out)
{
    struct looking self = {.lasts = out};
    bool own = false;

    *out = (struct rewrite_lasts){
        .links = malloc(REWRITE_LASTS_MAX * sizeof *out->links),
        .last_ms = malloc(REWRITE_LASTS_MAX * sizeof *out->last_ms),
        .count = REWRITE_LASTS_MAX,
    };
    idmap_init(&self.index, REWRITE_LASTS_MAX);
    enum err err = out->links && out->last_ms ? db_snapshot_begin(db, &own) : ERR_NOMEM;
    err = err == OK ? rewrites_subjects(db, rewrite_id, INT64_MIN, out->links, &out->count) : err;
    if (err == OK && out->count > 0) {
        err = look(&self, db);
    }
    db_snapshot_end(db, own);
    idmap_done(&self.index);
    return err;
}

void rewrite_lasts_done(struct rewrite_lasts *self)
{
    free(self->links);
    free(self->last_ms);
}

enum err rewrite_lasts_store(struct db *db, int64_t rewrite_id, const struct rewrite_lasts *lasts, size_t from,
                             size_t to)
{
    enum err err = OK;

    for (size_t i = from; err == OK && i < to; i++) {
        err = fold_gains_home(db, lasts->links[i].subject);
        if (err == OK) {
            err = sums_stat_set_last(db, lasts->links[i].subject, lasts->links[i].detail, lasts->last_ms[i]);
        }
    }
    return err == OK && to > from ? rewrites_subjects_delete(db, rewrite_id, lasts->links[to - 1].subject) : err;
}
