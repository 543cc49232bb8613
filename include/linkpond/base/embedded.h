/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_EMBEDDED_H
#define LINKPOND_BASE_EMBEDDED_H

#include "linkpond/base/str.h"

/* Files built into the program (src/tools/embed_files.c). A table ends with a row whose name is empty. */
struct embedded {
    const char *name; /* file name without its folder; of the desk's files the path below src/web/desk */
    const char *bytes;
    size_t len;
};
extern const struct embedded recognition_files[]; /* config/ *.tsv */
extern const struct embedded web_files[];         /* src/web/ * */
extern const struct embedded desk_files[];        /* src/web/desk/ ** */

/* The bytes of that file; an empty slice with ptr NULL when there is none. */
str embedded_find(const struct embedded *table, const char *name);

#endif
