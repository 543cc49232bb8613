/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_LIVE_H
#define LINKPOND_HTTP_LIVE_H

#include "linkpond/http/router.h"

/* GET /-/live/TOKEN: what a live code leads to when that is no address but a picture or words
 * (docs/decisions/0018-live-codes.md). Looking again shows the same target as it is now and takes no other place. */
void live_get(struct ctx *ctx, struct request *request, struct reply *reply);
/* POST /-/live/TOKEN/pressed: the code was held or saved, or the button pressed; once a token. */
void live_pressed(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
