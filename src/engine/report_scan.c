/* SPDX-License-Identifier: MIT */
#include "ledger.h"
#include "report_columns.h"

/* From the ledger: chunks column by column, all else row by row. */

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
        .visitor = facts->visitor,
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

static enum err add_chunks(struct report_columns *self)
{
    const struct report_query *query = self->tally->query;
    struct stmt *rows = chunks_each_in(self->db, query->from_ms, query->to_ms);
    struct chunk_info info;
    bool taken = false;
    enum err err = OK;

    while (err == OK && chunks_next(rows, &info)) {
        err = report_columns_add(self, &info, &taken);
        if (err == OK && !taken) {
            err = add_rows(self, &info);
        }
    }
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

enum err report_scan(struct report_tally *tally, struct db *db, bool unfolded_only)
{
    const struct ledger_range range = {
        .part = unfolded_only ? LEDGER_UNFOLDED : LEDGER_TAIL,
        .from_ms = tally->query->from_ms,
        .to_ms = tally->query->to_ms,
        .columns = tally->match->columns,
    };
    struct report_columns columns;
    enum err err = OK;

    if (!unfolded_only) {
        err = report_columns_init(&columns, tally, db);
        err = err == OK ? add_chunks(&columns) : err;
        report_columns_done(&columns);
    }
    return err == OK ? ledger_each(db, &range, add_row, tally) : err;
}
