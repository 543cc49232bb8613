/* SPDX-License-Identifier: MIT */
/* Goal: headers, cookies, queries and preferences are read as their RFCs say, whatever order and case they come in. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/base/json.h"
#include "linkpond/http/request.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct request with_header(struct header *header, const char *name, const char *value)
{
    *header = (struct header){str_from_c(name), str_from_c(value)};
    return (struct request){.headers = header, .headers_count = 1, .arena = &arena};
}

static void method__parses_exact_names_only(void **state)
{
    (void)state;
    enum method method = METHOD_OTHER;
    assert_true(method_parse(STR("PATCH"), &method));
    assert_int_equal(method, METHOD_PATCH);
    assert_false(method_parse(STR("get"), &method));
    assert_false(method_parse(STR("GETX"), &method));
    assert_string_equal(method_name(METHOD_DELETE), "DELETE");
}

static void header__is_found_in_any_case(void **state)
{
    (void)state;
    struct header header;
    struct request request = with_header(&header, "x-REQUEST-id", "abc");
    assert_str(request_header(&request, "X-Request-ID"), "abc");
    assert_int_equal(request_header(&request, "X-Request").len, 0);
}

static void query__is_decoded_and_repeated_values_split(void **state)
{
    (void)state;
    struct request request = {.arena = &arena, .query = STR("tag=a%2Cb&q=%E7%9F%AD+x&tag=c,%20d&empty")};
    str value;
    assert_true(request_query(&request, "q", &value));
    assert_str(value, "短 x");
    assert_true(request_query(&request, "empty", &value));
    assert_int_equal(value.len, 0);
    assert_false(request_query(&request, "absent", &value));
}

static void form__reads_the_body(void **state)
{
    (void)state;
    struct header header;
    struct request request = with_header(&header, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = STR("url=https%3A%2F%2Fa.example%2F%3Fx%3D1&title=a+b");
    str value;
    assert_true(request_is_form(&request));
    assert_true(request_form(&request, "url", &value));
    assert_str(value, "https://a.example/?x=1");
}

static void cookie__is_found_in_every_cookie_header(void **state)
{
    (void)state;
    struct header headers[] = {
        {STR_INIT("Cookie"), STR_INIT("a=1; lp_session2=no")},
        {STR_INIT("cookie"), STR_INIT("b=x,y;  lp_session=se=cret ")},
    };
    struct request request = {.headers = headers, .headers_count = 2, .arena = &arena};
    str value;
    assert_true(request_cookie(&request, "lp_session", &value));
    assert_str(value, "se=cret");
    assert_true(request_cookie(&request, "b", &value));
    assert_str(value, "x,y");
    assert_false(request_cookie(&request, "session", &value));
}

static void accept__prefers_plain_text_only_when_it_is_named(void **state)
{
    (void)state;
    struct header header;
    struct request request = with_header(&header, "Accept", "*/*");
    assert_false(request_accepts(&request, "text/plain"));
    request = with_header(&header, "Accept", "text/plain");
    assert_true(request_accepts(&request, "text/plain"));
    request = with_header(&header, "Accept", "text/plain;q=0.5, application/json");
    assert_false(request_accepts(&request, "text/plain"));
    request = with_header(&header, "Accept", "application/json;q=0.4, text/plain;q=0.5");
    assert_true(request_accepts(&request, "text/plain"));
    request = with_header(&header, "Accept", "text/plain;q=0");
    assert_false(request_accepts(&request, "text/plain"));
}

static void language__is_chinese_when_chinese_ranks_highest(void **state)
{
    (void)state;
    assert_true(language_is_chinese(STR("zh-CN,zh;q=0.9,en;q=0.8")));
    assert_true(language_is_chinese(STR("zh")));
    assert_true(language_is_chinese(STR("en;q=0.5, zh-Hant-TW;q=0.7")));
    assert_true(language_is_chinese(STR("*;q=0.9,zh;q=0.1")));
    assert_false(language_is_chinese(STR("en-US,en;q=0.9,zh-CN;q=0.8")));
    assert_false(language_is_chinese(STR("en,zh"))); /* equals: the first counts */
    assert_true(language_is_chinese(STR("zh,en")));
    assert_false(language_is_chinese(STR("zha-CN")));
    assert_false(language_is_chinese(STR("zh;q=0")));
    assert_false(language_is_chinese((str){0}));
}

static void if_match__gives_the_revision_that_must_be_there(void **state)
{
    (void)state;
    struct header header;
    int64_t revision = -1;
    struct request request = {.arena = &arena};
    assert_int_equal(request_if_match(&request, &revision), OK);
    assert_int_equal(revision, 0);
    request = with_header(&header, "If-Match", "*");
    assert_int_equal(request_if_match(&request, &revision), OK);
    assert_int_equal(revision, 0);
    request = with_header(&header, "If-Match", "\"x\", \"r7\" ,\"r12\"");
    assert_int_equal(request_if_match(&request, &revision), OK);
    assert_int_equal(revision, 12);
    /* RFC 9110 13.1.1: If-Match compares strongly, so a weak tag never matches. */
    request = with_header(&header, "If-Match", "W/\"r7\"");
    assert_int_equal(request_if_match(&request, &revision), ERR_PRECONDITION);
    request = with_header(&header, "If-Match", "\"r\"");
    assert_int_equal(request_if_match(&request, &revision), ERR_PRECONDITION);
}

static void if_none_match__compares_weakly(void **state)
{
    (void)state;
    struct header header;
    char text[ETAG_TEXT_MAX];
    str etag = etag_format(12, text);
    assert_str(etag, "\"r12\"");
    struct request request = with_header(&header, "If-None-Match", "\"r1\", W/\"r12\"");
    assert_true(request_if_none_match(&request, etag));
    request = with_header(&header, "If-None-Match", "\"r1\"");
    assert_false(request_if_none_match(&request, etag));
    request = with_header(&header, "If-None-Match", "*");
    assert_true(request_if_none_match(&request, etag));
    request.headers_count = 0;
    assert_false(request_if_none_match(&request, etag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(method__parses_exact_names_only),
        cmocka_unit_test(header__is_found_in_any_case),
        cmocka_unit_test(query__is_decoded_and_repeated_values_split),
        cmocka_unit_test(form__reads_the_body),
        cmocka_unit_test(cookie__is_found_in_every_cookie_header),
        cmocka_unit_test(accept__prefers_plain_text_only_when_it_is_named),
        cmocka_unit_test(language__is_chinese_when_chinese_ranks_highest),
        cmocka_unit_test(if_match__gives_the_revision_that_must_be_there),
        cmocka_unit_test(if_none_match__compares_weakly),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
