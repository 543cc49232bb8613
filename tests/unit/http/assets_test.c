/* SPDX-License-Identifier: MIT */
/* Goal: only exact names are served, a browser that has the file is told so, and the compressed copy is the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <zlib.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/http/assets.h"

static const char script[] =
    "const a = 1; const b = 1; const c = 1; const d = 1; const e = 1; const f = 1; // aaaaaaaaaa";
static const struct embedded table[] = {
    {"app.js", script, sizeof script - 1},   {"tiny.css", "a{}", 3},
    {"built.js", script, sizeof script - 1}, {"built.js.gz", "as the build made it", 20},
    {"page.html", "<p>{{x}}</p>", 12},       {"", "", 0},
};
static struct arena arena;
static struct reply reply;
static struct header headers[2];
static struct request request;
static struct assets *assets;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    reply_init(&reply);
    assets = assets_new(table);
    request = (struct request){.headers = headers, .arena = &arena};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assets_free(assets);
    reply_done(&reply);
    arena_done(&arena);
    return 0;
}

static str answered(const char *name)
{
    struct request view = {.headers = reply.headers, .headers_count = reply.headers_count};
    return request_header(&view, name);
}

static void assets__are_found_by_exact_name_only(void **state)
{
    (void)state;
    assert_true(assets_reply(assets, &request, STR("app.js"), &reply));
    assert_str(answered("Content-Type"), "text/javascript; charset=utf-8");
    assert_str_same(reply.body_static, ((str){script, sizeof script - 1}));
    assert_false(assets_reply(assets, &request, STR("../app.js"), &reply));
    assert_false(assets_reply(assets, &request, STR("APP.JS"), &reply));
    assert_false(assets_reply(assets, &request, STR(""), &reply));
    assert_false(assets_reply(assets, &request, STR("page.html"), &reply)); /* a template */
}

static void assets__compressed_copy_is_the_file(void **state)
{
    (void)state;
    headers[0] = (struct header){STR("Accept-Encoding"), STR("br, gzip;q=0.8")};
    request.headers_count = 1;
    assert_true(assets_reply(assets, &request, STR("app.js"), &reply));
    assert_str(answered("Content-Encoding"), "gzip");
    assert_true(reply.body_static.len < sizeof script - 1);
    char plain[256];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)reply.body_static.ptr,
                       .avail_in = (uInt)reply.body_static.len,
                       .next_out = (Bytef *)plain,
                       .avail_out = sizeof plain};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_str_same(((str){plain, stream.total_out}), ((str){script, sizeof script - 1}));
    inflateEnd(&stream);
}

static void assets__too_small_to_compress_or_not_wanted_stay_plain(void **state)
{
    (void)state;
    headers[0] = (struct header){STR("Accept-Encoding"), STR("gzip")};
    request.headers_count = 1;
    assert_true(assets_reply(assets, &request, STR("tiny.css"), &reply));
    assert_int_equal(answered("Content-Encoding").len, 0);
    headers[0].value = STR("gzip;q=0");
    assert_true(assets_reply(assets, &request, STR("app.js"), &reply));
    assert_int_equal(answered("Content-Encoding").len, 0);
}

static void assets__compressed_copy_of_the_build_is_taken_as_it_is(void **state)
{
    (void)state;
    headers[0] = (struct header){STR("Accept-Encoding"), STR("gzip")};
    request.headers_count = 1;
    assert_true(assets_reply(assets, &request, STR("built.js"), &reply));
    assert_str(reply.body_static, "as the build made it");
    assert_str(answered("Content-Encoding"), "gzip");
    assert_false(assets_reply(assets, &request, STR("built.js.gz"), &reply)); /* no file of its own */
}

static void assets__known_ones_are_not_sent_again(void **state)
{
    (void)state;
    assert_true(assets_reply(assets, &request, STR("app.js"), &reply));
    headers[0] = (struct header){STR("If-None-Match"), answered("ETag")};
    request.headers_count = 1;
    reply_done(&reply);
    reply_init(&reply);
    assert_true(assets_reply(assets, &request, STR("app.js"), &reply));
    assert_int_equal(reply.status, 304);
    assert_int_equal(reply.body_static.len, 0);
    reply_done(&reply);
    reply_init(&reply);
    assert_true(assets_reply(assets, &request, STR("tiny.css"), &reply));
    assert_int_equal(reply.status, 200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(assets__are_found_by_exact_name_only),
        TEST(assets__compressed_copy_is_the_file),
        TEST(assets__too_small_to_compress_or_not_wanted_stay_plain),
        TEST(assets__compressed_copy_of_the_build_is_taken_as_it_is),
        TEST(assets__known_ones_are_not_sent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
