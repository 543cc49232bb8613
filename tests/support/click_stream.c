/* SPDX-License-Identifier: MIT */
#include "click_stream.h"

#include "click_arrivals.h"
#include "click_people.h"
#include "linkpond/base/clock.h"

/*
 * A day is made as one array, sorted by when each click comes in. What follows from a click (a second open, a
 * platform's second look, the HEADs behind a preview) is put in when the click is.
 */
#define VISITS_PER_LAUNCH 400
#define LAUNCHES_MAX      4096

struct launch {
    uint32_t link;
    int64_t start_ms;
};
struct stream {
    struct stream_opts opts;
    struct people *people;
    uint64_t state;
    uint32_t numbers; /* given out */
    int64_t day_start_ms;
    struct launch launches[LAUNCHES_MAX];
    size_t launches_count;
    struct stream_click *clicks;
    size_t count, cap;
};

/* In thousandths of the day, by hour in Shanghai: lunch, and the evening on the sofa. */
static const unsigned rhythm[24] = {18, 9,  5,  3,  3,  6,  15, 32, 48, 55, 56, 55,
                                    62, 55, 47, 46, 47, 49, 54, 66, 82, 86, 65, 36};

struct stream *stream_new(const struct stream_opts *opts)
{
    struct stream *self = calloc(1, sizeof *self);

    BUG_ON(!self || opts->links == 0 || opts->days < 1);
    self->opts = *opts;
    self->people = people_new(opts->seed, opts->persons, opts->agents_dir, opts->own_agents);
    self->state = opts->seed;
    return self;
}

void stream_free(struct stream *self)
{
    if (self) {
        people_free(self->people);
        free(self->clicks);
        free(self);
    }
}

const struct stream_opts *stream_options(const struct stream *self)
{
    return &self->opts;
}

const struct people *stream_people(const struct stream *self)
{
    return self->people;
}

/* ---- chance */

static uint64_t roll(struct stream *self, uint64_t sides)
{
    return stream_mix(self->opts.seed, ++self->state, 9) % sides;
}

static bool chance(struct stream *self, unsigned of_thousand)
{
    return roll(self, 1000) < of_thousand;
}

static double uniform(struct stream *self)
{
    return (double)(roll(self, UINT64_C(1) << 53)) / (double)(UINT64_C(1) << 53);
}

/* 2^x for x in [0, 32): squares upwards and a short series, exact enough and the same on every machine. */
static double power_of_two(double x)
{
    unsigned whole = (unsigned)x;
    double rest = (x - whole) * 0.69314718055994531, term = 1, sum = 1;

    for (int i = 1; i < 16; i++) {
        term *= rest / i;
        sum += term;
    }
    return sum * (double)(UINT64_C(1) << whole);
}

static double log_two(double x)
{
    double low = 0, high = 33;

    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        bool above = power_of_two(middle) > x;
        high = above ? middle : high;
        low = above ? low : middle;
    }
    return low;
}

/* Zipf's law with exponent 1: the logarithm of the rank is spread evenly. */
static uint32_t zipf(struct stream *self, uint32_t links)
{
    uint32_t rank = (uint32_t)power_of_two(uniform(self) * log_two((double)links + 1));

    return rank < 1 ? 1 : rank > links ? links : rank;
}

static int64_t time_of_day(struct stream *self)
{
    unsigned total = 0, hour = 0;

    for (size_t i = 0; i < ARRAY_LEN(rhythm); i++) {
        total += rhythm[i];
    }
    for (unsigned left = (unsigned)roll(self, total); left >= rhythm[hour]; hour++) {
        left -= rhythm[hour];
    }
    return self->day_start_ms + hour * MS_PER_HOUR + (int64_t)roll(self, MS_PER_HOUR);
}

/* ---- making clicks */

static struct stream_click *put(struct stream *self, const struct stream_click *click)
{
    if (self->count == self->cap) {
        self->cap = self->cap > 0 ? self->cap * 2 : 4096;
        self->clicks = realloc(self->clicks, self->cap * sizeof *self->clicks);
        BUG_ON(!self->clicks);
    }
    struct stream_click *place = &self->clicks[self->count++];
    *place = *click;
    place->number = ++self->numbers;
    return place;
}

static uint32_t machine_ip(struct stream *self)
{
    return UINT32_C(0x42F90000) | (uint32_t)roll(self, 0x10000); /* 66.249.0.0/16 */
}

