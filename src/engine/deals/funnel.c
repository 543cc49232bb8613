/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/funnel.h"

#include <stdlib.h>
#include <string.h>

#include "histories.h"
#include "linkpond/engine/behind_visitors.h"
#include "linkpond/engine/report_groups.h"
#include "linkpond/model/link.h"
#include "linkpond/store/stages.h"

#define LAGS_MAX (64U << 20)
/* Groups whose visitors are asked for, those with most clicks; of others it is not known how many there were. */
#define VISITED_MAX 10000

/* Lines of counts: those that pass, those untouched, then the groups. */
enum { LINE_ALL, LINE_UNTOUCHED, LINE_GROUPS };
struct lag {
    int64_t ms;
    uint32_t line;
    uint32_t step;
};
struct line {
    int64_t reached[STAGES_MAX];
    int64_t first_id; /* the lowest customer's; 0 = nobody */
};
/* What one thread counts. */
struct counting {
    struct history_part part; /* first */
    struct stage *stages;
    size_t stages_count;
    struct report_groups groups;
    struct lag *lags;
    size_t lags_count, lags_cap;
    struct line *lines;
    size_t lines_cap;
    int64_t first_ms;  /* TIME_NONE = nobody */
    int64_t *visitors; /* by group; NULL = of none known */
};

/* ---- one customer */

/* When each step was reached; TIME_NONE where no event led to it. The last that was, in *last. */
static void times_of(const struct counting *self, const struct history *history, int64_t times[STAGES_MAX],
                     size_t *last)
{
    int64_t counts[STAGES_MAX][STAGE_EVENTS_MAX] = {{0}};
    size_t stages_count = self->stages_count;

    for (size_t i = 0; i < stages_count; i++) {
        times[i] = TIME_NONE;
    }
    times[0] = history->touched ? history->first.time_ms : TIME_NONE;
    *last = 0;
    for (size_t e = 0; e < history->events_count; e++) {
        const struct history_event *event = &history->events[e];
        for (size_t i = 1; i < stages_count && event->value >= 0; i++) {
            const struct stage *stage = &self->stages[i];
            for (size_t j = 0; j < stage->events_count; j++) {
                bool leads = str_eq(stage->events[j].type, event->type) && ++counts[i][j] >= stage->events[j].nth;
                times[i] = leads && times[i] == TIME_NONE ? event->time_ms : times[i];
                *last = leads && i > *last ? i : *last;
            }
        }
    }
}

static enum err make_lags(struct counting *self, size_t more)
{
    size_t count = self->lags_count + more, cap = self->lags_cap > 0 ? self->lags_cap * 2 : 1024;

    if (count <= self->lags_cap) {
        return OK;
    }
    cap = cap > count ? cap : count;
    struct lag *lags = cap <= LAGS_MAX ? realloc(self->lags, cap * sizeof *lags) : NULL;
    if (!lags) {
        return ERR_NOMEM;
    }
    self->lags = lags;
    self->lags_cap = cap;
    return OK;
}

static enum err make_line(struct counting *self, uint32_t line)
{
    if (line < self->lines_cap) {
        return OK;
    }
    size_t cap = self->lines_cap > 0 ? self->lines_cap * 2 : 64;
    cap = cap > line ? cap : (size_t)line + 1;
    struct line *lines = realloc(self->lines, cap * sizeof *lines);
    if (!lines) {
        return ERR_NOMEM;
    }
    memset(lines + self->lines_cap, 0, (cap - self->lines_cap) * sizeof *lines);
    self->lines = lines;
    self->lines_cap = cap;
    return OK;
}

static void note_first(struct line *line, int64_t customer_id)
{
    line->first_id = line->first_id == 0 || customer_id < line->first_id ? customer_id : line->first_id;
}

static enum err into_line(struct counting *self, uint32_t line, const struct history *history,
                          const int64_t times[STAGES_MAX], size_t last)
{
    enum err err = make_line(self, line);

    err = err == OK ? make_lags(self, last) : err;
    if (err != OK) {
        return err;
    }
    note_first(&self->lines[line], history->customer_id);
    for (size_t i = 0; i <= last; i++) {
        self->lines[line].reached[i]++;
        if (i > 0 && times[i] != TIME_NONE && times[i - 1] != TIME_NONE && times[i] >= times[i - 1]) {
            self->lags[self->lags_count++] = (struct lag){times[i] - times[i - 1], line, (uint32_t)i};
        }
    }
    return OK;
}

