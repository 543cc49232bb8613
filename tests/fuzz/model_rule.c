/* SPDX-License-Identifier: MIT */
#include "linkpond/model/rule_json.h"

/*
 * Rules as strangers send them. What is read and written reads back and writes the same; what compiles decides about
 * any visit without leaving its targets, asks no target that is off or out of its time, and can be explained; doubts
 * are about rules there are. The bytes are the JSON; the visits are fixed, with a query out of the same bytes.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TARGETS 4
#define NOW_MS  INT64_C(1792000000000) /* in October 2026 */

static const struct rule_target POOL[TARGETS] = {
    {.id = 1, .enabled = true, .weight = 1, .valid_from_ms = INT64_MIN, .valid_until_ms = INT64_MIN},
    {.id = 2, .enabled = true, .weight = 3, .limited = true, .valid_from_ms = NOW_MS, .valid_until_ms = NOW_MS + 1},
    {.id = 3, .enabled = false, .weight = 100, .valid_from_ms = INT64_MIN, .valid_until_ms = INT64_MIN},
    {.id = 7, .enabled = true, .weight = 2, .valid_from_ms = INT64_MIN, .valid_until_ms = NOW_MS},
};

struct pool {
    unsigned full; /* a bit for each target */
    uint64_t turn;
};

static bool take(void *arg, size_t index)
{
    BUG_ON(index >= TARGETS || !POOL[index].enabled || POOL[index].valid_until_ms == NOW_MS);
    return !(((struct pool *)arg)->full >> index & 1);
}

static int64_t shown(void *arg, size_t index)
{
    return (int64_t)(((struct pool *)arg)->turn >> index & 3);
}

static uint64_t turn(void *arg, size_t rule)
{
    return ((struct pool *)arg)->turn += rule + 1;
}

static str written(struct arena *arena, const struct rule *rules, size_t count)
{
    struct json_writer json;
    struct buf buf;

    buf_init_heap(&buf, 8 * 1024 * 1024);
    json_writer_init(&json, &buf);
    rule_json_write(&json, rules, count);
    BUG_ON(buf.overflow);
    str text = arena_str(arena, buf_str(&buf));
    buf_done(&buf);
    return text;
}

static bool read(struct arena *arena, str text, struct rule **rules, size_t *count)
{
    struct json *json = NULL;
    struct fault fault = {0};

    if (json_parse(arena, text, &json, NULL) != OK) {
        return false;
    }
    enum err err = rule_json_read(arena, json, rules, count, &fault);
    BUG_ON(err != OK && err != ERR_INVALID && err != ERR_NOMEM);
    BUG_ON(err == ERR_INVALID && (!fault.field[0] || !fault.code[0]));
    return err == OK;
}

static void check_visit(struct arena *arena, const struct rules *rules, const struct rule_set *set,
                        const struct rule_visit *visit, unsigned full)
{
    struct pool pool = {.full = full, .turn = full};
    struct rule_pool calls = {
        .take = take, .shown = shown, .turn = turn, .arg = &pool, .random = full, .sticky_index = full % 5};
    struct rule_step steps[LIMIT_RULES];
    struct rule_verdict verdict;

    rules_decide(rules, visit, &calls, &verdict);
    BUG_ON(verdict.end == RULE_CHOSE && (verdict.target >= TARGETS || full >> verdict.target & 1));
    BUG_ON(verdict.end != RULE_NONE_HELD && verdict.rule >= set->rules_count);
    BUG_ON(verdict.end != RULE_NONE_HELD && !set->rules[verdict.rule].enabled);
    size_t count = rules_explain(rules, arena, visit, &verdict, full & 1, steps, LIMIT_RULES);
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = &set->rules[steps[i].rule];
        BUG_ON(steps[i].condition != SIZE_MAX && steps[i].condition >= rule->conditions_count);
    }
    BUG_ON(rules_sentence(rules, arena, visit, &verdict, STR("x"), full & 1).len == 0);
}

static void check_rules(struct arena *arena, const struct rule_set *set, str query)
{
    struct rules *rules = NULL;
    struct fault fault = {0};
    struct rule_doubt doubts[2 * LIMIT_RULES];
    struct addr ip;

    if (rules_compile(set, &rules, &fault) != OK) {
        BUG_ON(!fault.field[0] || !fault.code[0]);
        return;
    }
    addr_parse(STR("10.1.2.3"), &ip);
    struct rule_visit visits[] = {
        {.now_ms = NOW_MS, .query = query},
        {.now_ms = NOW_MS,
         .app = STR("wechat"),
         .os = STR("ios"),
         .language = STR("zh-cn"),
         .country = STR("CN"),
         .region = STR("上海市"),
         .city = STR("上海市"),
         .channel = STR("a"),
         .referrer_host = STR("a.example.com"),
         .ip = &ip,
         .scene = SCENE_GROUP,
         .query = query,
         .returning = true},
    };
    for (unsigned full = 0; full < 4; full++) {
        check_visit(arena, rules, set, &visits[full % 2], full);
    }
    size_t count = rules_doubts(rules, NOW_MS, doubts, ARRAY_LEN(doubts));
    BUG_ON(count > ARRAY_LEN(doubts));
    for (size_t i = 0; i < count; i++) {
        BUG_ON(doubts[i].rule >= set->rules_count || !set->rules[doubts[i].rule].enabled);
    }
    rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rule_holiday holidays[] = {{20728, HOLIDAY_OFF}, {20740, HOLIDAY_WORK}};
    struct arena arena;
    struct rule *rules = NULL, *again = NULL;
    size_t count = 0, count_again = 0;
    str text = {(const char *)data, size};

    arena_init(&arena, 32 * 1024 * 1024);
    if (read(&arena, text, &rules, &count)) {
        str once = written(&arena, rules, count);
        BUG_ON(!read(&arena, once, &again, &count_again) || count != count_again);
        BUG_ON(!str_eq(written(&arena, again, count_again), once));
        struct rule_set set = {.rules = rules,
                               .rules_count = count,
                               .targets = POOL,
                               .targets_count = TARGETS,
                               .holidays = holidays,
                               .holidays_count = ARRAY_LEN(holidays),
                               .zone = zone_find(STR("UTC"))};
        check_rules(&arena, &set, text);
    }
    struct rule_slot slot;
    if (rule_slot_parse(text, &slot, NULL) == OK) {
        BUG_ON(slot.days == 0 || slot.days > 127 || slot.from_minute < 0 || slot.from_minute >= 1440 ||
               slot.to_minute < 0 || slot.to_minute > 1440);
    }
    arena_done(&arena);
    return 0;
}
