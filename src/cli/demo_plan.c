/* SPDX-License-Identifier: MIT */
#include "demo_plan.h"

#include <math.h>

#include "linkpond/base/clock.h"

/*
 * Every link gets its share of the clicks, spread over its days by its half-life and thinned by the hour and the day of
 * the week in China. A visit is drawn until it falls on an hour that lets it through, so counts are exact.
 */
#define CHINA_MS      (8 * MS_PER_HOUR)
#define TRIES         200
#define PEOPLE_SHARE  0.62 /* of a link's visits, so many different people */
#define SHARED        0.6  /* of a link's people are also the next link's of the crowd */
#define RESTART_MS    (40 * MS_PER_SECOND)
#define CLICKS_PER    10 /* at least, for each link */
#define AGAIN_MS      (25 * MS_PER_MINUTE)
#define REPLAY_MS     (40 * MS_PER_SECOND)
#define RESENT_MS     (8 * MS_PER_SECOND)
#define FIRST_VISITOR 1

struct drawing {
    const struct story *story;
    const struct plan_opts *opts;
    struct plan *plan;
    const struct story_list *kinds;
    enum step_kind kind_of[STEP_KINDS]; /* by index in `kinds` */
    double hours[24], weekdays[7];
};

static const char *const kind_names[STEP_KINDS] = {
    [STEP_PERSON] = "person", [STEP_AGAIN] = "again",       [STEP_BOT] = "bot",       [STEP_PREVIEW] = "preview",
    [STEP_HEAD] = "head",     [STEP_PREFETCH] = "prefetch", [STEP_REPLAY] = "replay", [STEP_LOST] = "lost"};

int64_t plan_time(const struct plan_opts *opts, double day)
{
    return opts->until_ms - (int64_t)(day / STORY_DAYS * (double)(opts->days * MS_PER_DAY));
}

bool step_is_person(enum step_kind kind)
{
    return kind == STEP_PERSON || kind == STEP_AGAIN || kind == STEP_PREFETCH || kind == STEP_REPLAY ||
           kind == STEP_LOST || kind == STEP_RESENT;
}

/* ---- when ---- */

/* How likely somebody is up and at work then, 0..1. */
static double rhythm(const struct drawing *self, int64_t time_ms)
{
    int64_t local = time_ms + CHINA_MS;
    int64_t day = local / MS_PER_DAY;

    return self->hours[local / MS_PER_HOUR % 24] * self->weekdays[(day + 3) % 7]; /* 1970-01-01 was a Thursday */
}

static int64_t draw_time(const struct drawing *self, const struct story_link *link, struct dice *dice)
{
    double length = link->from - link->until;
    int64_t time_ms = 0;

    for (int i = 0; i < TRIES; i++) {
        double after = dice_unit(dice) * length;
        if (link->half_life > 0) {
            double whole = 1 - exp2(-length / link->half_life); /* so that none falls behind the end */
            after = -link->half_life * log2(1 - dice_unit(dice) * whole);
        }
        time_ms = plan_time(self->opts, link->from - after);
        if (dice_unit(dice) < rhythm(self, time_ms)) {
            break;
        }
    }
    return time_ms;
}

/* ---- who ---- */

/* People of a crowd have numbers; a link's people are a range of them, those who come often at its beginning. */
static uint32_t draw_visitor(uint32_t first, uint32_t visits, struct dice *dice)
{
    double people = (double)visits * PEOPLE_SHARE + 1;
    double at = pow(dice_unit(dice), 1.4) * people;

    return first + (uint32_t)at;
}

static struct step *add(struct plan *plan, struct step step)
{
    plan->steps[plan->count] = step;
    return &plan->steps[plan->count++];
}

/* ---- a link's requests ---- */

/* What follows a person's visit shares its details, but for a visit of its own. */
static void add_follower(struct plan *plan, const struct step *person, enum step_kind kind, int64_t within_ms,
                         struct dice *dice, const struct plan_opts *opts)
{
    struct step step = *person;

    step.kind = kind;
    step.time_ms += MS_PER_SECOND + (int64_t)(dice_unit(dice) * (double)(within_ms - MS_PER_SECOND));
    step.time_ms = step.time_ms < opts->until_ms ? step.time_ms : opts->until_ms - 1;
    step.salt = kind == STEP_AGAIN ? (uint32_t)dice_next(dice) : person->salt;
    add(plan, step);
}

static void draw_link(struct drawing *self, uint32_t index, uint32_t visits, uint32_t first_visitor)
{
    const struct story_link *link = &self->story->links[index];
    struct dice dice = dice_of(self->opts->seed, index, FIRST_VISITOR);
    struct plan *plan = self->plan;
    const struct step *person = NULL;
    size_t end = plan->count + visits;

    while (plan->count < end) {
        enum step_kind kind = self->kind_of[story_pick_index(self->kinds, &dice)];
        if (person && kind == STEP_AGAIN) {
            add_follower(plan, person, kind, AGAIN_MS, &dice, self->opts);
            continue;
        }
        if (person && kind == STEP_REPLAY) {
            add_follower(plan, person, kind, REPLAY_MS, &dice, self->opts);
            continue;
        }
        bool early = kind == STEP_AGAIN || kind == STEP_REPLAY; /* before anybody has come */
        struct step *step = add(plan, (struct step){.time_ms = draw_time(self, link, &dice),
                                                    .link = index,
                                                    .visitor = draw_visitor(first_visitor, visits, &dice),
                                                    .salt = (uint32_t)dice_next(&dice),
                                                    .kind = early ? STEP_PERSON : kind});
        person = step->kind == STEP_PERSON ? step : person;
    }
}

