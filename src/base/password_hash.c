/* SPDX-License-Identifier: MIT */
#include "linkpond/base/password_hash.h"

#include "linkpond/base/buf.h"
#include "linkpond/base/crypt.h"

/* OWASP asks for 128 MiB (N = 2^17) or as much as a host can bear; a short-link server shares a small machine with its
 * visitors, so 32 MiB. Those of other strength are still read, within these bounds: a row of the database must not be
 * able to take the machine down. */
#define LOG2_N       15
#define BLOCK_SIZE   8
#define PARALLEL     1
#define SALT_BYTES   16
#define HASH_BYTES   32
#define BYTES_MAX    64
#define LOG2_N_MAX   17
#define PARALLEL_MAX 4

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* RFC 4648 4, without padding. */
static void add_base64(struct buf *out, const uint8_t *bytes, size_t len)
{
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | bytes[i];
        for (count += 8; count >= 6; count -= 6) {
            buf_add_char(out, digits[bits >> (count - 6) & 63]);
        }
    }
    if (count > 0) {
        buf_add_char(out, digits[bits << (6 - count) & 63]);
    }
}

static bool read_base64(str text, uint8_t *out, size_t cap, size_t *len)
{
    uint32_t bits = 0;
    unsigned count = 0;

    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, text.ptr[i], sizeof digits - 1);
        if (!digit || (count >= 2 && *len == cap)) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[(*len)++] = (uint8_t)(bits >> count);
        }
    }
    return true;
}

enum err password_hash_make(str password, char memory[PASSWORD_HASH_TEXT_MAX], str *out)
{
    uint8_t salt[SALT_BYTES], hash[HASH_BYTES];
    struct buf text;

    crypt_random(salt, sizeof salt);
    const str salted = {(const char *)salt, sizeof salt};
    if (!crypt_scrypt(password, salted, LOG2_N, BLOCK_SIZE, PARALLEL, hash, sizeof hash)) {
        return ERR_NOMEM;
    }
    buf_init_fixed(&text, memory, PASSWORD_HASH_TEXT_MAX);
    buf_addf(&text, "$scrypt$ln=%d,r=%d,p=%d$", LOG2_N, BLOCK_SIZE, PARALLEL);
    add_base64(&text, salt, sizeof salt);
    buf_add_char(&text, '$');
    add_base64(&text, hash, sizeof hash);
    BUG_ON(text.overflow);
    *out = buf_str(&text);
    return OK;
}

struct parsed {
    uint64_t log2_n, block_size, parallel;
    uint8_t salt[BYTES_MAX], hash[BYTES_MAX];
    size_t salt_len, hash_len;
};

static bool read_number(str *rest, char end, const char *name, uint64_t *out)
{
    str piece, key, value;

    return str_next(rest, end, &piece) && str_cut(piece, '=', &key, &value) && str_eq(key, str_from_c(name)) &&
           str_to_u64(value, out);
}

static bool parse(str text, struct parsed *out)
{
    str rest = text, empty, scheme, params, salt;

    if (!str_next(&rest, '$', &empty) || empty.len > 0 || !str_next(&rest, '$', &scheme) ||
        !str_eq(scheme, STR("scrypt")) || !str_next(&rest, '$', &params) || !str_next(&rest, '$', &salt)) {
        return false;
    }
    return read_number(&params, ',', "ln", &out->log2_n) && read_number(&params, ',', "r", &out->block_size) &&
           read_number(&params, ',', "p", &out->parallel) && params.len == 0 && out->log2_n >= 1 &&
           out->log2_n <= LOG2_N_MAX && out->block_size == BLOCK_SIZE && out->parallel >= 1 &&
           out->parallel <= PARALLEL_MAX && read_base64(salt, out->salt, sizeof out->salt, &out->salt_len) &&
           read_base64(rest, out->hash, sizeof out->hash, &out->hash_len) && out->salt_len > 0 &&
           out->hash_len >= SALT_BYTES;
}

enum err password_hash_check(str hash, str password, bool *same, bool *outdated)
{
    struct parsed stored;
    uint8_t made[BYTES_MAX];

    if (!parse(hash, &stored)) {
        return ERR_CORRUPT;
    }
    const str salt = {(const char *)stored.salt, stored.salt_len};
    const unsigned log2_n = (unsigned)stored.log2_n, parallel = (unsigned)stored.parallel;
    if (!crypt_scrypt(password, salt, log2_n, BLOCK_SIZE, parallel, made, stored.hash_len)) {
        return ERR_NOMEM;
    }
    *same = crypt_equal((str){(const char *)made, stored.hash_len}, (str){(const char *)stored.hash, stored.hash_len});
    if (outdated) {
        *outdated = stored.log2_n != LOG2_N || stored.parallel != PARALLEL || stored.salt_len != SALT_BYTES ||
                    stored.hash_len != HASH_BYTES;
    }
    return OK;
}
