/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_ROBOT_SEAL_H
#define LINKPOND_ENGINE_ROBOT_SEAL_H

#include "linkpond/base/crypt.h"
#include "linkpond/store/robots.h"

/* A robot's address and secrets, which are needed as they are and therefore not hashed: sealed under the installation's
 * own key, opened only to post. Whoever has the whole database has that key too. */
enum robot_part { ROBOT_PART_URL, ROBOT_PART_SECRET };
/* In the arena; an empty text stays empty. */
enum err robot_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, enum robot_part part, str text, str *out);
/* ERR_CORRUPT: it was sealed under another key, or was changed. */
enum err robot_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, enum robot_part part, str sealed,
                      str *out);
/* What of an address may be shown: where it leads, and its last characters, by which people tell two apart. */
#define ROBOT_URL_SHOWN_MAX 320
str robot_url_shown(str url, char out[ROBOT_URL_SHOWN_MAX]);

/* The opened parts into the letter: address, secret, and the one before while it still signs. */
enum err robot_address(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, const struct robot *robot,
                       int64_t now_ms, struct robot_letter *letter);

#endif
