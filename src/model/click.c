/* SPDX-License-Identifier: MIT */
#include "linkpond/model/click_row.h"

/* One pair of static tables per vocabulary, both grown from the rows in the header, so a number, its API name and its
 * Chinese name cannot drift apart. */
#define ROW_NAME(constant, name, zh) [constant] = STR_INIT(name),
#define ROW_ZH(constant, name, zh)   [constant] = STR_INIT(zh),

static const str class_names[] = {CLICK_CLASS_TABLE(ROW_NAME)};
static const str class_zh[] = {CLICK_CLASS_TABLE(ROW_ZH)};
static const str outcome_names[] = {CLICK_OUTCOME_TABLE(ROW_NAME)};
static const str outcome_zh[] = {CLICK_OUTCOME_TABLE(ROW_ZH)};
static const str scene_names[] = {CLICK_SCENE_TABLE(ROW_NAME)};
static const str by_names[] = {CLICK_BY_TABLE(ROW_NAME)};
static const str visitor_by_names[] = {VISITOR_BY_TABLE(ROW_NAME)};

static const str utm_names[UTM_COUNT] = {
    [UTM_SOURCE] = STR_INIT("utm_source"),     [UTM_MEDIUM] = STR_INIT("utm_medium"),
    [UTM_CAMPAIGN] = STR_INIT("utm_campaign"), [UTM_TERM] = STR_INIT("utm_term"),
    [UTM_CONTENT] = STR_INIT("utm_content"),   [UTM_ID] = STR_INIT("utm_id"),
};

static str name_at(const str *names, size_t count, unsigned value)
{
    return value < count ? names[value] : STR("");
}

static int name_find(const str *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return (int)i;
        }
    }
    return -1;
}

str click_class_name(enum click_class value)
{
    return name_at(class_names, ARRAY_LEN(class_names), (unsigned)value);
}

str click_outcome_name(enum click_outcome value)
{
    return name_at(outcome_names, ARRAY_LEN(outcome_names), (unsigned)value);
}

str click_scene_name(enum click_scene value)
{
    return name_at(scene_names, ARRAY_LEN(scene_names), (unsigned)value);
}

str click_by_name(enum click_by value)
{
    return name_at(by_names, ARRAY_LEN(by_names), (unsigned)value);
}

str visitor_by_name(enum visitor_by value)
{
    return name_at(visitor_by_names, ARRAY_LEN(visitor_by_names), (unsigned)value);
}

str click_class_zh(enum click_class value)
{
    return name_at(class_zh, ARRAY_LEN(class_zh), (unsigned)value);
}

str click_outcome_zh(enum click_outcome value)
{
    return name_at(outcome_zh, ARRAY_LEN(outcome_zh), (unsigned)value);
}

int click_class_find(str name)
{
    return name_find(class_names, ARRAY_LEN(class_names), name);
}

int click_outcome_find(str name)
{
    return name_find(outcome_names, ARRAY_LEN(outcome_names), name);
}

int click_scene_find(str name)
{
    return name_find(scene_names, ARRAY_LEN(scene_names), name);
}

int click_by_find(str name)
{
    return name_find(by_names, ARRAY_LEN(by_names), name);
}

bool click_counts(enum click_class class, enum click_outcome outcome)
{
    return class == CLASS_HUMAN && (outcome == OUTCOME_REDIRECT || outcome == OUTCOME_FALLBACK ||
                                    outcome == OUTCOME_PAGE || outcome == OUTCOME_GATE);
}

str utm_name(enum utm value)
{
    return name_at(utm_names, ARRAY_LEN(utm_names), (unsigned)value);
}

void click_found_texts(const struct click *click, struct click_text out[CLICK_FOUND_TEXTS])
{
    const struct click_text texts[CLICK_FOUND_TEXTS] = {
        {CLICK_REFERRER_HOST, click->referrer_host},
        {CLICK_MINI_PROGRAM, click->mini_program},
        {CLICK_UTM_SOURCE, click->utm[UTM_SOURCE]},
        {CLICK_UTM_MEDIUM, click->utm[UTM_MEDIUM]},
        {CLICK_UTM_CAMPAIGN, click->utm[UTM_CAMPAIGN]},
        {CLICK_UTM_TERM, click->utm[UTM_TERM]},
        {CLICK_UTM_CONTENT, click->utm[UTM_CONTENT]},
        {CLICK_UTM_ID, click->utm[UTM_ID]},
        {CLICK_SOURCE, click->source},
        {CLICK_CHANNEL, click->channel},
        {CLICK_AD_CLICK_SOURCE, click->ad_click_source},
    };

    memcpy(out, texts, sizeof texts);
}
