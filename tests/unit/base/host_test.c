/* SPDX-License-Identifier: MIT */
/* Goal: one host has one spelling, whatever way it is written; what a browser would read as another host than we do
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <pthread.h>

#include "linkpond/base/err.h"
#include "linkpond/base/host.h"

static void becomes(str text, str expected)
{
    char out[HOST_TEXT_MAX], again[HOST_TEXT_MAX];
    str host, twice;
    if (!host_normalize(text, out, &host)) {
        fail_msg("refused: " STR_FMT, STR_ARG(text));
    }
    if (!str_eq(host, expected)) {
        fail_msg(STR_FMT " became " STR_FMT, STR_ARG(text), STR_ARG(host));
    }
    assert_ptr_equal(host.ptr, out);
    assert_int_equal(out[host.len], 0);
    assert_true(host_normalize(host, again, &twice) && str_eq(host, twice));
}

static void refused(str text)
{
    char out[HOST_TEXT_MAX] = "before";
    str host = STR("before");
    if (host_normalize(text, out, &host)) {
        fail_msg("taken: " STR_FMT " as " STR_FMT, STR_ARG(text), STR_ARG(host));
    }
    assert_string_equal(out, "before");
    assert_true(str_eq(host, STR("before")));
}

static void host__case_and_one_trailing_dot_do_not_matter(void **state)
{
    (void)state;
    becomes(STR("Example.COM"), STR("example.com"));
    becomes(STR("example.com."), STR("example.com"));
    becomes(STR("localhost"), STR("localhost"));
    becomes(STR("a-b_c.example"), STR("a-b_c.example"));
    becomes(STR("r3---sn-abc.googlevideo.com"), STR("r3---sn-abc.googlevideo.com"));
    becomes(STR("3com.com"), STR("3com.com"));
    becomes(STR("163.com"), STR("163.com"));
}

static void host__idn_becomes_punycode(void **state)
{
    (void)state;
    becomes(STR("\xE4\xB8\xAD\xE5\x9B\xBD"), STR("xn--fiqs8s"));
    becomes(STR("B\xC3\x9C"
                "CHER.example"),
            STR("xn--bcher-kva.example"));
    becomes(STR("bu\xCC\x88"
                "cher.example"),
            STR("xn--bcher-kva.example"));               /* u + combining diaeresis */
    becomes(STR("fa\xC3\x9F.de"), STR("xn--fa-hia.de")); /* transitional would be fass.de */
    becomes(STR("XN--FIQS8S"), STR("xn--fiqs8s"));
    becomes(STR("\xE4\xBE\x8B\xE5\xAD\x90\xE3\x80\x82\xE4\xB8\xAD\xE5\x9B\xBD\xE3\x80\x82"),
            STR("xn--fsqu00a.xn--fiqs8s"));
}

static void host__compatibility_letters_are_the_plain_ones(void **state)
{
    (void)state;
    becomes(STR("\xEF\xBD\x81"
                "bc.com"),
            STR("abc.com"));
    becomes(STR("a\xC2\xAD"
                "b.com"),
            STR("ab.com")); /* soft hyphen */
    becomes(STR("\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1"), STR("127.0.0.1"));
}

static void host__refuses_bytes_that_no_host_has(void **state)
{
    (void)state;
    static const str WRONG[] = {
        STR_INIT("a b.com"),
        STR_INIT("a/b.com"),
        STR_INIT("a\\b.com"),
        STR_INIT("a@b.com"),
        STR_INIT("a:80"),
        STR_INIT("a?b"),
        STR_INIT("a#b"),
        STR_INIT("a%2eb"),
        STR_INIT("a<b"),
        STR_INIT("a\tb"),
        STR_INIT("a\0b.com"),
        STR_INIT("a\x7F.com"),
        STR_INIT("\xFF.com"),
        STR_INIT("\xE4\xB8.com"),
        STR_INIT("a\xE2\x84\x80"
                 "b.com"), /* U+2100 maps to "a/c" */
        STR_INIT("a\xEF\xBC\x8F"
                 "b.com"), /* full-width solidus */
        STR_INIT("a\xEF\xBC\x85"
                 "2eb.com"), /* full-width percent */
        STR_INIT("a\xEF\xBC\xA0"
                 "b.com"),               /* full-width @ */
        STR_INIT("xn--a.com"),           /* no punycode */
        STR_INIT("xn--abc-.com"),        /* decodes to plain ASCII */
        STR_INIT("\xF0\x9F\x92\xA9.la"), /* not in IDNA 2008 */
    };
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
        refused(WRONG[i]);
    }
}

