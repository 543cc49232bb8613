/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/rewriter.h"

#include "linkpond/model/sums.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/segments.h"

/* What may be asked for, and when it is too much. */

enum err rewriter_may_ask(struct db *db)
{
    int64_t count = 0;
    enum err err = rewrites_count_unfinished(db, &count);

    return err != OK ? err : count < REWRITES_WAITING_MAX ? OK : ERR_UNAVAILABLE;
}

static bool asks_the_same(const struct rewrite *a, const struct rewrite *b)
{
    return a->kind == b->kind && a->dry_run == b->dry_run && a->from_ms == b->from_ms && a->to_ms == b->to_ms;
}

/* Looks through what is unfinished for the same. */
static enum err look(struct db *db, const struct rewrite *wanted, struct rewrite *out, bool *found)
{
    struct stmt *rows = rewrites_each_unfinished(db);
    struct rewrite row;

    *found = false;
    while (rewrites_next(rows, &row)) {
        if (!*found && asks_the_same(&row, wanted)) {
            *found = true;
            *out = row;
            out->failure = STR(""); /* lent; an unfinished one has none */
        }
    }
    return stmt_err(rows);
}

static enum err ask(struct db *db, const struct rewrite *wanted, struct rewrite *out, bool *existed)
{
    enum err err = look(db, wanted, out, existed);

    if (err != OK || *existed) {
        return err;
    }
    *out = *wanted;
    err = rewriter_may_ask(db);
    return err == OK ? rewrites_insert(db, out) : err;
}

enum err rewriter_ask_reclassify(struct db *db, int64_t from_ms, int64_t to_ms, bool dry_run, int64_t now_ms,
                                 struct rewrite *out, bool *existed)
{
    const struct rewrite wanted = {.kind = REWRITE_RECLASSIFY,
                                   .dry_run = dry_run,
                                   .from_ms = from_ms,
                                   .to_ms = to_ms,
                                   .created_ms = now_ms,
                                   .started_ms = INT64_MIN,
                                   .finished_ms = INT64_MIN};

    return ask(db, &wanted, out, existed);
}

/* ---- retention */

static enum err has_old_chunks(struct db *db, int64_t before_ms, bool *has)
{
    struct stmt *rows = chunks_each_in(db, INT64_MIN, before_ms);
    struct chunk_info info;

    *has = false;
    while (!*has && chunks_next(rows, &info)) {
        *has = info.folded;
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

static enum err has_old_tail(struct db *db, int64_t before_ms, bool *has)
{
    struct stmt *rows = segments_each_in(db, INT64_MIN, before_ms);
    struct segment segment;

    *has = false;
    while (!*has && segments_next(rows, &segment)) {
        *has = segment.rows > 0 && segment.sealed_to < segment.folded_to;
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

/* One that waits or runs is enough: the next hour asks for the rest. */
static enum err is_retaining(struct db *db, bool *is)
{
    struct stmt *rows = rewrites_each_unfinished(db);
    struct rewrite row;

    *is = false;
    while (rewrites_next(rows, &row)) {
        *is = *is || row.kind == REWRITE_RETAIN;
    }
    return stmt_err(rows);
}

enum err rewriter_ask_retain(struct db *db, int64_t before_ms, int64_t now_ms, bool *asked)
{
    struct rewrite wanted = {.kind = REWRITE_RETAIN,
                             .from_ms = INT64_MIN,
                             .to_ms = before_ms - (before_ms % MS_PER_QUARTER + MS_PER_QUARTER) % MS_PER_QUARTER,
                             .created_ms = now_ms};
    bool old = false, waits = false;
    enum err err = is_retaining(db, &waits);

    *asked = false;
    err = err == OK ? has_old_chunks(db, wanted.to_ms, &old) : err;
    if (err == OK && !old) {
        err = has_old_tail(db, wanted.to_ms, &old);
    }
    if (err != OK || !old || waits) {
        return err;
    }
    *asked = true;
    return rewrites_insert(db, &wanted);
}
