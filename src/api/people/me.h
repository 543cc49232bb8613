/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_ME_H
#define LINKPOND_API_ME_H

#include "linkpond/api/call.h"

/* Answers who asks, what they may, and where; with `session` also by what they came in and until when. */
void me_answer(struct ctx *ctx, struct request *request, struct reply *reply, int status, bool session);

/* Does the caller speak for themselves? A key that was given away for one owner's links is not its user's own hand. On
 * false the reply is the problem. */
bool me_is_self(const struct request *request, struct reply *reply);
/* So that a list of keys or sessions tells of the uses just now too. Waits for the writer. */
void me_store_uses(struct ctx *ctx);

#endif
