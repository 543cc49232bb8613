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
struct counting {
    const struct report_query *query;
    struct funnel *out;
    struct touch_match match;
    struct report_groups groups;
    struct lag *lags;
    size_t lags_count, lags_cap;
    int64_t (*reached)[STAGES_MAX]; /* by line */
    size_t lines_cap;
    int64_t *visitors; /* by group; NULL = of none known */
};

/* ---- one customer */

/* When each step was reached; TIME_NONE where no event led to it. The last that was, in *last. */
static void times_of(const struct counting *self, const struct history *history, int64_t times[STAGES_MAX],
                     size_t *last)
{
    int64_t counts[STAGES_MAX][STAGE_EVENTS_MAX] = {{0}};
    size_t stages_count = self->out->stages_count;

    for (size_t i = 0; i < stages_count; i++) {
        times[i] = TIME_NONE;
    }
    times[0] = history->touched ? history->first.time_ms : TIME_NONE;
    *last = 0;
    for (size_t e = 0; e < history->events_count; e++) {
        const struct history_event *event = &history->events[e];
        for (size_t i = 1; i < stages_count && event->value >= 0; i++) {
            const struct stage *stage = &self->out->stages[i];
            for (size_t j = 0; j < stage->events_count; j++) {
                bool leads = str_eq(stage->events[j].type, event->type) && ++counts[i][j] >= stage->events[j].nth;
                times[i] = leads && times[i] == TIME_NONE ? event->time_ms : times[i];
                *last = leads && i > *last ? i : *last;
            }
        }
    }
}

static enum err add_lag(struct counting *self, uint32_t line, uint32_t step, int64_t ms)
{
    if (self->lags_count == self->lags_cap) {
        size_t cap = self->lags_cap > 0 ? self->lags_cap * 2 : 1024;
        struct lag *lags = cap <= LAGS_MAX ? realloc(self->lags, cap * sizeof *lags) : NULL;
        if (!lags) {
            return ERR_NOMEM;
        }
        self->lags = lags;
        self->lags_cap = cap;
    }
    self->lags[self->lags_count++] = (struct lag){ms, line, step};
    return OK;
}

static enum err make_line(struct counting *self, uint32_t line)
{
    if (line < self->lines_cap) {
        return OK;
    }
    size_t cap = self->lines_cap > 0 ? self->lines_cap * 2 : 64;
    cap = cap > line ? cap : (size_t)line + 1;
    int64_t(*reached)[STAGES_MAX] = realloc(self->reached, cap * sizeof *reached);
    if (!reached) {
        return ERR_NOMEM;
    }
    memset(reached + self->lines_cap, 0, (cap - self->lines_cap) * sizeof *reached);
    self->reached = reached;
    self->lines_cap = cap;
    return OK;
}

static enum err into_line(struct counting *self, uint32_t line, const int64_t times[STAGES_MAX], size_t last)
{
    enum err err = make_line(self, line);

    for (size_t i = 0; err == OK && i <= last; i++) {
        self->reached[line][i]++;
        if (i > 0 && times[i] != TIME_NONE && times[i - 1] != TIME_NONE && times[i] >= times[i - 1]) {
            err = add_lag(self, line, (uint32_t)i, times[i] - times[i - 1]);
        }
    }
    return err;
}

static enum err into_groups(struct counting *self, const struct history *history, const int64_t times[STAGES_MAX],
                            size_t last)
{
    uint64_t values[REPORT_DIM_VALUES_MAX] = {0};
    size_t count = 0;
    enum err err = touch_match_values(&self->match, &history->first, self->query->group_by[0], values, &count);

    for (size_t i = 0; err == OK && i < count; i++) {
        uint32_t group = 0;
        err = report_groups_put(&self->groups, (uint64_t[2]){values[i], 0}, &group);
        err = err == OK ? into_line(self, LINE_GROUPS + group, times, last) : err;
    }
    return err;
}

static enum err add_customer(struct counting *self, const struct history *history)
{
    int64_t times[STAGES_MAX], at_ms = history->touched            ? history->first.time_ms
                                       : history->events_count > 0 ? history->events[0].time_ms
                                                                   : TIME_NONE;
    size_t last = 0;

    if (at_ms < self->query->from_ms || at_ms >= self->query->to_ms || (history->touched && !history->passes)) {
        return OK;
    }
    self->out->first_ms = self->out->first_ms == TIME_NONE || at_ms < self->out->first_ms ? at_ms : self->out->first_ms;
    times_of(self, history, times, &last);
    if (!history->touched) {
        return into_line(self, LINE_UNTOUCHED, times, last);
    }
    enum err err = into_line(self, LINE_ALL, times, last);
    return err == OK && self->groups.dims > 0 ? into_groups(self, history, times, last) : err;
}

/* ---- who clicked */

