/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/rewriter.h"

/* What may be asked for, and when it is too much. */

static bool asks_the_same(const struct rewrite *a, const struct rewrite *b)
{
    return a->kind == b->kind && a->dry_run == b->dry_run && a->from_ms == b->from_ms && a->to_ms == b->to_ms;
}

/* Looks through what is unfinished: the same (*found), and how many there are. */
static enum err look(struct db *db, const struct rewrite *wanted, struct rewrite *out, bool *found, size_t *count)
{
    struct stmt *rows = rewrites_each_unfinished(db);
    struct rewrite row;

    *found = false;
    *count = 0;
    while (rewrites_next(rows, &row)) {
        (*count)++;
        if (!*found && asks_the_same(&row, wanted)) {
            *found = true;
            *out = row;
            out->failure = STR(""); /* lent; an unfinished one has none */
        }
    }
    return stmt_err(rows);
}

enum err rewriter_ask_reclassify(struct db *db, int64_t from_ms, int64_t to_ms, bool dry_run, int64_t now_ms,
                                 struct rewrite *out, bool *existed)
{
    struct rewrite wanted = {.kind = REWRITE_RECLASSIFY,
                             .dry_run = dry_run,
                             .from_ms = from_ms,
                             .to_ms = to_ms,
                             .created_ms = now_ms,
                             .started_ms = INT64_MIN,
                             .finished_ms = INT64_MIN};
    size_t count = 0;
    enum err err = look(db, &wanted, out, existed, &count);

    if (err != OK || *existed) {
        return err;
    }
    if (count >= REWRITES_WAITING_MAX) {
        return ERR_UNAVAILABLE;
    }
    *out = wanted;
    return rewrites_insert(db, out);
}
