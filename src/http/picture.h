/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_PICTURE_H
#define LINKPOND_HTTP_PICTURE_H

#include "linkpond/http/router.h"

/* GET /-/image/NAME: a picture of a live code's page. What stands under a name never changes, so it is kept for ever by
 * whoever asks. */
void picture_get(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
