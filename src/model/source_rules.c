/* SPDX-License-Identifier: MIT */
#include "source_rules.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "tsv.h"

#define ROWS_MAX        8192
#define RULES_BYTES_MAX (4 * 1024 * 1024)

struct channel_rule {
    enum channel_fact fact;
    str value;          /* without its stars */
    bool before, after; /* anything may come before or after */
    str channel;
};

struct source_rules {
    struct arena arena;
    struct origin *origins; /* by kind and value */
    size_t origin_count;
    struct origin *ads; /* as in the file */
    size_t ad_count;
    struct channel_rule *channels; /* as in the file */
    size_t channel_count;
};

/* ---- compiling ------------------------------------------------------------------------------------------------ */

static const str origin_kinds[ORIGIN_KIND_COUNT] = {
    [ORIGIN_HOST] = STR_INIT("host"),
    [ORIGIN_PACKAGE] = STR_INIT("package"),
    [ORIGIN_APP] = STR_INIT("app"),
    [ORIGIN_AD] = STR_INIT("ad"),
};
static const str fact_names[FACT_COUNT] = {
    [FACT_SCENE] = STR_INIT("scene"), [FACT_MEDIUM] = STR_INIT("medium"), [FACT_HOST] = STR_INIT("host"),
    [FACT_AD] = STR_INIT("ad"),       [FACT_APP] = STR_INIT("app"),       [FACT_CATEGORY] = STR_INIT("category"),
};

static size_t name_index(const str *names, size_t count, str name)
{
    size_t i = 0;

    while (i < count && !str_eq(names[i], name)) {
        i++;
    }
    return i;
}

static bool host_is_canonical(str host)
{
    char text[HOST_TEXT_MAX];
    str canonical;

    return host_normalize(host, text, &canonical) && str_eq(host, canonical);
}

static int origin_compare(const void *left, const void *right)
{
    const struct origin *a = left, *b = right;

    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : str_cmp(a->value, b->value);
}

/* Of equal ones the earlier table's first. */
static int origin_order(const void *left, const void *right)
{
    const struct origin *a = left, *b = right;
    int order = origin_compare(a, b);

    return order != 0 ? order : (int)a->table - (int)b->table;
}

static enum err origin_read(struct source_rules *self, struct tsv *tsv, const struct tsv_row *row, unsigned table,
                            struct fault *fault)
{
    size_t kind = name_index(origin_kinds, ORIGIN_KIND_COUNT, row->fields[0]);
    struct origin origin = {
        .value = row->fields[1], .source = row->fields[2], .category = row->fields[3], .table = table};

    if (kind == ORIGIN_KIND_COUNT) {
        return tsv_fault(tsv, fault, "unknown kind", row->fields[0]);
    }
    if (row->count < 3 || row->count > 4 || origin.value.len == 0) {
        return tsv_fault(tsv, fault, "not kind, value, source, category:", row->fields[0]);
    }
    if (origin.source.len == 0 || origin.source.len > LIMIT_SOURCE || origin.category.len > LIMIT_TAG) {
        return tsv_fault(tsv, fault, "bad source", origin.source);
    }
    origin.kind = (enum origin_kind)kind;
    if (origin.kind == ORIGIN_HOST && !host_is_canonical(origin.value)) {
        return tsv_fault(tsv, fault, "not a canonical host", origin.value);
    }
    if (str_eq(origin.source, STR("-"))) {
        origin.source = STR("");
    }
    if (self->origin_count == ROWS_MAX || self->ad_count == ROWS_MAX) {
        return tsv_fault(tsv, fault, "too many rows at", origin.value);
    }
    if (origin.kind == ORIGIN_AD) {
        self->ads[self->ad_count++] = origin;
    } else {
        self->origins[self->origin_count++] = origin;
    }
    return OK;
}

/* Sorts what was read and drops what an earlier table listed already; the same row twice in one table is a mistake. */
static enum err origins_sort(struct source_rules *self, const struct tsv *tsv, struct fault *fault)
{
    size_t kept = 0;

    if (self->origin_count > 1) {
        qsort(self->origins, self->origin_count, sizeof *self->origins, origin_order);
    }
    for (size_t i = 0; i < self->origin_count; i++) {
        struct origin *origin = &self->origins[i];
        bool listed = kept > 0 && origin_compare(&self->origins[kept - 1], origin) == 0;
        if (listed && self->origins[kept - 1].table == origin->table) {
            return tsv_fault(tsv, fault, "listed twice:", origin->value);
        }
        if (!listed) {
            self->origins[kept++] = *origin;
        }
    }
    self->origin_count = kept;
    return OK;
}

static enum err origins_read(struct source_rules *self, const struct source_table *table, unsigned number,
                             struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    tsv_init(&tsv, table->file, arena_str(&self->arena, table->text));
    while (tsv_next(&tsv, &row)) {
        enum err err = origin_read(self, &tsv, &row, number, fault);
        if (err != OK) {
            return err;
        }
    }
    return origins_sort(self, &tsv, fault);
}

static enum err channel_read(struct source_rules *self, struct tsv *tsv, const struct tsv_row *row, struct fault *fault)
{
    size_t fact = name_index(fact_names, FACT_COUNT, row->fields[0]);
    struct channel_rule rule = {.value = row->fields[1], .channel = row->fields[2]};

