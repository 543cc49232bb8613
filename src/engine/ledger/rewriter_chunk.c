/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/crypt.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/model/link.h"
#include "rewriter_private.h"

/*
 * One chunk's successor. Rows are asked in order; a builder is begun at the first one that changes, with all before it,
 * so a chunk that stays costs only the asking. Its bytes are made here too: the writer stores them and adds the
 * difference to the sums, and since others wait for it meanwhile, so many changes and no more; then the chunk comes
 * again, and is asked from there on.
 */
#define CHANGES_AT_ONCE 6144

static size_t changes_at_once(const struct rewrite_run *run)
{
    return run->opts->changes_at_once > 0 ? run->opts->changes_at_once : CHANGES_AT_ONCE;
}

struct making {
    struct rewrite_run *run;
    const struct rewrite_ops *ops;
    const struct chunk *chunk;
    struct rewritten *out;
    struct rewrite_mark *last; /* asked in this turn */
};

static enum err copy_before(const struct making *self, size_t rows)
{
    struct clicks_scan scan;
    struct click_row row;
    enum err err = OK;

    clicks_scan_chunk(&scan, self->chunk, 0, rows, CLICK_EVERYTHING | CLICK_WITH_IP);
    while (err == OK && clicks_scan_next(&scan)) {
        clicks_scan_row(&scan, &row);
        err = chunk_builder_add(self->out->builder, &row);
    }
    return err;
}

static enum err begin_builder(const struct making *self, size_t rows)
{
    uint64_t seed = 0;

    crypt_random(&seed, sizeof seed);
    self->out->builder = chunk_builder_new(self->chunk->rows, LEDGER_CHUNK_BYTES, seed);
    return self->out->builder ? copy_before(self, rows) : ERR_NOMEM;
}

static bool same_facts(const struct click_facts *a, const struct click_facts *b)
{
    return a->class == b->class && a->outcome == b->outcome && a->flags == b->flags && a->signals == b->signals;
}

static enum err note_change(struct rewritten *out, const struct click_facts *from, const struct click_facts *into)
{
    if (out->changes_count == out->changes_cap) {
        size_t cap = out->changes_cap > 0 ? out->changes_cap * 2 : 256;
        struct fold_change *bigger = realloc(out->changes, cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        out->changes = bigger;
        out->changes_cap = cap;
    }
    out->changes[out->changes_count++] = (struct fold_change){*from, *into};
    return OK;
}

static bool was_asked(const struct rewrite_mark *asked, const struct click_facts *facts)
{
    return facts->link_id != asked->link_id   ? facts->link_id < asked->link_id
           : facts->time_ms != asked->time_ms ? facts->time_ms < asked->time_ms
                                              : facts->id <= asked->id;
}

/* What is to become of the row. */
static enum err ask(const struct making *self, struct click_row *row, enum rewrite_say *say)
{
    struct rewrite_run *run = self->run;
    const struct click_facts *facts = &row->facts;
    bool full = self->out->changes_count >= changes_at_once(self->run);

    bool asked = run->asked.any && was_asked(&run->asked, facts);

    if (gone_links_hold(&run->gone, facts->link_id, self->out->info.seq)) {
        self->out->rows += !asked;
        *say = REWRITE_GOES;
        return OK;
    }
    if (asked) {
        return OK;
    }
    if (full) {
        run->more_of_chunk = true;
        return OK;
    }
    self->out->rows++;
    *self->last = (struct rewrite_mark){true, self->out->info.seq, facts->link_id, facts->time_ms, facts->id};
    return self->ops->row(run, row, say);
}

static enum err take_row(const struct making *self, size_t at, struct click_row *row)
{
    const struct click_facts before = row->facts;
    struct rewritten *out = self->out;
    enum rewrite_say say = REWRITE_STAYS;
    enum err err = ask(self, row, &say);
    bool gone = say == REWRITE_GOES && gone_links_hold(&self->run->gone, before.link_id, out->info.seq);

    if (err == OK && say != REWRITE_STAYS) {
        out->changed += !gone || self->ops->counts_gone;
        if (self->run->now.dry_run) {
            return OK;
        }
        if (self->ops->sums_follow && !gone && !same_facts(&before, &row->facts)) {
            err = note_change(out, &before, &row->facts);
        }
        if (err == OK && !out->builder) {
            err = begin_builder(self, at);
        }
    }
    return err == OK && out->builder && say != REWRITE_GOES ? chunk_builder_add(out->builder, row) : err;
}

/* The bytes of what was built. */
static enum err make_blobs(struct rewritten *out)
{
    struct chunk_bounds bounds;
    enum err err = OK;

    if (!out->builder) {
        return OK;
    }
    out->gone = chunk_builder_rows(out->builder) == 0;
    if (!out->gone) {
        chunk_builder_sort(out->builder, &bounds);
        out->replaced = true;
        err = chunk_blobs_make(&out->blobs, out->builder, &bounds);
    }
    chunk_builder_free(out->builder);
    out->builder = NULL;
    return err;
}

static enum err take_rows(const struct making *self)
{
    struct rewrite_run *run = self->run;
    struct clicks_scan scan;
    struct click_row row;
    size_t at = 0;
    enum err err = OK;

