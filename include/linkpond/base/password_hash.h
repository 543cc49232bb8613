/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_PASSWORD_HASH_H
#define LINKPOND_BASE_PASSWORD_HASH_H

#include "linkpond/base/err.h"

/*
 * Passwords at rest: scrypt with a salt of its own each, as a PHC string
 * (github.com/P-H-C/phc-string-format): "$scrypt$ln=15,r=8,p=1$<salt>$<hash>", base64 without padding. The strength
 * stands in the text, so that it can be raised later: what is weaker than today's counts as outdated and is written
 * anew when its owner signs in. Each call takes 32 MiB and some 50 ms of a core: callers bound how many run at once.
 */
#define PASSWORD_HASH_TEXT_MAX 128
/* ERR_NOMEM. *out lies in the memory given. */
enum err password_hash_make(str password, char memory[PASSWORD_HASH_TEXT_MAX], str *out);
/* Is it that password? ERR_CORRUPT: that is no hash of ours. `outdated` may be NULL. */
enum err password_hash_check(str hash, str password, bool *same, bool *outdated);

#endif
