/* SPDX-License-Identifier: MIT */
#include "ledger.h"
#include "report_tally.h"

/* Click by click: everything in the time asked for, or only the rows that no sum holds yet. */

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
        .scans = (facts->flags & CLICK_FLAG_QR) && click_counts(facts->class, facts->outcome),
        .visitor = facts->visitor,
        .visitor_by = facts->visitor_by,
        .new_visitor = facts->flags & CLICK_FLAG_NEW_VISITOR,
    };
    return report_tally_add(tally, &item);
}

enum err report_scan(struct report_tally *tally, struct db *db, bool tail_only)
{
    const struct ledger_range range = {
        .part = tail_only ? LEDGER_UNFOLDED : LEDGER_ALL,
        .from_ms = tally->query->from_ms,
        .to_ms = tally->query->to_ms,
        .columns = tally->match->columns,
    };

    return ledger_each(db, &range, add_row, tally);
}
