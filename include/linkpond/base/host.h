/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_HOST_H
#define LINKPOND_BASE_HOST_H

#include "linkpond/base/err.h"

/* Host names (libidn2, libpsl). All thread-safe. */
#define HOST_TEXT_MAX 256

/* Canonical form: lower case, IDN to punycode (IDNA 2008, UTS 46 non-transitional), one trailing dot removed;
 * IPv4 as dotted quad, IPv6 in brackets as given by addr_format. Refuses empty labels, bytes outside LDH after
 * conversion (underscore is let through), numeric-looking hosts that are not plain dotted quads (0x7f.1,
 * 2130706433, 017.0.0.1), > 253 bytes. No port. [::ffff:1.2.3.4] becomes 1.2.3.4, which it reaches. *result lies in
 * `out` and is NUL-terminated; both are untouched on false. Idempotent. */
bool host_normalize(str text, char out[HOST_TEXT_MAX], str *result);
/* "host" or "host:port" (a Host header, a listen address) into parts; port 0 when absent. Refuses an empty host, IPv6
 * without brackets and ports past 65535. The host keeps its brackets and is not normalised. */
bool host_split_port(str text, str *host, unsigned *port);
/* eTLD+1 by the Public Suffix List ("a.b.example.com.cn" -> "example.com.cn"); the host itself when it has none
 * (an address, "localhost", "com.cn"). Takes the canonical form; the result is a tail of `host`. */
str host_registrable(str host);
/* host == zone or ends in "." + zone; both canonical. */
bool host_is_within(str host, str zone);
bool host_is_ip(str host);

#endif
