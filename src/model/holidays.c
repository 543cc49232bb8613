/* SPDX-License-Identifier: MIT */
#include "linkpond/model/holidays.h"

#include <stdlib.h>

#include "linkpond/base/embedded.h"
#include "tsv.h"

/*
 * Rows are taken in the order of the tables, and a day that was spoken of is not spoken of again: the operator's own
 * rows come first. An ordinary day is kept until all rows are read, so that it can undo what a later table says.
 */
#define ORDINARY -1

struct day {
    int32_t civil_day;
    int kind; /* enum rule_holiday_kind or ORDINARY */
    size_t table;
};
struct holidays {
    size_t count;
    struct rule_holiday list[];
};

/* While the tables are read: by day. */
struct days {
    struct day *items;
    size_t count;
};

static size_t days_place(const struct days *self, int32_t civil_day)
{
    size_t from = 0, to = self->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (self->items[middle].civil_day < civil_day) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* False when there are too many. */
static bool days_add(struct days *self, struct day day)
{
    size_t at = days_place(self, day.civil_day);

    if (at < self->count && self->items[at].civil_day == day.civil_day) {
        return true;
    }
    if (self->count == HOLIDAYS_MAX) {
        return false;
    }
    memmove(&self->items[at + 1], &self->items[at], (self->count - at) * sizeof *self->items);
    self->items[at] = day;
    self->count++;
    return true;
}

/* Within a table a day is one thing only: two rows about it are somebody's mistake. */
static bool said_twice(const struct days *self, struct day day)
{
    size_t at = days_place(self, day.civil_day);

    return at < self->count && self->items[at].civil_day == day.civil_day && self->items[at].table == day.table;
}

static bool kind_read(str text, int *out)
{
    static const struct {
        str name;
        int kind;
    } KINDS[] = {{STR_INIT("off"), HOLIDAY_OFF}, {STR_INIT("work"), HOLIDAY_WORK}, {STR_INIT("ordinary"), ORDINARY}};

    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
        if (str_eq(text, KINDS[i].name)) {
            *out = KINDS[i].kind;
            return true;
        }
    }
    return false;
}

static enum err row_read(struct days *self, size_t table, const struct tsv *tsv, const struct tsv_row *row,
                         struct fault *fault)
{
    struct day day = {.table = table};
    int64_t from, to;

    if (row->wide || !kind_read(row->fields[0], &day.kind)) {
        return tsv_fault(tsv, fault, "not off, work or ordinary:", row->fields[0]);
    }
    if (!date_parse(row->fields[1], &from)) {
        return tsv_fault(tsv, fault, "no date", row->fields[1]);
    }
    to = from;
    if (row->fields[2].len > 0 && !date_parse(row->fields[2], &to)) {
        return tsv_fault(tsv, fault, "no date", row->fields[2]);
    }
    if (to < from || to - from >= HOLIDAYS_MAX) {
        return tsv_fault(tsv, fault, "not a few days from", row->fields[1]);
    }
    for (int64_t at = from; at <= to; at++) {
        day.civil_day = (int32_t)at;
        if (said_twice(self, day)) {
            return tsv_fault(tsv, fault, "said before in this table:", row->fields[1]);
        }
        if (!days_add(self, day)) {
            return tsv_fault(tsv, fault, "too many days at", row->fields[1]);
        }
    }
    return OK;
}

static enum err table_read(struct days *self, size_t table, const struct holidays_table *source, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;
    enum err err = OK;

    tsv_init(&tsv, source->file, source->text);
    while (err == OK && tsv_next(&tsv, &row)) {
        err = row_read(self, table, &tsv, &row, fault);
    }
    return err;
}

static enum err days_keep(const struct days *self, struct holidays **out)
{
    struct holidays *kept = malloc(sizeof *kept + self->count * sizeof *kept->list);

    if (!kept) {
        return ERR_NOMEM;
    }
    kept->count = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct day *day = &self->items[i];
        if (day->kind != ORDINARY) {
            kept->list[kept->count++] = (struct rule_holiday){day->civil_day, (enum rule_holiday_kind)day->kind};
        }
    }
    *out = kept;
    return OK;
}

enum err holidays_compile(const struct holidays_table *tables, size_t count, struct holidays **out, struct fault *fault)
{
    struct days days = {.items = calloc(HOLIDAYS_MAX, sizeof *days.items)};
    enum err err = days.items ? OK : ERR_NOMEM;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = table_read(&days, i, &tables[i], fault);
    }
    err = err == OK ? days_keep(&days, out) : err;
    free(days.items);
    return err;
}

struct holidays *holidays_builtin(void)
{
    struct holidays *self = NULL;
    const struct holidays_table table = {"holidays.tsv", embedded_find(recognition_files, "holidays.tsv")};

    BUG_ON(!table.text.ptr || holidays_compile(&table, 1, &self, NULL) != OK);
    return self;
}

void holidays_free(struct holidays *self)
{
    free(self);
}

const struct rule_holiday *holidays_list(const struct holidays *self, size_t *count)
{
    *count = self->count;
    return self->list;
}
