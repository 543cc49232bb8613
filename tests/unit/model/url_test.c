/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/limits.h"
#include "linkpond/model/url.h"

/* Goal: what is stored can be sent as it is, leads where the check said, and no spelling gets a forbidden target past.
 */

static const str OWN[] = {STR_INIT("s.example.com"), STR_INIT("xn--fiq228c.example")};
static const str EXTRA[] = {STR_INIT("weixin"), STR_INIT("alipays"), STR_INIT("javascript")};
static const struct url_policy POLICY = {.own_hosts = OWN, .own_hosts_count = ARRAY_LEN(OWN)};
static const struct url_policy OPEN_POLICY = {
    .allow_private = true, .extra_schemes = EXTRA, .extra_schemes_count = ARRAY_LEN(EXTRA)};

static char memory[2 * LIMIT_URL];

static void expect(const struct url_policy *policy, str text, const char *stored, const char *code)
{
    struct fault fault = {0};
    struct buf out;

    buf_init_fixed(&out, memory, sizeof(memory));
    enum err err = url_check(text, policy, "url", &out, &fault);
    if (strcmp(fault.code, code) != 0 || (!code[0] && !str_eq(buf_str(&out), str_from_c(stored)))) {
        fail_msg(STR_FMT "\n  got      %s " STR_FMT "\n  expected %s %s", STR_ARG(text), fault.code,
                 STR_ARG(buf_str(&out)), code, stored);
    }
    assert_int_equal(err, code[0] ? ERR_INVALID : OK);
    if (code[0]) {
        assert_string_equal(fault.field, "url");
        assert_true(fault.message[0] != 0);
        assert_int_equal(out.len, 0);
    }
}

static void stays(str text)
{
    char copy[LIMIT_URL + 1];
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    expect(&POLICY, text, copy, "");
}

static void becomes(str text, const char *stored)
{
    expect(&POLICY, text, stored, "");
    stays(str_from_c(stored)); /* once stored, it is stored */
}

static void refused(str text, const char *code)
{
    expect(&POLICY, text, "", code);
}

static void url__what_is_already_fine_is_stored_byte_for_byte(void **state)
{
    (void)state;
    stays(STR("https://s.click.taobao.com/"
              "t?e=m%3D2%26s%3DxGz%2FQ1x%2BPz8cQipKwQzePOeEDrYVVa64K7Vc7tFgwiHjf2vlNIV67g%3D%3D&union_lens=a%3Ab"));
    stays(
        STR("https://union-click.jd.com/jdc?e=618%7Cpc%7C&p=JF8BAPMJK1olXwUCVlpYDkoXC18IG1sRXgQKUW4&t=W1dCFFlQCxxU=="));
    stays(STR("https://mp.weixin.qq.com/"
              "s?__biz=MzA3MDAwMDAwMA==&mid=2650000000&idx=1&sn=0a1b2c3d4e5f#wechat_redirect"));
    stays(STR("https://Example.COM/A%2fb/../c//d?x=%zz&&y=%e4%BD%A0#a#b?c"));
    stays(STR("HTTP://example.com"));
    stays(STR("https://example.com?abc"));
    stays(STR("https://example.com/?"));
    stays(STR("https://example.com/#"));
    stays(STR("https://example.com./"));
    stays(STR("https://example.com:8443/x"));
    stays(STR("https://a.example/?u=http://user:pass@b.example/&t=|{}^\\`\"<>[]"));
    stays(STR("https://8.8.8.8/"));
    stays(STR("https://[2606:4700::1111]:8443/x"));
    stays(STR("https://xn--fsqu00a.xn--0zwm56d/"));
}

