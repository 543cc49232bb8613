/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_BOOT_H
#define LINKPOND_CLI_BOOT_H

#include "linkpond/cli/command.h"
#include "linkpond/http/server.h"

/* From settings to the running parts; the same for a daemon and for a command that opens the folder itself. The arena
 * and the settings must live as long as what was opened. */

/* redirect_threads, or one per core this process may use. */
unsigned boot_lanes(const struct settings *settings);
enum err boot_engine(struct arena *arena, const struct settings *settings, const char *data_dir, unsigned lanes,
                     struct engine **out, struct fault *fault);
/* Aborts when memory runs out: this happens at start. */
struct router *boot_router(struct arena *arena, struct engine *engine, const struct settings *settings);
/* The settings' trusted_proxies; NULL when memory ran out. */
const struct cidr *boot_proxies(struct arena *arena, const struct settings *settings);

#endif
