/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_REPOINTS_H
#define LINKPOND_API_REPOINTS_H

#include "linkpond/api/call.h"
#include "linkpond/engine/repoint.h"

/* Answers what a repoint that was found good would do to the links of that filter. */
void repoints_preview(struct ctx *ctx, struct request *request, struct reply *reply, const struct repoint *repoint,
                      struct links_filter *filter);

#endif