static enum err into_groups(struct counting *self, const struct history *history, const int64_t times[STAGES_MAX],
                            size_t last)
{
    uint64_t values[REPORT_DIM_VALUES_MAX] = {0};
    size_t count = 0;
    const struct report_query *query = self->part.query;
    enum err err = touch_match_values(&self->part.match, &history->first, query->group_by[0], values, &count);

    for (size_t i = 0; err == OK && i < count; i++) {
        uint32_t group = 0;
        err = report_groups_put(&self->groups, (uint64_t[2]){values[i], 0}, &group);
        err = err == OK ? into_line(self, LINE_GROUPS + group, history, times, last) : err;
    }
    return err;
}

static enum err add_customer(struct history_part *part, const struct history *history)
{
    struct counting *self = (struct counting *)part; /* its first member */
    int64_t times[STAGES_MAX], at_ms = history->touched            ? history->first.time_ms
                                       : history->events_count > 0 ? history->events[0].time_ms
                                                                   : TIME_NONE;
    size_t last = 0;

    if (at_ms < part->query->from_ms || at_ms >= part->query->to_ms || (history->touched && !history->passes)) {
        return OK;
    }
    self->first_ms = self->first_ms == TIME_NONE || at_ms < self->first_ms ? at_ms : self->first_ms;
    times_of(self, history, times, &last);
    if (!history->touched) {
        return into_line(self, LINE_UNTOUCHED, history, times, last);
    }
    enum err err = into_line(self, LINE_ALL, history, times, last);
    return err == OK && self->groups.dims > 0 ? into_groups(self, history, times, last) : err;
}

/* ---- two threads */

static enum err add_line(struct counting *self, const struct counting *from, uint32_t line, uint32_t here)
{
    enum err err = line < from->lines_cap ? make_line(self, here) : OK;

    if (err != OK || line >= from->lines_cap || from->lines[line].first_id == 0) {
        return err;
    }
    note_first(&self->lines[here], from->lines[line].first_id);
    for (size_t i = 0; i < self->stages_count; i++) {
        self->lines[here].reached[i] += from->lines[line].reached[i];
    }
    return OK;
}

/* The group here that is a group there. */
static enum err group_here(struct counting *self, const struct counting *from, uint32_t group, uint32_t *here)
{
    uint64_t values[2] = {report_groups_value(&from->groups, group, 0), 0};
    enum err err = OK;

    if (self->part.query->group_by[0] != DIM_LINK) {
        str text = report_texts_text(&from->part.match.match.texts, values[0]);
        err = report_texts_intern(&self->part.match.match.texts, text, &values[0]);
    }
    return err == OK ? report_groups_put(&self->groups, values, here) : err;
}

static enum err merge(struct counting *self, const struct counting *from)
{
    size_t lines = LINE_GROUPS + from->groups.count;
    uint32_t *here = malloc(lines * sizeof *here);
    enum err err = here ? make_lags(self, from->lags_count) : ERR_NOMEM;

    for (uint32_t i = 0; err == OK && i < lines; i++) {
        here[i] = i;
        if (i >= LINE_GROUPS) {
            err = group_here(self, from, i - LINE_GROUPS, &here[i]);
            here[i] += LINE_GROUPS;
        }
        err = err == OK ? add_line(self, from, i, here[i]) : err;
    }
    for (size_t i = 0; err == OK && i < from->lags_count; i++) {
        const struct lag *lag = &from->lags[i];
        self->lags[self->lags_count++] = (struct lag){lag->ms, here[lag->line], lag->step};
    }
    bool earlier = from->first_ms != TIME_NONE && (self->first_ms == TIME_NONE || from->first_ms < self->first_ms);
    self->first_ms = earlier ? from->first_ms : self->first_ms;
    free(here);
    return err;
}

/* ---- who clicked */

