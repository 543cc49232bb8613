/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_TABLE_H
#define LINKPOND_CLI_TABLE_H

#include "linkpond/cli/command.h"

/* Columns for people. Widths count as a terminal shows them: Chinese characters take two places. */
#define TABLE_COLUMNS_MAX 10
struct table {
    struct arena *arena;
    size_t columns;
    str *cells; /* row by row, the heads first */
    size_t count, cap;
    unsigned right; /* bit per column that holds numbers */
};
void table_init(struct table *self, struct arena *arena, size_t columns, unsigned right);
/* `columns` cells; texts are lent until printed. A table that ran out of memory prints what it has. */
void table_row(struct table *self, const str *cells);
void table_print(const struct table *self);
/* Places a text takes on a terminal. */
size_t table_width(str text);

/* Values of an answer as cells: numbers in decimal, true and false as words, null and what is missing as empty, lists
 * joined by ", ". Built in the arena. */
str cell_of(struct arena *arena, const struct json *value);
str cell_at(struct arena *arena, const struct json *object, const char *name);
/* An object's `value`, in minor units of its `currency`, as people write it: "1,280.00 CNY". As it is where no known
 * currency stands beside it. */
str cell_money(struct arena *arena, const struct json *object);
/* An object as lines "name  value"; members that are objects show as name.member, value and currency as one line. */
void table_print_object(struct arena *arena, const struct json *object);

#endif
