/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_ROBOTS_H
#define LINKPOND_API_ROBOTS_H

#include "linkpond/api/call.h"

/* The id that the path names. On false the reply is the problem. */
bool robots_path_id(struct request *request, struct reply *reply, int64_t *id);

#endif
