/* SPDX-License-Identifier: MIT */
#include "click_people.h"

#include "agent_corpus.h"

#define AGENTS_MAX UINT16_MAX
#define TABLES     3

/* Out of a thousand people, how many use what. The rest have any of the labelled browsers and apps. */
static const struct {
    const char *app;
    unsigned weight;
} shares[] = {
    {"wechat", 440}, {"", 200},        {"wecom", 60},    {"wechat-miniprogram", 40},
    {"douyin", 40},  {"qq", 30},       {"kuaishou", 20}, {"xiaohongshu", 30},
    {"weibo", 20},   {"dingtalk", 15}, {"feishu", 15},   {"baidu", 20},
    {"toutiao", 10}, {"zhihu", 10},    {"bilibili", 10}, {"taobao", 5},
    {"jd", 5},       {"alipay", 5},
};

#define WECHAT   0 /* in shares */
#define BROWSERS 1
struct group {
    size_t count;
    uint16_t agents[PEOPLE_AGENTS_MAX];
};
struct people {
    uint64_t seed;
    uint32_t persons;
    struct corpus corpora[TABLES], own;
    struct stream_agent agents[AGENTS_MAX];
    uint16_t count;
    uint16_t humans, bots, previews; /* how many; the table is in this order */
    struct group of_share[ARRAY_LEN(shares)];
    uint16_t empty, stealth, tablet_as_mac, first_package, packages;
};

uint64_t stream_mix(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t x = seed ^ (a * UINT64_C(0x9E3779B97F4A7C15)) ^ (b * UINT64_C(0xC2B2AE3D27D4EB4F));

    for (int i = 0; i < 2; i++) { /* SplitMix64's finaliser */
        x += UINT64_C(0x9E3779B97F4A7C15);
        x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
        x ^= x >> 31;
    }
    return x;
}

/* ---- User-Agents */

static uint16_t add(struct people *self, struct stream_agent agent)
{
    BUG_ON(self->count == AGENTS_MAX);
    self->agents[self->count] = agent;
    return self->count++;
}

static void open_tables(struct people *self, const char *dir)
{
    static const char *const names[TABLES] = {"agent_apps.tsv", "agent_browsers.tsv", "agent_machines.tsv"};
    char path[4096];

    for (size_t i = 0; i < TABLES; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        BUG_ON(!corpus_open(&self->corpora[i], path));
    }
}

/* ---- the tester's own */

struct own_row {
    str label, user_agent;
};

static bool own_next(struct corpus *rows, struct own_row *out)
{
    str line;

    while (str_next(&rows->rest, '\n', &line)) {
        if (line.len > 0 && line.ptr[0] != '#' && str_cut(line, '\t', &out->label, &out->user_agent)) {
            return true;
        }
    }
    return false;
}

static enum click_class own_class(str label)
{
    int class = click_class_find(label);

    return class == CLASS_BOT || class == CLASS_PREVIEW ? (enum click_class) class : CLASS_HUMAN;
}

static str own_app(str label)
{
    return own_class(label) == CLASS_HUMAN && !str_eq(label, STR("browser")) ? label : STR("");
}

/* Does the file speak for agents of this class and app? */
static bool own_has(const struct people *self, enum click_class class, str app)
{
    struct corpus rows = self->own;
    struct own_row row;

    while (own_next(&rows, &row)) {
        if (own_class(row.label) == class && str_eq(own_app(row.label), app)) {
            return true;
        }
    }
    return false;
}

static bool is_in(const struct own_row *row, enum click_class class, str app)
{
    return own_class(row->label) == class && str_eq(own_app(row->label), app);
}

static void add_own(struct people *self, enum click_class class)
{
    struct corpus rows = self->own;
    struct own_row row;
    unsigned of_label[ARRAY_LEN(shares) + 1] = {0};

    while (own_next(&rows, &row)) {
        size_t label = 0;
        while (label < ARRAY_LEN(shares) && !is_in(&row, CLASS_HUMAN, str_from_c(shares[label].app))) {
            label++;
        }
        if (own_class(row.label) == class && row.user_agent.len > 0 && of_label[label]++ < PEOPLE_AGENTS_MAX) {
            add(self, (struct stream_agent){.class = (int)class,
                                            .app = own_app(row.label),
                                            .os = STR("-"),
                                            .device = STR("-"),
                                            .browser = STR("-"),
                                            .user_agent = row.user_agent});
        }
    }
}

/* ---- all of a class */

static uint16_t add_class(struct people *self, enum click_class class)
{
    uint16_t before = self->count;
    struct corpus_row row;

    add_own(self, class);

    for (size_t i = 0; i < TABLES; i++) {
        struct corpus rows = self->corpora[i];
        while (corpus_next(&rows, &row)) {
            str app = class == CLASS_HUMAN ? row.labels[LABEL_APP] : STR("");
            if (row.class == (int)class && row.user_agent.len > 0 && !own_has(self, class, app)) {
                add(self, (struct stream_agent){.class = row.class,
                                                .app = row.labels[LABEL_APP],
                                                .os = row.labels[LABEL_OS],
                                                .device = row.labels[LABEL_DEVICE],
                                                .browser = row.labels[LABEL_BROWSER],
                                                .user_agent = row.user_agent});
            }
        }
    }
    return (uint16_t)(self->count - before);
}

