/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_WECOM_SEAL_H
#define LINKPOND_SRC_API_DEALS_WECOM_SEAL_H

#include "linkpond/base/arena.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"

/* A callback's token and key, which are needed as they are, are kept sealed under the installation's own key. */
#define WECOM_TOKEN_PART STR("wecom.token")
#define WECOM_KEY_PART   STR("wecom.key")
enum err wecom_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str text, str *out);
/* ERR_CORRUPT: it was sealed under another key, or was changed. */
enum err wecom_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str sealed, str *out);

#endif
