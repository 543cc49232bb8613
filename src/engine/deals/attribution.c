/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/attribution.h"

#include <stdlib.h>
#include <string.h>

#include "credit_tally.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/report_second.h"
#include "near.h"

#define HELPED_CONVERSIONS 2000 /* fewer are shared out before a second thread has begun */

/* ---- two threads: each has the customers of one half */

struct half {
    struct report_second second;
    struct credit_tally tally;
    const struct conversions *conversions;
    size_t first, end;
    enum err err;
};

static void run_half(struct report_second *second, struct db *db)
{
    struct half *half = (struct half *)second; /* its first member */
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, db);
    half->err = credit_tally_open(&half->tally, db, half->tally.query, half->conversions->currencies.count);
    if (half->err == OK) {
        half->err = credit_tally_add(&half->tally, half->conversions, half->first, half->end);
    }
    giving_way_end(&giving_way, db);
}

/* Where the second half begins: between two customers. */
static size_t middle(const struct conversions *conversions)
{
    size_t at = conversions->count / 2;

    while (at > 0 && at < conversions->count &&
           conversions_at(conversions, at)->customer_id == conversions_at(conversions, at - 1)->customer_id) {
        at++;
    }
    return at;
}

static enum err share_out(struct credit_tally *tally, const struct conversions *conversions,
                          struct report_helper *helper)
{
    size_t border = helper && conversions->count >= HELPED_CONVERSIONS ? middle(conversions) : conversions->count;
    struct half half = {.second.run = run_half, .conversions = conversions, .first = border, .end = conversions->count};

    if (border == conversions->count) {
        return credit_tally_add(tally, conversions, 0, border);
    }
    half.tally.query = tally->query;
    report_helper_begin(helper, &half.second);
    enum err err = credit_tally_add(tally, conversions, 0, border);
    report_helper_wait(helper);
    err = err == OK ? half.err : err;
    err = err == OK ? credit_tally_merge(tally, &half.tally) : err;
    credit_tally_done(&half.tally);
    return err;
}

/* ---- the answer */

static int64_t *copy_lines(struct arena *arena, const int64_t *lines, size_t count)
{
    int64_t *copy = ARENA_ARRAY(arena, int64_t, count);

    if (copy && lines) {
        memcpy(copy, lines, count * sizeof *copy);
    } else if (copy) {
        memset(copy, 0, count * sizeof *copy);
    }
    return copy;
}

static void add_sum(int64_t *line, const struct conversion_sum *sum, size_t currencies_count)
{
    line[0] += sum->conversions;
    for (size_t i = 0; i < currencies_count; i++) {
        line[1 + i] += sum->values[i];
    }
}

static bool sum_up(struct attribution *out, const struct conversions *conversions, size_t lines, struct arena *arena)
{
    size_t count = conversions->currencies.count;

    out->currencies = ARENA_ARRAY(arena, str, count + 1);
    out->totals = copy_lines(arena, NULL, out->width);
    if (!out->currencies || !out->totals) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out->currencies[i] = conversions->currencies.codes[i];
    }
    out->currencies_count = count;
    out->first_ms = conversions->first_ms;
    out->refunds = conversions->refunds;
    out->customers = conversions->customers;
    add_sum(out->totals, &conversions->total, count);
    add_sum(out->unattributed, &conversions->untouched, count);
    for (size_t at = 0; at < lines; at += out->width) {
        add_sum(out->elsewhere + at, &conversions->far, count);
    }
    return true;
}

/* By the value of the first model, where there is one currency alone; then by its conversions; then as they came. */
struct rank {
    int64_t value, conversions;
    uint32_t group;
};

static int compare_ranks(const void *a, const void *b)
{
    const struct rank *left = a, *right = b;

    if (left->value != right->value) {
        return left->value > right->value ? -1 : 1;
    }
    if (left->conversions != right->conversions) {
        return left->conversions > right->conversions ? -1 : 1;
    }
    return left->group < right->group ? -1 : left->group > right->group;
}

static str text_of(struct credit_tally *tally, struct arena *arena, uint32_t group, size_t dim)
{
    uint64_t number = report_groups_value(&tally->groups, group, dim);

    return tally->query->report.group_by[dim] == DIM_LINK
               ? arena_f(arena, "%llu", (unsigned long long)number)
               : arena_str(arena, report_texts_text(&tally->match.match.texts, number));
}

