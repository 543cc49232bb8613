/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REDIRECT_VISITOR_H
#define LINKPOND_HTTP_REDIRECT_VISITOR_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/request.h"
#include "visitor_cookie.h"

/*
 * Who is it? Asked of a visit that may count, where the install numbers visitors by a cookie: for every link, or only
 * for those that carry a click id to their target, because there a later event will be credited. Who says no (Sec-GPC,
 * DNT, the privacy page) gets no number, and loses the one there is.
 */
struct visitor {
    int64_t number;   /* 0: the ledger finds one by the day's hash */
    unsigned signals; /* the visit's, with SIGNAL_COOKIE when the number came with it */
    str set_cookie;   /* what to answer; empty = nothing */
};
/* cookie NULL: this install sets none. set_cookie lives in `memory`. */
void redirect_visitor(struct engine *engine, struct visitor_cookie *cookie, const struct request *request,
                      const struct verdict *verdict, char memory[VISITOR_COOKIE_MAX], struct visitor *out);

#endif
