/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_HOLIDAYS_H
#define LINKPOND_MODEL_HOLIDAYS_H

#include "linkpond/model/rule.h"

/*
 * Days that are not what their weekday says (config/holidays.tsv; format in its first lines), for the schedules of
 * rules. Compiled once and then read-only, shared by threads. At most HOLIDAYS_MAX days of all tables together.
 */
#define HOLIDAYS_MAX 4096
struct holidays;

/* A table's text and the name by which faults call it. What an earlier table says of a day stands. */
struct holidays_table {
    const char *file;
    str text;
};
/* The texts are not needed afterwards. On ERR_INVALID the fault names file and line. */
enum err holidays_compile(const struct holidays_table *tables, size_t count, struct holidays **out,
                          struct fault *fault);
struct holidays *holidays_builtin(void); /* from the table built in; aborts if it is broken (a test prevents that) */
void holidays_free(struct holidays *self);
/* As rule_set wants them: in order, each day once. Lent. */
const struct rule_holiday *holidays_list(const struct holidays *self, size_t *count);

#endif
