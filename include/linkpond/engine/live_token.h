/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LIVE_TOKEN_H
#define LINKPOND_ENGINE_LIVE_TOKEN_H

#include "linkpond/base/str.h"

/*
 * What a visitor carries from the redirect to the page of a live code: which target was chosen for them and when, as
 * "<public_url>/-/live/<token>". Sealed in one AES block under a key of its own, so that nobody can walk through
 * targets; looking again shows the same target and takes no other place. A page is shown for a day after its click, so
 * what a guess opens must end in 16 zeros, name one of the targets there are (2^20 at most, of 2^48) and a time of the
 * last day (2^27 ms, of 2^48): less than once in 2^64. It is renewed by the short link, to which an old one leads back;
 * all of them end when the installation gets another cookie key.
 */
struct live_token {
    int64_t target_id;  /* below 2^48 */
    int64_t clicked_ms; /* time of the click in the ledger; below 2^48 */
    uint16_t number;    /* tells visits of one target and millisecond apart */
    uint32_t page;      /* of what was read: live_token_page */
};
struct live_seal;
/* key: engine->cookie_key, from which this one's is made. One thread at a time, as it is a cipher at work. */
struct live_seal *live_seal_new(const uint8_t key[16]);
void live_seal_free(struct live_seal *self);
#define LIVE_TOKEN_PATH "/-/live/"
#define LIVE_TOKEN_MAX  33 /* with its NUL */
str live_token_write(struct live_seal *self, const struct live_token *token, char out[LIVE_TOKEN_MAX]);
bool live_token_read(struct live_seal *self, str text, struct live_token *out);
/* Of a token, or of an address that ends in one: by what its visit and its press are known as one, together with target
 * and time, where nobody has the key at hand. 0: it ends in none. */
uint32_t live_token_page(str text);

#endif
