/* SPDX-License-Identifier: MIT */
#include "linkpond/model/record.h"
#include "linkpond/store/segments.h"
#include "report_tally.h"

/* Click by click: everything in the time asked for, or only the rows that no sum holds yet. */

static enum err add_row(struct report_tally *tally, const struct clicks_scan *scan)
{
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

static enum err scan_segment(struct report_tally *tally, struct db *db, const struct segment *segment, bool tail_only)
{
    int64_t first = segment_first_click(segment->id);
    struct clicks_scan scan;
    enum err err = OK;

    clicks_scan(&scan, db, first + (tail_only ? segment->folded_to / RECORD_ALIGN : 0), segment_last_click(segment->id),
                false, tally->match->columns);
    while (err == OK && clicks_scan_next(&scan)) {
        err = add_row(tally, &scan);
    }
    if (err != OK) {
        stmt_reset(scan.rows);
        return err;
    }
    return stmt_err(scan.rows);
}

enum err report_scan(struct report_tally *tally, struct db *db, bool tail_only)
{
    struct stmt *segments =
        tail_only ? segments_each_unfolded(db) : segments_each_in(db, tally->query->from_ms, tally->query->to_ms);
    struct segment segment;
    enum err err = OK;

    while (err == OK && segments_next(segments, &segment)) {
        err = scan_segment(tally, db, &segment, tail_only);
    }
    if (err != OK) {
        stmt_reset(segments);
        return err;
    }
    return stmt_err(segments);
}
