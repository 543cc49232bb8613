/* SPDX-License-Identifier: MIT */
#include "linkpond/base/addr.h"
#include "linkpond/base/host.h"

/*
 * What holds for any input: a normalised host is normalised already, fits its bounds, has none but the bytes of a host,
 * is a dotted quad when it looks like a number; its registrable domain is a tail of it at a label's edge; splitting
 * off a port loses nothing.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool host_bytes_only(str host)
{
    static const str LDH = STR_INIT("abcdefghijklmnopqrstuvwxyz0123456789-_.");
    for (size_t i = 0; i < host.len; i++) {
        if (str_find_char(LDH, host.ptr[i], 0) < 0) {
            return false;
        }
    }
    return true;
}

static bool digits_and_dots_only(str host)
{
    static const str DIGITS = STR_INIT("0123456789.");
    for (size_t i = 0; i < host.len; i++) {
        if (str_find_char(DIGITS, host.ptr[i], 0) < 0) {
            return false;
        }
    }
    return true;
}

static void check_canonical(str host)
{
    char memory[HOST_TEXT_MAX];
    str again;
    unsigned port;

    BUG_ON(!host.len || host.len > 253 || host.ptr[host.len] != '\0');
    BUG_ON(!host_normalize(host, memory, &again) || !str_eq(host, again));
    BUG_ON(host.ptr[0] == '[' ? !host_is_ip(host) : !host_bytes_only(host));
    BUG_ON(digits_and_dots_only(host) && !host_is_ip(host));
    BUG_ON(!host_is_within(host, host_registrable(host)));
    BUG_ON(!host_split_port(host, &again, &port) || !str_eq(host, again) || port != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    char memory[HOST_TEXT_MAX];
    str host;
    unsigned port;

    if (host_normalize(text, memory, &host)) {
        check_canonical(host);
    }
    if (host_split_port(text, &host, &port)) {
        BUG_ON(!host.len || host.ptr != text.ptr || host.len > text.len || port > 65535);
        BUG_ON(port != 0 && host.len + 2 > text.len);
    }
    host = host_registrable(text);
    BUG_ON(!str_ends(text, host));
    return 0;
}
