/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_JSON_ESCAPE_H
#define LINKPOND_BASE_JSON_ESCAPE_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"

/* Private to json_scan.c: the escapes of JSON strings, RFC 8259 section 7. */

/* The UTF-16 unit that the four hex digits at s[from] name; -1 when there are none. */
int32_t json_escape_unit(str s, size_t from);
bool json_escape_is_high(int32_t unit);
bool json_escape_is_low(int32_t unit);
/* What the bytes between the quotes stand for. `raw` was found valid, and is given back when it has no escape. */
enum err json_unescape(struct arena *arena, str raw, str *plain);

#endif
