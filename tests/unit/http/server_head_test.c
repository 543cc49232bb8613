/* SPDX-License-Identifier: MIT */
/* Goal: what could smuggle a second request, or hide part of the first, is seen; targets and client addresses are read
 * as their RFCs say. */
#include "assert_str.h"
#include "server_private.h"

static void target__is_split_in_origin_and_absolute_form(void **state)
{
    (void)state;
    struct raw_target target;
    assert_true(target_split(STR("/a/b?x=1?y#frag"), &target));
    assert_str(target.path, "/a/b");
    assert_str(target.query, "x=1?y");
    assert_int_equal(target.host.len, 0);
    assert_true(target_split(STR("HTTP://S.example:80/a?b"), &target));
    assert_str(target.host, "S.example:80");
    assert_str(target.path, "/a");
    assert_str(target.query, "b");
    assert_true(target_split(STR("https://s.example?b"), &target));
    assert_str(target.path, "/");
    assert_str(target.query, "b");
    assert_true(target_split(STR("//a"), &target));
    assert_str(target.path, "//a");
}

static void target__refuses_other_forms(void **state)
{
    (void)state;
    struct raw_target target;
    assert_false(target_split(STR("s.example:443"), &target));
    assert_false(target_split(STR("*"), &target));
    assert_false(target_split(STR(""), &target));
    assert_false(target_split(STR("?a"), &target));
    assert_false(target_split(STR("http:///a"), &target));
    assert_false(target_split(STR("http://user@s.example/a"), &target));
    assert_false(target_split(STR("ftp://s.example/a"), &target));
}

static bool good(const char *const *lines)
{
    struct framing framing = {0};
    for (; *lines; lines += 2) {
        framing_add(&framing, str_from_c(lines[0]), str_from_c(lines[1]));
    }
    return framing_is_good(&framing);
}

static void framing__takes_one_length_or_one_coding(void **state)
{
    (void)state;
    assert_true(good((const char *const[]){"Host", "a", NULL}));
    assert_true(good((const char *const[]){"Content-Length", "3", "Host", "a", NULL}));
    assert_true(good((const char *const[]){"Transfer-Encoding", "Chunked", NULL}));
    assert_false(good((const char *const[]){"Content-Length", "3", "content-length", "3", NULL}));
    assert_false(good((const char *const[]){"Content-Length", "3", "Transfer-Encoding", "chunked", NULL}));
    assert_false(good((const char *const[]){"Transfer-Encoding", "chunked", "transfer-encoding", "chunked", NULL}));
    assert_false(good((const char *const[]){"Transfer-Encoding", "gzip, chunked", NULL}));
    assert_false(good((const char *const[]){"Transfer-Encoding", "identity", NULL}));
    assert_false(good((const char *const[]){"Transfer-Encoding", "", NULL}));
    assert_false(good((const char *const[]){"Host", "a", "HOST", "b", NULL}));
}

static void framing__refuses_names_that_are_no_tokens(void **state)
{
    (void)state;
    static const char *const names[] = {"Transfer-Encoding ", "X-Forwarded-Fo r", "", "a\tb", "a(b)", "a:b",
                                        "caf\xc3\xa9"};
    assert_true(header_name_is_token(STR("x-A1!#$%&'*+-.^_`|~")));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_false(header_name_is_token(str_from_c(names[i])));
        assert_false(good((const char *const[]){names[i], "1", NULL}));
    }
    assert_false(header_name_is_token((str){"a\0b", 3}));
}

static void client__is_found_right_to_left_over_all_lines(void **state)
{
    (void)state;
    struct cidr proxies[2];
    struct trust trust = {proxies, 2};
    struct addr peer, client;
    char text[ADDR_TEXT_MAX];
    assert_true(cidr_parse(STR("127.0.0.1"), &proxies[0]));
    assert_true(cidr_parse(STR("10.0.0.0/8"), &proxies[1]));
    addr_parse(STR("127.0.0.1"), &peer);
    struct header headers[] = {
        {STR_INIT("X-Forwarded-For"), STR_INIT("6.6.6.6, 203.0.113.7")},
        {STR_INIT("x-forwarded-for"), STR_INIT("10.1.1.1")},
        {STR_INIT("X-Forwarded"), STR_INIT("9.9.9.9")},
    };
    client = forwarded_client(&peer, headers, 3, &trust);
    assert_str(addr_format(&client, text), "203.0.113.7");
    client = forwarded_client(&peer, headers + 1, 2, &trust);
    assert_str(addr_format(&client, text), "10.1.1.1");
    addr_parse(STR("198.51.100.1"), &peer); /* no proxy of ours: what it says is worth nothing */
    client = forwarded_client(&peer, headers, 3, &trust);
    assert_str(addr_format(&client, text), "198.51.100.1");
}

static void uri__query_is_hidden_from_the_wire_library(void **state)
{
    (void)state;
    static struct conn conn;
    static char long_uri[LIMIT_URI + 10];
    char uri[] = "/a?x=1&y=2";
    conn_take_uri(&conn, uri);
    assert_string_equal(uri, "/a?");
    assert_str(((str){conn.uri, conn.uri_len}), "/a?x=1&y=2");
    assert_int_equal(conn.stage, CONN_URI);
    memset(long_uri, 'a', sizeof long_uri - 1);
    long_uri[0] = '/';
    conn_take_uri(&conn, long_uri);
    assert_true(conn.uri_len > LIMIT_URI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target__is_split_in_origin_and_absolute_form),
        cmocka_unit_test(target__refuses_other_forms),
        cmocka_unit_test(framing__takes_one_length_or_one_coding),
        cmocka_unit_test(framing__refuses_names_that_are_no_tokens),
        cmocka_unit_test(client__is_found_right_to_left_over_all_lines),
        cmocka_unit_test(uri__query_is_hidden_from_the_wire_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
