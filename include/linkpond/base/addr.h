/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ADDR_H
#define LINKPOND_BASE_ADDR_H

#include "linkpond/base/err.h"

struct sockaddr;

/* IP addresses in one form: 16 bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2). */
struct addr {
    uint8_t bytes[16];
};
struct cidr {
    struct addr addr;
    unsigned bits; /* 0..128 in the 16-byte form */
};
#define ADDR_TEXT_MAX 46

/* "1.2.3.4", "::1", "[::1]"; no port, no zone. Only the dotted quad form of IPv4 (no 0x7f.1, no octal). */
bool addr_parse(str text, struct addr *out);
bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out);
str addr_format(const struct addr *self, char out[ADDR_TEXT_MAX]);
bool addr_is_v4(const struct addr *self);
bool addr_eq(const struct addr *a, const struct addr *b);
/* Zeroes the host part: /24 for IPv4, /48 for IPv6 (privacy: what is stored names a neighbourhood, not a person). */
struct addr addr_truncate(const struct addr *self);
/* Not a public host:
 * loopback, private (RFC 1918, 4193), link-local, CGNAT 100.64/10, unspecified, multicast, reserved and
 * documentation ranges, and IPv6 forms that embed such an IPv4 (mapped, 6to4 2002::/16, NAT64 64:ff9b::/96). */
bool addr_is_private(const struct addr *self);
/* The ranges that examples and tests use, nobody's hosts (RFC 5737, 3849, 9637); they are private as well. */
bool addr_is_documentation(const struct addr *self);

/* "10.0.0.0/8", or an address alone. Host bits are cleared. A mapped block written with colons counts its bits in
 * the 16-byte form: "::ffff:10.0.0.0/104". */
bool cidr_parse(str text, struct cidr *out);
bool cidr_contains(const struct cidr *self, const struct addr *addr);

/* The visitor's address from X-Forwarded-For: walked right to left, first address that is not a trusted proxy;
 * the peer when it is no trusted proxy itself, when the header is empty, or from the first unreadable item on
 * (the last good hop is then used). The left-most items are the visitor's to invent. */
struct addr addr_client(const struct addr *peer, str forwarded_for, const struct cidr *trusted, size_t trusted_count);

#endif
