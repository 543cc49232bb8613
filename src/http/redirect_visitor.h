/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REDIRECT_VISITOR_H
#define LINKPOND_HTTP_REDIRECT_VISITOR_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/request.h"
#include "visitor_cookie.h"

/*
 * Who is it? Asked of a visit that may count, where the install numbers visitors by a cookie: for every link, or only
 * for those that carry a click id to their target, because there a later event will be credited, and for live codes
 * that know their visitors. Who says no (Sec-GPC, DNT, the privacy page) gets no number, and loses the one there is.
 */
struct visitor {
    int64_t number;   /* 0: the ledger finds one by the day's hash */
    unsigned signals; /* the visit's, with SIGNAL_COOKIE when the number came with it */
    str set_cookie;   /* what to answer; empty = nothing */
};
/* The same for live codes, which have to know who comes before they choose: resolver_resolve() asks through it. */
struct visitor_ask {
    struct engine *engine;
    struct visitor_cookie *cookie; /* NULL: this install sets none */
    const struct request *request;
    str user_agent;
    unsigned signals;
    char *memory; /* VISITOR_COOKIE_MAX bytes, where set_cookie lives */
    bool asked;   /* visitor is set */
    struct visitor visitor;
};
void redirect_ask_visitor(void *arg, struct visitor_asked *out); /* arg: a struct visitor_ask */
/* Who it is, when the answer stands. */
void redirect_visitor(struct visitor_ask *ask, const struct verdict *verdict, struct visitor *out);

#endif