    run->asked.any = run->asked.any && run->asked.seq == self->out->info.seq;
    clicks_scan_chunk(&scan, self->chunk, 0, self->chunk->rows, CLICK_EVERYTHING | CLICK_WITH_IP);
    while (err == OK && clicks_scan_next(&scan)) {
        clicks_scan_row(&scan, &row);
        err = take_row(self, at++, &row);
    }
    run->asked.any = false;
    if (self->out->changes_count >= changes_at_once(self->run)) {
        run->asked = *self->last;
    }
    return err == OK ? make_blobs(self->out) : err;
}

enum err rewrite_chunk(struct rewrite_run *run, const struct rewrite_ops *ops, const struct chunk_info *info,
                       struct rewritten *out)
{
    struct chunk chunk;
    struct rewrite_mark last = {0};
    const struct making self = {run, ops, &chunk, out, &last};

    *out = (struct rewritten){.info = *info};
    run->more_of_chunk = false;
    arena_reset(&run->arena);
    enum err err = info->rows > 0 && info->rows <= CHUNK_ROWS_MAX
                       ? chunks_load(run->db, info, ops->columns, &run->arena, &chunk)
                       : ERR_CORRUPT;
    gone_links_done(&run->gone);
    err = err == OK ? gone_links_load(run->db, &run->gone) : err;
    if (err == OK && !ops->concerns(run, info, &chunk)) {
        return OK;
    }
    err = err == OK ? chunks_load_more(run->db, &chunk, CHUNK_EVERYTHING) : err;
    err = err == OK ? take_rows(&self) : err;
    if (err != ERR_CORRUPT) {
        return err;
    }
    rewritten_done(out);
    /* It must not keep the others. */
    *out = (struct rewritten){
        .info = *info, .damaged = true, .gone = ops->of_old_clicks && info->bounds.max_ms < run->now.to_ms};
    run->more_of_chunk = false;
    run->asked.any = false;
    return OK;
}

void rewritten_done(struct rewritten *self)
{
    chunk_builder_free(self->builder);
    if (self->replaced) {
        chunk_blobs_done(&self->blobs);
    }
    free(self->changes);
    self->builder = NULL;
    self->changes = NULL;
    self->replaced = false;
}

/* ---- into the database */

static bool was_pv(const struct fold_change *change)
{
    return click_counts(change->from.class, change->from.outcome);
}

static bool is_pv(const struct fold_change *change)
{
    return click_counts(change->into.class, change->into.outcome);
}

/* A purge may have taken a link out of the sums since the chunk was read. */
static enum err leave_gone_out(struct db *db, const struct rewritten *chunk, size_t *count)
{
    struct gone_links gone;
    enum err err = gone_links_load(db, &gone);

    *count = 0;
    for (size_t i = 0; err == OK && i < chunk->changes_count; i++) {
        if (!gone_links_hold(&gone, chunk->changes[i].from.link_id, chunk->info.seq)) {
            chunk->changes[(*count)++] = chunk->changes[i];
        }
    }
    gone_links_done(&gone);
    return err;
}

/* Links whose last click is one no more. Before the sums change. */
static enum err note_lasts(struct db *db, const struct rewritten *chunk, size_t count, int64_t rewrite_id)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        const struct fold_change *change = &chunk->changes[i];
        struct link_stat stat;
        if (change->from.link_id == 0 || !was_pv(change) || is_pv(change)) {
            continue;
        }
        err = sums_stat_find(db, change->from.link_id, &stat);
        if (err == OK && stat.last_ms == change->from.time_ms) {
            err = rewrites_subject_insert(db, rewrite_id, stat.link_id, stat.last_ms);
        }
    }
    return err;
}

enum err rewrite_store(struct rewrite_run *run, struct db *db, const struct rewrite_ops *ops, struct rewritten *chunk)
{
    struct chunk_info stored;
    enum err err = OK;

    if (chunk->replaced || chunk->gone) {
        err = chunks_find(db, chunk->info.id, &stored);
        err = err == ERR_NOT_FOUND ? ERR_CONFLICT : err;
        size_t count = 0;
        if (err == OK && stored.folded && chunk->changes_count > 0) {
            err = leave_gone_out(db, chunk, &count);
            err = err == OK && ops->finds_lasts ? note_lasts(db, chunk, count, run->now.id) : err;
            err = err == OK ? fold_change(db, chunk->changes, count) : err;
        }
        if (err == OK) {
            err = chunks_replace_by_blobs(db, &stored, chunk->gone ? NULL : &chunk->blobs);
        }
        err = err == OK && ops->store ? ops->store(run, db) : err;
    }
    return err == OK ? rewrites_update(db, &run->now) : err;
}
