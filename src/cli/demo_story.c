/* SPDX-License-Identifier: MIT */
#include "demo_story.h"

#define ROWS_MAX    4096
#define COLUMNS_MAX 17
#define LISTS_MAX   128

const char *const story_fields[STORY_FIELDS] = {"alias", "title", "url",        "channel",    "campaign",
                                                "owner", "tags",  "utm_source", "utm_medium", "utm_content"};

struct row {
    str columns[COLUMNS_MAX];
    size_t count;
};
struct reading {
    struct arena *arena;
    struct story *story;
    struct fault *fault;
};

static enum err refuse(const struct reading *self, str what, const char *why)
{
    return fault_setf(self->fault, ERR_CORRUPT, "demo.tsv", "bad_row", "demo.tsv: " STR_FMT " %s",
                      STR_ARG(str_slice(what, 0, 64)), why);
}

/* ---- numbers that a seed decides ---- */

uint64_t dice_next(struct dice *self)
{
    uint64_t z = self->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t dice_below(struct dice *self, uint32_t end)
{
    return (uint32_t)((dice_next(self) >> 32) * end >> 32);
}

double dice_unit(struct dice *self)
{
    return (double)(dice_next(self) >> 11) * 0x1p-53;
}

struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b)
{
    struct dice dice = {seed};

    dice.state = dice_next(&dice) ^ a;
    dice.state = dice_next(&dice) ^ b;
    dice_next(&dice);
    return dice;
}

size_t story_pick_index(const struct story_list *list, struct dice *dice)
{
    uint32_t at = dice_below(dice, list->choices[list->count - 1].upto);
    size_t i = 0;

    while (list->choices[i].upto <= at) {
        i++;
    }
    return i;
}

str story_pick(const struct story_list *list, struct dice *dice)
{
    return list->choices[story_pick_index(list, dice)].value;
}

static uint32_t weight_of(const struct story_list *list, size_t index)
{
    return list->choices[index].upto - (index > 0 ? list->choices[index - 1].upto : 0);
}

double story_share(const struct story_list *list, size_t index)
{
    uint32_t heaviest = 1;

    for (size_t i = 0; i < list->count; i++) {
        heaviest = weight_of(list, i) > heaviest ? weight_of(list, i) : heaviest;
    }
    return (double)weight_of(list, index) / heaviest;
}

/* ---- columns ---- */

static bool read_number(str text, double *out)
{
    char memory[24];
    char *end;

    if (text.len == 0 || text.len >= sizeof memory) {
        return false;
    }
    memcpy(memory, text.ptr, text.len);
    memory[text.len] = '\0';
    *out = strtod(memory, &end);
    return *end == '\0';
}

