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

/* ---- repeats (router_repeat.c) --------------------------------------------------------------------------------- */
/* Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07). */
struct repeats;
struct repeats *repeats_new(struct engine *engine);
void repeats_free(struct repeats *self);
struct repeat {
    bool active;   /* the request has a key, and it is ours to run */
    bool answered; /* the stored answer is in the reply: do not call the handler */
    bool kept;     /* the answer was stored together with the work */
    struct repeat_running *running;
    str key;
    uint8_t hash[KEY_HASH_BYTES];
};
/* ERR_INVALID (the key), ERR_KEY_REUSED, ERR_IN_PROGRESS, ERR_UNAVAILABLE. After OK, repeat_end must be called. */
enum err repeat_begin(struct repeats *self, const struct request *request, struct reply *reply, struct repeat *out,
                      struct fault *fault);
/* Keeps the answer for a day, unless it is one that a repeat should try to better (429, 5xx) or a stream. */
void repeat_end(struct repeats *self, const struct request *request, const struct reply *reply, struct repeat *repeat);

#endif
