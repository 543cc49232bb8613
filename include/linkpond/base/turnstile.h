/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_TURNSTILE_H
#define LINKPOND_BASE_TURNSTILE_H

#include "linkpond/base/err.h"

/* So many threads inside at once, so many more waiting, and no more: for work that takes much memory or time. Any
 * thread. */
struct turnstile;
struct turnstile *turnstile_new(unsigned at_once, unsigned waiting_max); /* NULL: out of memory */
void turnstile_free(struct turnstile *self);                             /* NULL is fine; nobody may be inside */
/* ERR_UNAVAILABLE at once when as many wait as may; else OK when there is room, and turnstile_leave must follow. */
enum err turnstile_enter(struct turnstile *self);
void turnstile_leave(struct turnstile *self);

#endif
