/* SPDX-License-Identifier: MIT */
#include "linkpond/base/percent.h"
#include "rule_match.h"
#include "rule_words.h"

/*
 * What the simulator says. Each sentence is told by the same functions that decide, about the same visit, so it cannot
 * tell another story.
 */
#define SENTENCE_MAX 8192

struct why {
    struct buf text;
    const struct rules *rules;
    const struct rule_visit *visit;
    struct visit_clock clock;
    struct arena *arena;
    bool chinese;
};

static void say(struct why *self, const char *en, const char *zh)
{
    buf_add_c(&self->text, self->chinese ? zh : en);
}

static str told(struct why *self)
{
    str text = arena_str(self->arena, buf_str(&self->text));

    buf_reset(&self->text);
    return text;
}

/* ---- one condition that did not hold ----------------------------------------------------------------------------- */

static void say_time(struct why *self, const struct condition *condition)
{
    const struct zone *zone = self->rules->zones[condition->zone];

    say(self, "It is ", "现在是 ");
    local_time_text(&self->text, zone, self->visit->now_ms);
    say(self, "; the rule holds ", "，规则在");
    say(self, condition->negated ? "not " : "", condition->negated ? "此期间不生效：" : "此期间生效：");
    condition_text(&self->text, condition, self->rules, self->chinese);
    say(self, ".", "。");
}

static void say_holiday(struct why *self, const struct condition *condition, int64_t day)
{
    for (size_t i = 0; condition->schedule.mode != HOLIDAYS_IGNORED && i < self->rules->holidays_count; i++) {
        if (self->rules->holidays[i].civil_day != day) {
            continue;
        }
        bool off = self->rules->holidays[i].kind == HOLIDAY_OFF;
        say(self, off ? " (a day off)" : " (a day that makes up for a holiday)", off ? "（节假日）" : "（调休上班）");
    }
}

static void say_hour(struct why *self, const struct condition *condition)
{
    struct local_time local = visit_clock_local(&self->clock, condition->zone);
    str zone = zone_name(self->rules->zones[condition->zone]);
    const char *weekday = weekday_text(weekday_of(local.day), self->chinese);

    if (self->chinese) {
        buf_addf(&self->text, STR_FMT " %s %02d:%02d", STR_ARG(zone), weekday, local.minute / 60, local.minute % 60);
    } else {
        buf_addf(&self->text, "%02d:%02d on %s in " STR_FMT, local.minute / 60, local.minute % 60, weekday,
                 STR_ARG(zone));
    }
    say_holiday(self, condition, local.day);
    say(self, condition->negated ? " is inside " : " is outside ", condition->negated ? " 处于 " : " 不在 ");
    condition_text(&self->text, condition, self->rules, self->chinese);
    if (condition->schedule.mode == HOLIDAYS_SLOTS) {
        say(self, ", on days off ", "，节假日 ");
        slots_text(&self->text, &condition->schedule.off, self->chinese);
    }
    say(self, ".", condition->negated ? " 时段。" : " 时段内。");
}

static str parameter_value(struct why *self, const struct condition *condition, bool *there)
{
    struct query_param param;
    str rest = self->visit->query;

    while (query_next(&rest, &param)) {
        if (str_eq(percent_form_text(self->arena, param.name), condition->name)) {
            *there = true;
            return percent_form_text(self->arena, param.has_value ? param.value : (str){0});
        }
    }
    *there = false;
    return (str){0};
}

static void say_parameter(struct why *self, const struct condition *condition)
{
    bool there;
    str value = parameter_value(self, condition, &there);

    say(self, "The parameter ", "网址参数 ");
    buf_add(&self->text, condition->name);
    if (!there) {
        say(self, " is missing.", " 不存在。");
        return;
    }
    say(self, " is \"", " 是“");
    buf_add(&self->text, value);
    if (condition->negated) {
        say(self, "\", which is left out.", "”，已被排除。");
        return;
    }
    say(self, "\", not ", "”，不是 ");
    condition_text(&self->text, condition, self->rules, self->chinese);
    say(self, ".", "。");
}

static str value_of(const struct rule_visit *visit, enum rule_fact fact, char memory[ADDR_TEXT_MAX])
{
    switch (fact) {
    case FACT_IP:
        return visit->ip ? addr_format(visit->ip, memory) : (str){0};
    case FACT_SCENE:
        return click_scene_name(visit->scene);
    case FACT_VISITOR:
        return visit->returning ? STR("returning") : STR("new");
    default:
        return visit_word(visit, fact);
    }
}

static void say_word(struct why *self, const struct condition *condition)
{
    char memory[ADDR_TEXT_MAX];
    str value = value_of(self->visit, condition->fact, memory);

    buf_add_c(&self->text, rule_fact_text(condition->fact, self->chinese));
    say(self, " is ", value.len > 0 ? "是" : "");
    buf_add(&self->text, rule_word_text(value, self->chinese));
    if (condition->negated) {
        say(self, ", which is left out.", "，已被排除。");
        return;
    }
    say(self, ", not ", "，不是");
    condition_text(&self->text, condition, self->rules, self->chinese);
    say(self, ".", "。");
}

