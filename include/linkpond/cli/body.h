/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_BODY_H
#define LINKPOND_CLI_BODY_H

#include "linkpond/cli/command.h"

/* Members of a JSON body from the flags that have a place in it: --utm-source x becomes "utm_source": "x", --tag a
 * --tag b becomes "tags": ["a", "b"], and "--clear NAME" becomes "name": null. The object must be open. ERR_USAGE names
 * a number or true/false that is none. */
enum err body_write_flags(const struct args *args, struct json_writer *json, struct fault *fault);

#endif