static bool read_weight(str text, uint32_t *out)
{
    uint64_t value;

    if (!str_to_u64(text, &value) || value == 0 || value > 1000000) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* ---- rows ---- */

const struct story_list *story_list(const struct story *self, str name)
{
    for (size_t i = 0; i < self->lists_count; i++) {
        if (str_eq(self->lists[i].name, name)) {
            return &self->lists[i];
        }
    }
    return NULL;
}

static struct story_list *list_open(struct reading *self, str name)
{
    struct story *story = self->story;

    for (size_t i = 0; i < story->lists_count; i++) {
        if (str_eq(story->lists[i].name, name)) {
            return &story->lists[i];
        }
    }
    if (story->lists_count == LISTS_MAX) {
        return NULL;
    }
    story->lists[story->lists_count].name = name;
    return &story->lists[story->lists_count++];
}

/* draw LIST WEIGHT VALUE */
static enum err read_draw(struct reading *self, const struct row *row)
{
    uint32_t weight;
    struct story_list *list = row->count >= 3 ? list_open(self, row->columns[1]) : NULL;

    if (!list || !read_weight(row->columns[2], &weight)) {
        return refuse(self, row->columns[1], "has no weight, or there are too many lists");
    }
    if (list->count == list->cap) {
        size_t cap = list->cap > 0 ? list->cap * 2 : 8;
        struct story_choice *bigger = ARENA_ARRAY(self->arena, struct story_choice, cap);
        if (!bigger) {
            return ERR_NOMEM;
        }
        if (list->count > 0) {
            memcpy(bigger, list->choices, list->count * sizeof *bigger);
        }
        list->choices = bigger;
        list->cap = cap;
    }
    uint32_t before = list->count > 0 ? list->choices[list->count - 1].upto : 0;
    list->choices[list->count++] = (struct story_choice){row->columns[3], before + weight};
    return OK;
}

/* user KEY NAME */
static enum err read_user(struct reading *self, const struct row *row)
{
    self->story->users[self->story->users_count++] = (struct story_user){row->columns[1], row->columns[2]};
    return OK;
}

/* campaign KEY CHINESE ENGLISH; channel KEY GROUP CHINESE ENGLISH REGION LOCATION COST-CENTRE */
static enum err read_label(struct reading *self, const struct row *row, bool channel)
{
    const str *c = row->columns;
    struct story_label *label = &self->story->labels[self->story->labels_count++];

    if (row->count < (channel ? 5U : 4U)) {
        return refuse(self, c[1], "lacks a name");
    }
    *label = channel ? (struct story_label){.channel = true,
                                            .key = c[1],
                                            .group = c[2],
                                            .name_zh = c[3],
                                            .name_en = c[4],
                                            .region = c[5],
                                            .location = c[6],
                                            .cost_centre = c[7]}
                     : (struct story_label){.key = c[1], .name_zh = c[2], .name_en = c[3]};
    return OK;
}

/* The one field that is no field of a link. */
static bool take_disable(struct story_link *link)
{
    static const str name = STR_INIT("disable=@");

    link->disable = -1;
    if (!str_starts(link->also, name)) {
        return true;
    }
    bool read = read_number(str_from(link->also, name.len), &link->disable);
    link->also = (str){0};
    return read;
}

static enum err read_link(struct reading *self, const struct row *row)
{
    const str *c = row->columns + 1 + STORY_FIELDS;
    struct story_link *link = &self->story->links[self->story->links_count++];

    memcpy(link->fields, row->columns + 1, sizeof link->fields);
    link->crowd = c[0];
    link->also = c[5];
    if (!read_weight(c[1], &link->weight) || !read_number(c[2], &link->from) || !read_number(c[3], &link->until) ||
        !read_number(c[4], &link->half_life) || !take_disable(link) || link->from > STORY_DAYS ||
        link->from <= link->until || link->until < 0) {
        return refuse(self, link->fields[STORY_ALIAS], "has a number that cannot be used");
    }
    return OK;
}

static enum err read_restart(struct reading *self, const struct row *row)
{
    struct story *story = self->story;

    if (!read_number(row->columns[1], &story->restart_day) || !read_weight(row->columns[3], &story->restart_visits)) {
        return refuse(self, row->columns[0], "has a number that cannot be used");
    }
    for (size_t i = 0; i < story->links_count; i++) {
        if (str_eq(story->links[i].fields[STORY_ALIAS], row->columns[2])) {
            story->restart_link = i;
            return OK;
        }
    }
    return refuse(self, row->columns[2], "is no link above");
}

/* deal PREFIX and the shares */
static enum err read_outcome(struct reading *self, const struct row *row)
{
    struct story_outcome *outcome = &self->story->outcomes[self->story->outcomes_count++];

    outcome->prefix = row->columns[1];
    for (size_t i = 0; i < STORY_SHARES; i++) {
        if (!read_number(row->columns[2 + i], &outcome->shares[i]) || outcome->shares[i] < 0) {
            return refuse(self, row->columns[1], "has a number that cannot be used");
        }
    }
    return OK;
}

/* cost KIND KEY YUAN FROM UNTIL NOTE */
static enum err read_cost(struct reading *self, const struct row *row)
{
    const str *c = row->columns;
    struct story_cost *cost = &self->story->costs[self->story->costs_count++];

    *cost = (struct story_cost){.kind = c[1], .key = c[2], .note = c[6]};
    if (!read_weight(c[3], &cost->yuan) || !read_number(c[4], &cost->from) || !read_number(c[5], &cost->until) ||
        cost->from > STORY_DAYS || cost->until < 0 || cost->until > cost->from) {
        return refuse(self, c[2], "has a number that cannot be used");
    }
    return OK;
}

/* rule KIND KEY TAG */
static enum err read_rule(struct reading *self, const struct row *row)
{
    const str *c = row->columns;

    self->story->rules[self->story->rules_count++] = (struct story_rule){c[1], c[2], c[3]};
    return c[3].len > 0 ? OK : refuse(self, c[2], "has no tag");
}

static enum err read_row(struct reading *self, const struct row *row)
{
    str kind = row->columns[0];

    if (str_eq(kind, STR("deal"))) {
        return read_outcome(self, row);
    }
    if (str_eq(kind, STR("cost"))) {
        return read_cost(self, row);
    }
    if (str_eq(kind, STR("rule"))) {
        return read_rule(self, row);
    }

    if (str_eq(kind, STR("draw"))) {
        return read_draw(self, row);
    }
    if (str_eq(kind, STR("channel")) || str_eq(kind, STR("campaign"))) {
        return read_label(self, row, str_eq(kind, STR("channel")));
    }
    if (str_eq(kind, STR("link"))) {
        return read_link(self, row);
    }
    if (str_eq(kind, STR("user"))) {
        return read_user(self, row);
    }
    return str_eq(kind, STR("restart")) ? read_restart(self, row) : refuse(self, kind, "is no kind of row");
}

static bool split(str line, struct row *out)
{
    *out = (struct row){0};
    do {
        if (out->count == COLUMNS_MAX) {
            return false;
        }
    } while (str_cut(line, '\t', &out->columns[out->count++], &line));
    return true;
}

/* ---- what refers to what ---- */

static const struct story_list *crowd_list(const struct reading *self, str crowd, const char *part)
{
    str name = arena_f(self->arena, STR_FMT ".%s", STR_ARG(crowd), part);

    return story_list(self->story, name);
}

static const struct story_outcome *outcome_of(const struct story *story, str alias)
{
    for (size_t i = 0; i < story->outcomes_count; i++) {
        if (str_starts(alias, story->outcomes[i].prefix)) {
            return &story->outcomes[i];
        }
    }
    return NULL;
}

static enum err join(struct reading *self)
{
    struct story *story = self->story;

    for (size_t i = 0; i < story->links_count; i++) {
        struct story_link *link = &story->links[i];
        link->who = crowd_list(self, link->crowd, "who");
        link->query = crowd_list(self, link->crowd, "query");
        link->referrer = crowd_list(self, link->crowd, "referrer");
        if (!link->who || !link->query) {
            return refuse(self, link->crowd, "is no crowd");
        }
        link->outcome = outcome_of(story, link->fields[STORY_ALIAS]);
        link->personal = str_find(link->also, STR("customer="), 0) >= 0;
        for (size_t w = 0; w < link->who->count; w++) {
            link->wechat = link->wechat || str_eq(link->who->choices[w].value, STR("wechat"));
            if (!story_list(story, link->who->choices[w].value)) {
                return refuse(self, link->who->choices[w].value, "has no User-Agents");
            }
        }
    }
    return OK;
}

static enum err check_lists(const struct reading *self)
{
    static const struct {
        const char *name;
        size_t count;
    } needed[] = {{"kinds", 1},   {"hours", 24},  {"weekdays", 7}, {"bot", 1},      {"preview", 1},  {"monitor", 1},
                  {"desktop", 1}, {"places", 1},  {"office", 1},   {"machines", 1}, {"platform", 1}, {"wechat", 1},
                  {"price", 1},   {"surname", 1}, {"given", 1},    {"industry", 1}};

    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        const struct story_list *list = story_list(self->story, str_from_c(needed[i].name));
        if (!list || list->count < needed[i].count) {
            return refuse(self, str_from_c(needed[i].name), "is a list that has to be there");
        }
    }
    return OK;
}

enum err story_read(struct arena *arena, str text, struct story *out, struct fault *fault)
{
    struct reading reading = {.arena = arena, .story = out, .fault = fault};
    struct row row;
    str line;
    size_t rows = 0;
    enum err err = OK;

    *out = (struct story){.users = ARENA_ARRAY(arena, struct story_user, ROWS_MAX),
                          .labels = ARENA_ARRAY(arena, struct story_label, ROWS_MAX),
                          .links = ARENA_ARRAY(arena, struct story_link, ROWS_MAX),
                          .lists = ARENA_ARRAY(arena, struct story_list, LISTS_MAX),
                          .outcomes = ARENA_ARRAY(arena, struct story_outcome, ROWS_MAX),
                          .costs = ARENA_ARRAY(arena, struct story_cost, ROWS_MAX),
                          .rules = ARENA_ARRAY(arena, struct story_rule, ROWS_MAX)};
    if (arena->overflow) {
        return ERR_NOMEM;
    }
    while (!err && str_next(&text, '\n', &line)) {
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        err = rows++ < ROWS_MAX && split(line, &row) ? read_row(&reading, &row) : refuse(&reading, line, "is too much");
    }
    err = err ? err : check_lists(&reading);
    return err ? err : join(&reading);
}