static enum err group_of_text(struct counting *self, str text, uint32_t *group)
{
    int64_t id = 0;
    uint64_t number = 0;
    bool link = self->query->group_by[0] == DIM_LINK;
    enum err err = link ? OK : report_texts_intern(&self->match.match.texts, text, &number);

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

static enum err add_visitors(struct counting *self, struct db *db, struct report_helper *helper, struct arena *arena,
                             struct fault *fault)
{
    struct report_query query = *self->query;
    struct report report;

    query.want_visitors = true;
    query.want_scans = false;
    query.limit = VISITED_MAX;
    enum err err = report_run(db, helper, arena, &query, &report, fault);
    if (err != OK) {
        return err;
    }
    if (report.kept.matters) {
        self->out->visitors = FUNNEL_UNKNOWN;
        self->out->clicks_since_ms = report.kept.since_ms;
        return OK;
    }
    self->out->visitors = report.totals.visitors;
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
    struct funnel_step *steps = ARENA_ARRAY(arena, struct funnel_step, self->out->stages_count);

    for (size_t i = 0; steps && i < self->out->stages_count; i++) {
        size_t count = 0;
        const struct lag *lags = find_lags(self, line, (uint32_t)i, &count);
        steps[i] = (struct funnel_step){.customers = line < self->lines_cap ? self->reached[line][i] : 0,
                                        .lag_customers = (int64_t)count};
        if (count > 0) {
            steps[i].median_ms = lags[(count + 1) / 2 - 1].ms;
            steps[i].p90_ms = lags[(count * 9 + 9) / 10 - 1].ms;
        }
    }
    return steps;
}

struct rank {
    int64_t customers, visitors;
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
    return left->group < right->group ? -1 : left->group > right->group;
}

static str text_of(struct counting *self, struct arena *arena, uint32_t group)
{
    uint64_t number = report_groups_value(&self->groups, group, 0);

    return self->query->group_by[0] == DIM_LINK ? arena_f(arena, "%llu", (unsigned long long)number)
                                                : arena_str(arena, report_texts_text(&self->match.match.texts, number));
}

static enum err answer(struct counting *self, struct arena *arena)
{
    struct funnel *out = self->out;
    size_t total = self->groups.count, count = total < self->query->limit ? total : self->query->limit;
    struct rank *ranks = malloc((total + 1) * sizeof *ranks);

    if (self->lags_count > 0) {
        qsort(self->lags, self->lags_count, sizeof *self->lags, compare_lags);
    }
    out->steps = steps_of(self, arena, LINE_ALL);
    out->untouched = steps_of(self, arena, LINE_UNTOUCHED);
    out->groups = ARENA_ARRAY(arena, struct funnel_group, count + 1);
    if (!ranks || !out->steps || !out->untouched || !out->groups) {
        free(ranks);
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < total; i++) {
        int64_t visitors = self->visitors ? self->visitors[i] : FUNNEL_UNKNOWN;
        ranks[i] = (struct rank){self->reached[LINE_GROUPS + i][0], visitors, i};
    }
    qsort(ranks, total, sizeof *ranks, compare_ranks);
    for (size_t i = 0; i < count; i++) {
        out->groups[i] = (struct funnel_group){.value = text_of(self, arena, ranks[i].group),
                                               .visitors = ranks[i].visitors,
                                               .steps = steps_of(self, arena, LINE_GROUPS + ranks[i].group)};
    }
    out->groups_count = count;
    out->groups_total = total;
    free(ranks);
    return arena->overflow ? ERR_NOMEM : OK;
}

static enum err count(struct counting *self, struct db *db, struct arena *arena)
{
    struct histories histories;
    const struct history *history = NULL;
    struct stage *stages = NULL;
    enum err err = stages_list(db, arena, &stages, &self->out->stages_count);

    self->out->stages = stages;
    err = err == OK ? touch_match_open(&self->match, db, self->query) : err;
    if (err != OK) {
        return err;
    }
    histories_open(&histories, db, &self->match, NULL);
    do {
        err = histories_next(&histories, &history);
        err = err == OK && history ? add_customer(self, history) : err;
    } while (err == OK && history);
    histories_done(&histories);
    return err;
}

enum err funnel_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct funnel *out, struct fault *fault)
{
    struct counting counting = {.query = query, .out = out};
    struct giving_way giving_way = {0};
    bool own = false;

    *out = (struct funnel){.first_ms = TIME_NONE, .clicks_since_ms = TIME_NONE};
    giving_way_begin(&giving_way, db);
    report_groups_init(&counting.groups, query->group_count);
    enum err err = db_snapshot_begin(db, &own);
    err = err == OK ? count(&counting, db, arena) : err;
    err = err == OK ? add_visitors(&counting, db, helper, arena, fault) : err;
    err = err == OK ? answer(&counting, arena) : err;
    db_snapshot_end(db, own);
    giving_way_end(&giving_way, db);
    touch_match_done(&counting.match);
    report_groups_done(&counting.groups);
    free(counting.lags);
    free(counting.reached);
    return err;
}