static void url__only_what_cannot_travel_is_rewritten(void **state)
{
    (void)state;
    becomes(STR(" \t\r\n https://example.com/a \n"), "https://example.com/a");
    becomes(STR("\xEF\xBB\xBFhttps://example.com/\xE3\x80\x80 \xC2\xA0\xE2\x80\x8B"), "https://example.com/");
    becomes(STR("https://example.com/你好?q=群 1#顶"),
            "https://example.com/%E4%BD%A0%E5%A5%BD?q=%E7%BE%A4%201#%E9%A1%B6");
    becomes(STR("https://example.com/?q=\xB9\xAB"), "https://example.com/?q=%B9%AB"); /* GBK stays GBK */
    becomes(STR("https://例子.测试:8080/路"), "https://xn--fsqu00a.xn--0zwm56d:8080/%E8%B7%AF");
    becomes(STR("https://bücher.example"), "https://xn--bcher-kva.example");
}

static void url__schemes_that_run_code_are_refused(void **state)
{
    (void)state;
    static const str BAD[] = {
        STR_INIT("javascript:alert(1)"),
        STR_INIT("JaVaScRiPt://example.com/%0aalert(1)"),
        STR_INIT("  javascript:alert(1)"),
        STR_INIT("data:text/html,<script>alert(1)</script>"),
        STR_INIT("vbscript:x"),
        STR_INIT("file:///etc/passwd"),
        STR_INIT("blob:https://example.com/1"),
        STR_INIT("ftp://example.com/"),
        STR_INIT("weixin://dl/business"),
        STR_INIT("example.com"),
        STR_INIT("//example.com/"),
        STR_INIT("/path"),
        STR_INIT("://example.com"),
        STR_INIT("1http://example.com"),
        STR_INIT("ht tp://example.com"),
        STR_INIT("example.com:8080/x"),
    };
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        refused(BAD[i], "scheme_not_allowed");
    }
    refused(STR("java\tscript:alert(1)"), "control_character");
    /* no setting lets these in */
    expect(&OPEN_POLICY, STR("javascript:alert(1)"), "", "scheme_not_allowed");
    expect(&OPEN_POLICY, STR("data:,x"), "", "scheme_not_allowed");
}

static void url__extra_schemes_are_let_through_when_set(void **state)
{
    (void)state;
    expect(&OPEN_POLICY, STR("weixin://dl/business/?t=AbC#x"), "weixin://dl/business/?t=AbC#x", "");
    expect(&OPEN_POLICY, STR("WeiXin://biz/ww/profile/a b"), "WeiXin://biz/ww/profile/a%20b", "");
    expect(&OPEN_POLICY, STR("alipays:platformapi"), "alipays:platformapi", "");
    expect(&OPEN_POLICY, STR("weixin://user@dl/"), "", "userinfo_not_allowed");
}

static void url__userinfo_is_refused(void **state)
{
    (void)state;
    refused(STR("https://user@example.com/"), "userinfo_not_allowed");
    refused(STR("https://user:pass@example.com/"), "userinfo_not_allowed");
    refused(STR("https://good.example\\@evil.example/"), "userinfo_not_allowed");
    refused(STR("https://@example.com/"), "userinfo_not_allowed");
    refused(STR("https://a@b@example.com/"), "userinfo_not_allowed");
}

static void url__hosts_that_are_none_are_refused(void **state)
{
    (void)state;
    refused(STR("https:///path"), "no_host");
    refused(STR("https://"), "no_host");
    refused(STR("https:example.com"), "no_host");
    refused(STR("https:/example.com"), "no_host");
    refused(STR("https:\\\\example.com"), "no_host");
    refused(STR("https://:80/"), "no_host");
    refused(STR("https://?x"), "no_host");
    refused(STR("https://exa mple.com/"), "bad_host");
    refused(STR("https://exa%6Dple.com/"), "bad_host");
    refused(STR("https://good.example\\evil.example/"), "bad_host");
    refused(STR("https://a..example/"), "bad_host");
    refused(STR("https://.example/"), "bad_host");
    refused(STR("https://[::1/"), "bad_host");
    refused(STR("https://[::1]x/"), "bad_host");
    refused(STR("https://[fe80::1%25eth0]/"), "bad_host");
    refused(STR("https://\xFF\xFE.example/"), "bad_host");
    refused(STR("https://example.com:/"), "bad_port");
    refused(STR("https://example.com:0/"), "bad_port");
    refused(STR("https://example.com:65536/"), "bad_port");
    refused(STR("https://example.com:80a/"), "bad_port");
    refused(STR("https://example.com:80:80/"), "bad_port");
    refused(STR("https://example.com:+80/"), "bad_port");
}

