/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_SINK_H
#define LINKPOND_CLI_SINK_H

#include "linkpond/cli/command.h"

/* Where a download goes: stdout, or a file that appears whole or not at all. */
struct sink {
    FILE *file;
    const char *path, *part; /* NULL = stdout */
};
/* path NULL or "-" = stdout. */
enum err sink_open(struct sink *self, struct arena *arena, const char *path, struct fault *fault);
/* For client_request: arg is the sink. */
bool sink_take(void *arg, str bytes);
/* Puts the file in its place, or, when `err` says that the download failed, removes what came. Returns err, or what
 * went wrong here. */
enum err sink_close(struct sink *self, enum err err, struct fault *fault);

#endif
