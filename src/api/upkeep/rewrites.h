/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_REWRITES_H
#define LINKPOND_SRC_API_REWRITES_H

#include "linkpond/api/call.h"
#include "linkpond/store/rewrites.h"

/* One rewrite of history as calls tell of it: an object. */
void rewrite_write(struct json_writer *json, const struct rewrite *rewrite);

#endif
