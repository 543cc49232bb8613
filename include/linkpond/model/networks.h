/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_NETWORKS_H
#define LINKPOND_MODEL_NETWORKS_H

#include "linkpond/base/addr.h"
#include "linkpond/base/err.h"

/*
 * The data centres a platform looks from (config/networks.tsv; format in its first lines). Compiled once and then
 * read-only, shared by threads. At most NETWORKS_MAX of all tables together; which table a network stands in makes no
 * difference.
 */
#define NETWORKS_MAX 4096
struct networks;

/* A table's text and the name by which faults call it. */
struct networks_table {
    const char *file;
    str text;
};
/* The texts are not needed afterwards. On ERR_INVALID the fault names file and line. */
enum err networks_compile(const struct networks_table *tables, size_t count, struct networks **out,
                          struct fault *fault);
struct networks *networks_builtin(void); /* from the table built in; aborts if it is broken (a test prevents that) */
void networks_free(struct networks *self);
bool networks_contain(const struct networks *self, const struct addr *ip);

#endif