static void host__refuses_empty_labels(void **state)
{
    (void)state;
    refused(STR(""));
    refused(STR("."));
    refused(STR(".."));
    refused(STR(".com"));
    refused(STR("a..b"));
    refused(STR("a.."));
    refused(STR("\xE2\x80\x8B.com")); /* a zero-width space alone */
    refused(STR("a\xE3\x80\x82\xE3\x80\x82"
                "b"));
}

static void host__refuses_addresses_in_odd_bases(void **state)
{
    (void)state;
    static const str WRONG[] = {
        STR_INIT("0x7f.1"),
        STR_INIT("2130706433"),
        STR_INIT("017.0.0.1"),
        STR_INIT("0x7f000001"),
        STR_INIT("127.1"),
        STR_INIT("1.2.3"),
        STR_INIT("1.2.3.4.5"),
        STR_INIT("1.2.3.256"),
        STR_INIT("1.2.3.04"),
        STR_INIT("0X7F.0.0.1"),
        STR_INIT("foo.1"),
        STR_INIT("foo.0x4"),
        STR_INIT("foo.0x"),
        STR_INIT("1.2.3.4.."),
        STR_INIT("127.0.0.0x1"),
        STR_INIT("0"),
        STR_INIT("\xEF\xBC\x90x7f.1"),
    };
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
        refused(WRONG[i]);
    }
    becomes(STR("127.0.0.1"), STR("127.0.0.1"));
    becomes(STR("127.0.0.1."), STR("127.0.0.1"));
    becomes(STR("0x4.example"), STR("0x4.example"));
    becomes(STR("1.2.3.4a"), STR("1.2.3.4a"));
    becomes(STR("foo.0xg"), STR("foo.0xg"));
}

static void host__ipv6_stands_in_brackets(void **state)
{
    (void)state;
    becomes(STR("[2001:DB8:0:0::1]"), STR("[2001:db8::1]"));
    becomes(STR("[::FFFF:7f00:1]"), STR("127.0.0.1"));
    refused(STR("::1"));
    refused(STR("[::1"));
    refused(STR("[[::1]]"));
    refused(STR("[::1]x"));
    refused(STR("[1.2.3.4]"));
    refused(STR("[fe80::1%eth0]"));
    refused(STR("[]"));
    refused(STR("["));
}

static void host__lengths_are_held_to_the_byte(void **state)
{
    (void)state;
    char text[600];
    memset(text, 'a', sizeof text);
    becomes((str){text, 63}, (str){text, 63});
    refused((str){text, 64});
    for (size_t i = 63; i < sizeof text; i += 64) {
        text[i] = '.';
    }
    becomes((str){text, 253}, (str){text, 253});
    refused((str){text, 254});
    char dotted[255];
    memcpy(dotted, text, 253);
    dotted[253] = '.';
    becomes((str){dotted, 254}, (str){text, 253});
    dotted[254] = '.';
    refused((str){dotted, 255});
    refused((str){text, sizeof text});
}

static void splits(str text, str host, unsigned port)
{
    str got;
    unsigned got_port = 99;
    assert_true(host_split_port(text, &got, &got_port));
    assert_true(str_eq(got, host));
    assert_int_equal(got_port, port);
}

static void host__splits_off_the_port(void **state)
{
    (void)state;
    splits(STR("example.com"), STR("example.com"), 0);
    splits(STR("example.com:8080"), STR("example.com"), 8080);
    splits(STR("example.com:"), STR("example.com"), 0);
    splits(STR("127.0.0.1:0"), STR("127.0.0.1"), 0);
    splits(STR("[::1]"), STR("[::1]"), 0);
    splits(STR("[::1]:65535"), STR("[::1]"), 65535);
    static const str WRONG[] = {
        STR_INIT(""),     STR_INIT(":80"),  STR_INIT("a:65536"),  STR_INIT("a:-1"),  STR_INIT("a:+1"),
        STR_INIT("a: 1"), STR_INIT("a:8x"), STR_INIT("::1"),      STR_INIT("a:1:2"), STR_INIT("[::1]80"),
        STR_INIT("[::1"), STR_INIT("[]:1"), STR_INIT("a:000080"),
    };
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
        str host = STR("before");
        unsigned port = 7;
        if (host_split_port(WRONG[i], &host, &port)) {
            fail_msg("taken: " STR_FMT, STR_ARG(WRONG[i]));
        }
        assert_true(str_eq(host, STR("before")) && port == 7);
    }
}

