/* SPDX-License-Identifier: MIT */
#include "linkpond/model/stage.h"

#include "linkpond/base/utf8.h"

/* ---- presets ----------------------------------------------------------------------------------------------------- */

/* What a funnel of sales looks like: somebody came, left a trace, bought, was served, bought again, brought others. */
static const struct stage traffic[] = {
    {.key = STR_INIT("traffic"), .name_zh = STR_INIT("流量"), .name_en = STR_INIT("Traffic")},
    {.key = STR_INIT("lead"),
     .name_zh = STR_INIT("线索"),
     .name_en = STR_INIT("Lead"),
     .events = {{STR_INIT("lead"), 1}, {STR_INIT("add_friend"), 1}, {STR_INIT("join_group"), 1}},
     .events_count = 3},
    {.key = STR_INIT("deal"),
     .name_zh = STR_INIT("成交"),
     .name_en = STR_INIT("Deal"),
     .events = {{STR_INIT("deal"), 1}},
     .events_count = 1},
    {.key = STR_INIT("service"),
     .name_zh = STR_INIT("服务"),
     .name_en = STR_INIT("Service"),
     .events = {{STR_INIT("service"), 1}},
     .events_count = 1},
    {.key = STR_INIT("repurchase"),
     .name_zh = STR_INIT("复购"),
     .name_en = STR_INIT("Repurchase"),
     .events = {{STR_INIT("repurchase"), 1}, {STR_INIT("deal"), 2}},
     .events_count = 2},
    {.key = STR_INIT("referral"),
     .name_zh = STR_INIT("转介绍"),
     .name_en = STR_INIT("Referral"),
     .events = {{STR_INIT("referral"), 1}},
     .events_count = 1},
};

/* The same seen by who runs a community: recruit, nurture, convert, keep. */
static const struct stage training[] = {
    {.key = STR_INIT("recruit"), .name_zh = STR_INIT("招"), .name_en = STR_INIT("Recruit")},
    {.key = STR_INIT("nurture"),
     .name_zh = STR_INIT("育"),
     .name_en = STR_INIT("Nurture"),
     .events = {{STR_INIT("lead"), 1}, {STR_INIT("add_friend"), 1}, {STR_INIT("join_group"), 1}},
     .events_count = 3},
    {.key = STR_INIT("convert"),
     .name_zh = STR_INIT("转"),
     .name_en = STR_INIT("Convert"),
     .events = {{STR_INIT("deal"), 1}},
     .events_count = 1},
    {.key = STR_INIT("retain"),
     .name_zh = STR_INIT("留"),
     .name_en = STR_INIT("Retain"),
     .events =
         {{STR_INIT("service"), 1}, {STR_INIT("repurchase"), 1}, {STR_INIT("deal"), 2}, {STR_INIT("referral"), 1}},
     .events_count = 4},
};

static const struct stage_preset presets[] = {
    {STR_INIT("traffic"), STR_INIT("流量—线索—成交—服务—复购—转介绍"),
     STR_INIT("Traffic, lead, deal, service, repurchase, referral"), traffic, ARRAY_LEN(traffic)},
    {STR_INIT("training"), STR_INIT("招—育—转—留"), STR_INIT("Recruit, nurture, convert, retain"), training,
     ARRAY_LEN(training)},
};

const struct stage_preset *stage_preset_at(size_t at)
{
    return at < ARRAY_LEN(presets) ? &presets[at] : NULL;
}

const struct stage_preset *stage_preset_find(str key)
{
    for (size_t i = 0; i < ARRAY_LEN(presets); i++) {
        if (str_eq(presets[i].key, key)) {
            return &presets[i];
        }
    }
    return NULL;
}

/* Is it among the first `count` of the step's events? */
static bool leads(const struct stage *stage, size_t count, const struct stage_event *event)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(stage->events[i].type, event->type) && stage->events[i].nth == event->nth) {
            return true;
        }
    }
    return false;
}

static bool same_stage(const struct stage *a, const struct stage *b)
{
    bool same = str_eq(a->key, b->key) && str_eq(a->name_zh, b->name_zh) && str_eq(a->name_en, b->name_en) &&
                a->events_count == b->events_count;

    for (size_t i = 0; i < a->events_count && same; i++) {
        same = leads(b, b->events_count, &a->events[i]);
    }
    return same;
}

bool stage_preset_is(const struct stage_preset *preset, const struct stage *stages, size_t count)
{
    bool same = preset->count == count;

    for (size_t i = 0; i < count && same; i++) {
        same = same_stage(&preset->stages[i], &stages[i]);
    }
    return same;
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

bool event_type_valid(str type)
{
    return type.len >= 1 && type.len <= LIMIT_EVENT_TYPE && utf8_valid(type) && !utf8_has_control(type) &&
           str_trim(type).len == type.len;
}

static bool key_valid(str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) {
            return false;
        }
    }
    return key.len >= 1 && key.len <= LIMIT_STAGE_KEY;
}

static enum err check_events(const struct stage *stages, size_t at, struct fault *fault)
{
    const struct stage *stage = &stages[at];

    if (at == 0 && stage->events_count > 0) {
        return fault_set(fault, ERR_INVALID, "stages", "not_allowed",
                         "The first stage is having clicked; no event leads to it.",
                         "第一个阶段是“点击过”，不能为它指定事件。");
    }
    for (size_t i = 0; i < stage->events_count; i++) {
        const struct stage_event *event = &stage->events[i];
        if (!event_type_valid(event->type) || event->nth < 1 || event->nth > STAGE_NTH_MAX) {
            return fault_set(fault, ERR_INVALID, "stages", "bad_name",
                             "An event is a type of 1-64 bytes and the how manieth of it, 1-1000.",
                             "事件由类型（1-64 字节）和第几次（1-1000）组成。");
        }
        for (size_t before = 0; before <= at; before++) {
            if (leads(&stages[before], before == at ? i : stages[before].events_count, event)) {
                return fault_set(fault, ERR_INVALID, "stages", "conflicting", "The same event leads to two stages.",
                                 "同一事件不能对应两个阶段。");
            }
        }
    }
    return OK;
}

enum err stages_check(const struct stage *stages, size_t count, struct fault *fault)
{
    enum err err = OK;

    if (count < 2 || count > STAGES_MAX) {
        return fault_set(fault, ERR_INVALID, "stages", "out_of_range", "There are 2 to 12 stages.",
                         "阶段数量为 2 到 12。");
    }
    for (size_t i = 0; i < count && !err; i++) {
        if (!key_valid(stages[i].key)) {
            return fault_set(fault, ERR_INVALID, "stages", "bad_key", "A stage's key is 1-32 of a-z, 0-9, _ and -.",
                             "阶段标识为 1-32 个 a-z、0-9、_ 或 -。");
        }
        for (size_t before = 0; before < i; before++) {
            if (str_eq(stages[before].key, stages[i].key)) {
                return fault_set(fault, ERR_INVALID, "stages", "conflicting", "Two stages have the same key.",
                                 "两个阶段的标识相同。");
            }
        }
        err = check_events(stages, i, fault);
    }
    return err;
}
