/* SPDX-License-Identifier: MIT */
#include "agent_rules.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/limits.h"
#include "tsv.h"

/* Tables to rules: read as they stand, ordered by kind, then one automaton over all needles. */

static const struct {
    str name;
    const char *prefix; /* of the rule id */
    enum agent_table_kind table;
} kinds[KIND_COUNT] = {
    [KIND_HARD] = {STR_INIT("hard"), "bot", AGENT_BOTS},
    [KIND_PREVIEW] = {STR_INIT("preview"), "preview", AGENT_BOTS},
    [KIND_APP] = {STR_INIT("app"), "app", AGENT_APPS},
    [KIND_BOT] = {STR_INIT("bot"), "bot", AGENT_BOTS},
    [KIND_OS] = {STR_INIT("os"), "os", AGENT_APPS},
    [KIND_DEVICE] = {STR_INIT("device"), "device", AGENT_APPS},
    [KIND_BROWSER] = {STR_INIT("browser"), "browser", AGENT_APPS},
    [KIND_NET] = {STR_INIT("net"), "net", AGENT_APPS},
    [KIND_PACKAGE] = {STR_INIT("package"), "package", AGENT_APPS},
};
static const struct {
    str name;
    enum agent_place place;
} places[] = {
    {STR_INIT("word"), PLACE_WORD},       {STR_INIT("digit"), PLACE_DIGIT},   {STR_INIT("end"), PLACE_END},
    {STR_INIT("prefix"), PLACE_PREFIX},   {STR_INIT("whole"), PLACE_WHOLE},   {STR_INIT("outside"), PLACE_OUTSIDE},
    {STR_INIT("strange"), PLACE_STRANGE}, {STR_INIT("domain"), PLACE_DOMAIN}, {STR_INIT("nameless"), PLACE_NAMELESS},
    {STR_INIT("inside"), PLACE_INSIDE},   {STR_INIT("letter"), PLACE_LETTER}, {STR_INIT("model"), PLACE_MODEL},
    {STR_INIT("number"), PLACE_NUMBER},
};

#define NEEDLE_BYTES    128
#define RULES_BYTES_MAX (4 * 1024 * 1024)

/* Rows as they stand in the files, before they are ordered by kind; condition texts are read in the second step, when
 * the needles' numbers are known. */
struct draft {
    struct agent_rule rule;
    str conditions;
    struct tsv at; /* for faults */
};

/* What stands before an Android device's name; a part of the needle, so that short names cost nothing elsewhere. */
static const str model_mark = STR_INIT("; ");

/* A quoted needle keeps its blanks. */
static str unquoted(str text)
{
    bool quoted = text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';

    return quoted ? str_slice(text, 1, text.len - 1) : text;
}

static enum err draft_read(struct agent_rules *self, struct tsv *tsv, const struct tsv_row *row, str needle,
                           enum agent_table_kind table, struct draft *out, struct fault *fault)
{
    size_t kind = 0;

    while (kind < KIND_COUNT && !(str_eq(kinds[kind].name, row->fields[0]) && kinds[kind].table == table)) {
        kind++;
    }
    if (kind == KIND_COUNT) {
        return tsv_fault(tsv, fault, "unknown kind", row->fields[0]);
    }
    if (row->wide || row->count < 3 || row->count > 4) {
        return tsv_fault(tsv, fault, "not kind, key, needle, conditions:", row->fields[0]);
    }
    str key = row->fields[1];
    if (key.len == 0 || key.len > LIMIT_TAG) {
        return tsv_fault(tsv, fault, "bad key", key);
    }
    if (needle.len == 0 || needle.len > NEEDLE_BYTES) {
        return tsv_fault(tsv, fault, "bad needle", needle);
    }
    *out = (struct draft){.rule = {.kind = (enum agent_kind)kind, .key = key, .needle = needle, .version = -1},
                          .conditions = row->fields[3],
                          .at = *tsv};
    out->rule.id = arena_f(&self->arena, "%s:" STR_FMT, kinds[kind].prefix, STR_ARG(key));
    if (kind == KIND_APP || kind == KIND_PACKAGE) {
        out->rule.webview = arena_f(&self->arena, STR_FMT "-webview", STR_ARG(key));
    }
    return OK;
}

/* A rule for each of the row's needles. */
static enum err row_read(struct agent_rules *self, struct tsv *tsv, const struct tsv_row *row,
                         enum agent_table_kind table, struct draft *drafts, size_t *count, struct fault *fault)
{
    str rest = row->count > 2 ? row->fields[2] : STR("");
    bool more = true;

    while (more) {
        str needle;
        more = str_cut(rest, '|', &needle, &rest);
        if (*count == AGENT_NEEDLES_MAX) {
            return tsv_fault(tsv, fault, "too many needles at", row->fields[1]);
        }
        enum err err = draft_read(self, tsv, row, unquoted(needle), table, &drafts[*count], fault);
        if (err != OK) {
            return err;
        }
        ++*count;
    }
    return OK;
}

