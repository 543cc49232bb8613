/* SPDX-License-Identifier: MIT */
#include "linkpond/store/clicks.h"
#include "linkpond/store/segments.h"
#include "rewriter_private.h"

/*
 * A purge. At once: the link's sums go, and its clicks of the tail, which are few because the tail was sealed before.
 * What chunks hold of it is hidden from then on by the link's number and the order of sealing, and goes chunk by chunk.
 * Doing all of it at once was what made a hot link's purge hold everybody up.
 */
#define LINKS_MAX 4096 /* of one pass through the ledger */

/* ---- at once */

static enum err count_in_segment(struct db *db, const struct segment *segment, int64_t link_id, int64_t *count)
{
    struct clicks_scan scan;

    *count = 0;
    clicks_scan(&scan, db, segment_first_click(segment->id), segment_last_click(segment->id), false, 0);
    while (clicks_scan_next(&scan)) {
        *count += scan.facts.link_id == link_id;
    }
    return stmt_err(scan.rows);
}

static enum err uncount_rows(struct db *db, int64_t link_id)
{
    struct stmt *rows = segments_each(db);
    struct segment segment;
    enum err err = OK;

    while (err == OK && segments_next(rows, &segment)) {
        int64_t count = 0;
        err = segment.rows > 0 ? count_in_segment(db, &segment, link_id, &count) : OK;
        err = err == OK && count > 0 ? segments_rows_removed(db, segment.id, count) : err;
    }
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

static enum err hide(struct db *db, int64_t link_id, int64_t seq_end, int64_t now_ms)
{
    struct rewrite purge = {.kind = REWRITE_PURGE, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .created_ms = now_ms};
    int64_t links = 0;
    enum err err = rewrites_waiting(db, REWRITE_PURGE, &purge.id, &links);

    if (err == ERR_NOT_FOUND || (err == OK && links >= LINKS_MAX)) {
        err = rewriter_may_ask(db);
        err = err == OK ? rewrites_insert(db, &purge) : err;
    }
    return err == OK ? rewrites_subject_insert(db, purge.id, link_id, seq_end) : err;
}

enum err rewriter_purge_link(struct db *db, int64_t link_id, const struct link_ids *scopes, int64_t now_ms)
{
    int64_t chunks = 0, seq_end = 0, deleted = 0;
    enum err err = uncount_rows(db, link_id);

    err = err == OK ? fold_forget(db, link_id, scopes) : err;
    err = err == OK ? clicks_delete_link_of_tail(db, link_id, &deleted) : err;
    err = err == OK ? chunks_extent(db, &chunks, &seq_end) : err;
    return err == OK && chunks > 0 ? hide(db, link_id, seq_end, now_ms) : err;
}

/* ---- chunk by chunk */

static enum err open(struct rewrite_run *run, bool *again, struct fault *fault)
{
    (void)run;
    (void)again;
    (void)fault;
    return OK;
}

static void close(struct rewrite_run *run)
{
    (void)run;
}

static bool concerns(const struct rewrite_run *run, const struct chunk_info *info, const struct chunk *chunk)
{
    bool holds = false;

    for (size_t i = 0; i < run->gone.count && !holds; i++) {
        const struct gone_link *gone = &run->gone.items[i];
        holds = info->seq <= gone->seq_end && chunk_links_find(&chunk->links, gone->link_id) < chunk->links.count;
    }
    return holds;
}

static enum err row(struct rewrite_run *run, struct click_row *row, enum rewrite_say *say)
{
    (void)run;
    (void)row;
    *say = REWRITE_STAYS; /* the gone ones are not asked for */
    return OK;
}

const struct rewrite_ops rewrite_purge = {
    .name = "purge",
    .open = open,
    .close = close,
    .columns = CHUNK_BIT(CHUNK_LINK),
    .concerns = concerns,
    .row = row,
    .tail = TAIL_AS_IT_IS,
    .counts_gone = true,
};