    if (fact == FACT_COUNT) {
        return tsv_fault(tsv, fault, "unknown field", row->fields[0]);
    }
    rule.fact = (enum channel_fact)fact;
    if (str_starts(rule.value, STR("*"))) {
        rule.before = true;
        rule.value = str_from(rule.value, 1);
    }
    if (str_ends(rule.value, STR("*"))) {
        rule.after = true;
        rule.value = str_slice(rule.value, 0, rule.value.len - 1);
    }
    if (row->count != 5 || rule.value.len == 0) {
        return tsv_fault(tsv, fault, "not field, value, channel, Chinese, English:", row->fields[0]);
    }
    if (rule.channel.len == 0 || rule.channel.len > LIMIT_TAG) {
        return tsv_fault(tsv, fault, "bad channel", rule.channel);
    }
    if (self->channel_count == ROWS_MAX) {
        return tsv_fault(tsv, fault, "too many rows at", rule.value);
    }
    self->channels[self->channel_count++] = rule;
    return OK;
}

static enum err channels_read(struct source_rules *self, const struct source_table *table, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    tsv_init(&tsv, table->file, arena_str(&self->arena, table->text));
    while (tsv_next(&tsv, &row)) {
        enum err err = channel_read(self, &tsv, &row, fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

/* Rows the tables of that kind can hold: their lines, as far as we go. */
static size_t rows_at_most(const struct source_table *tables, size_t count, enum source_table_kind kind)
{
    size_t lines = 1;

    for (size_t i = 0; i < count; i++) {
        str text = tables[i].kind == kind ? tables[i].text : STR("");
        lines += text.len > 0;
        for (size_t j = 0; j < text.len && lines < ROWS_MAX; j++) {
            lines += text.ptr[j] == '\n';
        }
    }
    return lines;
}

static enum err rules_fill(struct source_rules *self, const struct source_table *tables, size_t count,
                           struct fault *fault)
{
    size_t origins = rows_at_most(tables, count, SOURCE_REFERRERS);
    size_t channels = rows_at_most(tables, count, SOURCE_CHANNELS);
    enum err err = OK;

    self->origins = ARENA_ARRAY(&self->arena, struct origin, origins);
    self->ads = ARENA_ARRAY(&self->arena, struct origin, origins);
    self->channels = ARENA_ARRAY(&self->arena, struct channel_rule, channels);
    if (!self->origins || !self->ads || !self->channels) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count && err == OK; i++) {
        err = tables[i].kind == SOURCE_REFERRERS ? origins_read(self, &tables[i], (unsigned)i, fault)
                                                 : channels_read(self, &tables[i], fault);
    }
    return err == OK && self->arena.overflow ? ERR_NOMEM : err;
}

enum err source_rules_compile(const struct source_table *tables, size_t count, struct source_rules **out,
                              struct fault *fault)
{
    struct source_rules *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    arena_init(&self->arena, RULES_BYTES_MAX);
    enum err err = rules_fill(self, tables, count, fault);
    if (err != OK) {
        source_rules_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void source_rules_free(struct source_rules *self)
{
    if (self) {
        arena_done(&self->arena);
        free(self);
    }
}

struct source_rules *source_rules_builtin(void)
{
    struct source_rules *rules = NULL;
    const struct source_table tables[] = {
        {SOURCE_REFERRERS, "referrers.tsv", embedded_find(recognition_files, "referrers.tsv")},
        {SOURCE_CHANNELS, "channels.tsv", embedded_find(recognition_files, "channels.tsv")},
    };

    BUG_ON(!tables[0].text.ptr || !tables[1].text.ptr);
    BUG_ON(source_rules_compile(tables, ARRAY_LEN(tables), &rules, NULL) != OK);
    return rules;
}

/* ---- asking --------------------------------------------------------------------------------------------------- */

const struct origin *origin_find(const struct source_rules *self, enum origin_kind kind, str value)
{
    struct origin key = {.kind = kind, .value = value};

    return bsearch(&key, self->origins, self->origin_count, sizeof key, origin_compare);
}

const struct origin *origin_find_host(const struct source_rules *self, str host)
{
    while (host.len > 0) {
        const struct origin *origin = origin_find(self, ORIGIN_HOST, host);
        ssize_t dot = str_find_char(host, '.', 0);
        if (origin || dot < 0) {
            return origin;
        }
        host = str_from(host, (size_t)dot + 1);
    }
    return NULL;
}

ssize_t origin_ad_rank(const struct source_rules *self, str name)
{
    for (size_t i = 0; i < self->ad_count; i++) {
        if (str_ieq(self->ads[i].value, name)) {
            return (ssize_t)i;
        }
    }
    return -1;
}

const struct origin *origin_ad(const struct source_rules *self, size_t rank)
{
    return &self->ads[rank];
}

static bool channel_rule_holds(const struct channel_rule *rule, str fact)
{
    if (rule->before && rule->after) {
        return str_find(fact, rule->value, 0) >= 0;
    }
    if (rule->before) {
        return str_ends(fact, rule->value);
    }
    return rule->after ? str_starts(fact, rule->value) : str_eq(fact, rule->value);
}

str channel_infer(const struct source_rules *self, const str facts[FACT_COUNT])
{
    for (size_t i = 0; i < self->channel_count; i++) {
        const struct channel_rule *rule = &self->channels[i];
        if (facts[rule->fact].len > 0 && channel_rule_holds(rule, facts[rule->fact])) {
            return rule->channel;
        }
    }
    return STR("");
}
