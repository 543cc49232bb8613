/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_CRYPT_H
#define LINKPOND_BASE_CRYPT_H

#include "linkpond/base/err.h"

/* The only door to OpenSSL (3.0). All functions are thread-safe; an aes_key must not be shared between
 * threads. Failures of the library itself abort: without randomness or a hash nothing here is safe. */

#define SHA256_BYTES 32
void crypt_random(void *out, size_t len);
void crypt_sha256(str message, uint8_t out[SHA256_BYTES]);
/* For signatures that others have defined so, and for nothing of our own. */
#define SHA1_BYTES 20
void crypt_sha1(str message, uint8_t out[SHA1_BYTES]);
/* RFC 2104. */
void crypt_hmac_sha256(str key, str message, uint8_t out[SHA256_BYTES]);
/* Constant time in the contents; false at once when lengths differ. */
bool crypt_equal(str a, str b);
/* Overwrites secrets so that the compiler cannot drop it. */
void crypt_cleanse(void *memory, size_t len);

/* scrypt (RFC 7914) with N = 2^log2_n: about 128 * r * N bytes of memory for the time of the call, which is refused
 * past SCRYPT_MEMORY_MAX. False when it was refused or there is no memory. */
#define SCRYPT_MEMORY_MAX (UINT64_C(256) * 1024 * 1024)
bool crypt_scrypt(str password, str salt, unsigned log2_n, unsigned r, unsigned p, uint8_t *out, size_t out_len);

/* AES-128/256 on single 16-byte blocks (FIPS 197), the building block of FF1 and of visitor cookies. */
struct aes_key;
/* key_len 16 or 32; NULL only when out of memory. */
struct aes_key *aes_key_new(const uint8_t *key, size_t key_len, bool decrypt);
void aes_key_free(struct aes_key *self);
/* in and out may be the same. */
void aes_block(struct aes_key *self, const uint8_t in[16], uint8_t out[16]);

/* AES-256 in CBC mode (NIST SP 800-38A 6.2) without padding: of messages that others have enciphered so. len is a
 * multiple of 16 and fits an int; in and out may be the same. Says nothing of whether they were changed. */
void crypt_cbc_decrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *in, size_t len, uint8_t *out);

/* A text that nobody reads or changes without the key: AES-256-GCM (NIST SP 800-38D) under a nonce of its own, which
 * stands before it; its tag stands behind. `what` says which text it is, so that one cannot be put in another's place.
 * `sealed` has room for text.len + SEAL_EXTRA bytes. */
#define SEAL_KEY_BYTES 32
#define SEAL_EXTRA     28
void crypt_seal(const uint8_t key[SEAL_KEY_BYTES], str what, str text, uint8_t *sealed);
/* `out` has room for sealed.len bytes. False: it was not sealed by that key as that, or was changed. */
bool crypt_unseal(const uint8_t key[SEAL_KEY_BYTES], str what, str sealed, char *out, size_t *len);

#endif