static void registrable(str host, str expected)
{
    str got = host_registrable(host);
    if (!str_eq(got, expected)) {
        fail_msg(STR_FMT " -> " STR_FMT, STR_ARG(host), STR_ARG(got));
    }
    assert_ptr_equal(got.ptr + got.len, host.ptr + host.len);
}

static void host__registrable_domain_by_the_public_suffix_list(void **state)
{
    (void)state;
    registrable(STR("a.b.example.com.cn"), STR("example.com.cn"));
    registrable(STR("www.example.com"), STR("example.com"));
    registrable(STR("example.com"), STR("example.com"));
    registrable(STR("a.b.xn--fsqu00a.xn--fiqs8s"), STR("xn--fsqu00a.xn--fiqs8s"));
    registrable(STR("x.city.kawasaki.jp"), STR("city.kawasaki.jp")); /* an exception rule */
    registrable(STR("a.b.c.kawasaki.jp"), STR("b.c.kawasaki.jp"));   /* a wildcard rule */
    registrable(STR("com.cn"), STR("com.cn"));
    registrable(STR("localhost"), STR("localhost"));
    registrable(STR("10.1.2.3"), STR("10.1.2.3"));
    registrable(STR("[2001:db8::1]"), STR("[2001:db8::1]"));
    registrable(STR(""), STR(""));
    char text[] = "www.example.org.evil"; /* bytes behind the slice do not count */
    registrable((str){text, 15}, STR("example.org"));
}

static void *registrable_in_a_thread(void *argument)
{
    (void)argument;
    str got = host_registrable(STR("www.example.co.uk"));
    return str_eq(got, STR("example.co.uk")) ? registrable_in_a_thread : NULL;
}

static void host__the_list_is_loaded_once_for_all_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, registrable_in_a_thread, NULL), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        void *found = NULL;
        assert_int_equal(pthread_join(threads[i], &found), 0);
        assert_non_null(found);
    }
}

static void host__within_means_at_a_labels_edge(void **state)
{
    (void)state;
    assert_true(host_is_within(STR("example.com"), STR("example.com")));
    assert_true(host_is_within(STR("a.b.example.com"), STR("example.com")));
    assert_false(host_is_within(STR("notexample.com"), STR("example.com")));
    assert_false(host_is_within(STR("example.com"), STR("a.example.com")));
    assert_false(host_is_within(STR("google.com.evil.example"), STR("google.com")));
    assert_false(host_is_within(STR("example.com"), STR("")));
}

static void host__tells_addresses_from_names(void **state)
{
    (void)state;
    assert_true(host_is_ip(STR("10.0.0.1")));
    assert_true(host_is_ip(STR("[::1]")));
    assert_false(host_is_ip(STR("example.com")));
    assert_false(host_is_ip(STR("1.2.3.4.example.com")));
    assert_false(host_is_ip(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host__the_list_is_loaded_once_for_all_threads),
        cmocka_unit_test(host__case_and_one_trailing_dot_do_not_matter),
        cmocka_unit_test(host__idn_becomes_punycode),
        cmocka_unit_test(host__compatibility_letters_are_the_plain_ones),
        cmocka_unit_test(host__refuses_bytes_that_no_host_has),
        cmocka_unit_test(host__refuses_empty_labels),
        cmocka_unit_test(host__refuses_addresses_in_odd_bases),
        cmocka_unit_test(host__ipv6_stands_in_brackets),
        cmocka_unit_test(host__lengths_are_held_to_the_byte),
        cmocka_unit_test(host__splits_off_the_port),
        cmocka_unit_test(host__registrable_domain_by_the_public_suffix_list),
        cmocka_unit_test(host__within_means_at_a_labels_edge),
        cmocka_unit_test(host__tells_addresses_from_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
