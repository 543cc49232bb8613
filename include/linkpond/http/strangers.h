/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_STRANGERS_H
#define LINKPOND_HTTP_STRANGERS_H

#include "linkpond/base/addr.h"
#include "linkpond/http/request.h"

/*
 * What anybody may make without signing in, and how much of it: so many from one address (an IPv6 one counts as its
 * /64), so many an hour from all of them together. A form that makes something carries a token that our own page gave
 * out not long ago, so what was never shown a form makes nothing. Thread-safe.
 */
#define STRANGER_BURST       10
#define STRANGER_PER_HOUR    30
#define STRANGER_TOKEN_MS    (6 * INT64_C(3600000)) /* as long as a page may be left open */
#define STRANGER_TOKEN_CHARS 32

struct strangers;
/* per_hour: of all together, at least 1, never exceeded in any hour. secret: of the installation, so that a form shown
 * before a restart still works after it. */
struct strangers *strangers_new(int64_t per_hour, const uint8_t secret[16]);
void strangers_free(struct strangers *self);

/* Charge one. 0 = go on, else the seconds to wait (answer 429). */
int64_t strangers_charge_address(struct strangers *self, const struct addr *client);
int64_t strangers_charge_all(struct strangers *self);

/* For a hidden field of the form; each is another one. */
str strangers_token(const struct strangers *self, int64_t now_ms, char out[STRANGER_TOKEN_CHARS + 1]);
bool strangers_token_is_good(const struct strangers *self, str token, int64_t now_ms);

#endif
