/* SPDX-License-Identifier: MIT */
#include "linkpond/base/addr.h"

/*
 * Addresses as strangers write them. First line: an address or a network; the rest: X-Forwarded-For. What is read is
 * written so that it reads back the same; a truncated address stays truncated and in the same network; the client is
 * never a trusted proxy unless nobody else stands in the header, and never anybody when the peer is a stranger.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_addr(const struct addr *addr)
{
    char text[ADDR_TEXT_MAX];
    struct addr again;

    BUG_ON(!addr_parse(addr_format(addr, text), &again) || !addr_eq(addr, &again));
    struct addr cut = addr_truncate(addr);
    again = addr_truncate(&cut);
    BUG_ON(!addr_eq(&cut, &again) || addr_is_v4(&cut) != addr_is_v4(addr));
    (void)addr_is_private(addr);
}

static void check_cidr(const struct cidr *cidr)
{
    static const struct addr none;

    BUG_ON(cidr->bits > 128 || !cidr_contains(cidr, &cidr->addr));
    BUG_ON(cidr->bits == 128 && cidr_contains(cidr, &none) != addr_eq(&cidr->addr, &none));
}

static bool is_trusted(const struct cidr *trusted, size_t count, const struct addr *addr)
{
    for (size_t i = 0; i < count; i++) {
        if (cidr_contains(&trusted[i], addr)) {
            return true;
        }
    }
    return false;
}

static void check_forwarded(str header)
{
    struct cidr trusted[2];
    struct addr proxy, stranger;

    BUG_ON(!cidr_parse(STR("127.0.0.1"), &trusted[0]) || !cidr_parse(STR("10.0.0.0/8"), &trusted[1]));
    BUG_ON(!addr_parse(STR("127.0.0.1"), &proxy) || !addr_parse(STR("203.0.113.9"), &stranger));
    struct addr client = addr_client(&stranger, header, trusted, ARRAY_LEN(trusted));
    BUG_ON(!addr_eq(&client, &stranger));
    client = addr_client(&proxy, header, trusted, 0);
    BUG_ON(!addr_eq(&client, &proxy));
    client = addr_client(&proxy, header, trusted, ARRAY_LEN(trusted));
    check_addr(&client);

    /* The right-most item decides alone when it is a stranger's. */
    str item = header;
    ssize_t comma = -1;
    for (ssize_t at = str_find_char(header, ',', 0); at >= 0; at = str_find_char(header, ',', (size_t)at + 1)) {
        comma = at;
    }
    item = str_trim(str_from(header, (size_t)(comma + 1)));
    struct addr last;
    if (addr_parse(item, &last) && !is_trusted(trusted, ARRAY_LEN(trusted), &last)) {
        BUG_ON(!addr_eq(&client, &last));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str first, rest;
    struct addr addr;
    struct cidr cidr;

    if (size > 4096) {
        return 0;
    }
    str_cut((str){(const char *)data, size}, '\n', &first, &rest);
    if (addr_parse(first, &addr)) {
        check_addr(&addr);
        BUG_ON(!cidr_parse(first, &cidr) || cidr.bits != 128 || !cidr_contains(&cidr, &addr));
    }
    if (cidr_parse(first, &cidr)) {
        check_cidr(&cidr);
    }
    check_forwarded(rest);
    return 0;
}
