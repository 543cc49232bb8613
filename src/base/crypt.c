/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL 3.0 behind a few functions. Algorithms are fetched once per process: an implicit fetch by name
 * costs about half a microsecond and a lock at every call. They are never freed, because another thread may
 * still hash while main returns.
 *
 * A failure of any call here means that randomness, a hash or AES is not there (or memory is gone at
 * start-up sizes). No caller could go on safely, so it aborts instead of asking each of them to check.
 */
#include "linkpond/base/crypt.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>

static struct {
    EVP_MD *sha256;
    EVP_CIPHER *aes128;
    EVP_CIPHER *aes256;
    EVP_CIPHER *aes256_gcm;
} algorithms;
static pthread_once_t algorithms_once = PTHREAD_ONCE_INIT;

static void algorithms_fetch(void)
{
    algorithms.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    algorithms.aes128 = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
    algorithms.aes256 = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    algorithms.aes256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    BUG_ON(!algorithms.sha256 || !algorithms.aes128 || !algorithms.aes256 || !algorithms.aes256_gcm);
}

void crypt_random(void *out, size_t len)
{
    unsigned char *next = out;

    while (len > 0) {
        int chunk = len > INT_MAX ? INT_MAX : (int)len;

        BUG_ON(RAND_bytes(next, chunk) != 1);
        next += chunk;
        len -= (size_t)chunk;
    }
}

void crypt_sha256(str message, uint8_t out[SHA256_BYTES])
{
    pthread_once(&algorithms_once, algorithms_fetch);
    BUG_ON(EVP_Digest(message.ptr, message.len, out, NULL, algorithms.sha256, NULL) != 1);
}

void crypt_sha1(str message, uint8_t out[SHA1_BYTES])
{
    BUG_ON(EVP_Digest(message.ptr, message.len, out, NULL, EVP_sha1(), NULL) != 1);
}

void crypt_hmac_sha256(str key, str message, uint8_t out[SHA256_BYTES])
{
    unsigned len = 0;

    BUG_ON(key.len > INT_MAX);
    BUG_ON(!HMAC(EVP_sha256(), key.len ? key.ptr : "", (int)key.len, (const unsigned char *)message.ptr, message.len,
                 out, &len) ||
           len != SHA256_BYTES);
}

bool crypt_equal(str a, str b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}

void crypt_cleanse(void *memory, size_t len)
{
    if (len > 0) {
        OPENSSL_cleanse(memory, len);
    }
}

/* The library's own bound is 32 MiB, which N = 2^15 with r = 8 is just past: a bound has to be named. */
bool crypt_scrypt(str password, str salt, unsigned log2_n, unsigned r, unsigned p, uint8_t *out, size_t out_len)
{
    return log2_n > 0 && log2_n < 32 &&
           EVP_PBE_scrypt(password.ptr ? password.ptr : "", password.len, (const unsigned char *)salt.ptr, salt.len,
                          UINT64_C(1) << log2_n, r, p, SCRYPT_MEMORY_MAX, out, out_len) == 1;
}

/* --- AES on single blocks: the context keeps the expanded key, ECB has no other state ------------- */

struct aes_key {
    EVP_CIPHER_CTX *ctx;
};

void crypt_cbc_decrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *in, size_t len, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int written = 0;

    BUG_ON(!ctx || len % 16 != 0 || len > INT_MAX);
    BUG_ON(EVP_CipherInit_ex2(ctx, EVP_aes_256_cbc(), key, iv, 0, NULL) != 1);
    BUG_ON(EVP_CIPHER_CTX_set_padding(ctx, 0) != 1);
    BUG_ON(EVP_CipherUpdate(ctx, out, &written, in, (int)len) != 1 || (size_t)written != len);
    EVP_CIPHER_CTX_free(ctx);
}

struct aes_key *aes_key_new(const uint8_t *key, size_t key_len, bool decrypt)
{
    BUG_ON(key_len != 16 && key_len != 32);
    pthread_once(&algorithms_once, algorithms_fetch);

    struct aes_key *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->ctx = EVP_CIPHER_CTX_new();
    if (self->ctx == NULL) {
        free(self);
        return NULL;
    }
    const EVP_CIPHER *cipher = key_len == 16 ? algorithms.aes128 : algorithms.aes256;
    BUG_ON(EVP_CipherInit_ex2(self->ctx, cipher, key, NULL, decrypt ? 0 : 1, NULL) != 1);
    /* With padding a decryption would hold its last block back. */
    BUG_ON(EVP_CIPHER_CTX_set_padding(self->ctx, 0) != 1);
    return self;
}

void aes_key_free(struct aes_key *self)
{
    if (self != NULL) {
        EVP_CIPHER_CTX_free(self->ctx); /* cleanses the expanded key */
        free(self);
    }
}

void aes_block(struct aes_key *self, const uint8_t in[16], uint8_t out[16])
{
    int written = 0;

    BUG_ON(EVP_CipherUpdate(self->ctx, out, &written, in, 16) != 1 || written != 16);
}

/* --- sealed texts: nonce, text, tag ---------------------------------------------------------------- */

#define NONCE_BYTES 12
#define TAG_BYTES   16

static EVP_CIPHER_CTX *gcm_new(const uint8_t *key, const uint8_t *nonce, str what, int enc)
{
    int written = 0;

    pthread_once(&algorithms_once, algorithms_fetch);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    BUG_ON(!ctx);
    BUG_ON(EVP_CipherInit_ex2(ctx, algorithms.aes256_gcm, key, nonce, enc, NULL) != 1);
    BUG_ON(what.len > INT_MAX ||
           EVP_CipherUpdate(ctx, NULL, &written, (const unsigned char *)what.ptr, (int)what.len) != 1);
    return ctx;
}

void crypt_seal(const uint8_t key[SEAL_KEY_BYTES], str what, str text, uint8_t *sealed)
{
    uint8_t *body = sealed + NONCE_BYTES;
    int written = 0;

    BUG_ON(text.len > INT_MAX);
    crypt_random(sealed, NONCE_BYTES);
    EVP_CIPHER_CTX *ctx = gcm_new(key, sealed, what, 1);
    BUG_ON(text.len > 0 && EVP_CipherUpdate(ctx, body, &written, (const unsigned char *)text.ptr, (int)text.len) != 1);
    BUG_ON(EVP_CipherFinal_ex(ctx, body + text.len, &written) != 1);
    BUG_ON(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + text.len) != 1);
    EVP_CIPHER_CTX_free(ctx);
}

bool crypt_unseal(const uint8_t key[SEAL_KEY_BYTES], str what, str sealed, char *out, size_t *len)
{
    const uint8_t *bytes = (const uint8_t *)sealed.ptr;
    uint8_t tag[TAG_BYTES];
    int written = 0;

    if (sealed.len < SEAL_EXTRA || sealed.len > INT_MAX) {
        return false;
    }
    size_t text_len = sealed.len - SEAL_EXTRA;
    memcpy(tag, bytes + NONCE_BYTES + text_len, TAG_BYTES);
    EVP_CIPHER_CTX *ctx = gcm_new(key, bytes, what, 0);
    BUG_ON(text_len > 0 &&
           EVP_CipherUpdate(ctx, (unsigned char *)out, &written, bytes + NONCE_BYTES, (int)text_len) != 1);
    BUG_ON(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) != 1);
    bool whole = EVP_CipherFinal_ex(ctx, (unsigned char *)out + text_len, &written) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (whole) {
        *len = text_len;
    } else {
        crypt_cleanse(out, text_len);
    }
    return whole;
}
