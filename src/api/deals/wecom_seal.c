/* SPDX-License-Identifier: MIT */
#include "wecom_seal.h"

enum err wecom_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str text, str *out)
{
    uint8_t *sealed = arena_alloc(arena, text.len + SEAL_EXTRA);

    if (!sealed) {
        return ERR_NOMEM;
    }
    crypt_seal(key, part, text, sealed);
    *out = (str){(const char *)sealed, text.len + SEAL_EXTRA};
    return OK;
}

enum err wecom_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str sealed, str *out)
{
    char *text = arena_alloc(arena, sealed.len + 1);
    size_t len = 0;

    if (!text) {
        return ERR_NOMEM;
    }
    if (!crypt_unseal(key, part, sealed, text, &len)) {
        return ERR_CORRUPT;
    }
    *out = (str){text, len};
    return OK;
}
