/* SPDX-License-Identifier: MIT */
#include "rule_match.h"

#include "linkpond/base/host.h"
#include "linkpond/base/percent.h"

/*
 * What is not known (an empty text, no address) is nothing of what a condition names, so "is" does not hold for it and
 * "not" does; the empty word stands for it where somebody wants to ask.
 */

/* ---- time -------------------------------------------------------------------------------------------------------- */

void visit_clock_init(struct visit_clock *self, const struct rules *rules, int64_t now_ms)
{
    self->rules = rules;
    self->now_ms = now_ms;
    for (size_t i = 0; i < LOCAL_TIMES; i++) {
        self->times[i].minute = -1;
    }
}

struct local_time visit_clock_local(struct visit_clock *self, size_t zone)
{
    struct local_time time = {.minute = -1};

    if (zone < LOCAL_TIMES && self->times[zone].minute >= 0) {
        return self->times[zone];
    }
    time.day = zone_civil_day(self->rules->zones[zone], self->now_ms, &time.minute);
    time.minute /= 60;
    if (zone < LOCAL_TIMES) {
        self->times[zone] = time;
    }
    return time;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

int word_cmp(str a, str b)
{
    if (a.len != b.len) {
        return a.len < b.len ? -1 : 1;
    }
    if (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0) {
        return 0; /* as it nearly always is when the lengths agree */
    }
    for (size_t i = 0; i < a.len; i++) {
        int order = fold(a.ptr[i]) - fold(b.ptr[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

bool words_have(const struct words *self, str word)
{
    size_t from = 0, to = self->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = word_cmp(self->items[middle], word);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return false;
}

#define NAME_BYTES_MIN 6 /* two characters: 沙市 keeps its 市 */

str place_bare(str name)
{
    static const str SUFFIXES[] = {
        STR_INIT("特别行政区"), STR_INIT("维吾尔自治区"), STR_INIT("壮族自治区"), STR_INIT("回族自治区"),
        STR_INIT("自治区"),     STR_INIT("省"),           STR_INIT("市"),
    };

    for (size_t i = 0; i < ARRAY_LEN(SUFFIXES); i++) {
        if (name.len >= SUFFIXES[i].len + NAME_BYTES_MIN && str_ends(name, SUFFIXES[i])) {
            return str_slice(name, 0, name.len - SUFFIXES[i].len);
        }
    }
    return name;
}

bool language_is(str tag, str language)
{
    return str_starts(tag, language) && (tag.len == language.len || (language.len > 0 && tag.ptr[language.len] == '-'));
}

str visit_word(const struct rule_visit *visit, enum rule_fact fact)
{
    switch (fact) {
    case FACT_APP:
        return visit->app;
    case FACT_OS:
        return visit->os;
    case FACT_DEVICE:
        return visit->device;
    case FACT_BROWSER:
        return visit->browser;
    case FACT_LANGUAGE:
        return visit->language;
    case FACT_COUNTRY:
        return visit->country;
    case FACT_REGION:
        return place_bare(visit->region);
    case FACT_CITY:
        return place_bare(visit->city);
    case FACT_CHANNEL:
        return visit->channel;
    case FACT_REFERRER:
        return visit->referrer_host;
    default:
        return (str){0};
    }
}

static bool language_found(const struct words *words, str language)
{
    for (size_t i = 0; i < words->count; i++) {
        if (language_is(language, words->items[i])) {
            return true;
        }
    }
    return false;
}

static bool host_found(const struct words *words, str host)
{
    for (size_t i = 0; i < words->count; i++) {
        bool same = str_eq(words->items[i], host);
        if (same || (words->items[i].len > 0 && host_is_within(host, words->items[i]))) {
            return true;
        }
    }
    return false;
}

/* ---- addresses and parameters ------------------------------------------------------------------------------------ */

static bool network_found(const struct condition *self, const struct addr *ip)
{
    uint64_t parts[2];

    if (!ip) {
        return false;
    }
    memcpy(parts, ip->bytes, sizeof parts);
    for (size_t i = 0; i < self->networks.count; i++) {
        const struct network *network = &self->networks.items[i];
        if ((parts[0] & network->mask[0]) == network->net[0] && (parts[1] & network->mask[1]) == network->net[1]) {
            return true;
        }
    }
    return false;
}

/* percent_decode_form(raw) == text, without a place to decode to. */
static bool form_eq(str raw, str text)
{
    size_t at = 0, seen = 0;

    while (at < raw.len) {
        int high = raw.ptr[at] == '%' && raw.len - at >= 3 ? hex_value(raw.ptr[at + 1]) : -1;
        int low = high >= 0 ? hex_value(raw.ptr[at + 2]) : -1;
        char c = low >= 0 ? (char)(high << 4 | low) : raw.ptr[at] == '+' ? ' ' : raw.ptr[at];
        at += low >= 0 ? 3 : 1;
        if (c == 0) {
            continue;
        }
        if (seen == text.len || text.ptr[seen] != c) {
            return false;
        }
        seen++;
    }
    return seen == text.len;
}

static bool value_found(const struct words *words, str raw)
{
    for (size_t i = 0; i < words->count; i++) {
        if (form_eq(raw, words->items[i])) {
            return true;
        }
    }
    return words->count == 0;
}

/* A name that comes several times has several values, and any of them will do. */
static bool parameter_found(const struct condition *self, str query)
{
    struct query_param param;

    while (query_next(&query, &param)) {
        if (form_eq(param.name, self->name) && value_found(&self->words, param.has_value ? param.value : (str){0})) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static bool mask_has(const struct condition *self, const struct rule_visit *visit)
{
    unsigned bit = self->fact == FACT_SCENE ? (unsigned)visit->scene : (unsigned)visit->returning;

    return self->mask >> bit & 1;
}

static bool word_found(const struct condition *self, const struct rule_visit *visit)
{
    if (self->fact == FACT_SCENE || self->fact == FACT_VISITOR) {
        return mask_has(self, visit);
    }
    return words_have(&self->words, visit_word(visit, self->fact));
}

static bool is_found(const struct condition *self, const struct rule_visit *visit, struct visit_clock *clock)
{
    struct local_time local;

    switch (rule_fact_compare(self->fact)) {
    case RULE_LANGUAGE:
        return language_found(&self->words, visit->language);
    case RULE_NETWORK:
        return network_found(self, visit->ip);
    case RULE_PARAMETER:
        return parameter_found(self, visit->query);
    case RULE_DATES:
        return visit->now_ms >= self->dates.from_ms && visit->now_ms < self->dates.until_ms;
    case RULE_SLOTS:
        local = visit_clock_local(clock, self->zone);
        return schedule_holds(&self->schedule, clock->rules, local.day, local.minute);
    case RULE_HOST:
        return host_found(&self->words, visit->referrer_host);
    case RULE_WORD:
        break;
    }
    return word_found(self, visit);
}

bool condition_holds(const struct condition *self, const struct rule_visit *visit, struct visit_clock *clock)
{
    return is_found(self, visit, clock) != self->negated;
}