/* What no table of texts can label. */
static void add_others(struct people *self)
{
    static const struct {
        str app, package;
    } webviews[] = {
        {STR_INIT("xiaohongshu"), STR_INIT("com.xingin.xhs")},
        {STR_INIT("kuaishou"), STR_INIT("com.smile.gifmaker")},
        {STR_INIT("douyin"), STR_INIT("com.ss.android.ugc.aweme")},
        {STR_INIT("meituan"), STR_INIT("com.sankuai.meituan")},
    };
    self->empty =
        add(self, (struct stream_agent){.class = CLASS_BOT, .os = STR("-"), .device = STR("-"), .browser = STR("-")});
    self->stealth = add(
        self, (struct stream_agent){
                  .class = CLASS_BOT,
                  .os = STR("-"),
                  .device = STR("-"),
                  .browser = STR("-"),
                  .user_agent = STR("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                                    "Chrome/124.0.0.0 Safari/537.36")});
    self->tablet_as_mac =
        add(self, (struct stream_agent){
                      .class = CLASS_HUMAN,
                      .os = STR("ios"),
                      .device = STR("tablet"),
                      .browser = STR("safari"),
                      .user_agent = STR(
                          "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                          "Version/17.5 Safari/605.1.15")});
    self->first_package = self->count;
    for (size_t i = 0; i < ARRAY_LEN(webviews); i++) {
        add(self, (struct stream_agent){
                      .class = CLASS_HUMAN,
                      .app = webviews[i].app,
                      .os = STR("android"),
                      .device = STR("phone"),
                      .browser = STR("-"),
                      .package = webviews[i].package,
                      .user_agent =
                          STR("Mozilla/5.0 (Linux; Android 13; V2148A Build/TP1A.220624.014; wv) AppleWebKit/537.36 "
                              "(KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36")});
    }
    self->packages = ARRAY_LEN(webviews);
}

static void group_by_app(struct people *self)
{
    for (size_t share = 0; share < ARRAY_LEN(shares); share++) {
        struct group *group = &self->of_share[share];
        for (uint16_t i = 0; i < self->humans; i++) {
            if (str_eq(self->agents[i].app, str_from_c(shares[share].app))) {
                BUG_ON(group->count == ARRAY_LEN(group->agents));
                group->agents[group->count++] = i;
            }
        }
        BUG_ON(group->count == 0);
    }
}

struct people *people_new(uint64_t seed, uint32_t persons, const char *agents_dir, const char *own_agents)
{
    struct people *self = calloc(1, sizeof *self);

    BUG_ON(!self || persons == 0);
    self->seed = seed;
    self->persons = persons;
    open_tables(self, agents_dir);
    BUG_ON(own_agents && !corpus_open(&self->own, own_agents));
    self->humans = add_class(self, CLASS_HUMAN);
    self->bots = add_class(self, CLASS_BOT);
    self->previews = add_class(self, CLASS_PREVIEW);
    add_others(self);
    group_by_app(self);
    return self;
}

void people_free(struct people *self)
{
    if (self) {
        for (size_t i = 0; i < TABLES; i++) {
            corpus_close(&self->corpora[i]);
        }
        corpus_close(&self->own);
        free(self);
    }
}

const struct stream_agent *people_agent(const struct people *self, uint16_t agent)
{
    return &self->agents[agent];
}

uint16_t people_bot(const struct people *self, uint64_t roll)
{
    return (uint16_t)(self->humans + roll % self->bots);
}

uint16_t people_preview(const struct people *self, uint64_t roll)
{
    return (uint16_t)(self->humans + self->bots + roll % self->previews);
}

uint16_t people_empty(const struct people *self)
{
    return self->empty;
}

uint16_t people_stealth(const struct people *self)
{
    return self->stealth;
}

uint16_t people_browser(const struct people *self, uint64_t roll)
{
    return self->of_share[BROWSERS].agents[roll % self->of_share[BROWSERS].count];
}

uint16_t people_wechat_like(const struct people *self, uint16_t agent, uint64_t roll)
{
    const struct group *wechat = &self->of_share[WECHAT];

    for (size_t i = 0; i < wechat->count && !str_eq(self->agents[agent].os, STR("-")); i++) {
        uint16_t candidate = wechat->agents[(roll + i) % wechat->count];
        if (str_eq(self->agents[candidate].os, self->agents[agent].os)) {
            return candidate;
        }
    }
    return agent;
}

/* ---- people */

static uint16_t agent_of(const struct people *self, uint32_t person)
{
    uint64_t roll = stream_mix(self->seed, person, 1), which = stream_mix(self->seed, person, 2);
    unsigned share = (unsigned)(roll % 1000);

    for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
        if (share < shares[i].weight) {
            return self->of_share[i].agents[which % self->of_share[i].count];
        }
        share -= shares[i].weight;
    }
    switch (share) { /* of what is left */
    case 0:
    case 1:
        return self->tablet_as_mac;
    case 2:
    case 3:
    case 4:
    case 5:
        return (uint16_t)(self->first_package + which % self->packages);
    default:
        return (uint16_t)(which % self->humans);
    }
}

/* A household of three behind one address of a home network; some sixty people behind one of a carrier's. Four people
 * of ten never are anywhere but at home. */
void people_person(const struct people *self, uint32_t person, struct person *out)
{
    uint64_t roll = stream_mix(self->seed, person, 3);
    uint64_t home = stream_mix(self->seed, person / 3, 4),
             away = stream_mix(self->seed, person % (self->persons / 60 + 1), 5);
    unsigned cookies = (unsigned)(roll >> 16) % 100;

    *out = (struct person){
        .agent = agent_of(self, person),
        .device = (unsigned)(1000 + roll % 9000),
        .home = UINT32_C(0xDF400000) | (uint32_t)(home & 0x3FFFFF), /* 223.64.0.0/10 */
        .away = UINT32_C(0x75880000) | (uint32_t)(away & 0xFFFF),   /* 117.136.0.0/16 */
        .keeps_cookies = cookies < 75,
        .opts_out = cookies >= 75 && cookies < 78,
    };
    if ((roll >> 32) % 10 < 4) {
        out->away = out->home;
    }
}
