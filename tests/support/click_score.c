/* SPDX-License-Identifier: MIT */
#include "click_score.h"

#include "click_people.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/fold.h"

#define OPENS      (1U << 20) /* slots for what somebody opened last */
#define READ_MS    (30 * MS_PER_MINUTE)
#define LINKS_TOLD 1000 /* most links that one report names */

struct open {
    uint32_t person, link;
    int64_t time_ms;
};
/* One click as it was fed. */
struct fed {
    struct stream_click click;
    struct click_truth truth;
    bool repeat, again; /* again: its request id was sent a second time */
    unsigned seen;      /* rows of the ledger with its request id */
};
struct score {
    struct click_run *run;
    struct score_table tables[SCORE_DIMS];
    struct fed *fed; /* by number */
    size_t cap;
    struct open *opens;
    uint8_t *came; /* person and day, a bit each */
    int days;
    struct score_day *by_day;
    int64_t *link_clicks; /* PV in the ledger by link, counted from the rows */
    int64_t rows, strange, pv;
    FILE *misses;
};

struct score *score_new(struct click_run *run)
{
    const struct stream_opts *opts = stream_options(run->stream);
    struct score *self = calloc(1, sizeof *self);

    BUG_ON(!self);
    self->run = run;
    self->days = opts->days + 4; /* late ones before the first, a last minute behind the last */
    self->opens = calloc(OPENS, sizeof *self->opens);
    self->came = calloc(((size_t)opts->persons + 1) * (size_t)self->days / 8 + 1, 1);
    self->by_day = calloc((size_t)self->days, sizeof *self->by_day);
    self->link_clicks = calloc((size_t)opts->links + 1, sizeof *self->link_clicks);
    BUG_ON(!self->opens || !self->came || !self->by_day || !self->link_clicks);
    return self;
}

void score_free(struct score *self)
{
    if (self) {
        free(self->fed);
        free(self->opens);
        free(self->came);
        free(self->by_day);
        free(self->link_clicks);
        free(self);
    }
}

const char *score_dim_name(enum score_dim dim)
{
    static const char *const names[SCORE_DIMS] = {"class",  "outcome", "scene",  "qr",      "app",   "os",
                                                  "device", "browser", "source", "channel", "repeat"};
    return names[dim];
}

/* ---- the truth */

/* Day 0 is the day after end_ms, where the last minute may lie. */
static int day_index(const struct score *self, int64_t time_ms)
{
    int64_t back_ms = stream_options(self->run->stream)->end_ms + MS_PER_DAY - 1 - time_ms;
    int64_t day = back_ms < 0 ? 0 : back_ms / MS_PER_DAY;

    return day >= self->days ? self->days - 1 : (int)day;
}

static void note_person(struct score *self, const struct stream_click *click)
{
    int day = day_index(self, click->time_ms);
    size_t bit = (size_t)click->person * (size_t)self->days + (size_t)day;
    const struct stream *stream = self->run->stream;

    if (!(self->came[bit / 8] & 1U << bit % 8)) {
        self->came[bit / 8] = (uint8_t)(self->came[bit / 8] | 1U << bit % 8);
        self->by_day[day].people++;
        self->by_day[day].keepers += stream_keeps_cookies(stream, click->person) ? 1 : 0;
    }
}

static bool note_open(struct score *self, const struct stream_click *click)
{
    size_t at = (size_t)stream_mix(1, click->person, click->link) % OPENS, steps = 0;

    while (self->opens[at].person != 0 &&
           !(self->opens[at].person == click->person && self->opens[at].link == click->link)) {
        at = (at + 1) % OPENS;
        BUG_ON(++steps == OPENS);
    }
    struct open *open = &self->opens[at];
    int64_t distance = click->time_ms - open->time_ms;
    bool repeat = open->person != 0 && (distance < 0 ? -distance : distance) <= 30 * MS_PER_MINUTE;
    open->time_ms = open->person == 0 || distance > 0 ? click->time_ms : open->time_ms;
    open->person = click->person;
    open->link = click->link;
    return repeat;
}

