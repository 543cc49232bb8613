/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_PREVIEW_H
#define LINKPOND_HTTP_PREVIEW_H

#include "linkpond/http/router.h"

/* GET /-/preview?code=…&host=…: the page behind CODE+: host of the target and title, for people who look before they
 * leap. Never a click. Wrong guesses are limited per address, or this would be a way round the limit on the codes
 * themselves. */
void preview_get(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