/* Data centres of Tencent's, as config/networks.tsv names its networks. */
static uint32_t tencent_ip(struct stream *self)
{
    static const uint32_t networks[] = {0x31E80000, 0x51440000, 0x771D0000, 0x6FE50000};

    return networks[roll(self, ARRAY_LEN(networks))] | (uint32_t)roll(self, 0x10000);
}

static struct stream_click machine(struct stream *self, enum click_class class, uint16_t agent)
{
    int64_t at = time_of_day(self);
    return (struct stream_click){
        .feed_ms = at,
        .time_ms = at,
        .link = zipf(self, self->opts.links),
        .own = (uint32_t)roll(self, 1000000),
        .ip = machine_ip(self),
        .agent = agent,
        .arrival = chance(self, 900) ? arrival_plain() : arrival_choose(STR("-"), roll(self, UINT32_MAX)),
        .class = (uint8_t) class,
    };
}

/* Some people click much, most little. */
static uint32_t somebody(struct stream *self)
{
    double u = uniform(self);

    return 1 + (uint32_t)(u * u * self->opts.persons) % self->opts.persons;
}

static struct stream_click visit_of(struct stream *self, uint32_t person, int64_t at)
{
    struct person who;

    people_person(self->people, person, &who);
    return (struct stream_click){
        .feed_ms = at,
        .time_ms = at,
        .person = person,
        .link = zipf(self, self->opts.links),
        .own = (uint32_t)roll(self, 1000000),
        .ip = chance(self, 500) ? who.away : who.home,
        .agent = who.agent,
        .arrival = arrival_choose(people_agent(self->people, who.agent)->app, roll(self, UINT32_MAX)),
        .class = CLASS_HUMAN,
    };
}

static bool in_wechat(const struct stream *self, const struct stream_click *click)
{
    str app = people_agent(self->people, click->agent)->app;

    return str_eq(app, STR("wechat")) || str_eq(app, STR("wecom")) || str_eq(app, STR("qq"));
}

/* A machine of the platform's asks for what was opened: same link and query, another network, neither cookie nor
 * Referer; now and then long after. */
static void second_look(struct stream *self, const struct stream_click *seen)
{
    struct stream_click look = *seen;

    look.class = CLASS_REPLAY;
    look.person = 0;
    look.ip = tencent_ip(self);
    look.agent = people_wechat_like(self->people, seen->agent, roll(self, UINT32_MAX));
    look.feed_ms = look.time_ms = seen->time_ms + 2000 + (int64_t)roll(self, chance(self, 4) ? 300000 : 50000);
    put(self, &look);
}

static void follow(struct stream *self, const struct stream_click *first)
{
    struct stream_click visit = *first;

    if (in_wechat(self, first) && first->arrival < arrivals_count() && !arrival_at(first->arrival)->referrer &&
        chance(self, 60)) {
        second_look(self, first);
    }
    if (chance(self, 80)) { /* opens it again, sometimes beyond half an hour, sometimes in another network */
        struct person who;
        people_person(self->people, visit.person, &who);
        visit.feed_ms = visit.time_ms = first->time_ms + 60000 + (int64_t)roll(self, 45 * MS_PER_MINUTE);
        visit.ip = chance(self, 200) ? who.home : visit.ip;
        put(self, &visit);
    }
}

static void person_visits(struct stream *self)
{
    struct stream_click visit = visit_of(self, somebody(self), time_of_day(self));

    if (chance(self, 5)) { /* a lane whose segment was read late */
        visit.time_ms -= MS_PER_HOUR + (int64_t)roll(self, 29 * MS_PER_HOUR);
        put(self, &visit);
        return;
    }
    if (chance(self, 2)) { /* somebody's way out is a machine in Tencent's data centre */
        visit.ip = tencent_ip(self);
    }
    put(self, &visit);
    follow(self, &visit);
}

/* A group is told, and opens it within minutes. */
static void launch_visit(struct stream *self)
{
    const struct launch *launch = &self->launches[roll(self, self->launches_count)];
    double after = uniform(self) * uniform(self) * uniform(self) * 40;
    struct stream_click visit = visit_of(self, somebody(self), launch->start_ms + (int64_t)(after * MS_PER_MINUTE));

    visit.link = launch->link;
    if (str_eq(people_agent(self->people, visit.agent)->app, STR("wechat"))) {
        visit.arrival = arrival_in_group();
    }
    put(self, &visit);
    follow(self, &visit);
}