static enum err group_of_text(struct counting *self, str text, uint32_t *group)
{
    int64_t id = 0;
    uint64_t number = 0;
    bool link = self->part.query->group_by[0] == DIM_LINK;
    enum err err = link ? OK : report_texts_intern(&self->part.match.match.texts, text, &number);

    if (link) {
        BUG_ON(!str_to_i64(text, &id));
        number = (uint64_t)id;
    }
    return err == OK ? report_groups_put(&self->groups, (uint64_t[2]){number, 0}, group) : err;
}

/* A group that brought visitors alone is one, too. */
static enum err visitors_by_group(struct counting *self, struct arena *arena, const struct report *report)
{
    size_t cap = self->groups.count + report->groups_count;
    uint32_t group = 0;
    enum err err = OK;

    self->visitors = ARENA_ARRAY(arena, int64_t, cap + 1);
    for (size_t i = 0; self->visitors && i < cap; i++) {
        self->visitors[i] = report->other_clicks > 0 ? FUNNEL_UNKNOWN : 0;
    }
    for (size_t i = 0; self->visitors && err == OK && i < report->groups_count; i++) {
        err = group_of_text(self, report->groups[i].values[0], &group);
        err = err == OK ? make_line(self, LINE_GROUPS + group) : err;
        if (err == OK) {
            self->visitors[group] = report->groups[i].visitors;
        }
    }
    return self->visitors ? err : ERR_NOMEM;
}

static enum err add_visitors(struct counting *self, struct db *db, struct arena *arena, struct funnel *out,
                             struct fault *fault)
{
    struct report_query query = *self->part.query;
    struct report report;

    query.want_visitors = true;
    query.want_scans = false;
    query.limit = VISITED_MAX;
    enum err err = report_run(db, NULL, arena, &query, &report, fault);
    if (err != OK) {
        return err;
    }
    if (report.kept.matters) {
        out->visitors = FUNNEL_UNKNOWN;
        out->clicks_since_ms = report.kept.since_ms;
        return OK;
    }
    out->visitors = report.totals.visitors;
    return self->groups.dims > 0 ? visitors_by_group(self, arena, &report) : OK;
}

/* ---- the answer */

static int compare_lags(const void *a, const void *b)
{
    const struct lag *left = a, *right = b;

    if (left->line != right->line) {
        return left->line < right->line ? -1 : 1;
    }
    if (left->step != right->step) {
        return left->step < right->step ? -1 : 1;
    }
    return left->ms < right->ms ? -1 : left->ms > right->ms;
}

