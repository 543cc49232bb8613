/* SPDX-License-Identifier: MIT */
#include "linkpond/model/code.h"

#include "linkpond/base/base62.h"
#include "linkpond/base/utf8.h"

/*
 * A keyed permutation instead of random codes in an index: no collision to retry, no second key to store, and the code
 * alone finds the row. Sequential codes can be walked, which is why they are only a setting.
 */

struct code_cipher {
    struct ff1 *ff1;
};

struct code_cipher *code_cipher_new(const uint8_t key[16])
{
    struct code_cipher *self = calloc(1, sizeof(*self));

    if (!self) {
        return NULL;
    }
    self->ff1 = ff1_new(key, 16);
    if (!self->ff1) {
        free(self);
        return NULL;
    }
    return self;
}

void code_cipher_free(struct code_cipher *self)
{
    if (self) {
        ff1_free(self->ff1);
        free(self);
    }
}

/* One past the largest id that a code of that length can stand for. */
static int64_t ids_end(size_t length)
{
    int64_t end = 1;

    for (size_t i = 0; i < length; i++) {
        end *= 62;
    }
    return end;
}

static bool length_allowed(size_t length)
{
    return length >= LIMIT_CODE_MIN && length <= LIMIT_CODE_MAX;
}

bool code_encode(struct code_cipher *self, enum code_style style, size_t length, int64_t id,
                 char out[LIMIT_CODE_MAX + 2], str *code)
{
    uint8_t numerals[LIMIT_CODE_MAX];
    char tweak = (char)length;

    if (id < 1) {
        return false;
    }
    if (style == CODE_SEQUENTIAL) {
        *code = base62_encode((uint64_t)id, 1, out);
        return true;
    }
    if (!length_allowed(length) || id >= ids_end(length)) {
        return false;
    }
    for (size_t i = length; i > 0; i--) {
        numerals[i - 1] = (uint8_t)(id % 62);
        id /= 62;
    }
    if (!ff1_encrypt(self->ff1, 62, (str){&tweak, 1}, numerals, length)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        out[i] = base62_digit(numerals[i]);
    }
    out[length] = '\0';
    *code = (str){out, length};
    return true;
}

static bool decode_sequential(str code, int64_t *id)
{
    uint64_t value = 0;

    if (!base62_decode(code, &value) || value == 0 || value > INT64_MAX || code.ptr[0] == base62_digit(0)) {
        return false;
    }
    *id = (int64_t)value;
    return true;
}

bool code_decode(struct code_cipher *self, enum code_style style, str code, int64_t *id)
{
    uint8_t numerals[LIMIT_CODE_MAX];
    char tweak = (char)code.len;
    int64_t value = 0;

    if (style == CODE_SEQUENTIAL) {
        return decode_sequential(code, id);
    }
    if (!length_allowed(code.len)) {
        return false;
    }
    for (size_t i = 0; i < code.len; i++) {
        int digit = base62_value(code.ptr[i]);
        if (digit < 0) {
            return false;
        }
        numerals[i] = (uint8_t)digit;
    }
    if (!ff1_decrypt(self->ff1, 62, (str){&tweak, 1}, numerals, code.len)) {
        return false;
    }
    for (size_t i = 0; i < code.len; i++) {
        value = value * 62 + numerals[i];
    }
    if (value == 0) {
        return false;
    }
    *id = value;
    return true;
}

static enum err refuse(struct fault *fault, const char *code, const char *english, const char *chinese)
{
    return fault_set(fault, ERR_INVALID, "alias", code, english, chinese);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool all_plain(str alias)
{
    for (size_t i = 0; i < alias.len; i++) {
        if (!is_plain(alias.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* A path as browsers and proxies leave it alone. */
static bool path_survives(str alias)
{
    str rest = alias, segment;

    if (!utf8_valid(alias) || utf8_has_control(alias) || str_starts(alias, STR("/")) || str_ends(alias, STR("/")) ||
        str_ends(alias, STR("+"))) {
        return false;
    }
    while (str_next(&rest, '/', &segment)) {
        if (str_eq(segment, STR(".")) || str_eq(segment, STR(".."))) {
            return false;
        }
    }
    return true;
}

/* The route table's first segments belong to us, so an imported path may not begin with one either. */
static bool is_reserved(str alias, const str *reserved, size_t reserved_count)
{
    str first, rest;

    str_cut(alias, '/', &first, &rest);
    for (size_t i = 0; i < reserved_count; i++) {
        if (str_ieq(alias, reserved[i]) || str_ieq(first, reserved[i])) {
            return true;
        }
    }
    return str_starts(alias, STR("-/"));
}

enum err alias_check(str alias, bool imported, const str *reserved, size_t reserved_count, struct fault *fault)
{
    size_t shortest = imported ? 1 : LIMIT_ALIAS_MIN;
    size_t longest = imported ? LIMIT_ALIAS_IMPORTED : LIMIT_ALIAS;

    if (alias.len < shortest) {
        return refuse(fault, "too_short", "The alias is too short.", "自定义后缀太短。");
    }
    if (alias.len > longest) {
        return refuse(fault, "too_long", "The alias is too long.", "自定义后缀太长。");
    }
    if (imported ? !path_survives(alias) : !all_plain(alias)) {
        return refuse(fault, "bad_character", "An alias is made of letters, digits, '-' and '_'.",
                      "自定义后缀只能使用字母、数字、“-”和“_”。");
    }
    if (is_reserved(alias, reserved, reserved_count)) {
        return refuse(fault, "reserved", "That alias is kept for the system.", "该自定义后缀为系统保留。");
    }
    return OK;
}
