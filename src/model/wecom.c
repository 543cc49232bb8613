/* SPDX-License-Identifier: MIT */
#include "linkpond/model/wecom.h"

#include "linkpond/base/base64.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"

#define BLOCK        32 /* of the padding */
#define RANDOM_BYTES 16
#define LENGTH_BYTES 4

bool wecom_key_read(str encoding_aes_key, uint8_t key[WECOM_KEY_BYTES])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[WECOM_KEY_LEN];
    uint8_t bytes[WECOM_KEY_BYTES];
    size_t len = 0;

    if (encoding_aes_key.len != WECOM_KEY_LEN) {
        return false;
    }
    memcpy(text, encoding_aes_key.ptr, sizeof text);
    const char *last = memchr(digits, text[WECOM_KEY_LEN - 1], sizeof digits - 1);
    if (!last) {
        return false;
    }
    text[WECOM_KEY_LEN - 1] = digits[(last - digits) & ~3];
    if (!base64_decode((str){text, sizeof text}, bytes, sizeof bytes, &len) || len != sizeof bytes) {
        return false;
    }
    memcpy(key, bytes, sizeof bytes);
    crypt_cleanse(bytes, sizeof bytes);
    crypt_cleanse(text, sizeof text);
    return true;
}

/* ---- signatures -------------------------------------------------------------------------------------------------- */

static void sort(str parts[4])
{
    for (int i = 1; i < 4; i++) {
        for (int j = i; j > 0 && str_cmp(parts[j], parts[j - 1]) < 0; j--) {
            str kept = parts[j];
            parts[j] = parts[j - 1];
            parts[j - 1] = kept;
        }
    }
}

void wecom_sign(const struct wecom_envelope *envelope, char out[WECOM_SIGNATURE_LEN + 1])
{
    str parts[4] = {envelope->token, envelope->timestamp, envelope->nonce, envelope->encrypted};
    uint8_t digest[SHA1_BYTES];
    struct buf all, hex;

    sort(parts);
    buf_init_heap(&all, WECOM_TEXT_MAX + 1024);
    for (int i = 0; i < 4; i++) {
        buf_add(&all, parts[i]);
    }
    buf_init_fixed(&hex, out, WECOM_SIGNATURE_LEN + 1);
    if (!all.overflow) {
        crypt_sha1(buf_str(&all), digest);
        buf_add_hex(&hex, digest, sizeof digest);
    }
    (void)buf_c(&hex);
    buf_done(&all);
}

bool wecom_signed(const struct wecom_envelope *envelope, str signature)
{
    char wanted[WECOM_SIGNATURE_LEN + 1];

    wecom_sign(envelope, wanted);
    return signature.len == WECOM_SIGNATURE_LEN && crypt_equal(str_from_c(wanted), signature);
}

/* ---- what is inside ---------------------------------------------------------------------------------------------- */

/* Without the padding; 0 = it is none. */
static size_t unpadded(const uint8_t *bytes, size_t len)
{
    size_t pad = bytes[len - 1];

    if (pad < 1 || pad > BLOCK || pad > len) {
        return 0;
    }
    for (size_t i = len - pad; i < len; i++) {
        if (bytes[i] != pad) {
            return 0;
        }
    }
    return len - pad;
}

bool wecom_open(const uint8_t key[WECOM_KEY_BYTES], str encrypted, uint8_t *memory, str *text, str *receiver)
{
    size_t len = 0;

    if (encrypted.len > WECOM_TEXT_MAX || !base64_decode(encrypted, memory, encrypted.len, &len) || len == 0 ||
        len % 16 != 0) {
        return false;
    }
    crypt_cbc_decrypt(key, key, memory, len, memory);
    len = unpadded(memory, len);
    if (len < RANDOM_BYTES + LENGTH_BYTES) {
        return false;
    }
    const uint8_t *at = memory + RANDOM_BYTES;
    size_t said = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    size_t rest = len - RANDOM_BYTES - LENGTH_BYTES;
    if (said > rest) {
        return false;
    }
    *text = (str){(const char *)at + LENGTH_BYTES, said};
    *receiver = (str){text->ptr + said, rest - said};
    return true;
}
