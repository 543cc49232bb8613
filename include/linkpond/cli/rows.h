/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_ROWS_H
#define LINKPOND_CLI_ROWS_H

#include "linkpond/cli/command.h"

/* A table of any length to the API, which tells of its rows while it reads them. */

/* A regular file of what `file` holds, "-" = stdin, from its start; close(*out). ERR_NOT_FOUND, ERR_IO. */
enum err rows_open(const char *file, int *out, struct fault *fault);
/* Posts it as CSV to `path` (with its query) and prints the answer as it comes: what was refused and the sums, or with
 * --json every line as it is; on a terminal the rows done so far. ERR_INVALID when a row was refused, told already;
 * ERR_IO when the report has no end. */
enum err rows_send(struct cli *cli, const char *file, struct buf *path, struct fault *fault);

#endif