static enum err drafts_read(struct agent_rules *self, const struct agent_table *table, struct draft *drafts,
                            size_t *count, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    tsv_init(&tsv, table->file, arena_str(&self->arena, table->text));
    while (tsv_next(&tsv, &row)) {
        enum err err = row_read(self, &tsv, &row, table->kind, drafts, count, fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

/* The number of a needle that no rule owns; -1 when there are too many. */
static int extra_needle(struct agent_rules *self, str text)
{
    for (size_t i = self->first[KIND_PACKAGE]; i < self->needle_count; i++) {
        if (str_ieq(self->needles[i], text)) {
            return (int)i;
        }
    }
    if (text.len == 0 || text.len > NEEDLE_BYTES || self->needle_count == AGENT_NEEDLES_MAX) {
        return -1;
    }
    self->needles[self->needle_count] = text;
    return (int)self->needle_count++;
}

static bool other_add(struct agent_rules *self, struct agent_rule *rule, str text, bool wanted)
{
    int needle = rule->other_count < AGENT_OTHERS_MAX ? extra_needle(self, text) : -1;

    if (needle < 0) {
        return false;
    }
    rule->others[rule->other_count].needle = (uint16_t)needle;
    rule->others[rule->other_count++].wanted = wanted;
    return true;
}

/* Condition "model": what precedes a device's name becomes a part of the needle. */
static bool model_mark_add(struct agent_rules *self, struct agent_rule *rule)
{
    size_t index = (size_t)(rule - self->rules);

    if (rule->places & PLACE_MODEL || rule->needle.len + model_mark.len > NEEDLE_BYTES ||
        index >= self->first[KIND_PACKAGE]) {
        return false;
    }
    rule->needle = arena_f(&self->arena, STR_FMT STR_FMT, STR_ARG(model_mark), STR_ARG(rule->needle));
    self->needles[index] = rule->needle;
    return true;
}

static bool condition_add(struct agent_rules *self, struct agent_rule *rule, str condition)
{
    static const str with = STR_INIT("with="), without = STR_INIT("without="), version = STR_INIT("version=");

    if (str_starts(condition, with)) {
        return other_add(self, rule, unquoted(str_from(condition, with.len)), true);
    }
    if (str_starts(condition, without)) {
        return other_add(self, rule, unquoted(str_from(condition, without.len)), false);
    }
    if (str_starts(condition, version)) {
        rule->version = extra_needle(self, unquoted(str_from(condition, version.len)));
        return rule->version >= 0 && rule->kind == KIND_APP;
    }
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (str_eq(condition, places[i].name)) {
            if (places[i].place == PLACE_MODEL && !model_mark_add(self, rule)) {
                return false;
            }
            rule->places |= (unsigned)places[i].place;
            return true;
        }
    }
    return false;
}

static enum err conditions_read(struct agent_rules *self, struct agent_rule *rule, const struct draft *draft,
                                struct fault *fault)
{
    str rest = draft->conditions, condition;

    while (str_next(&rest, ',', &condition)) {
        if (!condition_add(self, rule, str_trim(condition))) {
            return tsv_fault(&draft->at, fault, "bad condition", condition);
        }
    }
    return OK;
}

/* Copies the drafts into `rules` by kind and reads their conditions. */
static enum err rules_order(struct agent_rules *self, const struct draft *drafts, size_t count, struct fault *fault)
{
    const struct draft **from = ARENA_ARRAY(&self->arena, const struct draft *, count + 1);
    size_t at = 0;

    if (!from) {
        return ERR_NOMEM;
    }
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        self->first[kind] = at;
        for (size_t i = 0; i < count; i++) {
            if (drafts[i].rule.kind == (enum agent_kind)kind) {
                self->rules[at] = drafts[i].rule;
                self->needles[at] = drafts[i].rule.needle;
                from[at++] = &drafts[i];
            }
        }
    }
    self->first[KIND_COUNT] = at;
    self->needle_count = self->first[KIND_PACKAGE];
    for (size_t i = 0; i < at; i++) {
        enum err err = conditions_read(self, &self->rules[i], from[i], fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

static enum err rules_fill(struct agent_rules *self, const struct agent_table *tables, size_t table_count,
                           struct fault *fault)
{
    struct draft *drafts = calloc(AGENT_NEEDLES_MAX, sizeof *drafts);
    size_t count = 0;
    enum err err = drafts ? OK : ERR_NOMEM;

    for (size_t i = 0; i < table_count && err == OK; i++) {
        err = drafts_read(self, &tables[i], drafts, &count, fault);
    }
    if (err == OK) {
        err = rules_order(self, drafts, count, fault);
    }
    free(drafts);
    if (err == OK && self->arena.overflow) {
        err = ERR_NOMEM;
    }
    if (err != OK) {
        return err;
    }
    self->match = match_new(self->needles, self->needle_count);
    return self->match ? OK : ERR_NOMEM;
}

enum err agent_rules_compile(const struct agent_table *tables, size_t count, struct agent_rules **out,
                             struct fault *fault)
{
    struct agent_rules *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    arena_init(&self->arena, RULES_BYTES_MAX);
    enum err err = rules_fill(self, tables, count, fault);
    if (err != OK) {
        agent_rules_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void agent_rules_free(struct agent_rules *self)
{
    if (self) {
        match_free(self->match);
        arena_done(&self->arena);
        free(self);
    }
}

struct agent_rules *agent_rules_builtin(void)
{
    struct agent_rules *rules = NULL;
    const struct agent_table tables[] = {
        {AGENT_BOTS, "bots.tsv", embedded_find(recognition_files, "bots.tsv")},
        {AGENT_APPS, "apps.tsv", embedded_find(recognition_files, "apps.tsv")},
    };

    BUG_ON(!tables[0].text.ptr || !tables[1].text.ptr);
    BUG_ON(agent_rules_compile(tables, ARRAY_LEN(tables), &rules, NULL) != OK);
    return rules;
}
