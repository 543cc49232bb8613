/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_LISTING_H
#define LINKPOND_CLI_LISTING_H

#include "linkpond/cli/client.h"
#include "linkpond/cli/table.h"

/* The items of a collection, as a table for people; with --json the answer as it came. */
struct listing_column {
    const char *name; /* of the item's member that is shown */
    const char *head, *head_zh;
    bool right;                                                /* numbers */
    str (*cell)(struct arena *arena, const struct json *item); /* instead of the member; built in the arena */
};
/* GET of `path` (NULL: it was too long), which is short enough for one page. At most TABLE_COLUMNS_MAX columns. */
enum err listing_print(struct cli *cli, const char *path, const struct listing_column *columns, size_t count,
                       struct fault *fault);

#endif
