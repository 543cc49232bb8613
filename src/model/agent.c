/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

#include "agent_language.h"
#include "linkpond/base/arena.h"
#include "linkpond/base/embedded.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/match.h"
#include "tsv.h"

/*
 * One pass of the automaton marks every rule whose needle occurs where the rule allows it; then each question (is it a
 * bot, which app, which OS …) is answered by the first marked rule of its kind. Regular expressions were rejected: a
 * hundred of them per click cost more than everything else together, and their mistakes are harder to see in a table.
 */
enum kind {
    KIND_HARD,    /* bot, whatever else the text says */
    KIND_PREVIEW, /* fetches a page to show a card */
    KIND_APP,     /* in-app browser: a person */
    KIND_BOT,
    KIND_OS,
    KIND_DEVICE,
    KIND_BROWSER,
    KIND_NET,
    KIND_PACKAGE, /* X-Requested-With, compared whole; not searched for */
    KIND_COUNT
};
enum { IN_BOTS = 1, IN_APPS = 2 };
static const struct {
    str name;
    const char *prefix; /* of the rule id */
    unsigned files;
} kinds[KIND_COUNT] = {
    [KIND_HARD] = {STR_INIT("hard"), "bot", IN_BOTS},
    [KIND_PREVIEW] = {STR_INIT("preview"), "preview", IN_BOTS},
    [KIND_APP] = {STR_INIT("app"), "app", IN_APPS},
    [KIND_BOT] = {STR_INIT("bot"), "bot", IN_BOTS},
    [KIND_OS] = {STR_INIT("os"), "os", IN_APPS},
    [KIND_DEVICE] = {STR_INIT("device"), "device", IN_APPS},
    [KIND_BROWSER] = {STR_INIT("browser"), "browser", IN_APPS},
    [KIND_NET] = {STR_INIT("net"), "net", IN_APPS},
    [KIND_PACKAGE] = {STR_INIT("package"), "package", IN_APPS},
};

enum place {
    PLACE_WORD = 1,   /* at the start or after a byte that is no letter or digit */
    PLACE_DIGIT = 2,  /* a digit follows */
    PLACE_END = 4,    /* no letter or digit follows */
    PLACE_PREFIX = 8, /* at the start */
    PLACE_WHOLE = 16, /* nothing else */
};
static const struct {
    str name;
    enum place place;
} places[] = {
    {STR_INIT("word"), PLACE_WORD},     {STR_INIT("digit"), PLACE_DIGIT}, {STR_INIT("end"), PLACE_END},
    {STR_INIT("prefix"), PLACE_PREFIX}, {STR_INIT("whole"), PLACE_WHOLE},
};

#define NEEDLES_MAX     1024 /* a click keeps one bit for each on the stack */
#define NEEDLE_BYTES    128
#define OTHERS_MAX      4
#define RULES_BYTES_MAX (4 * 1024 * 1024)

struct rule {
    enum kind kind;
    str key;
    str id;      /* "app:wechat" */
    str webview; /* of an app or package: the browser's name */
    str needle;
    unsigned places;
    struct {
        uint16_t needle;
        bool wanted;
    } others[OTHERS_MAX]; /* with= and without= */
    size_t other_count;
};

struct agent_rules {
    struct arena arena;
    struct match *match;
    struct rule rules[NEEDLES_MAX]; /* by kind, then as in the files */
    size_t first[KIND_COUNT + 1];   /* rules of kind k: first[k] .. first[k + 1] */
    str needles[NEEDLES_MAX];       /* the rules' (without packages), then those of with= and without= */
    size_t needle_count;
};

/* ---- compiling ------------------------------------------------------------------------------------------------ */

/* Rows as they stand in the files, before they are ordered by kind; condition texts are read in the second step, when
 * the needles' numbers are known. */
struct draft {
    struct rule rule;
    str conditions;
    struct tsv at; /* for faults */
};

static enum err draft_read(struct agent_rules *self, struct tsv *tsv, const struct tsv_row *row, unsigned file,
                           struct draft *out, struct fault *fault)
{
    size_t kind = 0;