static void bot_visits(struct stream *self)
{
    uint16_t agent = people_bot(self->people, roll(self, UINT32_MAX));

    if (chance(self, 40)) {
        agent = people_empty(self->people);
    } else if (chance(self, 4)) {
        agent = people_stealth(self->people);
    }
    struct stream_click visit = machine(self, CLASS_BOT, agent);
    if (chance(self, 30)) {
        visit.sent = SENT_LEAKSCAN;
        visit.agent = people_wechat_like(self->people, 0, roll(self, UINT32_MAX));
    }
    put(self, &visit);
}

/* X sends a preview's GET and, besides, HEADs with browsers' User-Agents. */
static void preview_comes(struct stream *self)
{
    struct stream_click visit = machine(self, CLASS_PREVIEW, people_preview(self->people, roll(self, UINT32_MAX)));
    put(self, &visit);
    for (uint64_t heads = chance(self, 300) ? 1 + roll(self, 3) : 0; heads > 0; heads--) {
        visit.class = CLASS_HEAD;
        visit.sent = SENT_HEAD;
        visit.agent = people_browser(self->people, roll(self, UINT32_MAX));
        visit.feed_ms = visit.time_ms += 1 + (int64_t)roll(self, 2000);
        put(self, &visit);
    }
}

static void head_comes(struct stream *self)
{
    struct stream_click visit = machine(self, CLASS_HEAD, people_browser(self->people, roll(self, UINT32_MAX)));

    visit.sent = SENT_HEAD;
    put(self, &visit);
}

/* Half of what is loaded ahead is then looked at. */
static void prefetch_comes(struct stream *self)
{
    struct stream_click visit = visit_of(self, somebody(self), time_of_day(self)), opened = visit;

    visit.class = CLASS_PREFETCH;
    visit.sent = chance(self, 700) ? SENT_PREFETCH : SENT_PURPOSE;
    visit.person = 0;
    put(self, &visit);
    if (chance(self, 500)) {
        opened.feed_ms = opened.time_ms += 1000 + (int64_t)roll(self, 4000);
        put(self, &opened);
    }
}

static void stray_comes(struct stream *self)
{
    struct stream_click visit = chance(self, 500)
                                    ? visit_of(self, somebody(self), time_of_day(self))
                                    : machine(self, CLASS_BOT, people_bot(self->people, roll(self, UINT32_MAX)));

    visit.link = 0;
    put(self, &visit);
}

static void something_comes(struct stream *self)
{
    static const struct {
        unsigned weight;
        void (*make)(struct stream *self);
    } kinds[] = {
        {540, person_visits}, {200, launch_visit},  {120, bot_visits}, {55, preview_comes},
        {25, head_comes},     {30, prefetch_comes}, {30, stray_comes},
    };
    unsigned left = (unsigned)roll(self, 1000);

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (left < kinds[i].weight) {
            kinds[i].make(self);
            return;
        }
        left -= kinds[i].weight;
    }
}

static int compare(const void *a, const void *b)
{
    const struct stream_click *left = a, *right = b;

    if (left->feed_ms != right->feed_ms) {
        return left->feed_ms < right->feed_ms ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static const struct stream_click *finish(struct stream *self, size_t *made)
{
    qsort(self->clicks, self->count, sizeof *self->clicks, compare);
    *made = self->count;
    return self->clicks;
}

const struct stream_click *stream_day(struct stream *self, int day, size_t count, size_t *made)
{
    int64_t end_ms = self->opts.end_ms - day * MS_PER_DAY;

    self->day_start_ms = end_ms - MS_PER_DAY;
    self->count = 0;
    self->launches_count = count / VISITS_PER_LAUNCH + 1;
    self->launches_count = self->launches_count > LAUNCHES_MAX ? LAUNCHES_MAX : self->launches_count;
    for (size_t i = 0; i < self->launches_count; i++) {
        self->launches[i] = (struct launch){zipf(self, self->opts.links), time_of_day(self)};
    }
    while (self->count < count) {
        something_comes(self);
    }
    return finish(self, made);
}

const struct stream_click *stream_moment(struct stream *self, int64_t from_ms, int64_t to_ms, size_t count,
                                         size_t *made)
{
    self->count = 0;
    while (self->count < count) {
        int64_t at = from_ms + (int64_t)roll(self, (uint64_t)(to_ms - from_ms));
        struct stream_click visit = visit_of(self, somebody(self), at);
        put(self, &visit);
    }
    return finish(self, made);
}
