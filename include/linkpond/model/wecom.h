/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_WECOM_H
#define LINKPOND_MODEL_WECOM_H

#include "linkpond/base/str.h"

/*
 * How WeCom calls back (developer.work.weixin.qq.com/document/path/90968): a text is enciphered by AES-256-CBC under
 * the key that both sides hold, whose first 16 bytes are the initial vector, and signed by SHA-1 over token, time
 * stamp, nonce and the enciphered text in base64, sorted. Inside stand 16 random bytes, the text's length in four
 * bytes, the text, and who it is for.
 */
#define WECOM_KEY_BYTES     32
#define WECOM_KEY_LEN       43 /* characters of an EncodingAESKey */
#define WECOM_TOKEN_MAX     32
#define WECOM_RECEIVER_MAX  64
#define WECOM_SIGNATURE_LEN 40
#define WECOM_TEXT_MAX      (64 * 1024) /* enciphered, in base64: callbacks are some hundred bytes */

/* 43 characters of base64, of which the last says two bits that belong to no byte and may be anything. */
bool wecom_key_read(str encoding_aes_key, uint8_t key[WECOM_KEY_BYTES]);

struct wecom_envelope {
    str token, timestamp, nonce, encrypted;
};
void wecom_sign(const struct wecom_envelope *envelope, char out[WECOM_SIGNATURE_LEN + 1]);
/* In constant time. */
bool wecom_signed(const struct wecom_envelope *envelope, str signature);

/* What is inside: slices of `memory`, which has room for encrypted.len bytes. False: it is not base64, not whole
 * blocks, its padding (PKCS#7 to 32 bytes) or its lengths do not fit. Check the signature before and the receiver
 * behind. */
bool wecom_open(const uint8_t key[WECOM_KEY_BYTES], str encrypted, uint8_t *memory, str *text, str *receiver);

#endif
