/* SPDX-License-Identifier: MIT */
/* Goal: addresses are read strictly, no private address passes as public in any disguise, and the visitor's address
 * comes from the last hop that somebody we trust has seen. */
#include "assert_str.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "linkpond/base/addr.h"

static struct addr addr_of(const char *text)
{
    struct addr addr;

    if (!addr_parse(str_from_c(text), &addr)) {
        print_error("refused: %s\n", text);
        fail();
    }
    return addr;
}

static struct cidr cidr_of(const char *text)
{
    struct cidr cidr;

    if (!cidr_parse(str_from_c(text), &cidr)) {
        print_error("refused: %s\n", text);
        fail();
    }
    return cidr;
}

static void formats_as(const char *text, str expected)
{
    struct addr addr = addr_of(text);
    char out[ADDR_TEXT_MAX];

    assert_str_same(addr_format(&addr, out), expected);
}

static void addr__reads_and_writes_both_families(void **state)
{
    (void)state;
    formats_as("1.2.3.4", STR("1.2.3.4"));
    formats_as("255.255.255.255", STR("255.255.255.255"));
    formats_as("::1", STR("::1"));
    formats_as("[::1]", STR("::1"));
    formats_as("2001:DB8:0:0:0:0:0:1", STR("2001:db8::1"));
    formats_as("::ffff:1.2.3.4", STR("1.2.3.4"));
    formats_as("::ffff:102:304", STR("1.2.3.4"));
    formats_as("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", STR("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

static void addr__refuses_loose_forms(void **state)
{
    (void)state;
    static const str bad[] = {
        STR_INIT(""),           STR_INIT("127.1"),      STR_INIT("0x7f.0.0.1"), STR_INIT("0177.0.0.1"),
        STR_INIT("127.0.0.01"), STR_INIT("2130706433"), STR_INIT("1.2.3.256"),  STR_INIT("1.2.3.4:80"),
        STR_INIT("1.2.3.4 "),   STR_INIT(" 1.2.3.4"),   STR_INIT("1.2.3.4."),   STR_INIT("[1.2.3.4]"),
        STR_INIT("[::1"),       STR_INIT("::1]"),       STR_INIT("[]"),         STR_INIT("[::1]:80"),
        STR_INIT("fe80::1%lo"), STR_INIT(":::"),        STR_INIT("1::2::3"),    STR_INIT("12345::"),
        STR_INIT("1.2.3.4\0"),  STR_INIT("unknown"),    STR_INIT("::1/128"),    STR_INIT("\xEF\xBC\x91.2.3.4"),
    };
    struct addr addr = addr_of("9.9.9.9");
    struct addr untouched = addr;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (addr_parse(bad[i], &addr)) {
            print_error("taken: " STR_FMT "\n", STR_ARG(bad[i]));
            fail();
        }
    }
    char endless[200];
    memset(endless, '1', sizeof endless);
    assert_false(addr_parse((str){endless, sizeof endless}, &addr));
    assert_true(addr_eq(&addr, &untouched));
}

static void addr__comes_from_a_socket(void **state)
{
    (void)state;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x01020304)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct addr addr, expected = addr_of("1.2.3.4");

    assert_true(addr_from_sockaddr((struct sockaddr *)&in, &addr));
    assert_true(addr_eq(&addr, &expected));
    assert_true(addr_is_v4(&addr));
    assert_true(addr_from_sockaddr((struct sockaddr *)&in6, &addr));
    expected = addr_of("::1");
    assert_true(addr_eq(&addr, &expected));
    assert_false(addr_is_v4(&addr));
    assert_false(addr_from_sockaddr(&other, &addr));
    assert_false(addr_from_sockaddr(NULL, &addr));
}

static void truncates_to(const char *text, const char *expected_text)
{
    struct addr addr = addr_of(text), expected = addr_of(expected_text);

    addr = addr_truncate(&addr);
    assert_true(addr_eq(&addr, &expected));
}

static void addr__truncates_to_24_and_48_bits(void **state)
{
    (void)state;
    truncates_to("203.0.113.77", "203.0.113.0");
    truncates_to("2408:8411:3456:789a:bcde:f012:3456:789a", "2408:8411:3456::");
}

static void addr__private_ranges_in_every_disguise(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    };
    static const char *const open[] = {
        "1.1.1.1",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
        "128.0.0.0",       "169.253.255.255", "172.15.255.255",
        "172.32.0.0",      "192.0.3.0",       "192.167.255.255",
        "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8",
        "2002:808:808::1", "2400:3200::1",    "2001:4860:4860::8888",
        "2001:200::1",     "2001:db9::1",
    };

    for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
        struct addr addr = addr_of(closed[i]);
        if (!addr_is_private(&addr)) {
            print_error("passes as public: %s\n", closed[i]);
            fail();
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        struct addr addr = addr_of(open[i]);
        if (addr_is_private(&addr)) {
            print_error("refused as private: %s\n", open[i]);
            fail();
        }
    }
}

static bool contains(const char *block, const char *text)
{
    struct cidr cidr = cidr_of(block);
    struct addr addr = addr_of(text);

    return cidr_contains(&cidr, &addr);
}

