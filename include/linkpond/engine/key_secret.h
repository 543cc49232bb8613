/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_KEY_SECRET_H
#define LINKPOND_ENGINE_KEY_SECRET_H

#include "linkpond/engine/editor.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/users.h"

#define KEY_PREFIX_LEN 9
/* A new secret, and in `key` its hash (SHA-256 of the whole text) and prefix. The prefix is lent from `secret`. */
void key_secret_make(char secret[KEY_SECRET_MAX], struct api_key *key);
/* The token of a one-time link, and in `token` its hash. */
void token_secret_make(char secret[USER_TOKEN_MAX], struct user_token *token);

#endif