/* Touches that no event reached leave groups behind that have nothing. */
static size_t rank_groups(const struct credit_tally *tally, struct rank *ranks)
{
    size_t count = 0;

    for (uint32_t i = 0; i < tally->groups.count; i++) {
        const int64_t *lines = tally->cells + (size_t)i * tally->lines;
        bool any = false;
        for (size_t j = 0; j < tally->lines && !any; j++) {
            any = lines[j] != 0;
        }
        if (any) {
            ranks[count++] = (struct rank){tally->width == 2 ? lines[1] : 0, lines[0], i};
        }
    }
    qsort(ranks, count, sizeof *ranks, compare_ranks);
    return count;
}

static bool list_days(struct credit_tally *tally, const struct conversions *conversions, const struct rank *ranks,
                      struct arena *arena, struct attribution *out)
{
    uint32_t *places = malloc((tally->groups.count + 1) * sizeof *places);

    for (uint32_t i = 0; places && i < tally->groups.count; i++) {
        places[i] = ATTRIBUTION_HIDDEN;
    }
    for (uint32_t i = 0; places && i < out->groups_count; i++) {
        places[ranks[i].group] = i;
    }
    bool whole = places && credit_days_list(&tally->days, conversions, places, arena, out);
    free(places);
    return whole;
}

static bool list_groups(struct credit_tally *tally, const struct conversions *conversions, struct arena *arena,
                        struct attribution *out)
{
    size_t limit = tally->query->report.limit;
    struct rank *ranks = malloc((tally->groups.count + 1) * sizeof *ranks);
    size_t count = ranks ? rank_groups(tally, ranks) : 0;

    out->groups_total = count;
    out->groups_count = count < limit ? count : limit;
    out->groups = ARENA_ARRAY(arena, struct attribution_group, out->groups_count + 1);
    if (!ranks || !out->groups) {
        free(ranks);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t *lines = tally->cells + (size_t)ranks[i].group * tally->lines;
        if (i >= limit) {
            for (size_t j = 0; j < tally->lines; j++) {
                out->other[j] += lines[j];
            }
            continue;
        }
        struct attribution_group *group = &out->groups[i];
        *group = (struct attribution_group){.lines = copy_lines(arena, lines, tally->lines)};
        for (size_t d = 0; d < tally->groups.dims; d++) {
            group->values[d] = text_of(tally, arena, ranks[i].group, d);
        }
    }
    bool whole = !tally->query->by_day || list_days(tally, conversions, ranks, arena, out);
    free(ranks);
    return whole;
}

static enum err answer(struct credit_tally *tally, const struct conversions *conversions, struct arena *arena,
                       struct attribution *out)
{
    out->width = tally->width;
    out->credited = copy_lines(arena, tally->credited, tally->lines);
    out->direct = copy_lines(arena, tally->direct, tally->lines);
    out->elsewhere = copy_lines(arena, tally->elsewhere, tally->lines);
    out->unattributed = copy_lines(arena, tally->unattributed, tally->width);
    out->other = copy_lines(arena, NULL, tally->lines);
    bool room = out->elsewhere && out->unattributed && out->other;
    bool whole = room && sum_up(out, conversions, tally->lines, arena) && list_groups(tally, conversions, arena, out);
    return whole && !arena->overflow ? OK : ERR_NOMEM;
}

static enum err run(struct db *db, struct report_helper *helper, struct arena *arena,
                    const struct attribution_query *query, struct attribution *out, struct fault *fault)
{
    struct conversions conversions = {0};
    struct credit_tally tally = {0};
    struct near near = {0};
    enum err err = near_load(&near, db, arena, &query->report);

    if (err == OK) {
        const struct customer_set *customers = near.narrowed ? &near.customers : NULL;
        err = conversions_load(&conversions, db, helper, arena, query, customers, fault);
    }
    if (err == OK) {
        err = credit_tally_open(&tally, db, query, conversions.currencies.count);
        err = err == OK ? share_out(&tally, &conversions, helper) : err;
        err = err == OK ? answer(&tally, &conversions, arena, out) : err;
        if (err == ERR_NOMEM || err == ERR_TOO_LARGE) {
            err = fault_set(fault, ERR_NOMEM, "group_by", "too_many", "Too many groups for one answer.",
                            "分组太多，无法一次给出。");
        }
    }
    credit_tally_done(&tally);
    near_done(&near);
    conversions_done(&conversions);
    return err;
}

enum err attribution_run(struct db *db, struct report_helper *helper, struct arena *arena,
                         const struct attribution_query *query, struct attribution *out, struct fault *fault)
{
    struct giving_way giving_way = {0};
    bool own = false;

    *out = (struct attribution){0};
    giving_way_begin(&giving_way, db);
    enum err err = report_snapshot_begin(db, &helper, &own);
    err = err == OK ? run(db, helper, arena, query, out, fault) : err;
    report_snapshot_end(db, helper, own);
    giving_way_end(&giving_way, db);
    return err;
}