static void say_condition(struct why *self, const struct condition *condition)
{
    switch (rule_fact_compare(condition->fact)) {
    case RULE_DATES:
        say_time(self, condition);
        break;
    case RULE_SLOTS:
        say_hour(self, condition);
        break;
    case RULE_PARAMETER:
        say_parameter(self, condition);
        break;
    default:
        say_word(self, condition);
    }
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static void why_init(struct why *self, const struct rules *rules, struct arena *arena, const struct rule_visit *visit,
                     bool chinese)
{
    *self = (struct why){.rules = rules, .visit = visit, .arena = arena, .chinese = chinese};
    buf_init_heap(&self->text, SENTENCE_MAX);
    visit_clock_init(&self->clock, rules, visit->now_ms);
}

static void say_held(struct why *self, const struct compiled_rule *rule, bool decided)
{
    say(self, rule->conditions_count > 0 ? "All conditions hold" : "It has no conditions",
        rule->conditions_count > 0 ? "条件全部满足" : "没有条件");
    say(self, decided ? "." : ", but none of its targets was open.", decided ? "。" : "，但没有可用的子码。");
}

static struct rule_step step_of(struct why *self, const struct compiled_rule *rule, bool decided)
{
    struct rule_step step = {.rule = rule->index, .condition = SIZE_MAX};

    for (size_t i = 0; i < rule->conditions_count; i++) {
        if (!condition_holds(&rule->conditions[i], self->visit, &self->clock)) {
            step.condition = i;
            say_condition(self, &rule->conditions[i]);
            break;
        }
    }
    if (step.condition == SIZE_MAX) {
        say_held(self, rule, decided);
    }
    step.why = told(self);
    return step;
}

size_t rules_explain(const struct rules *self, struct arena *arena, const struct rule_visit *visit,
                     const struct rule_verdict *verdict, bool chinese, struct rule_step *out, size_t cap)
{
    struct why why;
    size_t count = 0;

    why_init(&why, self, arena, visit, chinese);
    for (size_t i = 0; i < self->rules_count && count < cap; i++) {
        bool decided = verdict->end == RULE_CHOSE && self->rules[i].index == verdict->rule;
        out[count++] = step_of(&why, &self->rules[i], decided);
        if (decided) {
            break;
        }
    }
    buf_done(&why.text);
    return count;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* "WeChat on iOS at 23:10 from Shanghai": as much of it as is known. */
static void say_visit(struct why *self)
{
    const struct rule_visit *visit = self->visit;
    str app = visit->app.len > 0 ? visit->app : visit->browser;
    str place = visit->city.len > 0     ? place_bare(visit->city)
                : visit->region.len > 0 ? place_bare(visit->region)
                                        : visit->country;
    int second;

    if (app.len > 0) {
        buf_add(&self->text, rule_word_text(app, self->chinese));
    } else {
        say(self, "A visit", "访问");
    }
    if (visit->os.len > 0) {
        say(self, " on ", "（");
        buf_add(&self->text, rule_word_text(visit->os, self->chinese));
        say(self, "", "）");
    }
    zone_civil_day(self->rules->zone, visit->now_ms, &second);
    buf_addf(&self->text, self->chinese ? "，%02d:%02d" : " at %02d:%02d", second / 3600, second / 60 % 60);
    if (place.len > 0) {
        say(self, " from ", "，来自");
        buf_add(&self->text, place);
    }
}

static const struct compiled_rule *rule_find(const struct rules *self, size_t index)
{
    for (size_t i = 0; i < self->rules_count; i++) {
        if (self->rules[i].index == index) {
            return &self->rules[i];
        }
    }
    return NULL;
}

static void say_rule(struct why *self, const struct compiled_rule *rule)
{
    buf_addf(&self->text, self->chinese ? "第 %zu 条规则" : "rule %zu", rule->index + 1);
    if (rule->name.len > 0) {
        say(self, " (", "（");
        buf_add(&self->text, rule->name);
        say(self, ")", "）");
    }
    say(self, rule->conditions_count > 0 ? " holds" : " holds for everybody",
        rule->conditions_count > 0 ? "的条件满足" : "对所有访问生效");
}

static void say_choice(struct why *self, const struct compiled_rule *rule, bool stuck)
{
    static const char *const CHOICES[CHOICE_COUNT][2] = {
        [CHOOSE_FIRST] = {" and it is the first target that is open.", "，且它是第一个可用的子码。"},
        [CHOOSE_SEQUENTIAL] = {" and it is the first target that is not full yet.", "，且它是第一个未满的子码。"},
        [CHOOSE_ROUND_ROBIN] = {" and it is its turn.", "，且轮到了它。"},
        [CHOOSE_WEIGHTED] = {" and by weight it is its turn.", "，且按权重轮到了它。"},
        [CHOOSE_LEAST_SHOWN] = {" and it was shown least.", "，且它展示得最少。"},
        [CHOOSE_RANDOM] = {" and it was drawn by weight.", "，且按权重随机选中了它。"},
    };

    if (stuck) {
        say(self, " and this visitor was sent there before.", "，且该访客之前分到的就是它。");
        return;
    }
    say(self, CHOICES[rule->choice][0], CHOICES[rule->choice][1]);
}

static void say_verdict(struct why *self, const struct rule_verdict *verdict, str target)
{
    const struct compiled_rule *rule = rule_find(self->rules, verdict->rule);

    if (!rule || verdict->end == RULE_NONE_HELD) {
        say(self, " gets the link's own address, because no rule holds.", "：跳转到短链自己的目标，因为没有规则生效。");
        return;
    }
    if (verdict->end == RULE_RAN_DRY) {
        say(self, " gets the fallback, because ", "：使用备用链接，因为");
        say_rule(self, rule);
        say(self, " and none of its targets is open.", "，但没有可用的子码。");
        return;
    }
    say(self, " gets ", "：分到“");
    buf_add(&self->text, target);
    say(self, ", because ", "”，因为");
    say_rule(self, rule);
    say_choice(self, rule, verdict->stuck);
}

str rules_sentence(const struct rules *self, struct arena *arena, const struct rule_visit *visit,
                   const struct rule_verdict *verdict, str target, bool chinese)
{
    struct why why;

    why_init(&why, self, arena, visit, chinese);
    say_visit(&why);
    say_verdict(&why, verdict, target);
    str text = told(&why);
    buf_done(&why.text);
    return text;
}
