/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_PASSWORD_H
#define LINKPOND_MODEL_PASSWORD_H

#include "linkpond/base/err.h"

/* What a password may be: length and rarity, no rule about kinds of characters (NIST SP 800-63B 5.1.1). */
#define PASSWORD_CHARACTERS_MIN 10
#define PASSWORD_BYTES_MAX      256

/* ERR_INVALID naming `field`: too_short, too_long, bad_character (not UTF-8), too_common (config/passwords.tsv, a run,
 * few different characters) or is_login (the login name, its part before the @, either written twice). */
enum err password_check(const char *field, str login, str password, struct fault *fault);

#endif
