/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_INLET_H
#define LINKPOND_SRC_API_DEALS_INLET_H

#include "linkpond/api/call.h"
#include "linkpond/base/crypt.h"

/* What all addresses that others call with events share. */

/* A secret that is needed as it is, is kept sealed under the installation's own key. */
#define WECOM_TOKEN_PART STR("wecom.token")
#define WECOM_KEY_PART   STR("wecom.key")
#define POSTBACK_PART    STR("postback.secret")
enum err inlet_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str text, str *out);
/* ERR_CORRUPT: it was sealed under another key, or was changed. */
enum err inlet_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str sealed, str *out);

/* It was called now: written down once a minute at most, in a transaction that others wait for. */
void inlet_heard(struct ctx *ctx, const struct request *request, int64_t id, int64_t before_ms,
                 enum err (*write)(struct db *db, int64_t id, int64_t now_ms));

/* Charges one call to the address it came from. 0 = go on, else the seconds to wait. */
int64_t inlet_wait_s(const struct ctx *ctx, const struct request *request);

#endif
