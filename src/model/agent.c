/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

#include "agent_language.h"
#include "agent_rules.h"
#include "linkpond/base/limits.h"

/*
 * One pass of the automaton marks every rule whose needle occurs where the rule allows it; then each question (is it a
 * bot, which app, which OS …) is answered by the first marked rule of its kind. Regular expressions were rejected: a
 * hundred of them per click cost more than everything else together, and their mistakes are harder to see in a table.
 *
 * What nobody listed is judged by its shape: people come with a browser, and every browser that is left says which one
 * it is, or "Mozilla/" and the system it runs on. A text that does neither is a program, whatever its name.
 */
struct scan {
    const struct agent_rules *rules;
    str text;
    uint16_t *ends; /* of marked needles: where the first one ends */
    const struct agent_rule *os, *browser;
    bool strange;
    bool named; /* device_from and device_to are set */
    size_t device_from, device_to;
    uint64_t found[AGENT_NEEDLES_MAX / 64];
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_letter(c);
}

/* "(Linux; Android 9; CUBOT X19 Build/PPR1) …": what stands between the system and the bracket's end is the maker's.
 * Looked for once in a text, however many needles ask. */
static bool in_device_name(struct scan *self, size_t at)
{
    static const str android = STR_INIT("Android");

    if (!self->named) {
        ssize_t end = str_find_char(self->text, ')', 0), system = str_find(self->text, android, 0);
        self->named = true;
        self->device_from = system >= 0 && system < end ? (size_t)system + 1 : 0;
        self->device_to = self->device_from > 0 ? (size_t)end : 0;
    }
    return at >= self->device_from && at < self->device_to;
}

/* "sqcompliance.com/bot": behind a name and at the end of it, not the "cn.com.example" of an Android package. */
static bool ends_domain(str text, size_t from, size_t to)
{
    char next = to < text.len ? text.ptr[to] : ' ';

    return from > 0 && is_alnum(text.ptr[from - 1]) && !is_alnum(next) && next != '.' && next != '-' && next != '_';
}

static bool place_fits(struct scan *self, unsigned place, size_t from, size_t to)
{
    str text = self->text;

    if ((place & PLACE_WORD && from > 0 && is_alnum(text.ptr[from - 1])) ||
        (place & PLACE_NUMBER && from > 0 && is_digit(text.ptr[from - 1])) ||
        (place & PLACE_DIGIT && (to == text.len || !is_digit(text.ptr[to]))) ||
        (place & PLACE_LETTER && (to == text.len || !is_letter(text.ptr[to]))) ||
        (place & PLACE_END && to < text.len && is_alnum(text.ptr[to])) ||
        (place & PLACE_OUTSIDE && in_device_name(self, from)) ||
        (place & PLACE_INSIDE && !in_device_name(self, from)) ||
        (place & PLACE_DOMAIN && !ends_domain(text, from, to))) {
        return false;
    }
    return (!(place & (PLACE_PREFIX | PLACE_WHOLE)) || from == 0) && (!(place & PLACE_WHOLE) || to == text.len);
}

static bool scan_hit(void *arg, size_t needle, size_t end)
{
    struct scan *self = arg;
    uint64_t bit = UINT64_C(1) << needle % 64;

    if (self->found[needle / 64] & bit) {
        return true;
    }
    if (needle < self->rules->first[KIND_PACKAGE]) {
        const struct agent_rule *rule = &self->rules->rules[needle];
        if (rule->places && !place_fits(self, rule->places, end - rule->needle.len, end)) {
            return true;
        }
    }
    self->found[needle / 64] |= bit;
    self->ends[needle] = (uint16_t)end;
    return true;
}

static bool scan_found(const struct scan *self, size_t needle)
{
    return self->found[needle / 64] >> needle % 64 & 1;
}

static bool others_fit(const struct scan *self, const struct agent_rule *rule)
{
    if ((rule->places & PLACE_STRANGE && !self->strange) || (rule->places & PLACE_NAMELESS && self->browser)) {
        return false;
    }
    for (size_t i = 0; i < rule->other_count; i++) {
        if (scan_found(self, rule->others[i].needle) != rule->others[i].wanted) {
            return false;
        }
    }
    return true;
}

/* The first rule of that kind that holds; NULL when none does. */
static const struct agent_rule *scan_first(const struct scan *self, enum agent_kind kind)
{
    size_t at = self->rules->first[kind], end = self->rules->first[kind + 1];

    while (at < end) {
        uint64_t bits = self->found[at / 64] >> at % 64;
        if (bits == 0) {
            at = (at / 64 + 1) * 64;
            continue;
        }
        at += (size_t)__builtin_ctzll(bits);
        if (at < end && others_fit(self, &self->rules->rules[at])) {
            return &self->rules->rules[at];
        }
        at++;
    }
    return NULL;
}