/* Of a crowd's people the next link's overlap with this one's. */
static uint32_t first_visitor_of(const struct story *story, const uint32_t *visits, size_t index)
{
    double first = 0;

    for (size_t i = 0; i < index; i++) {
        if (str_eq(story->links[i].crowd, story->links[index].crowd)) {
            first += visits[i] * PEOPLE_SHARE * (1 - SHARED);
        }
    }
    return (uint32_t)first;
}

/* Shares by weight; what is lost by rounding goes to the first links. */
static void share_out(const struct story *story, uint32_t clicks, uint32_t *visits)
{
    uint64_t weights = 0;
    uint32_t given = 0;

    for (size_t i = 0; i < story->links_count; i++) {
        weights += story->links[i].weight;
    }
    for (size_t i = 0; i < story->links_count; i++) {
        visits[i] = (uint32_t)((uint64_t)clicks * story->links[i].weight / weights);
        given += visits[i];
    }
    for (size_t i = 0; given < clicks; i = (i + 1) % story->links_count) {
        visits[i]++;
        given++;
    }
}

/* ---- the restart and the edits ---- */

/* People who open one link in the last seconds, and their requests once more. */
static void draw_restart(struct drawing *self)
{
    const struct story *story = self->story;
    int64_t restart_ms = plan_time(self->opts, story->restart_day);
    struct dice dice = dice_of(self->opts->seed, UINT32_MAX, 0);

    for (uint32_t i = 0; i < story->restart_visits; i++) {
        struct step *person = add(self->plan, (struct step){.link = (uint32_t)story->restart_link,
                                                            .visitor = dice_below(&dice, 4096),
                                                            .salt = (uint32_t)dice_next(&dice),
                                                            .kind = STEP_PERSON});
        person->time_ms = restart_ms - 1 - (int64_t)(dice_unit(&dice) * RESTART_MS);
        struct step resent = *person;
        resent.kind = STEP_RESENT;
        resent.time_ms = restart_ms + MS_PER_SECOND + (int64_t)(dice_unit(&dice) * RESENT_MS);
        add(self->plan, resent);
    }
    add(self->plan, (struct step){.time_ms = restart_ms, .kind = STEP_RESTART});
}

static void add_edits(struct drawing *self)
{
    for (size_t i = 0; i < self->story->links_count; i++) {
        const struct story_link *link = &self->story->links[i];
        add(self->plan,
            (struct step){.time_ms = plan_time(self->opts, link->from), .link = (uint32_t)i, .kind = STEP_CREATE});
        if (link->disable >= 0) {
            add(self->plan, (struct step){.time_ms = plan_time(self->opts, link->disable),
                                          .link = (uint32_t)i,
                                          .kind = STEP_DISABLE});
        }
    }
}

/* A total order, so that the same seed tells the same story on every machine. */
static int by_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    if (x->link != y->link) {
        return x->link < y->link ? -1 : 1;
    }
    return x->salt < y->salt ? -1 : x->salt > y->salt;
}

/* ---- all ---- */

static enum err read_weights(struct drawing *self, struct fault *fault)
{
    const struct story_list *hours = story_list(self->story, STR("hours"));
    const struct story_list *weekdays = story_list(self->story, STR("weekdays"));

    for (size_t i = 0; i < 24; i++) {
        self->hours[i] = story_share(hours, i);
    }
    for (size_t i = 0; i < 7; i++) {
        self->weekdays[i] = story_share(weekdays, i);
    }
    self->kinds = story_list(self->story, STR("kinds"));
    for (size_t i = 0; i < self->kinds->count && i < STEP_KINDS; i++) {
        int kind = STEP_PERSON;
        while (kind < STEP_KINDS && !str_eq(str_from_c(kind_names[kind]), self->kinds->choices[i].value)) {
            kind++;
        }
        if (kind == STEP_KINDS) {
            return fault_set(fault, ERR_CORRUPT, "demo.tsv", "bad_row", "demo.tsv: there is no such kind", NULL);
        }
        self->kind_of[i] = (enum step_kind)kind;
    }
    return self->kinds->count <= STEP_KINDS ? OK : ERR_CORRUPT;
}

enum err plan_draw(const struct story *story, const struct plan_opts *opts, struct plan *out, struct fault *fault)
{
    struct drawing drawing = {.story = story, .opts = opts, .plan = out};
    uint32_t least = (uint32_t)story->links_count * CLICKS_PER;
    uint32_t restart = 2 * story->restart_visits;
    enum err err = read_weights(&drawing, fault);

    *out = (struct plan){.start_ms = plan_time(opts, STORY_DAYS)};
    if (!err && opts->clicks < least) {
        err = fault_setf(fault, ERR_USAGE, "clicks", "too_small", "the story needs at least %u clicks", least);
    }
    if (err) {
        return err;
    }
    out->visits = calloc(story->links_count, sizeof *out->visits);
    out->steps = calloc(opts->clicks + 2 * story->links_count + 1, sizeof *out->steps);
    if (!out->visits || !out->steps) {
        plan_done(out);
        return ERR_NOMEM;
    }
    share_out(story, opts->clicks - restart, out->visits);
    for (size_t i = 0; i < story->links_count; i++) {
        draw_link(&drawing, (uint32_t)i, out->visits[i], first_visitor_of(story, out->visits, i));
    }
    draw_restart(&drawing);
    add_edits(&drawing);
    qsort(out->steps, out->count, sizeof *out->steps, by_time);
    return OK;
}

void plan_done(struct plan *self)
{
    free(self->steps);
    free(self->visits);
    *self = (struct plan){0};
}