static struct fed *place_of(struct score *self, uint32_t number)
{
    if (number >= self->cap) {
        size_t cap = self->cap > 0 ? self->cap : 4096;
        while (cap <= number) {
            cap *= 2;
        }
        self->fed = realloc(self->fed, cap * sizeof *self->fed);
        BUG_ON(!self->fed);
        memset(self->fed + self->cap, 0, (cap - self->cap) * sizeof *self->fed);
        self->cap = cap;
    }
    return &self->fed[number];
}

void score_fed(struct score *self, const struct stream_click *clicks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fed *fed = place_of(self, clicks[i].number);
        if (clicks[i].again) {
            fed->again = true;
            continue;
        }
        fed->click = clicks[i];
        stream_truth(self->run->stream, &clicks[i], &fed->truth);
        if (clicks[i].person > 0 && click_counts(fed->truth.class, fed->truth.outcome)) {
            note_person(self, &clicks[i]);
            fed->repeat = note_open(self, &clicks[i]);
        }
    }
}

/* ---- the comparison */

static struct score_value *value_of(struct score_table *table, str text)
{
    text = str_slice(text, 0, sizeof table->values->text - 1);
    for (size_t i = 0; i < table->count; i++) {
        if (str_eq(str_from_c(table->values[i].text), text)) {
            return &table->values[i];
        }
    }
    BUG_ON(table->count == SCORE_VALUES_MAX);
    struct score_value *value = &table->values[table->count++];
    snprintf(value->text, sizeof value->text, STR_FMT, STR_ARG(text));
    return value;
}

static void judge(struct score *self, enum score_dim dim, str expected, str found, const struct click *click)
{
    struct score_table *table = &self->tables[dim];

    if (str_eq(expected, STR("-"))) {
        return;
    }
    bool right = str_eq(expected, found);
    value_of(table, expected)->expected++;
    value_of(table, found)->found++;
    value_of(table, expected)->right += right ? 1 : 0;
    table->judged++;
    table->right += right ? 1 : 0;
    if (!right && self->misses && dim != SCORE_REPEAT) {
        fprintf(self->misses,
                "%s: '" STR_FMT "' and not '" STR_FMT "' (rule " STR_FMT ", query " STR_FMT ", referrer " STR_FMT
                "): " STR_FMT "\n",
                score_dim_name(dim), STR_ARG(found), STR_ARG(expected), STR_ARG(click->rule), STR_ARG(click->query),
                STR_ARG(click->referrer), STR_ARG(click->user_agent));
    }
}

static str told(bool value)
{
    return value ? STR("yes") : STR("no");
}

static bool compare(void *arg, const struct click *click)
{
    struct score *self = arg;
    uint32_t number = stream_request_number(self->run->stream, click->request_id);
    struct fed *fed = number > 0 && number < self->cap ? &self->fed[number] : NULL;

    self->rows++;
    self->pv += click_counts(click->class, click->outcome) ? 1 : 0;
    self->link_clicks[click->link_id] += click_counts(click->class, click->outcome) ? 1 : 0;
    if (!fed || fed->seen == 1U + fed->again) {
        self->strange++;
        return true;
    }
    struct click_truth truth = fed->truth;
    truth.class = fed->seen++ > 0 ? CLASS_DUPLICATE : truth.class;
    judge(self, SCORE_CLASS, click_class_name(truth.class), click_class_name(click->class), click);
    judge(self, SCORE_OUTCOME, click_outcome_name(truth.outcome), click_outcome_name(click->outcome), click);
    judge(self, SCORE_SCENE, click_scene_name(truth.scene), click_scene_name(click->scene), click);
    judge(self, SCORE_QR, told(truth.qr), told(click->qr), click);
    judge(self, SCORE_APP, truth.app, click->app, click);
    judge(self, SCORE_OS, truth.os, click->os, click);
    judge(self, SCORE_DEVICE, truth.device, click->device, click);
    judge(self, SCORE_BROWSER, truth.browser, click->browser, click);
    judge(self, SCORE_SOURCE, truth.source, click->source, click);
    judge(self, SCORE_CHANNEL, truth.channel, click->channel, click);
    if (click_counts(truth.class, truth.outcome)) {
        judge(self, SCORE_REPEAT, told(fed->repeat), told(click->repeat), click);
    }
    return true;
}

