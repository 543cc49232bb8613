/* SPDX-License-Identifier: MIT */
#include "source_channels.h"

#include "linkpond/base/limits.h"
#include "tsv.h"

/*
 * A rule is a few conditions that all have to hold, each a fact and the patterns of which one has to fit. Most rows
 * have one condition ("medium", "公众号"); a row of "when" has several ("category=search,medium=*cp*|ppc"), which is
 * what the channel groups of web analytics need.
 */
struct pattern {
    str text;           /* without its stars */
    bool before, after; /* anything may come before or after */
    bool shop;          /* the text is "shop" where a word begins, or "shopping" */
};
struct condition {
    enum channel_fact fact;
    struct pattern *patterns;
    size_t count;
};
#define CONDITIONS_MAX 3

struct channel_rule {
    struct condition conditions[CONDITIONS_MAX];
    size_t count;
    size_t run_end; /* behind the rules next to it that ask the same fact first */
    str channel;
};
struct channels {
    struct arena *arena;
    struct channel_rule *rules; /* as in the files */
    size_t count, max;
    struct source_channel *names; /* no key twice */
    size_t names_count;
};

static const str fact_names[FACT_COUNT] = {
    [FACT_SCENE] = STR_INIT("scene"),       [FACT_MEDIUM] = STR_INIT("medium"),     [FACT_SOURCE] = STR_INIT("source"),
    [FACT_CAMPAIGN] = STR_INIT("campaign"), [FACT_HOST] = STR_INIT("host"),         [FACT_AD] = STR_INIT("ad"),
    [FACT_APP] = STR_INIT("app"),           [FACT_CATEGORY] = STR_INIT("category"),
};

struct channels *channels_new(struct arena *arena, size_t rows_max)
{
    struct channels *self = ARENA_ARRAY(arena, struct channels, 1);

    if (!self) {
        return NULL;
    }
    *self = (struct channels){.arena = arena, .max = rows_max};
    self->rules = ARENA_ARRAY(arena, struct channel_rule, rows_max);
    self->names = ARENA_ARRAY(arena, struct source_channel, rows_max);
    return self->rules && self->names ? self : NULL;
}

/* ---- compiling ------------------------------------------------------------------------------------------------ */

static bool pattern_read(str text, struct pattern *out)
{
    *out = (struct pattern){.text = text, .shop = str_eq(text, STR("~shop"))};
    if (str_starts(out->text, STR("*"))) {
        out->before = true;
        out->text = str_from(out->text, 1);
    }
    if (str_ends(out->text, STR("*"))) {
        out->after = true;
        out->text = str_slice(out->text, 0, out->text.len - 1);
    }
    return out->text.len > 0;
}

static bool condition_read(struct channels *self, str fact, str patterns, struct condition *out)
{
    size_t number = 0, patterns_max = 1;
    str pattern;

    for (size_t i = 0; i < patterns.len; i++) {
        patterns_max += patterns.ptr[i] == '|';
    }
    while (number < FACT_COUNT && !str_eq(fact_names[number], fact)) {
        number++;
    }
    out->fact = (enum channel_fact)number;
    out->count = 0;
    out->patterns = ARENA_ARRAY(self->arena, struct pattern, patterns_max);
    if (number == FACT_COUNT || !out->patterns) {
        return false;
    }
    while (str_next(&patterns, '|', &pattern)) {
        if (!pattern_read(str_trim(pattern), &out->patterns[out->count++])) {
            return false;
        }
    }
    return out->count > 0;
}

/* "fact=patterns,fact=patterns" */
static bool conditions_read(struct channels *self, str text, struct channel_rule *rule)
{
    str one, fact;

    while (str_next(&text, ',', &one)) {
        if (rule->count == CONDITIONS_MAX || !str_cut(one, '=', &fact, &one) ||
            !condition_read(self, str_trim(fact), one, &rule->conditions[rule->count++])) {
            return false;
        }
    }
    return rule->count > 0;
}

/* The first row that has a name for a channel names it. From the end, because rows of one channel stand together. */
static void name_keep(struct channels *self, const struct tsv_row *row)
{
    struct source_channel name = {.key = row->fields[2], .zh = row->fields[3], .en = row->fields[4]};

    for (size_t i = self->names_count; i > 0; i--) {
        struct source_channel *kept = &self->names[i - 1];
        if (str_eq(kept->key, name.key)) {
            kept->zh = kept->zh.len > 0 ? kept->zh : name.zh;
            kept->en = kept->en.len > 0 ? kept->en : name.en;
            return;
        }
    }
    self->names[self->names_count++] = name;
}

