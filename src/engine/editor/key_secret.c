/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/key_secret.h"

#include "linkpond/base/base62.h"
#include "linkpond/base/crypt.h"

/* "lp_" tells secret scanners and people what it is; 43 digits of base62 are 256 bits, so one round of SHA-256 is
 * enough to keep it: there is nothing to guess that salt or a slow hash would protect. */
#define SECRET_DIGITS 43

static char random_digit(void)
{
    uint8_t byte;

    do {
        crypt_random(&byte, 1);
    } while (byte >= 4 * 62); /* else the first digits would come more often */
    return base62_digit(byte % 62);
}

static void add_digits(char *out)
{
    for (size_t i = 0; i < SECRET_DIGITS; i++) {
        out[i] = random_digit();
    }
    out[SECRET_DIGITS] = '\0';
}

void token_secret_make(char secret[USER_TOKEN_MAX], struct user_token *token)
{
    add_digits(secret);
    crypt_sha256((str){secret, SECRET_DIGITS}, token->hash);
}

void key_secret_make(char secret[KEY_SECRET_MAX], struct api_key *key)
{
    const size_t len = 3 + SECRET_DIGITS;

    memcpy(secret, "lp_", 3);
    add_digits(secret + 3);
    crypt_sha256((str){secret, len}, key->hash);
    key->prefix = (str){secret, KEY_PREFIX_LEN};
}