static void cidr__borders_are_exact(void **state)
{
    (void)state;
    assert_true(contains("10.0.0.0/8", "10.255.255.255"));
    assert_false(contains("10.0.0.0/8", "11.0.0.0"));
    assert_true(contains("192.0.2.128/25", "192.0.2.128"));
    assert_false(contains("192.0.2.128/25", "192.0.2.127"));
    assert_true(contains("192.0.2.1", "192.0.2.1"));
    assert_false(contains("192.0.2.1", "192.0.2.0"));
    assert_true(contains("10.9.8.7/8", "10.0.0.0"));
    assert_true(contains("0.0.0.0/0", "255.0.0.1"));
    assert_false(contains("0.0.0.0/0", "::1"));
    assert_true(contains("::/0", "1.2.3.4"));
    assert_true(contains("2001:db8::/33", "2001:db8:7fff::"));
    assert_false(contains("2001:db8::/33", "2001:db8:8000::"));
    assert_true(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
    assert_true(contains("[::1]/128", "::1"));
}

static void cidr__refuses_bad_lengths(void **state)
{
    (void)state;
    static const str bad[] = {
        STR_INIT(""),
        STR_INIT("/8"),
        STR_INIT("10.0.0.0/"),
        STR_INIT("10.0.0.0/33"),
        STR_INIT("10.0.0.0/-1"),
        STR_INIT("10.0.0.0/08"),
        STR_INIT("10.0.0.0/8 "),
        STR_INIT("10.0.0.0/8/8"),
        STR_INIT("10.0.0/8"),
        STR_INIT("::/129"),
        STR_INIT("::/18446744073709551616"),
    };
    struct cidr cidr;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(cidr_parse(bad[i], &cidr));
    }
}

/* The client when 127.0.0.1, ::1 and 10.0.0.0/8 are trusted. */
static void client_is(const char *peer_text, str forwarded_for, str expected)
{
    const struct cidr trusted[] = {cidr_of("127.0.0.1"), cidr_of("::1"), cidr_of("10.0.0.0/8")};
    struct addr peer = addr_of(peer_text);
    struct addr client = addr_client(&peer, forwarded_for, trusted, ARRAY_LEN(trusted));
    char out[ADDR_TEXT_MAX];

    assert_str_same(addr_format(&client, out), expected);
}

static void client__of_an_untrusted_peer_is_the_peer(void **state)
{
    (void)state;
    client_is("8.8.8.8", STR("1.2.3.4"), STR("8.8.8.8"));
    client_is("8.8.8.8", STR("127.0.0.1"), STR("8.8.8.8"));
    client_is("2001:4860::1", STR("1.2.3.4"), STR("2001:4860::1"));
}

static void client__is_the_right_most_untrusted_hop(void **state)
{
    (void)state;
    client_is("127.0.0.1", STR("1.2.3.4"), STR("1.2.3.4"));
    client_is("127.0.0.1", STR("6.6.6.6, 1.2.3.4"), STR("1.2.3.4"));
    client_is("127.0.0.1", STR("6.6.6.6,1.2.3.4 ,\t10.1.1.1"), STR("1.2.3.4"));
    client_is("::1", STR("garbage, 2001:4860::1, 10.1.1.1"), STR("2001:4860::1"));
    client_is("::ffff:127.0.0.1", STR("1.2.3.4"), STR("1.2.3.4"));
}

static void client__of_a_chain_of_proxies_is_the_first_of_them(void **state)
{
    (void)state;
    client_is("127.0.0.1", STR(""), STR("127.0.0.1"));
    client_is("127.0.0.1", STR("10.2.2.2, 10.1.1.1"), STR("10.2.2.2"));
}

static void client__stops_at_the_first_unreadable_item(void **state)
{
    (void)state;
    client_is("127.0.0.1", STR("1.2.3.4, unknown"), STR("127.0.0.1"));
    client_is("127.0.0.1", STR("1.2.3.4, unknown, 10.1.1.1"), STR("10.1.1.1"));
    client_is("127.0.0.1", STR("1.2.3.4,"), STR("127.0.0.1"));
    client_is("127.0.0.1", STR(",,"), STR("127.0.0.1"));
    client_is("127.0.0.1", STR(" "), STR("127.0.0.1"));
    client_is("127.0.0.1", STR("1.2.3.4:5678"), STR("127.0.0.1"));
    client_is("127.0.0.1", STR("1.2.3.4\0, 10.1.1.1"), STR("10.1.1.1"));
}

static void client__without_trusted_proxies_is_the_peer(void **state)
{
    (void)state;
    struct addr peer = addr_of("127.0.0.1");
    struct addr client = addr_client(&peer, STR("1.2.3.4"), NULL, 0);

    assert_true(addr_eq(&client, &peer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addr__reads_and_writes_both_families),
        cmocka_unit_test(addr__refuses_loose_forms),
        cmocka_unit_test(addr__comes_from_a_socket),
        cmocka_unit_test(addr__truncates_to_24_and_48_bits),
        cmocka_unit_test(addr__private_ranges_in_every_disguise),
        cmocka_unit_test(cidr__borders_are_exact),
        cmocka_unit_test(cidr__refuses_bad_lengths),
        cmocka_unit_test(client__of_an_untrusted_peer_is_the_peer),
        cmocka_unit_test(client__is_the_right_most_untrusted_hop),
        cmocka_unit_test(client__of_a_chain_of_proxies_is_the_first_of_them),
        cmocka_unit_test(client__stops_at_the_first_unreadable_item),
        cmocka_unit_test(client__without_trusted_proxies_is_the_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
