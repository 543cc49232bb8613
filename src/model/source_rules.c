/* SPDX-License-Identifier: MIT */
#include "source_rules.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "source_channels.h"
#include "tsv.h"

#define RULES_BYTES_MAX (4 * 1024 * 1024)

/* What a source is known as, whoever told us its name: "baidu" is a search engine in utm_source too. */
struct source_kind {
    str source, category;
};

struct source_rules {
    struct arena arena;
    struct origin *origins; /* by kind and value */
    size_t origin_count;
    struct origin *ads; /* as in the file */
    size_t ad_count;
    struct channels *channels;
    struct source_kind *kinds; /* by source */
    size_t kind_count;
};

/* ---- compiling ------------------------------------------------------------------------------------------------ */

static const str origin_kinds[ORIGIN_KIND_COUNT] = {
    [ORIGIN_HOST] = STR_INIT("host"),
    [ORIGIN_PACKAGE] = STR_INIT("package"),
    [ORIGIN_APP] = STR_INIT("app"),
    [ORIGIN_AD] = STR_INIT("ad"),
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
    if (self->origin_count == SOURCE_ROWS_MAX || self->ad_count == SOURCE_ROWS_MAX) {
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

static int kind_compare(const void *left, const void *right)
{
    const struct source_kind *a = left, *b = right;

    return str_cmp(a->source, b->source);
}

/* Only kinds of site that are so as a whole: WeChat is an article here and a mini program there. */
static bool is_kind_of_source(str category)
{
    static const str categories[] = {STR_INIT("search"), STR_INIT("social"), STR_INIT("video"), STR_INIT("shopping"),
                                     STR_INIT("news"),   STR_INIT("ai"),     STR_INIT("email")};

    return name_index(categories, ARRAY_LEN(categories), category) < ARRAY_LEN(categories);
}

static void kinds_fill(struct source_rules *self)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->origin_count; i++) {
        const struct origin *origin = &self->origins[i];
        if (origin->kind == ORIGIN_HOST && origin->source.len > 0 && is_kind_of_source(origin->category)) {
            self->kinds[self->kind_count++] = (struct source_kind){origin->source, origin->category};
        }
    }
    if (self->kind_count > 1) {
        qsort(self->kinds, self->kind_count, sizeof *self->kinds, kind_compare);
    }
    for (size_t i = 0; i < self->kind_count; i++) {
        if (kept == 0 || kind_compare(&self->kinds[kept - 1], &self->kinds[i]) != 0) {
            self->kinds[kept++] = self->kinds[i];
        }
    }
    self->kind_count = kept;
}

/* Rows the tables of that kind can hold: their lines, as far as we go. */
static size_t rows_at_most(const struct source_table *tables, size_t count, enum source_table_kind kind)
{
    size_t lines = 1;

    for (size_t i = 0; i < count; i++) {
        str text = tables[i].kind == kind ? tables[i].text : STR("");
        lines += text.len > 0;
        for (size_t j = 0; j < text.len && lines < SOURCE_ROWS_MAX; j++) {
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

    self->channels = channels_new(&self->arena, channels);
    self->origins = ARENA_ARRAY(&self->arena, struct origin, origins);
    self->ads = ARENA_ARRAY(&self->arena, struct origin, origins);
    self->kinds = ARENA_ARRAY(&self->arena, struct source_kind, origins);
    if (!self->origins || !self->ads || !self->channels || !self->kinds) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count && err == OK; i++) {
        err = tables[i].kind == SOURCE_REFERRERS ? origins_read(self, &tables[i], (unsigned)i, fault)
                                                 : channels_read(self->channels, &tables[i], fault);
    }
    kinds_fill(self);
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

str source_category(const struct source_rules *self, str source)
{
    struct source_kind key = {.source = source};
    const struct source_kind *kind = NULL;

    if (self->kind_count > 0) {
        kind = bsearch(&key, self->kinds, self->kind_count, sizeof key, kind_compare);
    }
    if (kind) {
        return kind->category;
    }
    const struct origin *origin = str_find_char(source, '.', 0) > 0 ? origin_find_host(self, source) : NULL;
    return origin && is_kind_of_source(origin->category) ? origin->category : STR("");
}

str channel_infer(const struct source_rules *self, const str facts[FACT_COUNT])
{
    return channels_infer(self->channels, facts);
}

const struct source_channel *source_channels(const struct source_rules *self, size_t *count)
{
    return channels_names(self->channels, count);
}
