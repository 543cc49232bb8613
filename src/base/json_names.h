/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_JSON_NAMES_H
#define LINKPOND_BASE_JSON_NAMES_H

#include "linkpond/base/err.h"

/* Private to json_scan.c: the member names of all open objects, innermost last, to find duplicates. */
struct json_names {
    struct json_name *items;
    size_t count, cap;
};

/* `at` is where in the text the name stands. The bytes are borrowed. */
enum err json_names_push(struct json_names *self, str name, size_t at);
/* Takes the names from index `own` on away; true when one stands there twice, *duplicate_at is then the later one. */
bool json_names_pop(struct json_names *self, size_t own, size_t *duplicate_at);
void json_names_done(struct json_names *self);

#endif
