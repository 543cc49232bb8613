/* SPDX-License-Identifier: MIT */
/*
 * A closing object compares its names: by pairs when they are few, which they nearly always are, else sorted, so that
 * an object with a hundred thousand names costs n log n and no more.
 */
#include "json_names.h"

#define FEW_NAMES 12

struct json_name {
    str name;
    size_t at;
};

enum err json_names_push(struct json_names *self, str name, size_t at)
{
    if (self->count == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 32;
        struct json_name *grown = reallocarray(self->items, cap, sizeof *grown);
        if (!grown) {
            return ERR_NOMEM;
        }
        self->items = grown;
        self->cap = cap;
    }
    self->items[self->count++] = (struct json_name){name, at};
    return OK;
}

static int compare(const void *left, const void *right)
{
    const struct json_name *a = left, *b = right;
    int order = str_cmp(a->name, b->name);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static bool is_among(const struct json_name *items, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(items[i].name, name)) {
            return true;
        }
    }
    return false;
}

bool json_names_pop(struct json_names *self, size_t own, size_t *duplicate_at)
{
    size_t count = self->count - own;
    self->count = own;
    if (count < 2) {
        return false;
    }
    struct json_name *items = self->items + own;
    bool sorted = count > FEW_NAMES;
    if (sorted) {
        qsort(items, count, sizeof *items, compare);
    }
    for (size_t i = 1; i < count; i++) {
        size_t from = sorted ? i - 1 : 0; /* equal names are neighbours once sorted */
        if (is_among(items + from, i - from, items[i].name)) {
            *duplicate_at = items[i].at;
            return true;
        }
    }
    return false;
}

void json_names_done(struct json_names *self)
{
    free(self->items);
    *self = (struct json_names){0};
}