static enum err channel_read(struct channels *self, struct tsv *tsv, const struct tsv_row *row, struct fault *fault)
{
    struct channel_rule rule = {.channel = row->fields[2]};
    str field = row->fields[0], value = row->fields[1];

    if (row->count != 5 || row->wide) {
        return tsv_fault(tsv, fault, "not field, value, channel, Chinese, English:", field);
    }
    bool good = str_eq(field, STR("when")) ? conditions_read(self, value, &rule)
                                           : condition_read(self, field, value, &rule.conditions[rule.count++]);
    if (!good) {
        return tsv_fault(tsv, fault, "unknown field or bad value", value.len > 0 ? value : field);
    }
    if (rule.channel.len == 0 || rule.channel.len > LIMIT_TAG) {
        return tsv_fault(tsv, fault, "bad channel", rule.channel);
    }
    if (self->count == self->max) {
        return tsv_fault(tsv, fault, "too many rows at", value);
    }
    self->rules[self->count++] = rule;
    name_keep(self, row);
    return OK;
}

static void find_runs(struct channels *self)
{
    for (size_t i = self->count; i > 0; i--) {
        struct channel_rule *rule = &self->rules[i - 1];
        bool last = i == self->count || self->rules[i].conditions[0].fact != rule->conditions[0].fact;
        rule->run_end = last ? i : self->rules[i].run_end;
    }
}

enum err channels_read(struct channels *self, const struct source_table *table, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    tsv_init(&tsv, table->file, arena_str(self->arena, table->text));
    while (tsv_next(&tsv, &row)) {
        enum err err = channel_read(self, &tsv, &row, fault);
        if (err != OK) {
            return err;
        }
    }
    find_runs(self);
    return OK;
}

/* ---- asking --------------------------------------------------------------------------------------------------- */

/* "shopping" anywhere, or "shop" that is not the end of another word, "e" excepted: eshop is one, bishop is not. The
 * rule is Google Analytics' (support.google.com/analytics/answer/9756891). */
static bool names_a_shop(str text)
{
    static const str shop = STR_INIT("shop");

    if (str_find(text, STR("shopping"), 0) >= 0) {
        return true;
    }
    for (ssize_t at = str_find(text, shop, 0); at >= 0; at = str_find(text, shop, (size_t)at + 1)) {
        char before = at > 0 ? text.ptr[at - 1] : ' ';
        if (before < 'a' || before > 'z' || before == 'e') {
            return true;
        }
    }
    return false;
}

static bool pattern_fits(const struct pattern *pattern, str fact)
{
    if (pattern->shop) {
        return names_a_shop(fact);
    }
    if (pattern->before && pattern->after) {
        return str_find(fact, pattern->text, 0) >= 0;
    }
    if (pattern->before) {
        return str_ends(fact, pattern->text);
    }
    return pattern->after ? str_starts(fact, pattern->text) : str_eq(fact, pattern->text);
}

static bool condition_holds(const struct condition *condition, const str facts[FACT_COUNT])
{
    str fact = facts[condition->fact];

    for (size_t i = 0; fact.len > 0 && i < condition->count; i++) {
        if (pattern_fits(&condition->patterns[i], fact)) {
            return true;
        }
    }
    return false;
}

static bool rule_holds(const struct channel_rule *rule, const str facts[FACT_COUNT])
{
    for (size_t i = 0; i < rule->count; i++) {
        if (!condition_holds(&rule->conditions[i], facts)) {
            return false;
        }
    }
    return true;
}

str channels_infer(const struct channels *self, const str facts[FACT_COUNT])
{
    size_t at = 0;

    while (at < self->count) {
        const struct channel_rule *rule = &self->rules[at];
        bool known = facts[rule->conditions[0].fact].len > 0;
        if (known && rule_holds(rule, facts)) {
            return rule->channel;
        }
        at = known ? at + 1 : rule->run_end; /* most clicks say no medium, and most rules ask for one */
    }
    return STR("");
}

const struct source_channel *channels_names(const struct channels *self, size_t *count)
{
    *count = self->names_count;
    return self->names;
}
