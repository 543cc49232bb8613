/* SPDX-License-Identifier: MIT */
/* Goal: problems look as RFC 9457 wants them, headers cannot be forged, and a stream that is dropped is ended once. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/http/reply.h"
#include "reply_view.h"

static struct arena arena;
static struct request request;
static struct reply reply;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    request = (struct request){.path = STR("/api/v1/links"), .arena = &arena};
    reply_init(&reply);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reply_done(&reply);
    arena_done(&arena);
    return 0;
}

static void problem__tells_type_status_detail_and_field(void **state)
{
    (void)state;
    struct fault fault = {0};
    fault_set(&fault, ERR_INVALID, "url", "too_long", "The address is too long.", "网址过长。");
    reply_problem(&reply, &request, ERR_INVALID, &fault);
    assert_int_equal(reply.status, 422);
    assert_str(reply_header_said(&reply, "Content-Type"), "application/problem+json");
    assert_str(buf_str(&reply.body),
               "{\"type\":\"urn:linkpond:problem:invalid\",\"title\":\"A field is not valid.\",\"status\":422,"
               "\"detail\":\"The address is too long.\",\"instance\":\"/api/v1/links\",\"errors\":[{\"field\":\"url\","
               "\"code\":\"too_long\",\"detail\":\"The address is too long.\"}]}");
}

static void problem__speaks_chinese_when_asked(void **state)
{
    (void)state;
    request.chinese = true;
    reply_problem(&reply, &request, ERR_NOT_FOUND, NULL);
    assert_true(str_find(buf_str(&reply.body), STR("没有找到对应的内容。"), 0) >= 0);
}

static void problem__of_too_many_requests_says_when_to_return(void **state)
{
    (void)state;
    reply_problem_retry(&reply, &request, ERR_RATE_LIMITED, NULL, 17);
    assert_str(reply_header_said(&reply, "Retry-After"), "17");
    reply_problem(&reply, &request, ERR_UNAVAILABLE, NULL);
    assert_str(reply_header_said(&reply, "Retry-After"), "1");
}

static void problem__carries_one_more_member(void **state)
{
    (void)state;
    reply_problem_with(&reply, &request, ERR_ALIAS_TAKEN, NULL, "existing", STR("{\"id\":\"lnk_7\"}"));
    assert_int_equal(reply.status, 409);
    assert_true(str_ends(buf_str(&reply.body), STR(",\"existing\":{\"id\":\"lnk_7\"}}")));
}

static int ended;

static void count_end(void *arg)
{
    (void)arg;
    ended++;
}

static void problem__drops_what_was_built(void **state)
{
    (void)state;
    ended = 0;
    reply_text(&reply, 200, "text/plain", STR("half"));
    reply.pull_done = count_end;
    reply_problem(&reply, &request, ERR_INTERNAL, NULL);
    assert_int_equal(ended, 1);
    assert_true(str_find(buf_str(&reply.body), STR("half"), 0) < 0);
    reply_done(&reply);
    assert_int_equal(ended, 1);
    reply_init(&reply);
}

static void header__keeps_printable_ascii_only(void **state)
{
    (void)state;
    reply_header(&reply, &request, "X-Name",
                 STR("a\x01"
                     "b短c~"));
    assert_str(reply_header_said(&reply, "X-Name"), "abc~");
    reply_header_set(&reply, &request, "x-name", STR("new"));
    assert_int_equal(reply.headers_count, 1);
    assert_str(reply_header_said(&reply, "X-Name"), "new");
    reply_etag(&reply, &request, 3);
    assert_str(reply_header_said(&reply, "ETag"), "\"r3\"");
}

static void redirect__is_not_stored_by_caches(void **state)
{
    (void)state;
    reply_redirect(&reply, &request, 302, STR("https://a.example/?e=m%3D2#wechat_redirect"));
    assert_int_equal(reply.status, 302);
    assert_str(reply_header_said(&reply, "Location"), "https://a.example/?e=m%3D2#wechat_redirect");
    assert_str(reply_header_said(&reply, "Cache-Control"), "no-store");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(problem__tells_type_status_detail_and_field),
        TEST(problem__speaks_chinese_when_asked),
        TEST(problem__of_too_many_requests_says_when_to_return),
        TEST(problem__carries_one_more_member),
        TEST(problem__drops_what_was_built),
        TEST(header__keeps_printable_ascii_only),
        TEST(redirect__is_not_stored_by_caches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