    while (kind < KIND_COUNT && !(str_eq(kinds[kind].name, row->fields[0]) && kinds[kind].files & file)) {
        kind++;
    }
    if (kind == KIND_COUNT) {
        return tsv_fault(tsv, fault, "unknown kind", row->fields[0]);
    }
    if (row->wide || row->count < 3 || row->count > 4) {
        return tsv_fault(tsv, fault, "not kind, key, needle, conditions:", row->fields[0]);
    }
    str key = row->fields[1], needle = row->fields[2];
    /* A quoted needle keeps its blanks. */
    if (needle.len > 2 && needle.ptr[0] == '"' && needle.ptr[needle.len - 1] == '"') {
        needle = str_slice(needle, 1, needle.len - 1);
    }
    if (key.len == 0 || key.len > LIMIT_TAG) {
        return tsv_fault(tsv, fault, "bad key", key);
    }
    if (needle.len == 0 || needle.len > NEEDLE_BYTES) {
        return tsv_fault(tsv, fault, "bad needle", needle);
    }
    *out = (struct draft){
        .rule = {.kind = (enum kind)kind, .key = key, .needle = needle}, .conditions = row->fields[3], .at = *tsv};
    out->rule.id = arena_f(&self->arena, "%s:" STR_FMT, kinds[kind].prefix, STR_ARG(key));
    if (kind == KIND_APP || kind == KIND_PACKAGE) {
        out->rule.webview = arena_f(&self->arena, STR_FMT "-webview", STR_ARG(key));
    }
    return OK;
}

static enum err drafts_read(struct agent_rules *self, const char *name, str text, unsigned file, struct draft *drafts,
                            size_t *count, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    tsv_init(&tsv, name, arena_str(&self->arena, text));
    while (tsv_next(&tsv, &row)) {
        if (*count == NEEDLES_MAX) {
            return tsv_fault(&tsv, fault, "too many rows at", row.fields[1]);
        }
        enum err err = draft_read(self, &tsv, &row, file, &drafts[*count], fault);
        if (err != OK) {
            return err;
        }
        ++*count;
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
    if (self->needle_count == NEEDLES_MAX) {
        return -1;
    }
    self->needles[self->needle_count] = text;
    return (int)self->needle_count++;
}

static bool other_add(struct agent_rules *self, struct rule *rule, str text, bool wanted)
{
    int needle = -1;

    if (text.len > 0 && text.len <= NEEDLE_BYTES && rule->other_count < OTHERS_MAX) {
        needle = extra_needle(self, text);
    }
    if (needle < 0) {
        return false;
    }
    rule->others[rule->other_count].needle = (uint16_t)needle;
    rule->others[rule->other_count++].wanted = wanted;
    return true;
}

static bool condition_add(struct agent_rules *self, struct rule *rule, str condition)
{
    static const str with = STR_INIT("with="), without = STR_INIT("without=");

    if (str_starts(condition, with)) {
        return other_add(self, rule, str_from(condition, with.len), true);
    }
    if (str_starts(condition, without)) {
        return other_add(self, rule, str_from(condition, without.len), false);
    }
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (str_eq(condition, places[i].name)) {
            rule->places |= (unsigned)places[i].place;
            return true;
        }
    }
    return false;
}

