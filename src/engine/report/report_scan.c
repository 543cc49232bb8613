/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/engine/ledger.h"
#include "report_columns.h"
#include "report_helper.h"

/* From the ledger: chunks column by column, by two threads if there are many, all else row by row. */
#define HELPED_CHUNKS 4
#define SHARE_BYTES   ((size_t)64 << 20) /* the series of the helper's share */

static enum err add_row(void *arg, const struct clicks_scan *scan)
{
    struct report_tally *tally = arg;
    const struct click_facts *facts = &scan->facts;
    const struct match_link *link = NULL;
    bool passes = facts->time_ms >= tally->query->from_ms && facts->time_ms < tally->query->to_ms;
    enum err err = OK;

    if (passes && tally->match->needs_links) {
        err = report_match_link(tally->match, facts->link_id, &link);
        passes = err == OK && link->passes;
    }
    if (passes) {
        err = report_match_click(tally->match, scan, &passes);
    }
    if (!passes || err != OK) {
        return err;
    }
    const struct tally_item item = {
        .subject = {facts->time_ms, facts->link_id, facts->class, facts->outcome, scan},
        .clicks = 1,
        .scans =
            tally->query->want_scans && (facts->flags & CLICK_FLAG_QR) && click_counts(facts->class, facts->outcome),
        .visitor = click_facts_visitor(facts),
        .visitor_by = facts->visitor_by,
        .new_visitor = facts->flags & CLICK_FLAG_NEW_VISITOR,
    };
    return report_tally_add(tally, &item);
}

static enum err add_rows(struct report_columns *self, const struct chunk_info *info)
{
    const struct ledger_range range = {LEDGER_ALL, .columns = self->tally->match->columns};

    return ledger_chunk_each(self->db, info, &range, add_row, self->tally);
}

/* The next chunk of this end; NULL: all are taken. */
static const struct chunk_info *take(struct chunk_queue *queue, bool from_end, size_t *own)
{
    if (atomic_load(&queue->failed) || atomic_fetch_add(&queue->taken, 1) >= queue->count) {
        return NULL;
    }
    size_t at = (*own)++;
    return &queue->items[from_end ? queue->count - 1 - at : at];
}

enum err report_scan_queue(struct report_tally *tally, struct db *db, struct chunk_queue *queue, bool from_end)
{
    struct report_columns columns;
    const struct chunk_info *info = NULL;
    size_t own = 0;
    bool taken = false;
    enum err err = report_columns_init(&columns, tally, db, queue->traits);

    while (err == OK && (info = take(queue, from_end, &own))) {
        err = report_columns_add(&columns, info, &taken);
        if (err == OK && !taken) {
            err = add_rows(&columns, info);
        }
    }
    report_columns_done(&columns);
    return err;
}

/* ---- all chunks */

static enum err add_tail(struct report_tally *tally, struct db *db, enum ledger_part part)
{
    const struct ledger_range range = {
        .part = part,
        .from_ms = tally->query->from_ms,
        .to_ms = tally->query->to_ms,
        .columns = tally->match->columns,
    };

    return ledger_each(db, &range, add_row, tally);
}

static enum err add_all(struct report_tally *tally, struct db *db, struct chunk_queue *queue)
{
    enum err err = report_scan_queue(tally, db, queue, false);

    return err == OK ? add_tail(tally, db, LEDGER_TAIL) : err;
}

/* What the helper counted is added last, and who both have seen counted once. */
static enum err end_share(struct report_tally *tally, struct db *db, struct report_helper *helper,
                          struct report_share *share)
{
    size_t groups_count = share->tally.groups.count;
    uint32_t *groups = tally->query->group_count > 0 ? malloc((groups_count + 1) * sizeof *groups) : NULL;

    if (share->err != OK && tally->fault) {
        *tally->fault = share->fault;
    }
    enum err err = share->err != OK ? share->err : tally->query->group_count > 0 && !groups ? ERR_NOMEM : OK;
    err = err == OK ? report_tally_merge(tally, &share->tally, groups) : err;
    err = err == OK ? report_runs_settle(tally, db, share->queue->traits) : err;
    err = err == OK ? report_once(tally, groups, helper, share) : err;
    free(groups);
    return err;
}

/* What links belong to is read by this thread: before the chunks, or, where none of them asks, while the helper has
 * begun with them. */
static enum err share_work(struct report_tally *tally, struct db *db, struct report_helper *helper,
                           struct report_share *share)
{
    struct link_traits *traits = share->queue->traits;
    bool late = report_runs_ask_late(tally), asks = tally->match->needs_links;
    enum err err = asks && !late ? report_traits_load(traits, tally->match, db) : OK;

    if (err != OK) {
        return err;
    }
    report_share_begin(helper, share);
    err = asks && late ? report_traits_load(traits, tally->match, db) : OK;
    err = err == OK ? add_all(tally, db, share->queue) : err;
    if (err != OK) {
        atomic_store(&share->queue->failed, true);
    }
    report_helper_wait(helper);
    return err == OK ? end_share(tally, db, helper, share) : err;
}

static enum err add_helped(struct report_tally *tally, struct db *db, struct report_helper *helper,
                           struct chunk_queue *queue)
{
    struct report_share *share = calloc(1, sizeof *share);

    if (!share) {
        return ERR_NOMEM;
    }
    share->query = tally->query;
    share->queue = queue;
    arena_init(&share->arena, SHARE_BYTES);
    enum err err = share_work(tally, db, helper, share);
    report_tally_done(&share->tally);
    report_match_done(&share->match);
    arena_done(&share->arena);
    free(share);
    return err;
}

static enum err add_alone(struct report_tally *tally, struct db *db, struct chunk_queue *queue)
{
    enum err err = add_all(tally, db, queue);

    err = err == OK ? report_runs_settle(tally, db, queue->traits) : err;
    return err == OK ? report_once(tally, NULL, NULL, NULL) : err;
}

enum err report_scan(struct report_tally *tally, struct db *db, struct report_helper *helper)
{
    struct chunk_list list = {0};
    struct link_traits traits = {0};
    enum err err = chunks_list(chunks_each_in(db, tally->query->from_ms, tally->query->to_ms), &list);
    err = err == OK ? report_runs_want(tally, db, &list) : err;
    tally->late.wanted = report_late_can(tally) && (tally->by_runs || !report_dim_of_link(tally->query->group_by[0]));
    struct chunk_queue queue = {
        .items = list.items,
        .count = list.count,
        .traits = &traits,
        .by_runs = tally->by_runs,
        .late = tally->late.wanted,
    };
    if (err == OK) {
        err = helper && list.count >= HELPED_CHUNKS ? add_helped(tally, db, helper, &queue)
                                                    : add_alone(tally, db, &queue);
    }
    report_traits_done(&traits);
    free(list.items);
    return err;
}

enum err report_scan_unfolded(struct report_tally *tally, struct db *db)
{
    return add_tail(tally, db, LEDGER_UNFOLDED);
}
