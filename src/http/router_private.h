/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_ROUTER_PRIVATE_H
#define LINKPOND_HTTP_ROUTER_PRIVATE_H

#include "linkpond/http/router.h"

/* ---- finding the row (router_match.c) -------------------------------------------------------------------------- */
struct match {
    const struct route *route;   /* NULL: no row has that path and method */
    unsigned methods;            /* bit per enum method that rows of that path take; 0 = nobody knows the path */
    str params[PATH_PARAMS_MAX]; /* as sent; decode before use */
};
/* Literal segments win over ":name". HEAD finds the row of GET. */
void routes_match(const struct route *const *tables, enum plane plane, enum method method, str path, struct match *out);
/* "GET, HEAD, POST" into `out`. */
void methods_format(unsigned methods, struct buf *out);

#endif
