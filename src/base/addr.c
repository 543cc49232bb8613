/* SPDX-License-Identifier: MIT */
#include "linkpond/base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct addr mapped(const void *v4_bytes)
{
    struct addr addr;

    memcpy(addr.bytes, mapped_prefix, sizeof mapped_prefix);
    memcpy(addr.bytes + 12, v4_bytes, 4);
    return addr;
}

/* glibc's inet_pton takes exactly what we want: four decimal parts without leading zeros, or RFC 4291 text, and no
 * zone. It wants a NUL at the end, and so a slice that holds one must not reach it. */
bool addr_parse(str text, struct addr *out)
{
    char copy[ADDR_TEXT_MAX];
    struct in6_addr v6;
    struct in_addr v4;

    bool bracketed = text.len >= 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']';
    if (bracketed) {
        text = str_slice(text, 1, text.len - 1);
    }
    if (text.len == 0 || text.len >= sizeof copy || str_find_char(text, '\0', 0) >= 0) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (!bracketed && inet_pton(AF_INET, copy, &v4) == 1) {
        *out = mapped(&v4);
        return true;
    }
    if (inet_pton(AF_INET6, copy, &v6) == 1) {
        memcpy(out->bytes, &v6, sizeof out->bytes);
        return true;
    }
    return false;
}

bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *out)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (sa && sa->sa_family == AF_INET) {
        memcpy(&in, sa, sizeof in);
        *out = mapped(&in.sin_addr);
        return true;
    }
    if (sa && sa->sa_family == AF_INET6) {
        memcpy(&in6, sa, sizeof in6);
        memcpy(out->bytes, &in6.sin6_addr, sizeof out->bytes);
        return true;
    }
    return false;
}

str addr_format(const struct addr *self, char out[ADDR_TEXT_MAX])
{
    bool v4 = addr_is_v4(self);

    /* It can only fail for want of room, and ADDR_TEXT_MAX is INET6_ADDRSTRLEN. */
    _Static_assert(ADDR_TEXT_MAX >= INET6_ADDRSTRLEN, "room for every address");
    inet_ntop(v4 ? AF_INET : AF_INET6, self->bytes + (v4 ? 12 : 0), out, ADDR_TEXT_MAX);
    return str_from_c(out);
}

bool addr_is_v4(const struct addr *self)
{
    return memcmp(self->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static struct addr keep_bits(const struct addr *self, unsigned bits)
{
    struct addr kept = {{0}};

    memcpy(kept.bytes, self->bytes, bits / 8);
    if (bits % 8) {
        kept.bytes[bits / 8] = (uint8_t)(self->bytes[bits / 8] & (0xff00u >> bits % 8));
    }
    return kept;
}

struct addr addr_truncate(const struct addr *self)
{
    return keep_bits(self, addr_is_v4(self) ? 96 + 24 : 48);
}

/* The IANA special-purpose registry for IPv4, with multicast and class E:
 * https://www.iana.org/assignments/iana-ipv4-special-registry/ */
static const struct {
    uint8_t net[4];
    uint8_t bits;
} private_v4[] = {
    {{0, 0, 0, 0}, 8},       /* "this network", RFC 791 */
    {{10, 0, 0, 0}, 8},      /* RFC 1918 */
    {{100, 64, 0, 0}, 10},   /* carrier-grade NAT, RFC 6598 */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local, RFC 3927; clouds' metadata live here */
    {{172, 16, 0, 0}, 12},   /* RFC 1918 */
    {{192, 0, 0, 0}, 24},    /* protocol assignments, RFC 6890 */
    {{192, 0, 2, 0}, 24},    /* documentation, RFC 5737 */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays, withdrawn by RFC 7526 */
    {{192, 168, 0, 0}, 16},  /* RFC 1918 */
    {{198, 18, 0, 0}, 15},   /* benchmarks, RFC 2544 */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved and broadcast */
};

static bool is_private_v4(const uint8_t v4[4])
{
    struct addr addr = mapped(v4);

    for (size_t i = 0; i < ARRAY_LEN(private_v4); i++) {
        struct cidr block = {mapped(private_v4[i].net), 96u + private_v4[i].bits};
        if (cidr_contains(&block, &addr)) {
            return true;
        }
    }
    return false;
}

static bool in_block(const struct addr *self, const char *block_text)
{
    struct cidr block;

    BUG_ON(!cidr_parse(str_from_c(block_text), &block));
    return cidr_contains(&block, self);
}

bool addr_is_private(const struct addr *self)
{
    if (addr_is_v4(self)) {
        return is_private_v4(self->bytes + 12);
    }
    if (in_block(self, "64:ff9b::/96")) { /* NAT64, RFC 6052 */
        return is_private_v4(self->bytes + 12);
    }
    if (in_block(self, "2002::/16")) { /* 6to4, RFC 3056 */
        return is_private_v4(self->bytes + 2);
    }
    /* Only 2000::/3 is given out as global unicast (RFC 4291 section 2.4); loopback, local, multicast and everything
     * unassigned lie outside. Inside: protocol assignments with Teredo (RFC 2928, 4380) and documentation. */
    return !in_block(self, "2000::/3") || in_block(self, "2001::/23") || in_block(self, "2001:db8::/32") ||
           in_block(self, "3fff::/20");
}

bool addr_is_documentation(const struct addr *self)
{
    static const char *const blocks[] = {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32",
                                         "3fff::/20"};

    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        if (in_block(self, blocks[i])) {
            return true;
        }
    }
    return false;
}

bool cidr_parse(str text, struct cidr *out)
{
    str address, length;
    struct addr addr;
    uint64_t bits;

    bool has_length = str_cut(text, '/', &address, &length);
    if (!addr_parse(address, &addr)) {
        return false;
    }
    unsigned shift = str_find_char(address, ':', 0) < 0 ? 96 : 0;
    bits = 128 - shift;
    if (has_length) {
        bool padded = length.len > 1 && length.ptr[0] == '0';
        if (padded || !str_to_u64(length, &bits) || bits > 128 - shift) {
            return false;
        }
    }
    out->bits = (unsigned)bits + shift;
    out->addr = keep_bits(&addr, out->bits);
    return true;
}

bool cidr_contains(const struct cidr *self, const struct addr *addr)
{
    unsigned bytes = self->bits / 8;
    unsigned rest = self->bits % 8;

    if (memcmp(self->addr.bytes, addr->bytes, bytes) != 0) {
        return false;
    }
    return rest == 0 || ((self->addr.bytes[bytes] ^ addr->bytes[bytes]) & (0xff00u >> rest) & 0xffu) == 0;
}

static bool is_trusted(const struct addr *addr, const struct cidr *trusted, size_t trusted_count)
{
    for (size_t i = 0; i < trusted_count; i++) {
        if (cidr_contains(&trusted[i], addr)) {
            return true;
        }
    }
    return false;
}

/* Takes the last item off a comma-separated list. */
static str take_last(str *rest)
{
    size_t at = rest->len;

    while (at > 0 && rest->ptr[at - 1] != ',') {
        at--;
    }
    str item = str_trim(str_from(*rest, at));
    *rest = str_slice(*rest, 0, at ? at - 1 : 0);
    return item;
}

struct addr addr_client(const struct addr *peer, str forwarded_for, const struct cidr *trusted, size_t trusted_count)
{
    struct addr hop = *peer;

    while (forwarded_for.len > 0 && is_trusted(&hop, trusted, trusted_count)) {
        struct addr next;
        if (!addr_parse(take_last(&forwarded_for), &next)) {
            break;
        }
        hop = next;
    }
    return hop;
}
