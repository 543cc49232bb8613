/* SPDX-License-Identifier: MIT */
#include "linkpond/model/identity.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/utf8.h"

static const str names[IDENTITY_KINDS] = {
    [IDENTITY_VISITOR] = STR_INIT("visitor"),   [IDENTITY_CLICK] = STR_INIT("click"),
    [IDENTITY_PAGE] = STR_INIT("page"),         [IDENTITY_OPENID] = STR_INIT("openid"),
    [IDENTITY_UNIONID] = STR_INIT("unionid"),   [IDENTITY_EXTERNAL_USERID] = STR_INIT("external_userid"),
    [IDENTITY_PHONE] = STR_INIT("phone"),       [IDENTITY_EMAIL] = STR_INIT("email"),
    [IDENTITY_EXTERNAL] = STR_INIT("external"),
};

str identity_kind_name(enum identity_kind kind)
{
    return names[kind];
}

bool identity_is_strong(enum identity_kind kind)
{
    return kind != IDENTITY_VISITOR && kind != IDENTITY_CLICK && kind != IDENTITY_PAGE;
}

bool identity_kind_find(str name, enum identity_kind *kind)
{
    for (size_t i = 0; i < IDENTITY_KINDS; i++) {
        if (str_eq(name, names[i])) {
            *kind = (enum identity_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- phones ------------------------------------------------------------------------------------------------------ */

#define PHONE_DIGITS_MIN 7
#define PHONE_DIGITS_MAX 15 /* E.164 */

/* What people put between digits; U+00A0 and U+3000 are blanks, U+2010 to U+2015 dashes. */
static bool is_between(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/' || c == 0xA0 ||
           c == 0x3000 || (c >= 0x2010 && c <= 0x2015) || c == 0xFF08 || c == 0xFF09 || c == 0xFF0D;
}

/* Digits, and a + where one stands before the first. False: there is something else. */
static bool phone_digits(str text, struct buf *out, bool *plus)
{
    uint32_t c = 0;

    *plus = false;
    for (size_t at = 0, step; at < text.len; at += step) {
        step = utf8_decode(text, at, &c);
        if (step == 0) {
            return false;
        }
        if (c >= 0xFF10 && c <= 0xFF19) {
            c = c - 0xFF10 + '0';
        }
        if (c >= '0' && c <= '9') {
            buf_add_char(out, (char)c);
        } else if ((c == '+' || c == 0xFF0B) && out->len == 0 && !*plus) {
            *plus = true;
        } else if (!is_between(c)) {
            return false;
        }
    }
    return !out->overflow;
}

bool identity_phone(str text, char out[IDENTITY_TEXT_MAX], str *normal)
{
    char memory[IDENTITY_TEXT_MAX];
    struct buf digits, built;
    bool plus;

    buf_init_fixed(&digits, memory, sizeof memory);
    if (!phone_digits(str_trim(text), &digits, &plus)) {
        return false;
    }
    str number = buf_str(&digits);
    buf_init_fixed(&built, out, IDENTITY_TEXT_MAX);
    buf_add_char(&built, '+');
    if (!plus && str_starts(number, STR("00"))) {
        number = str_from(number, 2);
        plus = true;
    }
    if (!plus && number.len == 11 && number.ptr[0] == '1') {
        buf_add(&built, STR("86"));
    } else if (!plus && number.len >= 10 && number.len <= 12 && number.ptr[0] == '0') {
        buf_add(&built, STR("86"));
        number = str_from(number, 1);
    }
    buf_add(&built, number);
    if (built.overflow || built.len < 1 + PHONE_DIGITS_MIN || built.len > 1 + PHONE_DIGITS_MAX) {
        return false;
    }
    *normal = buf_str(&built);
    return true;
}

/* ---- mail -------------------------------------------------------------------------------------------------------- */

bool identity_email(str text, char out[IDENTITY_TEXT_MAX], str *normal)
{
    str trimmed = str_trim(text);
    str name, domain;

    if (trimmed.len > IDENTITY_TEXT_MAX || !utf8_valid(trimmed) || utf8_has_control(trimmed) ||
        str_find_char(trimmed, ' ', 0) >= 0 || !str_cut(trimmed, '@', &name, &domain) || name.len == 0 ||
        domain.len < 3 || str_find_char(domain, '@', 0) >= 0 || str_find_char(domain, '.', 0) <= 0) {
        return false;
    }
    for (size_t i = 0; i < trimmed.len; i++) {
        char c = trimmed.ptr[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *normal = (str){out, trimmed.len};
    return true;
}

/* ---- hashes ------------------------------------------------------------------------------------------------------ */

static void hash_of(const uint8_t key[IDENTITY_KEY_BYTES], enum identity_kind kind, const uint8_t digest[SHA256_BYTES],
                    char out[IDENTITY_HASH_LEN + 1])
{
    char memory[16 + SHA256_BYTES];
    uint8_t mac[SHA256_BYTES];
    struct buf message, hex;

    buf_init_fixed(&message, memory, sizeof memory);
    buf_add(&message, names[kind]);
    buf_add_char(&message, ':');
    buf_add(&message, (str){(const char *)digest, SHA256_BYTES});
    crypt_hmac_sha256((str){(const char *)key, IDENTITY_KEY_BYTES}, buf_str(&message), mac);
    buf_init_fixed(&hex, out, IDENTITY_HASH_LEN + 1);
    buf_add_hex(&hex, mac, sizeof mac);
    out[IDENTITY_HASH_LEN] = '\0';
}

void identity_hash(const uint8_t key[IDENTITY_KEY_BYTES], enum identity_kind kind, str normal,
                   char out[IDENTITY_HASH_LEN + 1])
{
    uint8_t digest[SHA256_BYTES];

    crypt_sha256(normal, digest);
    hash_of(key, kind, digest, out);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool identity_hash_given(const uint8_t key[IDENTITY_KEY_BYTES], enum identity_kind kind, str hex,
                         char out[IDENTITY_HASH_LEN + 1])
{
    uint8_t digest[SHA256_BYTES];

    if (hex.len != 2 * sizeof digest) {
        return false;
    }
    for (size_t i = 0; i < sizeof digest; i++) {
        int high = nibble(hex.ptr[2 * i]), low = nibble(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest[i] = (uint8_t)(high << 4 | low);
    }
    hash_of(key, kind, digest, out);
    return true;
}