static void count_visitors(struct score *self, struct db *db)
{
    struct arena arena;
    struct fault fault = {0};
    int64_t end_ms = stream_options(self->run->stream)->end_ms;

    arena_init(&arena, 64 << 20);
    for (int day = 0; day < self->days; day++) {
        struct report report;
        struct report_query query = {.from_ms = end_ms - day * MS_PER_DAY,
                                     .to_ms = end_ms - (day - 1) * MS_PER_DAY,
                                     .zone = self->run->engine->zone,
                                     .limit = 1,
                                     .want_visitors = true};
        BUG_ON(report_run(db, NULL, &arena, &query, &report, &fault) != OK);
        self->by_day[day].visitors = report.totals.visitors;
        self->by_day[day].cookie_visitors = report.totals.cookie_visitors;
        arena_reset(&arena);
    }
    arena_done(&arena);
}

void score_read(struct score *self, FILE *misses)
{
    struct db *db = readers_take(self->run->engine->readers, READ_MS);
    struct arena arena;
    struct click_query query = {
        .filter = {.to_ms = INT64_MAX / 2, .zone = self->run->engine->zone, .limit = 1},
        .limit = self->cap * 2 + 1024,
    };

    BUG_ON(!db);
    self->misses = misses;
    arena_init(&arena, 64 << 20);
    BUG_ON(clicks_run(db, &arena, &query, compare, self) != OK);
    arena_done(&arena);
    count_visitors(self, db);
    readers_give(self->run->engine->readers, db);
}

/* ---- sums against rows */

int64_t score_sums_wrong(struct score *self)
{
    struct db *db = readers_take(self->run->engine->readers, READ_MS);
    struct arena arena;
    struct report report;
    struct fault fault = {0};
    struct report_query query = {.from_ms = 0,
                                 .to_ms = stream_options(self->run->stream)->end_ms + 2 * MS_PER_DAY,
                                 .zone = self->run->engine->zone,
                                 .group_by = {DIM_LINK},
                                 .group_count = 1,
                                 .limit = LINKS_TOLD};
    int64_t wrong = 0, stored = 0;

    BUG_ON(!db);
    arena_init(&arena, 64 << 20);
    BUG_ON(report_run(db, NULL, &arena, &query, &report, &fault) != OK);
    for (size_t i = 0; i < report.groups_count; i++) {
        int64_t link = 0;
        BUG_ON(!str_to_i64(report.groups[i].values[0], &link));
        wrong += report.groups[i].clicks != self->link_clicks[link] ? 1 : 0;
    }
    wrong += report.totals.clicks != self->pv ? 1 : 0;
    for (int i = 0; i < CLASS_COUNT; i++) {
        const struct score_value *value = value_of(&self->tables[SCORE_CLASS], click_class_name((enum click_class)i));
        wrong += report.totals.by_class[i] != value->found ? 1 : 0;
    }
    enum err err = fold_verify(db, &stored, &fault);
    BUG_ON(err != OK && err != ERR_CORRUPT);
    arena_done(&arena);
    readers_give(self->run->engine->readers, db);
    return wrong + stored;
}

/* ---- what was found */

const struct score_table *score_table(const struct score *self, enum score_dim dim)
{
    return &self->tables[dim];
}

double score_precision(const struct score_value *value)
{
    return value->found > 0 ? (double)value->right / (double)value->found : 1;
}

double score_recall(const struct score_value *value)
{
    return value->expected > 0 ? (double)value->right / (double)value->expected : 1;
}

int64_t score_rows(const struct score *self)
{
    return self->rows;
}

int64_t score_lost(const struct score *self)
{
    int64_t lost = 0;

    for (size_t i = 0; i < self->cap; i++) {
        bool was_fed = self->fed[i].click.number != 0;
        lost += was_fed ? (int64_t)(1U + self->fed[i].again - self->fed[i].seen) : 0;
    }
    return lost;
}

int64_t score_strange(const struct score *self)
{
    return self->strange;
}

const struct score_day *score_day(const struct score *self, int day)
{
    return &self->by_day[day + 1];
}

int score_days(const struct score *self)
{
    return stream_options(self->run->stream)->days;
}
