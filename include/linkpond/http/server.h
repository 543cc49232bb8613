/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_SERVER_H
#define LINKPOND_HTTP_SERVER_H

#include "linkpond/http/router.h"

/*
 * The listeners. REDIRECT: one thread per core, each with its own SO_REUSEPORT socket and epoll loop. ADMIN and PUBLIC:
 * thread per connection, bounded. The wire library's holes are closed here: requests it misreads (two Content-Length,
 * Content-Length with Transfer-Encoding, any transfer coding but one `chunked`, header names with non-token bytes, two
 * Hosts) get 400 and a closed connection before any effect; the raw request target is decoded by us.
 */
struct server;
struct server_opts {
    struct engine *engine;
    struct router *router;
    const char *redirect_listen, *admin_listen, *public_listen; /* HOST:PORT, port 0 = any */
    unsigned redirect_threads;                                  /* = engine lanes */
    const struct cidr *trusted_proxies;
    size_t trusted_proxies_count;
    int idle_timeout_s;
    int64_t request_deadline_ms; /* head and body must have come within */
};
/* ERR_BUSY when a port is taken (the fault names it), ERR_FORBIDDEN when binding is not allowed. */
enum err server_start(const struct server_opts *opts, struct server **out, struct fault *fault);
/* Stops accepting, finishes what is being answered (bounded), ends the threads. */
void server_stop(struct server *self);
/* "http://127.0.0.1:8080" as really bound. */
struct server_addresses {
    char redirect[64], admin[64], public[64];
};
void server_addresses(const struct server *self, struct server_addresses *out);

#endif
