/* SPDX-License-Identifier: MIT */
#include "linkpond/base/embedded.h"

str embedded_find(const struct embedded *table, const char *name)
{
    for (const struct embedded *row = table; row->name[0]; row++) {
        if (strcmp(row->name, name) == 0) {
            return (str){row->bytes, row->len};
        }
    }
    return (str){NULL, 0};
}
