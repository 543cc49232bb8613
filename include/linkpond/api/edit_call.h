/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_EDIT_CALL_H
#define LINKPOND_API_EDIT_CALL_H

#include "linkpond/api/call.h"

/* An edit and its answer. When the request may be repeated (Idempotency-Key) `write` runs on the writer thread within
 * the edit's transaction and the answer is kept in it, so that a repeat never does the work twice; else it runs
 * afterwards. Edit as edit_call_actor(), then call edit_call_answer() unless the edit failed: then the reply is a
 * problem, whatever `write` had put there. */
struct edit_call {
    struct ctx *ctx;
    struct request *request;
    struct reply *reply;
    enum err (*write)(struct edit_call *self, struct db *db, const struct editor_seen *seen);
    void *arg; /* write's */
    /* Its own: */
    bool written;
    struct actor actor;
    struct editor_witness witness;
};
const struct actor *edit_call_actor(struct edit_call *self);
void edit_call_answer(struct edit_call *self, const struct editor_seen *seen);

/* A `write` for what leaves nothing to show: 204. */
enum err edit_call_gone(struct edit_call *self, struct db *db, const struct editor_seen *seen);

#endif
