/* SPDX-License-Identifier: MIT */
#include "linkpond/base/base62.h"

#define BLOCK_DIGITS 22 /* 62^22 > 2^128 > 62^21 */

__extension__ typedef unsigned __int128 u128;

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

char base62_digit(unsigned value)
{
    return digits[value];
}

int base62_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'A' && digit <= 'Z') {
        return digit - 'A' + 10;
    }
    if (digit >= 'a' && digit <= 'z') {
        return digit - 'a' + 36;
    }
    return -1;
}

str base62_encode(uint64_t value, size_t width, char out[BASE62_U64_MAX + 1])
{
    char reversed[BASE62_U64_MAX];
    size_t len = 0;

    width = width > BASE62_U64_MAX ? BASE62_U64_MAX : width;
    do {
        reversed[len++] = digits[value % 62];
        value /= 62;
    } while (value);
    while (len < width) {
        reversed[len++] = '0';
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = reversed[len - 1 - i];
    }
    out[len] = '\0';
    return (str){out, len};
}

bool base62_decode(str text, uint64_t *out)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > BASE62_U64_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = base62_value(text.ptr[i]);
        if (digit < 0 || __builtin_mul_overflow(value, UINT64_C(62), &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

/* `count` digits before `end`, of a value that fits. */
static void put_digits(uint64_t value, size_t count, char *end)
{
    for (size_t i = 0; i < count; i++) {
        *--end = digits[value % 62];
        value /= 62;
    }
}

/* In three parts, because a division of 128 bits costs as much as twenty of 64 by a constant, and a visitor waits. */
void base62_encode_block(const uint8_t block[16], char out[22])
{
    static const uint64_t part = UINT64_C(839299365868340224); /* 62^10 */
    u128 value = 0;

    for (int i = 0; i < 16; i++) {
        value = value << 8 | block[i];
    }
    u128 rest = value / part;
    put_digits((uint64_t)(value % part), 10, out + BLOCK_DIGITS);
    put_digits((uint64_t)(rest % part), 10, out + BLOCK_DIGITS - 10);
    put_digits((uint64_t)(rest / part), BLOCK_DIGITS - 20, out + BLOCK_DIGITS - 20);
}

bool base62_decode_block(str text, uint8_t block[16])
{
    u128 value = 0;

    if (text.len != BLOCK_DIGITS) {
        return false;
    }
    for (size_t i = 0; i < BLOCK_DIGITS; i++) {
        int digit = base62_value(text.ptr[i]);
        if (digit < 0 || __builtin_mul_overflow(value, (u128)62, &value) ||
            __builtin_add_overflow(value, (u128)digit, &value)) {
            return false;
        }
    }
    for (int i = 15; i >= 0; i--) {
        block[i] = (uint8_t)value;
        value >>= 8;
    }
    return true;
}