static void url__own_hosts_are_refused_in_every_spelling(void **state)
{
    (void)state;
    refused(STR("https://s.example.com/abc"), "own_host");
    refused(STR("http://S.Example.COM"), "own_host");
    refused(STR("https://s.example.com./abc"), "own_host");
    refused(STR("https://s.example.com:8443/abc"), "own_host");
    refused(STR("https://ｓ.ｅｘａｍｐｌｅ.com/"), "own_host");
    refused(STR("https://s。example。com/"), "own_host");
    refused(STR("https://中文.example/"), "own_host");
    refused(STR("https://XN--FIQ228C.example/"), "own_host");
    becomes(STR("https://www.s.example.com/"), "https://www.s.example.com/");
    becomes(STR("https://example.com/s.example.com"), "https://example.com/s.example.com");
}

static void url__private_addresses_are_refused_in_every_spelling(void **state)
{
    (void)state;
    static const str PRIVATE[] = {
        STR_INIT("http://127.0.0.1/"),
        STR_INIT("http://10.1.2.3:8080/"),
        STR_INIT("http://192.168.0.1"),
        STR_INIT("http://169.254.169.254/"),
        STR_INIT("http://100.64.0.1/"),
        STR_INIT("http://0.0.0.0/"),
        STR_INIT("http://[::1]/"),
        STR_INIT("http://[::]/"),
        STR_INIT("http://[fc00::1]/"),
        STR_INIT("http://[fe80::1]/"),
        STR_INIT("http://[::ffff:10.0.0.1]/"),
        STR_INIT("http://[64:ff9b::a00:1]/"),
        STR_INIT("http://[::ffff:7f00:1]/"),
        STR_INIT("http://[2002:7f00:1::]/"),
        STR_INIT("http://localhost/"),
        STR_INIT("http://LOCALHOST.:80/"),
        STR_INIT("http://a.localhost/"),
        STR_INIT("http://１２７.０.０.１/"),
        STR_INIT("http://127。0。0。1/"),
    };
    static const str ODD[] = {
        STR_INIT("http://2130706433/"), STR_INIT("http://0x7f.1/"),     STR_INIT("http://0x7f000001/"),
        STR_INIT("http://017.0.0.1/"),  STR_INIT("http://127.1/"),      STR_INIT("http://127.0.0.01/"),
        STR_INIT("http://1.2.3/"),      STR_INIT("http://999.1.1.1/"),  STR_INIT("http://１２７.1/"),
        STR_INIT("http://127.0.0.0x1"), STR_INIT("http://[127.0.0.1]"),
    };
    for (size_t i = 0; i < ARRAY_LEN(PRIVATE); i++) {
        refused(PRIVATE[i], "private_host");
    }
    for (size_t i = 0; i < ARRAY_LEN(ODD); i++) {
        refused(ODD[i], "bad_host");
        expect(&OPEN_POLICY, ODD[i], "", "bad_host");
    }
    expect(&OPEN_POLICY, STR("http://127.0.0.1:8080/x"), "http://127.0.0.1:8080/x", "");
    expect(&OPEN_POLICY, STR("http://localhost/"), "http://localhost/", "");
    expect(&OPEN_POLICY, STR("http://[::1]/"), "http://[::1]/", "");
    stays(STR("http://localhost.example.com/"));
}