static const struct agent_rule *package_find(const struct agent_rules *self, str package)
{
    for (size_t i = self->first[KIND_PACKAGE]; package.len > 0 && i < self->first[KIND_COUNT]; i++) {
        if (str_eq(self->rules[i].needle, package)) {
            return &self->rules[i];
        }
    }
    return NULL;
}

static void decide(struct agent *out, enum click_class class, str rule)
{
    out->class = class;
    out->rule = rule;
}

/* NOLINTBEGIN(bugprone-branch-clone): several kinds of rules, one way to decide by them */
/* The order is the contract's. `app` is the in-app rule or NULL. */
static void classify(const struct scan *scan, unsigned signals, const struct agent_rule *app, struct agent *out)
{
    const struct agent_rule *rule;

    if (scan->text.len == 0) {
        decide(out, CLASS_BOT, STR("bot:empty"));
    } else if ((rule = scan_first(scan, KIND_HARD))) {
        decide(out, CLASS_BOT, rule->id);
    } else if (signals & SIGNAL_LEAKSCAN) {
        decide(out, CLASS_BOT, STR("bot:tencent-leakscan"));
    } else if (signals & SIGNAL_HEAD) {
        decide(out, CLASS_HEAD, STR("method:head"));
    } else if (signals & SIGNAL_PREFETCH) {
        decide(out, CLASS_PREFETCH, STR("header:prefetch"));
    } else if ((rule = scan_first(scan, KIND_PREVIEW))) {
        decide(out, CLASS_PREVIEW, rule->id);
    } else if (app) {
        decide(out, CLASS_HUMAN, app->id);
    } else if ((rule = scan_first(scan, KIND_BOT))) {
        decide(out, CLASS_BOT, rule->id);
    } else if (scan->browser) {
        decide(out, CLASS_HUMAN, scan->browser->id);
    } else if (scan->strange) {
        decide(out, CLASS_BOT, STR("bot:strange"));
    } else {
        decide(out, CLASS_HUMAN, STR("human:default"));
    }
}
/* NOLINTEND(bugprone-branch-clone) */

static str key_or(const struct agent_rule *rule, str otherwise)
{
    return rule ? rule->key : otherwise;
}

/* "8.0" of "8.0.46.2540(0x28002E3C)" at that place of the text, after at most one byte in between. A number without a
 * dot is some build's, and no version. */
static void version_family(str text, size_t at, char out[AGENT_VERSION_MAX])
{
    size_t from = at + (at < text.len && !is_digit(text.ptr[at])), end = from, dots = 0;

    while (end < text.len && (is_digit(text.ptr[end]) || (text.ptr[end] == '.' && end > from && ++dots < 2))) {
        end++;
    }
    size_t len = end - from;
    if (dots > 0 && len < AGENT_VERSION_MAX && is_digit(text.ptr[end - 1])) {
        memcpy(out, text.ptr + from, len);
        out[len] = '\0';
    }
}

static void app_version(const struct scan *scan, const struct agent_rule *app, char out[AGENT_VERSION_MAX])
{
    if (app->version >= 0 && scan_found(scan, (size_t)app->version)) {
        version_family(scan->text, scan->ends[app->version], out);
    }
    if (out[0] == '\0' && app->kind == KIND_APP) {
        version_family(scan->text, scan->ends[app - scan->rules->rules], out);
    }
}

void agent_recognise(const struct agent_rules *rules, const struct agent_request *request, struct agent *out)
{
    __attribute__((uninitialized)) uint16_t ends[AGENT_NEEDLES_MAX];
    struct scan scan = {
        .rules = rules, .text = str_trim(str_slice(request->user_agent, 0, LIMIT_CLICK_UA)), .ends = ends};

    match_run(rules->match, scan.text, scan_hit, &scan);
    scan.os = scan_first(&scan, KIND_OS);
    scan.browser = scan_first(&scan, KIND_BROWSER);
    scan.strange = !scan.browser && !(scan.os && str_istarts(scan.text, STR("Mozilla/")));
    const struct agent_rule *app = scan_first(&scan, KIND_APP);
    if (!app) {
        app = package_find(rules, request->package);
    }
    *out = (struct agent){0};
    classify(&scan, request->signals, app, out);
    out->os = key_or(scan.os, STR("other"));
    out->device = key_or(scan_first(&scan, KIND_DEVICE), STR("other"));
    out->net = key_or(scan_first(&scan, KIND_NET), STR(""));
    out->language = agent_language(request->language, scan.text);
    if (out->class != CLASS_BOT && out->class != CLASS_PREVIEW) {
        out->app = key_or(app, STR(""));
        out->browser = app ? app->webview : key_or(scan.browser, STR(""));
        if (app) {
            app_version(&scan, app, out->app_version);
        }
    }
}
