/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REDIRECT_H
#define LINKPOND_HTTP_REDIRECT_H

#include "linkpond/engine/engine.h"
#include "linkpond/engine/live_token.h"
#include "linkpond/http/reply.h"

/*
 * The redirect plane's only handler: resolve, append to the journal, answer, in this order, so that what was answered
 * is recorded. On a cache hit: no malloc of ours, no SQL, no lock. It knows no sockets.
 */
struct redirect;
struct redirect_opts {
    struct engine *engine;
    const char *public_url; /* where /-/ paths are answered, without a trailing slash */
};
struct redirect *redirect_new(const struct redirect_opts *opts);
void redirect_free(struct redirect *self);

/* What one redirect thread owns. Replies point into it: send one before making the next. */
#define REDIRECT_PAGE_MAX 8192
struct redirect_lane {
    unsigned lane; /* the journal's */
    int64_t unknown_second;
    unsigned unknown_count;        /* misses recorded in that second */
    unsigned pages;                /* visitors led to pages of live codes */
    struct visitor_cookie *cookie; /* NULL: nobody is numbered by cookie */
    struct live_seal *seal;        /* for the pages of live codes */
    struct click_ids *click_ids;   /* NULL: no click gets an id */
    unsigned click_turn;           /* of the keys that these were made of (click_keyring.h) */
    struct resolver_scratch scratch;
    char host[LIMIT_HOST + 8];
    char location[LIMIT_LOCATION + LIMIT_URI];
    char set_cookie[160];
    char page[REDIRECT_PAGE_MAX];
};
/* Of a request that is coming in its path is known, as it was sent: what its look-up will need is asked of memory, in
 * two steps with other work between and after them, because the second needs what the first brings. redirect_handle
 * does not rely on it. Threads as redirect_handle. */
void redirect_foresee(const struct redirect *self, str raw_path);
void redirect_foresee_link(const struct redirect *self, str raw_path);
/* GET and HEAD; others get 405. The request needs no arena. The thread must be registered with the cache. */
void redirect_handle(struct redirect *self, struct redirect_lane *lane, const struct request *request,
                     struct reply *reply);

/* What the headers tell about who asks: enum click_signal. Pure. */
unsigned redirect_signals(const struct request *request);

/* Misses one address may make at once and then per second, before it gets 429 for further misses (never for links that
 * exist): slow enough to make guessing codes pointless, fast enough for an office behind one address. */
#define MISSES_BURST      200
#define MISSES_PER_SECOND 20

#endif
