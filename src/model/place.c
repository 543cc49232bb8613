/* SPDX-License-Identifier: MIT */
#include "linkpond/model/place.h"

#include <stdlib.h>

#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "tsv.h"

#define NAMES_MAX  4096
#define BYTES_MAX  (1024 * 1024)
#define FIELDS_MAX 5

struct country_name {
    str name, code;
};
struct countries {
    struct arena arena;
    struct country_name *names; /* by name */
    size_t count;
};

/* ---- names to codes */

static bool is_code(str text)
{
    return text.len == 2 && text.ptr[0] >= 'A' && text.ptr[0] <= 'Z' && text.ptr[1] >= 'A' && text.ptr[1] <= 'Z';
}

static int by_name(const void *left, const void *right)
{
    const struct country_name *a = left, *b = right;

    return str_cmp(a->name, b->name);
}

static enum err add_name(struct countries *self, struct tsv *tsv, str name, str code, struct fault *fault)
{
    if (name.len == 0 || name.len > LIMIT_PLACE || self->count == NAMES_MAX) {
        return tsv_fault(tsv, fault, "not a name, or too many:", name);
    }
    self->names[self->count++] = (struct country_name){name, code};
    return OK;
}

static enum err add_row(struct countries *self, struct tsv *tsv, const struct tsv_row *row, struct fault *fault)
{
    str code = row->fields[0], rest = row->fields[3], name;

    if (!is_code(code) || row->count < 3 || row->count > 4) {
        return tsv_fault(tsv, fault, "not code, Chinese, English, others:", code);
    }
    enum err err = add_name(self, tsv, row->fields[1], code, fault);
    err = err ? err : add_name(self, tsv, row->fields[2], code, fault);
    while (!err && str_next(&rest, '|', &name)) {
        err = add_name(self, tsv, name, code, fault);
    }
    return err;
}

static enum err read_rows(struct countries *self, str text, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;

    self->names = ARENA_ARRAY(&self->arena, struct country_name, NAMES_MAX);
    str copy = arena_str(&self->arena, text);
    if (self->arena.overflow) {
        return ERR_NOMEM;
    }
    tsv_init(&tsv, "countries.tsv", copy);
    while (tsv_next(&tsv, &row)) {
        enum err err = add_row(self, &tsv, &row, fault);
        if (err) {
            return err;
        }
    }
    if (self->count > 1) {
        qsort(self->names, self->count, sizeof *self->names, by_name);
    }
    for (size_t i = 1; i < self->count; i++) {
        if (str_eq(self->names[i - 1].name, self->names[i].name)) {
            return tsv_fault(&tsv, fault, "listed twice:", self->names[i].name);
        }
    }
    return OK;
}

enum err countries_compile(str text, struct countries **out, struct fault *fault)
{
    struct countries *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    arena_init(&self->arena, BYTES_MAX);
    enum err err = read_rows(self, text, fault);
    if (err) {
        countries_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void countries_free(struct countries *self)
{
    if (self) {
        arena_done(&self->arena);
        free(self);
    }
}

str countries_code(const struct countries *self, str name)
{
    struct country_name wanted = {.name = name};
    const struct country_name *found =
        self->count > 0 ? bsearch(&wanted, self->names, self->count, sizeof wanted, by_name) : NULL;

    return found ? found->code : STR("");
}

/* ---- values */

str place_text(str text)
{
    static const str nothing[] = {STR_INIT("0"),       STR_INIT("-"),        STR_INIT("内网IP"),  STR_INIT("内网"),
                                  STR_INIT("保留IP"),  STR_INIT("保留地址"), STR_INIT("保留"),    STR_INIT("未知"),
                                  STR_INIT("Unknown"), STR_INIT("Reserved"), STR_INIT("Private"), STR_INIT("N/A")};

    text = str_trim(text);
    if (!utf8_valid(text) || utf8_has_control(text)) {
        return STR("");
    }
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        if (str_eq(text, nothing[i])) {
            return STR("");
        }
    }
    return str_trim(utf8_cut(text, LIMIT_PLACE));
}

str place_country(const struct countries *countries, str text)
{
    text = place_text(text);
    str code = is_code(text) ? text : countries_code(countries, text);
    return code.len > 0 ? code : text;
}

/* ---- ip2region */

/* All fields are counted, the first FIELDS_MAX given. */
static size_t split(str text, str fields[FIELDS_MAX])
{
    size_t count = 0, at = 0;

    for (;;) {
        ssize_t bar = str_find_char(text, '|', at);
        if (count < FIELDS_MAX) {
            fields[count] = str_slice(text, at, bar < 0 ? text.len : (size_t)bar);
        }
        count++;
        if (bar < 0) {
            return count;
        }
        at = (size_t)bar + 1;
    }
}

bool place_has_code(const struct countries *countries, str text)
{
    str fields[FIELDS_MAX];

    if (split(text, fields) < FIELDS_MAX) {
        return false;
    }
    str code = countries_code(countries, place_text(fields[0])); /* a carrier may be two capitals: HP, BT */
    return code.len > 0 && str_eq(code, fields[4]);
}

void place_read(const struct countries *countries, bool has_code, str text, struct place *out)
{
    str fields[FIELDS_MAX] = {{0}};
    size_t count = split(text, fields);
    size_t region = count == FIELDS_MAX && !has_code ? 2 : 1;

    *out = (struct place){
        .country = has_code && is_code(fields[4]) ? fields[4] : place_country(countries, fields[0]),
        .region = place_text(fields[region]),
        .city = place_text(fields[region + 1]),
        .carrier = place_text(fields[region + 2]),
    };
}
