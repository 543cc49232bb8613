/* SPDX-License-Identifier: MIT */
/*
 * Host names in one spelling, so that a deny-list entry, "is this one of our own hosts" and a referrer's group cannot
 * be dodged by another way to write the same name. The order matters: full-width digits and ideographic full stops
 * turn into ASCII only in the IDNA mapping (UTS 46), so every check runs on what comes out of it.
 *
 * All-ASCII names without "xn--" skip libidn2: real hosts have labels that IDNA refuses ("r3---sn-x.googlevideo.com")
 * and resolvers take. Names that a browser would read as an IPv4 address in an odd base (WHATWG URL, "ends in a
 * number") are refused instead of converted: nobody writes them for a good reason.
 */
#include <idn2.h>
#include <libpsl.h>
#include <pthread.h>

#include "linkpond/base/addr.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

#define INPUT_BYTES_MAX 1024 /* UTF-8 is at most four times as long as its 253 bytes of punycode */
#define LABEL_BYTES_MAX 63   /* RFC 1035 2.3.4 */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

static bool needs_idna(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80) {
            return true;
        }
    }
    return str_istarts(text, STR("xn--")) || str_ifind(text, STR(".xn--"), 0) >= 0;
}

/* The ASCII form into name[HOST_TEXT_MAX], one byte of room for a trailing dot included. */
static bool to_ascii(str text, char *name, size_t *len)
{
    char input[INPUT_BYTES_MAX + 1];
    memcpy(input, text.ptr, text.len);
    input[text.len] = '\0';
    uint8_t *ascii = NULL;
    if (idn2_lookup_u8((const uint8_t *)input, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
        return false;
    }
    str converted = str_from_c((const char *)ascii);
    bool fits = converted.len < HOST_TEXT_MAX;
    if (fits) {
        memcpy(name, converted.ptr, converted.len);
        *len = converted.len;
    }
    idn2_free(ascii);
    return fits;
}

static bool label_is_valid(str label)
{
    if (label.len == 0 || label.len > LABEL_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

static bool labels_are_valid(str name)
{
    str label, rest = name;
    bool more;
    do {
        more = str_cut(rest, '.', &label, &rest);
        if (!label_is_valid(label)) {
            return false;
        }
    } while (more);
    return true;
}

/* WHATWG URL, "ends in a number checker". */
static bool ends_in_number(str name)
{
    size_t start = name.len;
    while (start > 0 && name.ptr[start - 1] != '.') {
        start--;
    }
    str last = str_from(name, start);
    bool hex = str_istarts(last, STR("0x"));
    for (size_t i = hex ? 2 : 0; i < last.len; i++) {
        if (hex ? !is_hex_digit(last.ptr[i]) : !is_digit(last.ptr[i])) {
            return false;
        }
    }
    return true;
}

static str put(char out[HOST_TEXT_MAX], str s)
{
    memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return (str){out, s.len};
}

/* "[::1]"; an IPv4 in IPv6 clothes (::ffff:127.0.0.1) comes out as the IPv4 that it reaches. */
static bool normalize_bracketed(str text, char out[HOST_TEXT_MAX], str *result)
{
    struct addr addr;
    str inner = str_slice(text, 1, text.len - 1);
    if (!str_ends(text, STR("]")) || str_find_char(inner, ':', 0) < 0 || str_find_char(inner, '[', 0) >= 0 ||
        !addr_parse(inner, &addr)) {
        return false;
    }
    char shown[ADDR_TEXT_MAX], bracketed[ADDR_TEXT_MAX + 3];
    str plain = addr_format(&addr, shown);
    if (addr_is_v4(&addr)) {
        *result = put(out, plain);
        return true;
    }
    snprintf(bracketed, sizeof bracketed, "[" STR_FMT "]", STR_ARG(plain));
    *result = put(out, str_from_c(bracketed));
    return true;
}

static bool normalize_number(str name, char out[HOST_TEXT_MAX], str *result)
{
    struct addr addr;
    if (!addr_parse(name, &addr)) {
        return false;
    }
    char shown[ADDR_TEXT_MAX];
    *result = put(out, addr_format(&addr, shown));
    return true;
}

bool host_normalize(str text, char out[HOST_TEXT_MAX], str *result)
{
    if (!text.len || text.len > INPUT_BYTES_MAX || str_find_char(text, '\0', 0) >= 0 || !utf8_valid(text)) {
        return false;
    }
    if (text.ptr[0] == '[') {
        return normalize_bracketed(text, out, result);
    }
    char memory[HOST_TEXT_MAX];
    size_t len = text.len;
    if (needs_idna(text)) {
        if (!to_ascii(text, memory, &len)) {
            return false;
        }
    } else if (len < sizeof memory) {
        memcpy(memory, text.ptr, len);
    }
    len -= len && len < sizeof memory && memory[len - 1] == '.';
    if (!len || len > LIMIT_HOST) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        memory[i] = lower(memory[i]);
    }
    str name = {memory, len};
    if (!labels_are_valid(name)) {
        return false;
    }
    if (ends_in_number(name)) {
        return normalize_number(name, out, result);
    }
    *result = put(out, name);
    return true;
}

/* Digits after the colon; RFC 3986 3.2.3 lets them be none. */
static bool parse_port(str digits, unsigned *port)
{
    uint64_t value = 0;
    if (digits.len && (digits.len > 5 || !str_to_u64(digits, &value) || value > 65535)) {
        return false;
    }
    *port = (unsigned)value;
    return true;
}

bool host_split_port(str text, str *host, unsigned *port)
{
    size_t end = 0;
    if (str_starts(text, STR("["))) {
        ssize_t bracket = str_find_char(text, ']', 0);
        if (bracket < 2) {
            return false;
        }
        end = (size_t)bracket + 1;
    } else {
        ssize_t colon = str_find_char(text, ':', 0);
        end = colon < 0 ? text.len : (size_t)colon;
    }
    str rest = str_from(text, end);
    unsigned value = 0;
    if (!end || (rest.len && (rest.ptr[0] != ':' || !parse_port(str_from(rest, 1), &value)))) {
        return false;
    }
    *host = str_slice(text, 0, end);
    *port = value;
    return true;
}

/* The list of the distribution when it is newer than the one built into libpsl. Read-only once loaded, kept for the
 * life of the process. */
static const psl_ctx_t *suffixes;
static pthread_once_t suffixes_once = PTHREAD_ONCE_INIT;

static void suffixes_load(void)
{
    suffixes = psl_latest(NULL);
    if (!suffixes) {
        suffixes = psl_builtin();
    }
}

str host_registrable(str host)
{
    char text[HOST_TEXT_MAX];
    if (!host.len || host.len >= sizeof text || str_find_char(host, '\0', 0) >= 0 || host_is_ip(host)) {
        return host;
    }
    pthread_once(&suffixes_once, suffixes_load);
    put(text, host);
    const char *found = suffixes ? psl_registrable_domain(suffixes, text) : NULL;
    return found ? str_from(host, (size_t)(found - text)) : host;
}

bool host_is_within(str host, str zone)
{
    if (!zone.len || !str_ends(host, zone)) {
        return false;
    }
    return host.len == zone.len || host.ptr[host.len - zone.len - 1] == '.';
}

bool host_is_ip(str host)
{
    struct addr addr;
    return addr_parse(host, &addr);
}
