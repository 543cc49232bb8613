/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_STORY_H
#define LINKPOND_SRC_CLI_DEMO_STORY_H

#include "linkpond/base/arena.h"
#include "linkpond/base/embedded.h"
#include "linkpond/base/err.h"

/*
 * The company that `linkpond demo` makes up: config/demo.tsv read into tables. Days are as in the file: counted back
 * from the story's end, out of STORY_DAYS.
 */
#define STORY_DAYS 90.0

extern const struct embedded demo_files[];

/* One of several, as often as its weight says. */
struct story_choice {
    str value;
    uint32_t upto; /* its weight and those before it */
};
struct story_list {
    str name;
    struct story_choice *choices;
    size_t count, cap;
};
struct story_user {
    str key, name;
};
struct story_label {
    bool channel; /* else a campaign */
    str key, group, name_zh, name_en, region, location, cost_centre;
};
/* In the file's order; each is a field of a link draft. */
enum { STORY_ALIAS = 0, STORY_CAMPAIGN = 4, STORY_OWNER = 5, STORY_FIELDS = 10 };
extern const char *const story_fields[STORY_FIELDS];
/* What comes of visits, in percent: of people's visits leads, of leads new friends, of these who join a group, of leads
 * deals, of deals further ones, refunds and referrals. */
enum story_share {
    STORY_LEAD,
    STORY_FRIEND,
    STORY_JOIN,
    STORY_DEAL,
    STORY_AGAIN,
    STORY_REFUND,
    STORY_REFER,
    STORY_SHARES
};
struct story_outcome {
    str prefix; /* of the aliases of links it holds for; the first that fits does */
    double shares[STORY_SHARES];
};
struct story_cost {
    str kind, key; /* campaign, channel, owner or link, and its key or alias */
    uint32_t yuan;
    double from, until; /* each day from then until then; the same twice = once */
    str note;
};
struct story_rule {
    str kind, key; /* campaign, channel or type (of an event), and which */
    str tag;       /* what whoever clicked it, or did it, is tagged with */
};
struct story_link {
    str fields[STORY_FIELDS];
    str also; /* further fields, "name=value name=value" */
    str crowd;
    const struct story_list *who, *query, *referrer; /* the crowd's; referrer may be NULL */
    uint32_t weight;
    double from, until, half_life;       /* days; half_life 0 = as many in the end as in the beginning */
    double disable;                      /* the day it is switched off; below 0 = never */
    const struct story_outcome *outcome; /* NULL: its target gets no click id */
    bool wechat;                         /* people come in WeChat's browser, which keeps one cookie for all links */
    bool personal;                       /* it is for one customer */
};
struct story {
    struct story_user *users; /* who links belong to */
    size_t users_count;
    struct story_label *labels;
    size_t labels_count;
    struct story_link *links;
    size_t links_count;
    struct story_list *lists;
    size_t lists_count;
    struct story_outcome *outcomes;
    size_t outcomes_count;
    struct story_cost *costs;
    size_t costs_count;
    struct story_rule *rules;
    size_t rules_count;
    double restart_day;
    size_t restart_link; /* index of the link that was asked for at that moment */
    uint32_t restart_visits;
};
/* Everything lives in the arena; texts are lent from `text`. ERR_CORRUPT names the row that cannot be used. */
enum err story_read(struct arena *arena, str text, struct story *out, struct fault *fault);
/* NULL when there is none. */
const struct story_list *story_list(const struct story *self, str name);

/* A stream of numbers that its seed decides (splitmix64, Steele and others 2014). */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *self);
uint32_t dice_below(struct dice *self, uint32_t end);
double dice_unit(struct dice *self); /* [0, 1) */
/* One stream for each of many things. */
struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b);
str story_pick(const struct story_list *list, struct dice *dice);
size_t story_pick_index(const struct story_list *list, struct dice *dice);
/* Share of the heaviest choice, above 0 and at most 1. */
double story_share(const struct story_list *list, size_t index);

#endif
