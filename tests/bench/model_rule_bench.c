/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "linkpond/model/rule_json.h"

/*
 * What deciding about one visit costs, in nanoseconds, with ten rules of three conditions each, by how many of them
 * have to be asked; the choices in a small pool and in the largest, intact and half full. Prints the best of ten runs;
 * asserts nothing. An argument sets the number of rounds: with 100 under valgrind --tool=callgrind
 * --toggle-collect=rules_decide the instructions are counted.
 */
#define RUNS   10
#define ROUNDS 50000

static struct arena arena;
static int rounds = ROUNDS;

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct pool {
    uint64_t turn;
    bool half_full;
};

static bool take(void *arg, size_t index)
{
    (void)arg;
    (void)index;
    return true;
}

static bool passed(void *arg, size_t rule, size_t index)
{
    (void)rule;
    return ((struct pool *)arg)->half_full && index % 2 == 0;
}

static int64_t shown(void *arg, size_t index)
{
    return (int64_t)(((struct pool *)arg)->turn * 7 + index) % 13;
}

static uint64_t turn(void *arg, size_t rule)
{
    (void)rule;
    return ((struct pool *)arg)->turn++;
}

static struct rules *compile(str text, size_t targets)
{
    static struct rule_target pool[LIMIT_TARGETS];
    struct rule_set set = {.targets = pool, .targets_count = targets, .zone = zone_find(STR("Asia/Shanghai"))};
    struct rule *rules = NULL;
    struct json *json = NULL;
    struct rules *made = NULL;
    struct fault fault = {0};

    for (size_t i = 0; i < targets; i++) {
        pool[i] = (struct rule_target){.id = (int64_t)i + 1,
                                       .enabled = true,
                                       .weight = (int)(i % 10) + 1,
                                       .valid_from_ms = INT64_MIN,
                                       .valid_until_ms = INT64_MIN};
    }
    BUG_ON(json_parse(&arena, text, &json, NULL) != OK);
    BUG_ON(rule_json_read(&arena, json, &rules, &set.rules_count, &fault) != OK);
    set.rules = rules;
    int64_t start = now_ns();
    BUG_ON(rules_compile(&set, &made, &fault) != OK);
    printf("%-44s %8.1f us\n", "  compiling", (double)(now_ns() - start) / 1000);
    return made;
}

static size_t visit_often(const struct rules *rules, const struct rule_visit *visit, struct rule_pool *pool)
{
    struct rule_verdict verdict;
    size_t sum = 0;

    for (int i = 0; i < rounds; i++) {
        pool->random += UINT64_C(0x9e3779b97f4a7c15);
        rules_decide(rules, visit, pool, &verdict);
        sum += verdict.target;
    }
    return sum;
}

static size_t measure(const char *name, const struct rules *rules, const struct rule_visit *visit, bool half_full)
{
    struct pool state = {.half_full = half_full};
    struct rule_pool pool = {
        .take = take, .passed = passed, .shown = shown, .turn = turn, .arg = &state, .sticky_index = SIZE_MAX};
    size_t sum = 0;
    double best = INFINITY;

    for (int run = 0; run < RUNS; run++) {
        int64_t start = now_ns();
        sum += visit_often(rules, visit, &pool);
        best = fmin(best, (double)(now_ns() - start) / rounds);
    }
    printf("%-44s %8.0f ns\n", name, best);
    return sum;
}

/* Rule number i holds for the channel of its number, in WeChat, all day. */
static str ten_rules(void)
{
    struct buf text;
    char *memory = arena_alloc(&arena, 16384);

    buf_init_fixed(&text, memory, 16384);
    buf_add_c(&text, "[");
    for (int i = 0; i < 10; i++) {
        buf_addf(
            &text,
            "%s{\"choose\":\"weighted\",\"sticky\":true,\"when\":[{\"fact\":\"app\",\"is\":[\"wechat\",\"wecom\"]},"
            "{\"fact\":\"schedule\",\"is\":[\"1-7 09:00-18:00\",\"18:00-09:00\"],\"zone\":\"%s\"},"
            "{\"fact\":\"channel\",\"is\":[\"east%d\",\"west%d\",\"north%d\"]}]}",
            i > 0 ? "," : "", i % 2 ? "Europe/Berlin" : "Asia/Shanghai", i, i, i);
    }
    buf_add_c(&text, "]");
    return buf_str(&text);
}

int main(int count, char **args)
{
    struct rule_visit visit = {.now_ms = INT64_C(1792000000000),
                               .app = STR("wechat"),
                               .channel = STR("east0"),
                               .query = STR("from=groupmessage&isappinstalled=0&utm_source=wechat&utm_medium=social")};
    static const size_t POOLS[] = {5, LIMIT_TARGETS};
    char name[64];
    size_t sum = 0;

    rounds = count > 1 ? (int)strtol(args[1], NULL, 10) : ROUNDS;
    arena_init(&arena, 16 * 1024 * 1024);
    struct rules *rules = compile(ten_rules(), 5);
    sum += measure("ten rules, the first holds", rules, &visit, false);
    visit.channel = STR("east9");
    sum += measure("ten rules, the tenth holds", rules, &visit, false);
    visit.channel = STR("south");
    sum += measure("ten rules, none holds", rules, &visit, false);
    rules_free(rules);
    rules = compile(STR("[{\"when\":[{\"fact\":\"query\",\"name\":\"utm_campaign\",\"is\":[\"x\"]}]}]"), 5);
    sum += measure("a parameter that is not there", rules, &visit, false);
    rules_free(rules);
    for (size_t pool = 0; pool < ARRAY_LEN(POOLS); pool++) {
        for (int choice = 0; choice < CHOICE_COUNT; choice++) {
            str word = rule_choice_name((enum rule_choice)choice);
            rules = compile(arena_f(&arena, "[{\"choose\":\"" STR_FMT "\"}]", STR_ARG(word)), POOLS[pool]);
            for (int half_full = 0; half_full < 2; half_full++) {
                snprintf(name, sizeof name, STR_FMT " of %zu%s", STR_ARG(word), POOLS[pool],
                         half_full ? ", half of them full" : "");
                sum += measure(name, rules, &visit, half_full);
            }
            rules_free(rules);
        }
    }
    arena_done(&arena);
    return sum > 0 ? 0 : 1;
}
