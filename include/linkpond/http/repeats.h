/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REPEATS_H
#define LINKPOND_HTTP_REPEATS_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/reply.h"
#include "linkpond/store/keys.h"

/*
 * A client that lost our answer asks again with the same Idempotency-Key and gets the first answer again
 * (draft-ietf-httpapi-idempotency-key-header-07). The router does this for every route that knows its caller; the form,
 * which is its own door, does it with the token of its page.
 */
struct repeats;
struct repeats *repeats_new(struct engine *engine);
void repeats_free(struct repeats *self);

struct repeat {
    bool active;   /* the request has a key, and it is ours to run */
    bool answered; /* the stored answer is in the reply: do not do the work */
    bool kept;     /* the answer was stored together with the work */
    struct repeat_running *running;
    str key;
    uint8_t hash[KEY_HASH_BYTES];
};
struct repeat_opts {
    str key;   /* of the caller's API key; empty = this is never a repeat */
    bool wait; /* when the first still runs wait for its answer, else ERR_IN_PROGRESS: for who sees only the last one */
};
/* ERR_INVALID (the key), ERR_KEY_REUSED, ERR_IN_PROGRESS, ERR_UNAVAILABLE. After OK, repeat_end must be called; when it
 * is active, request->repeat is `out` until then. */
enum err repeat_begin(struct repeats *self, const struct request *request, const struct repeat_opts *opts,
                      struct reply *reply, struct repeat *out, struct fault *fault);
/* Keeps the finished answer for repeats of this request, in the transaction that does the work. OK without a key; an
 * error when the answer cannot be kept, and the work should then be undone. */
enum err repeat_keep(struct db *db, const struct request *request, const struct reply *reply);
/* Answers that were not kept with their work are kept now for a day, unless it is one that a repeat should try to
 * better (429, 5xx), a stream, or one that shows a secret. */
void repeat_end(struct repeats *self, const struct request *request, const struct reply *reply, struct repeat *repeat);

#endif
