/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/fold.h"
#include "linkpond/store/segments.h"
#include "linkpond/store/sums.h"
#include "report_helper.h"
#include "report_kept.h"

/* The first day anything was counted; INT64_MAX when nothing was. */
static enum err ledger_start(struct db *db, int64_t *ms)
{
    struct segment segment;
    int64_t day = 0;
    str bytes = {0};

    *ms = INT64_MAX;
    struct stmt *rows = segments_each(db);
    while (segments_next(rows, &segment)) {
        *ms = segment.rows > 0 && segment.min_ms < *ms ? segment.min_ms : *ms;
    }
    if (stmt_err(rows) != OK) {
        return stmt_err(rows);
    }
    struct sums_days days = sums_scope_days(db, SUMS_ALL, 0, 0, INT64_MAX);
    if (sums_days_next(&days, &day, &bytes)) {
        *ms = day * MS_PER_DAY < *ms ? day * MS_PER_DAY : *ms;
    }
    stmt_reset(days.stmt);
    return stmt_err(days.stmt);
}

/* "Since for ever" begins with the first click, so that a series is not empty for decades. */
static enum err clamp(struct db *db, const struct report_query *query, struct report_query *out)
{
    int64_t start_ms = 0;

    *out = *query;
    if (query->from_ms > 0) {
        return OK;
    }
    enum err err = ledger_start(db, &start_ms);
    start_ms = start_ms < query->to_ms ? start_ms : query->to_ms - 1;
    int64_t day_ms = zone_day_start(query->zone, zone_civil_day(query->zone, start_ms, NULL));
    out->from_ms = day_ms > query->from_ms ? day_ms : query->from_ms;
    return err;
}

/* By whichever way knows it best. */
static enum err answer(struct report_tally *tally, struct db *db, struct report_helper *helper)
{
    struct report *out = tally->out;
    bool from_sums = false;
    int64_t starts_ms = INT64_MIN;
    enum err err = fold_ledger_starts(db, &starts_ms);
    bool kept = tally->query->from_ms < starts_ms;

    err = err == OK ? report_sums_wanted(tally, db, &from_sums) : err;
    if (err != OK) {
        return err;
    }
    if (kept && from_sums) {
        out->kept = (struct report_kept){true, starts_ms, KEPT_ALL, KEPT_ALL};
    }
    return from_sums ? report_sums(tally, db)
           : kept    ? report_with_kept(tally, db, starts_ms)
                     : report_scan(tally, db, helper);
}

static enum err run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct report *out, struct fault *fault)
{
    struct report_match match;
    struct report_tally tally;
    enum err err = report_match_open(&match, db, query, query->group_by, query->group_count);

    if (err == OK) {
        err = report_tally_open(&tally, &match, arena, out, fault);
        err = err == OK ? answer(&tally, db, helper) : err;
        err = err == OK ? report_tally_finish(&tally, arena) : err;
        report_tally_done(&tally);
    }
    report_match_done(&match);
    return err;
}

enum err report_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct report *out, struct fault *fault)
{
    struct report_query clamped;
    struct giving_way giving_way = {0};
    bool own = false;

    giving_way_begin(&giving_way, db);
    enum err err = report_snapshot_begin(db, &helper, &own);
    *out = (struct report){0};
    if (err == OK && query->from_ms < query->to_ms) {
        err = clamp(db, query, &clamped);
        err = err == OK ? run(db, helper, arena, &clamped, out, fault) : err;
    }
    report_snapshot_end(db, helper, own);
    giving_way_end(&giving_way, db);
    return err;
}
