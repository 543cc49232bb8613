/* SPDX-License-Identifier: MIT */
#include "linkpond/base/str.h"

/* libc's memory functions want valid pointers even for zero bytes, and an empty slice may hold NULL; so every call
 * below is guarded by a length. */

str str_from_c(const char *text)
{
    return text ? (str){text, strlen(text)} : (str){"", 0};
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static uint64_t eight_bytes(const char *at)
{
    uint64_t bytes;

    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* lower() of eight bytes at once. The sums cannot carry into a neighbour, because their top bits are cleared first. */
static uint64_t lower_eight(uint64_t bytes)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t low = bytes & each * 0x7f;
    uint64_t from_a = low + each * (0x80 - 'A');
    uint64_t past_z = low + each * (0x7f - 'Z');
    uint64_t is_upper = (from_a ^ past_z) & ~bytes & each * 0x80;

    return bytes | is_upper >> 2;
}

static bool same_folded(const char *a, const char *b, size_t len)
{
    if (len < 8) {
        for (size_t i = 0; i < len; i++) {
            if (lower(a[i]) != lower(b[i])) {
                return false;
            }
        }
        return true;
    }
    for (size_t i = 0; i + 8 < len; i += 8) {
        if (lower_eight(eight_bytes(a + i)) != lower_eight(eight_bytes(b + i))) {
            return false;
        }
    }
    return lower_eight(eight_bytes(a + len - 8)) == lower_eight(eight_bytes(b + len - 8));
}

bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_ieq(str a, str b)
{
    return a.len == b.len && same_folded(a.ptr, b.ptr, a.len);
}

int str_cmp(str a, str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_istarts(str s, str prefix)
{
    return s.len >= prefix.len && str_ieq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && str_eq(str_from(s, s.len - suffix.len), suffix);
}

bool str_iends(str s, str suffix)
{
    return s.len >= suffix.len && str_ieq(str_from(s, s.len - suffix.len), suffix);
}

ssize_t str_find_char(str s, char c, size_t from)
{
    if (from >= s.len) {
        return -1;
    }
    const char *hit = memchr(s.ptr + from, c, s.len - from);
    return hit ? hit - s.ptr : -1;
}

ssize_t str_find(str s, str needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from) {
        return -1;
    }
    if (needle.len == 0) {
        return (ssize_t)from;
    }
    const char *hit = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return hit ? hit - s.ptr : -1;
}

ssize_t str_ifind(str s, str needle, size_t from)
{
    if (from > s.len || needle.len > s.len - from) {
        return -1;
    }
    for (size_t i = from; i + needle.len <= s.len; i++) {
        if (needle.len == 0 || same_folded(s.ptr + i, needle.ptr, needle.len)) {
            return (ssize_t)i;
        }
    }
    return -1;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.len) {
        to = s.len;
    }
    if (from > to) {
        from = to;
    }
    return from ? (str){s.ptr + from, to - from} : (str){s.ptr, to};
}

str str_from(str s, size_t from)
{
    return str_slice(s, from, s.len);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    size_t from = 0;
    size_t to = s.len;

    while (from < to && blank(s.ptr[from])) {
        from++;
    }
    while (to > from && blank(s.ptr[to - 1])) {
        to--;
    }
    return str_slice(s, from, to);
}

bool str_cut(str s, char sep, str *before, str *after)
{
    ssize_t at = str_find_char(s, sep, 0);

    if (at < 0) {
        *before = s;
        *after = str_from(s, s.len);
        return false;
    }
    *before = str_slice(s, 0, (size_t)at);
    *after = str_from(s, (size_t)at + 1);
    return true;
}

bool str_next(str *rest, char sep, str *piece)
{
    if (rest->len == 0) {
        return false;
    }
    str_cut(*rest, sep, piece, rest);
    return true;
}

bool str_to_u64(str s, uint64_t *out)
{
    uint64_t value = 0;

    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) || __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

bool str_to_i64(str s, int64_t *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t magnitude;

    if (!str_to_u64(negative ? str_from(s, 1) : s, &magnitude)) {
        return false;
    }
    if (magnitude > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}