static void url__control_characters_are_refused(void **state)
{
    (void)state;
    refused(STR("https://example.com/a\r\nSet-Cookie: x"), "control_character");
    refused(STR("https://example.com/\0x"), "control_character");
    refused(STR("https://exam\nple.com/"), "control_character");
    refused(STR("https://example.com/\x7F"), "control_character");
}

static void url__empty_and_too_long_are_refused(void **state)
{
    (void)state;
    static char text[LIMIT_URL + 1];
    refused(STR(""), "required");
    refused(STR(" \t\n\xE3\x80\x80"), "required");
    memset(text, 'a', sizeof(text));
    memcpy(text, "https://example.com/", 20);
    stays((str){text, LIMIT_URL});
    refused((str){text, LIMIT_URL + 1}, "too_long");
    memcpy(text + 100, "\xE7\xBE\xA4", 3); /* it is the stored form that counts */
    refused((str){text, LIMIT_URL}, "too_long");
    struct buf out;
    buf_init_fixed(&out, memory, sizeof(memory));
    assert_int_equal(url_check((str){text, LIMIT_URL - 6}, &POLICY, "url", &out, NULL), OK);
    assert_int_equal(out.len, LIMIT_URL);
}

static void url__parts_are_slices(void **state)
{
    (void)state;
    struct url url;
    assert_true(url_split(STR("https://a.example:8443/p/q?x=1#f?g#h"), &url));
    assert_true(str_eq(url.scheme, STR("https")) && str_eq(url.host, STR("a.example")));
    assert_int_equal(url.port, 8443);
    assert_true(str_eq(url.path, STR("/p/q")) && str_eq(url.query, STR("x=1")));
    assert_true(str_eq(url.fragment, STR("f?g#h")) && url.has_query && url.has_fragment);
    assert_true(str_eq(url.before_fragment, STR("https://a.example:8443/p/q?x=1")));
    assert_true(url_split(STR("http://[::1]:80"), &url));
    assert_true(str_eq(url.host, STR("[::1]")) && url.port == 80 && url.path.len == 0);
    assert_true(url_split(STR("http://a?#"), &url));
    assert_true(url.has_query && url.query.len == 0 && url.has_fragment && url.fragment.len == 0);
    assert_true(url_split(STR("mailto:a@b.example"), &url));
    assert_true(url.host.len == 0 && str_eq(url.path, STR("a@b.example")) && url.port == 0);
    assert_true(url_split(STR("a:b#c"), &url));
    assert_true(str_eq(url.path, STR("b")) && str_eq(url.fragment, STR("c")));
    assert_false(url_split(STR("/path:x"), &url));
    assert_false(url_split(STR(":x"), &url));
    assert_false(url_split(STR("nothing"), &url));
    assert_false(url_split(STR(""), &url));
}

static void url__a_full_buffer_is_said(void **state)
{
    (void)state;
    char small[8];
    struct buf out;
    buf_init_fixed(&out, small, sizeof(small));
    assert_int_equal(url_check(STR("https://example.com/"), &POLICY, "url", &out, NULL), ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url__what_is_already_fine_is_stored_byte_for_byte),
        cmocka_unit_test(url__only_what_cannot_travel_is_rewritten),
        cmocka_unit_test(url__schemes_that_run_code_are_refused),
        cmocka_unit_test(url__extra_schemes_are_let_through_when_set),
        cmocka_unit_test(url__userinfo_is_refused),
        cmocka_unit_test(url__hosts_that_are_none_are_refused),
        cmocka_unit_test(url__own_hosts_are_refused_in_every_spelling),
        cmocka_unit_test(url__private_addresses_are_refused_in_every_spelling),
        cmocka_unit_test(url__control_characters_are_refused),
        cmocka_unit_test(url__empty_and_too_long_are_refused),
        cmocka_unit_test(url__parts_are_slices),
        cmocka_unit_test(url__a_full_buffer_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
