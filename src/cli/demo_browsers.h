/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_BROWSERS_H
#define LINKPOND_SRC_CLI_DEMO_BROWSERS_H

#include "linkpond/base/idmap.h"

/* What visitors' browsers keep of what they were told: their cookies. */
#define BROWSER_KEEPS 48

struct browsers {
    struct idmap places; /* number -> place in kept, from 1 */
    char (*kept)[BROWSER_KEEPS];
    size_t cap;
};
void browsers_init(struct browsers *self);
void browsers_done(struct browsers *self);
/* What that browser keeps, at first nothing, to be read and changed before the next call. NULL: number is 0, or memory
 * ran out, and nothing is kept. */
char *browsers_keep(struct browsers *self, uint64_t number);

#endif
