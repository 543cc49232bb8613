/* SPDX-License-Identifier: MIT */
#include "report_kept.h"

#include "linkpond/engine/fold.h"
#include "linkpond/store/dim_days.h"
#include "report_columns.h"

/*
 * The time is cut in two where the clicks begin: before, sums and tops; from there on, the clicks. Retention deletes up
 * to whole quarter-hours, so the cut goes through no cell of the sums.
 */

/* A part of the question, asked through the same tally. */
static void ask_part(struct report_tally *tally, const struct report_query *part)
{
    tally->query = part;
    tally->match->query = part;
}

static bool sums_group(const struct report_query *query)
{
    bool group = true;

    for (size_t i = 0; i < query->group_count; i++) {
        group = group && report_dim_in_sums(query->group_by[i]) && query->group_by[i] != DIM_OUTCOME;
    }
    return group;
}

/* The lists are of everything, and tell PV and all classes apart, no more. */
static bool tops_can(const struct report_tally *tally)
{
    const struct report_query *query = tally->query;
    enum chunk_column column = query->group_count == 1 ? report_chunk_column(query->group_by[0]) : CHUNK_COLUMNS;

    return tally->match->filters_count == 0 && !query->owner_bound && !query->domain_bound && column >= CHUNK_SIGNALS &&
           column != CHUNK_COLUMNS && !tally->counts_human;
}

static enum err number_of(struct report_tally *tally, enum chunk_column column, str text, uint64_t *number)
{
    const struct click_value value = {.text = text};

    return column < CHUNK_VALUE ? report_texts_intern(&tally->match->texts, text, number)
                                : report_match_value(tally->match, tally->query->group_by[0], &value, number);
}

static enum err add_list(struct report_tally *tally, enum chunk_column column, const struct tops *tops)
{
    bool all = tally->counts_all;
    uint64_t number = 0;
    uint32_t at = 0;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < tops->count; i++) {
        const struct top *top = &tops->items[i];
        err = number_of(tally, column, top->text, &number);
        err = err == OK ? report_groups_put(&tally->groups, (uint64_t[]){number, 0}, &at) : err;
        if (err == OK) {
            tally->groups.clicks[at] += all ? top->total : top->clicks;
            tally->groups.counts[at].scans += tally->query->want_scans ? top->scans : 0;
        }
    }
    tally->out->other_clicks += all ? tops->other.total : tops->other.clicks;
    return report_tally_refuse(tally, err);
}

/* Days that lie in the time asked for as a whole. */
static enum err add_tops(struct report_tally *tally, struct db *db, int64_t from_ms, int64_t to_ms)
{
    enum chunk_column column = report_chunk_column(tally->query->group_by[0]);
    struct stmt *rows = dim_days_in(db, column, from_ms, to_ms);
    struct arena arena;
    struct tops tops;
    int64_t day_ms = 0;
    str bytes = {0};
    enum err err = OK;

    arena_init(&arena, 16 << 20);
    while (err == OK && dim_days_next(rows, &day_ms, &bytes)) {
        if (tops_decode(&arena, bytes, &tops)) { /* else it is as if it were not there */
            err = add_list(tally, column, &tops);
        }
        arena_reset(&arena);
    }
    arena_done(&arena);
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

/* Sums over what was deleted, and the clicks that late ones left there. */
static enum err add_old(struct report_tally *tally, struct db *db, const struct report_query *whole, int64_t until_ms)
{
    struct report_kept *kept = &tally->out->kept;
    struct report_query old = *whole;
    enum err err = OK;

    old.to_ms = until_ms;
    old.want_visitors = false;
    old.group_count = sums_group(whole) ? whole->group_count : 0;
    kept->groups = sums_group(whole) ? KEPT_ALL : KEPT_SINCE;
    bool tops = tops_can(tally);
    ask_part(tally, &old);
    if (report_sums_can(tally)) {
        kept->totals = KEPT_ALL;
        err = report_sums(tally, db);
    } else {
        kept->groups = KEPT_SINCE;
    }
    ask_part(tally, whole);
    if (err == OK && kept->totals == KEPT_ALL && kept->groups == KEPT_SINCE && tops) {
        kept->groups = KEPT_TOPS;
        err = add_tops(tally, db, whole->from_ms, until_ms);
    }
    return err;
}

enum err report_with_kept(struct report_tally *tally, struct db *db, int64_t starts_ms)
{
    const struct report_query *whole = tally->query;
    struct report_query young = *whole;
    int64_t until_ms = starts_ms < whole->to_ms ? starts_ms : whole->to_ms;

    tally->out->kept = (struct report_kept){.matters = true, .since_ms = starts_ms};
    enum err err = add_old(tally, db, whole, until_ms);
    if (tally->out->kept.totals != KEPT_ALL) { /* what is left is all that can be told */
        return err == OK ? report_scan(tally, db, NULL) : err;
    }
    young.from_ms = until_ms;
    if (err == OK && young.from_ms < young.to_ms) {
        ask_part(tally, &young);
        err = report_scan(tally, db, NULL);
        ask_part(tally, whole);
    }
    return err;
}
