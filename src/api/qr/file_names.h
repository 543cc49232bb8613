/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_FILE_NAMES_H
#define LINKPOND_API_FILE_NAMES_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"

/* Names of downloads after what people call a thing, such that every system takes them. Pure. */
#define FILE_STEM_MAX 96 /* bytes: with a number and an ending still far below what file systems and archives hold */

/* The text without what some system refuses in a name (/ \ : * ? " < > | and control characters, dots and blanks at the
 * ends, the names of DOS devices), cut at a character; `fallback` when nothing is left. No ending is added. */
str file_stem(struct arena *arena, str text, str fallback);
/* The value of a Content-Disposition (RFC 6266): `ascii` for old programs, the stem for all others. */
str file_disposition(struct arena *arena, str stem, str ascii, const char *ending);

/* Names that were given, so that none is given twice: "A", "A (2)", … Compared without ASCII case, as some systems do.
 */
struct file_names {
    struct arena *arena;
    str *slots;
    size_t cap;
};
bool file_names_init(struct file_names *self, struct arena *arena, size_t count_max);
/* The stem, numbered when somebody has it. At most count_max times. The empty slice when memory ran out. */
str file_names_take(struct file_names *self, str stem);

#endif