static enum err conditions_read(struct agent_rules *self, struct rule *rule, const struct draft *draft,
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
            if (drafts[i].rule.kind == (enum kind)kind) {
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

static enum err rules_fill(struct agent_rules *self, str bots, str apps, struct fault *fault)
{
    struct draft *drafts = ARENA_ARRAY(&self->arena, struct draft, NEEDLES_MAX);
    size_t count = 0;

    if (!drafts) {
        return ERR_NOMEM;
    }
    enum err err = drafts_read(self, "bots.tsv", bots, IN_BOTS, drafts, &count, fault);
    if (err == OK) {
        err = drafts_read(self, "apps.tsv", apps, IN_APPS, drafts, &count, fault);
    }
    if (err == OK) {
        err = rules_order(self, drafts, count, fault);
    }
    if (err != OK) {
        return err;
    }
    self->match = match_new(self->needles, self->needle_count);
    return self->match && !self->arena.overflow ? OK : ERR_NOMEM;
}

enum err agent_rules_compile(str bots, str apps, struct agent_rules **out, struct fault *fault)
{
    struct agent_rules *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    arena_init(&self->arena, RULES_BYTES_MAX);
    enum err err = rules_fill(self, bots, apps, fault);
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
    str bots = embedded_find(recognition_files, "bots.tsv"), apps = embedded_find(recognition_files, "apps.tsv");

    BUG_ON(!bots.ptr || !apps.ptr || agent_rules_compile(bots, apps, &rules, NULL) != OK);
    return rules;
}

/* ---- recognising ---------------------------------------------------------------------------------------------- */

struct scan {
    const struct agent_rules *rules;
    str text;
    uint64_t found[NEEDLES_MAX / 64];
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool place_fits(unsigned place, str text, size_t from, size_t to)
{
    if ((place & PLACE_WORD && from > 0 && is_alnum(text.ptr[from - 1])) ||
        (place & PLACE_DIGIT && (to == text.len || !is_digit(text.ptr[to]))) ||
        (place & PLACE_END && to < text.len && is_alnum(text.ptr[to]))) {
        return false;
    }
    return (!(place & (PLACE_PREFIX | PLACE_WHOLE)) || from == 0) && (!(place & PLACE_WHOLE) || to == text.len);
}

static bool scan_hit(void *arg, size_t needle, size_t end)
{
    struct scan *self = arg;

    if (needle < self->rules->first[KIND_PACKAGE]) {
        const struct rule *rule = &self->rules->rules[needle];
        if (rule->places && !place_fits(rule->places, self->text, end - rule->needle.len, end)) {
            return true;
        }
    }
    self->found[needle / 64] |= UINT64_C(1) << needle % 64;
    return true;
}

static bool scan_found(const struct scan *self, size_t needle)
{
    return self->found[needle / 64] >> needle % 64 & 1;
}

static bool others_fit(const struct scan *self, const struct rule *rule)
{
    for (size_t i = 0; i < rule->other_count; i++) {
        if (scan_found(self, rule->others[i].needle) != rule->others[i].wanted) {
            return false;
        }
    }
    return true;
}

/* The first rule of that kind that holds; NULL when none does. */
static const struct rule *scan_first(const struct scan *self, enum kind kind)
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

static const struct rule *package_find(const struct agent_rules *self, str package)
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
static void classify(const struct scan *scan, unsigned signals, const struct rule *app, struct agent *out)
{
    const struct rule *rule;

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
    } else {
        rule = scan_first(scan, KIND_BROWSER);
        decide(out, CLASS_HUMAN, rule ? rule->id : STR("human:default"));
    }
}
/* NOLINTEND(bugprone-branch-clone) */

static str key_or(const struct rule *rule, str otherwise)
{
    return rule ? rule->key : otherwise;
}

void agent_recognise(const struct agent_rules *rules, const struct agent_request *request, struct agent *out)
{
    struct scan scan = {.rules = rules, .text = str_trim(str_slice(request->user_agent, 0, LIMIT_CLICK_UA))};

    match_run(rules->match, scan.text, scan_hit, &scan);
    const struct rule *app = scan_first(&scan, KIND_APP);
    if (!app) {
        app = package_find(rules, request->package);
    }
    *out = (struct agent){0};
    classify(&scan, request->signals, app, out);
    out->os = key_or(scan_first(&scan, KIND_OS), STR("other"));
    out->device = key_or(scan_first(&scan, KIND_DEVICE), STR("other"));
    out->net = key_or(scan_first(&scan, KIND_NET), STR(""));
    out->language = agent_language(request->language, scan.text);
    if (out->class != CLASS_BOT && out->class != CLASS_PREVIEW) {
        out->app = key_or(app, STR(""));
        out->browser = app ? app->webview : key_or(scan_first(&scan, KIND_BROWSER), STR(""));
    }
}