/* How many lags stand before that one. */
static size_t lags_before(const struct counting *self, const struct lag *wanted)
{
    size_t low = 0, high = self->lags_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_lags(&self->lags[middle], wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The lags of a line and a step stand together, in order. */
static const struct lag *find_lags(const struct counting *self, uint32_t line, uint32_t step, size_t *count)
{
    size_t first = lags_before(self, &(struct lag){INT64_MIN, line, step});

    *count = lags_before(self, &(struct lag){INT64_MIN, line, step + 1}) - first;
    return self->lags + first;
}

static struct funnel_step *steps_of(const struct counting *self, struct arena *arena, uint32_t line)
{
    struct funnel_step *steps = ARENA_ARRAY(arena, struct funnel_step, self->stages_count);

    for (size_t i = 0; steps && i < self->stages_count; i++) {
        size_t count = 0;
        const struct lag *lags = find_lags(self, line, (uint32_t)i, &count);
        steps[i] = (struct funnel_step){.customers = line < self->lines_cap ? self->lines[line].reached[i] : 0,
                                        .lag_customers = (int64_t)count};
        if (count > 0) {
            steps[i].median_ms = lags[(count + 1) / 2 - 1].ms;
            steps[i].p90_ms = lags[(count * 9 + 9) / 10 - 1].ms;
        }
    }
    return steps;
}

/* Most customers first, then most visitors; then whoever was there first, so that it is the same each time. */
struct rank {
    int64_t customers, visitors, first_id;
    uint32_t group;
};

static int compare_ranks(const void *a, const void *b)
{
    const struct rank *left = a, *right = b;

    if (left->customers != right->customers) {
        return left->customers > right->customers ? -1 : 1;
    }
    if (left->visitors != right->visitors) {
        return left->visitors > right->visitors ? -1 : 1;
    }
    if (left->first_id != right->first_id) {
        return left->first_id < right->first_id ? -1 : 1;
    }
    return left->group < right->group ? -1 : left->group > right->group;
}

static str text_of(struct counting *self, struct arena *arena, uint32_t group)
{
    uint64_t number = report_groups_value(&self->groups, group, 0);

    return self->part.query->group_by[0] == DIM_LINK
               ? arena_f(arena, "%llu", (unsigned long long)number)
               : arena_str(arena, report_texts_text(&self->part.match.match.texts, number));
}

static enum err list_groups(struct counting *self, struct arena *arena, struct rank *ranks, struct funnel *out)
{
    size_t total = self->groups.count;

    for (uint32_t i = 0; i < total; i++) {
        const struct line *line = &self->lines[LINE_GROUPS + i];
        int64_t visitors = self->visitors ? self->visitors[i] : FUNNEL_UNKNOWN;
        ranks[i] = (struct rank){line->reached[0], visitors, line->first_id, i};
    }
    qsort(ranks, total, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < out->groups_count; i++) {
        out->groups[i] = (struct funnel_group){.value = text_of(self, arena, ranks[i].group),
                                               .visitors = ranks[i].visitors,
                                               .steps = steps_of(self, arena, LINE_GROUPS + ranks[i].group)};
    }
    return arena->overflow ? ERR_NOMEM : OK;
}

static enum err answer(struct counting *self, struct arena *arena, struct funnel *out)
{
    size_t total = self->groups.count, limit = self->part.query->limit;
    struct rank *ranks = malloc((total + 1) * sizeof *ranks);

    if (self->lags_count > 0) {
        qsort(self->lags, self->lags_count, sizeof *self->lags, compare_lags);
    }
    out->stages = self->stages;
    out->stages_count = self->stages_count;
    out->first_ms = self->first_ms;
    out->steps = steps_of(self, arena, LINE_ALL);
    out->untouched = steps_of(self, arena, LINE_UNTOUCHED);
    out->groups_total = total;
    out->groups_count = total < limit ? total : limit;
    out->groups = ARENA_ARRAY(arena, struct funnel_group, out->groups_count + 1);
    bool room = ranks && out->steps && out->untouched && out->groups;
    enum err err = room ? list_groups(self, arena, ranks, out) : ERR_NOMEM;
    free(ranks);
    return err;
}

static void open_counting(struct counting *self, const struct report_query *query)
{
    *self = (struct counting){.part = {.query = query, .add = add_customer}, .first_ms = TIME_NONE};
    report_groups_init(&self->groups, query->group_count);
}

static void close_counting(struct counting *self)
{
    history_part_done(&self->part);
    report_groups_done(&self->groups);
    free(self->lags);
    free(self->lines);
}

static enum err run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct funnel *out, struct fault *fault)
{
    struct counting counting, other;

    open_counting(&counting, query);
    open_counting(&other, query);
    enum err err = stages_list(db, arena, &counting.stages, &counting.stages_count);
    other.stages = counting.stages;
    other.stages_count = counting.stages_count;
    err = err == OK ? history_parts_run(db, helper, &counting.part, &other.part) : err;
    err = err == OK ? merge(&counting, &other) : err;
    err = err == OK ? add_visitors(&counting, db, arena, out, fault) : err;
    err = err == OK ? answer(&counting, arena, out) : err;
    close_counting(&counting);
    close_counting(&other);
    return err;
}

enum err funnel_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct funnel *out, struct fault *fault)
{
    struct giving_way giving_way = {0};
    bool own = false;

    *out = (struct funnel){.first_ms = TIME_NONE, .clicks_since_ms = TIME_NONE};
    giving_way_begin(&giving_way, db);
    enum err err = report_snapshot_begin(db, &helper, &own);
    err = err == OK ? run(db, helper, arena, query, out, fault) : err;
    report_snapshot_end(db, helper, own);
    giving_way_end(&giving_way, db);
    return err;
}
