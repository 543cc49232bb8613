/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_JSON_SCAN_H
#define LINKPOND_BASE_JSON_SCAN_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"

/* Private to json.c: the strict pass over the text before cJSON sees it. */

/* OK only for a text that cJSON takes whole and reads as we do; *values is then the number of nodes of its tree.
 * ERR_MALFORMED with a filled fault, or ERR_NOMEM. The arena holds unescaped names for the comparison. */
enum err json_scan(struct arena *arena, str text, size_t *values, struct fault *fault);

/* The next number token of a text that passed json_scan, in document order; moves *cursor behind it. */
str json_scan_next_number(str text, size_t *cursor);
/* RFC 8259 makes no difference between integers and others; we do: an integer has neither '.' nor exponent. */
bool json_scan_is_integer(str number);

#endif
