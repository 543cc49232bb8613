/* SPDX-License-Identifier: MIT */
/* Goal: a URL that two parsers read differently is noticed, and one that both read alike is not complained about. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <curl/curl.h>

#include "linkpond/base/urlcheck.h"

#define AGREES(url, scheme, host, port) assert_int_equal(urlcheck(STR(url), STR(scheme), STR(host), port), OK)
#define DISAGREES(url, scheme, host, port)                                                                             \
    assert_int_equal(urlcheck(STR(url), STR(scheme), STR(host), port), ERR_INVALID)

/* libcurl's memory, which can run out. */
static int left = -1; /* allocations that still succeed; negative = all */
static int refusals;

static bool refuse(void)
{
    if (left != 0) {
        left -= left > 0;
        return false;
    }
    refusals++;
    return true;
}

static void *scarce_malloc(size_t size)
{
    return refuse() ? NULL : malloc(size);
}

static void *scarce_realloc(void *memory, size_t size)
{
    return refuse() ? NULL : realloc(memory, size);
}

static void *scarce_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : calloc(count, size);
}

static char *scarce_strdup(const char *text)
{
    return refuse() ? NULL : strdup(text);
}

static void urlcheck__agrees_on_ordinary_urls(void **state)
{
    (void)state;
    AGREES("https://example.com", "https", "example.com", 0);
    AGREES("HTTPS://EXAMPLE.com:8443/a/../b?c=d#e", "https", "example.com", 8443);
    AGREES("http://example.com:80/", "http", "example.com", 80);
    AGREES("http://example.com./", "http", "example.com", 0);
    AGREES("http://127.0.0.1/", "http", "127.0.0.1", 0);
    AGREES("http://[2001:DB8::0:1]:80/", "http", "[2001:db8::1]", 80);
    AGREES("https://uland.taobao.com/coupon/edetail?e=m%3D2%26s%3Dx%2B&u=http://b.example/#wechat_redirect", "https",
           "uland.taobao.com", 0);
}

static void urlcheck__hosts_are_compared_in_canonical_form(void **state)
{
    (void)state;
    AGREES("http://\xE4\xBE\x8B\xE5\xAD\x90.\xE4\xB8\xAD\xE5\x9B\xBD/", "http", "xn--fsqu00a.xn--fiqs8s", 0);
    AGREES("http://[::ffff:7f00:1]/", "http", "127.0.0.1", 0);
}

static void urlcheck__takes_schemes_of_apps(void **state)
{
    (void)state;
    AGREES("weixin://dl/business/?t=abc", "weixin", "dl", 0);
}

static void urlcheck__notices_another_scheme_host_or_port(void **state)
{
    (void)state;
    DISAGREES("https://example.com/", "http", "example.com", 0);
    DISAGREES("https://example.com/", "https", "example.org", 0);
    DISAGREES("https://example.com/", "https", "sub.example.com", 0);
    DISAGREES("https://example.com:81/", "https", "example.com", 0);
    DISAGREES("https://example.com/", "https", "example.com", 443);
    DISAGREES("https://example.com@evil.example/", "https", "example.com", 0);
    DISAGREES("https://example.com:80@evil.example/", "https", "example.com", 80);
    DISAGREES("https://evil.example\\@example.com/", "https", "evil.example", 0);
    DISAGREES("https://evil.example#@example.com/", "https", "example.com", 0);
    DISAGREES("https://evil.example?@example.com/", "https", "example.com", 0);
    DISAGREES("http://0x7f.1/", "http", "0x7f.1", 0);
    DISAGREES("http://2130706433/", "http", "2130706433", 0);
    DISAGREES("http://%31%32%37.0.0.1/", "http", "%31%32%37.0.0.1", 0);
    DISAGREES("http://[fe80::1%25eth0]/", "http", "[fe80::1]", 0);
}

static void urlcheck__never_agrees_on_what_is_no_url(void **state)
{
    (void)state;
    DISAGREES("", "", "", 0);
    DISAGREES("example.com", "http", "example.com", 0);
    DISAGREES("//example.com/", "http", "example.com", 0);
    DISAGREES("http://", "http", "", 0);
    DISAGREES("http:///example.com", "http", "", 0); /* libcurl, like browsers, takes the third slash for a slip */
    DISAGREES("http://example.com:99999/", "http", "example.com", 99999);
    DISAGREES("http://example.com\0.evil.example/", "http", "example.com", 0);
    DISAGREES("http://exa mple.com/", "http", "exa mple.com", 0);
    DISAGREES("http://example.com/\r\nX: y", "http", "example.com", 0);
    DISAGREES("javascript:alert(1)", "javascript", "", 0);
}

static void urlcheck__that_runs_out_of_memory_says_so(void **state)
{
    int n = 0;

    (void)state;
    do {
        refusals = 0;
        left = n++;
        enum err err = urlcheck(STR("https://example.com:8443/a?b=c#d"), STR("https"), STR("example.com"), 8443);
        left = -1;
        assert_int_equal(err, refusals > 0 ? ERR_NOMEM : OK);
    } while (refusals > 0);
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urlcheck__agrees_on_ordinary_urls),
        cmocka_unit_test(urlcheck__hosts_are_compared_in_canonical_form),
        cmocka_unit_test(urlcheck__takes_schemes_of_apps),
        cmocka_unit_test(urlcheck__notices_another_scheme_host_or_port),
        cmocka_unit_test(urlcheck__never_agrees_on_what_is_no_url),
        cmocka_unit_test(urlcheck__that_runs_out_of_memory_says_so),
    };
    assert_int_equal(
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, scarce_malloc, free, scarce_realloc, scarce_strdup, scarce_calloc),
        CURLE_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
