/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_PASSWORDS_H
#define LINKPOND_HTTP_PASSWORDS_H

#include "linkpond/base/password_hash.h"

/*
 * The one place where passwords are hashed: two at once at most, a few wait, and who comes after that is told to try
 * again. So a crowd at the sign-in page costs two cores and 64 MiB, whatever its size. Thread-safe.
 */
struct passwords;
#define PASSWORDS_AT_ONCE 2
#define PASSWORDS_WAITING 16 /* under a second of waiting */
struct passwords *passwords_new(unsigned at_once, unsigned waiting_max);
void passwords_free(struct passwords *self);
/* An empty hash is one that no password fits, found out in the same time. ERR_UNAVAILABLE: too many wait. ERR_NOMEM,
 * ERR_CORRUPT. */
enum err passwords_check(struct passwords *self, str hash, str password, bool *right, bool *outdated);
enum err passwords_make(struct passwords *self, str password, char memory[PASSWORD_HASH_TEXT_MAX], str *out);
/* A place at the work itself, for what is tested: ERR_UNAVAILABLE as above. */
enum err passwords_enter(struct passwords *self);
void passwords_leave(struct passwords *self);

#endif
