/* SPDX-License-Identifier: MIT */
/* Goal: every address below /desk/ is a view of one page, its parts may be kept for ever because another version has
 * other addresses, and the page says whether somebody may be signed in. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/http/desk.h"

static const char page[] = "<html data-session=\"{{state}}\"><script src=\"{{base}}/js/a.js\"></script>";
static const struct embedded table[] = {
    {"index.html", page, sizeof page - 1},
    {"js/a.js", "let a = {{}};", 13},
    {"", "", 0},
};
static const struct embedded changed[] = {
    {"index.html", page, sizeof page - 1},
    {"js/a.js", "let b = {{}};", 13},
    {"", "", 0},
};
static struct arena arena;
static struct reply reply;
static struct header headers[2];
static struct request request;
static struct desk *desk;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    reply_init(&reply);
    desk = desk_new(table);
    request = (struct request){.headers = headers, .arena = &arena};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_free(desk);
    reply_done(&reply);
    arena_done(&arena);
    return 0;
}

static str answered(const char *name)
{
    struct request view = {.headers = reply.headers, .headers_count = reply.headers_count};
    return request_header(&view, name);
}

static void ask(const struct desk *whom, enum desk_reader reader, str path)
{
    reply_done(&reply);
    reply_init(&reply);
    desk_reply(whom, &request, reader, path, &reply);
}

/* "v-…/js/a.js" as the page names it. */
static str script_path(const struct desk *whom)
{
    ask(whom, DESK_SIGNED_IN, STR(""));
    str body = reply.body_static;
    ssize_t from = str_find(body, STR("/desk/"), 0) + 6;
    ssize_t end = str_find(body, STR("\"></script>"), (size_t)from);
    return arena_str(&arena, str_slice(body, (size_t)from, (size_t)end));
}

static void desk__every_view_is_the_page(void **state)
{
    static const char *const views[] = {"", "links", "links/lnk_1", "links/lnk_1/edit", "v", "form/x"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        ask(desk, DESK_SIGNED_IN, str_from_c(views[i]));
        assert_int_equal(reply.status, 200);
        assert_str(answered("Content-Type"), "text/html; charset=utf-8");
        assert_str(answered("Cache-Control"), "no-cache");
        assert_true(str_find(answered("Content-Security-Policy"), STR("script-src 'self';"), 0) >= 0);
        assert_true(str_find(reply.body_static, STR("{{"), 0) < 0);
    }
}

static void desk__page_says_whether_a_session_came(void **state)
{
    (void)state;
    ask(desk, DESK_SIGNED_IN, STR("links"));
    assert_true(str_find(reply.body_static, STR("\"signed-in\""), 0) >= 0);
    str etag = arena_str(&arena, answered("ETag"));
    ask(desk, DESK_SIGNED_OUT, STR("links"));
    assert_true(str_find(reply.body_static, STR("\"signed-out\""), 0) >= 0);
    assert_false(str_eq(etag, answered("ETag")));
    ask(desk, DESK_FIRST, STR("links"));
    assert_true(str_find(reply.body_static, STR("\"first\""), 0) >= 0);
    assert_str(answered("Vary"), "Accept-Encoding, Cookie");
}

static void desk__parts_are_kept_for_good_under_their_version(void **state)
{
    (void)state;
    str path = script_path(desk);
    ask(desk, DESK_SIGNED_OUT, path);
    assert_int_equal(reply.status, 200);
    assert_str(answered("Cache-Control"), "public, max-age=31536000, immutable");
    assert_str(reply.body_static, "let a = {{}};");

    struct desk *other = desk_new(changed);
    assert_false(str_eq(script_path(other), path));
    ask(other, DESK_SIGNED_OUT, path);
    assert_int_equal(reply.status, 404);
    desk_free(other);
}

static void desk__what_is_no_part_is_not_found(void **state)
{
    (void)state;
    str script = script_path(desk), version, rest;
    assert_true(str_cut(script, '/', &version, &rest));
    static const char *const parts[] = {"/",           "/index.html", "/signed-out.html",
                                        "/first.html", "/js/b.js",    "/js/../js/a.js"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        ask(desk, DESK_SIGNED_IN, arena_f(&arena, STR_FMT "%s", STR_ARG(version), parts[i]));
        assert_int_equal(reply.status, 404);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(desk__every_view_is_the_page),
        TEST(desk__page_says_whether_a_session_came),
        TEST(desk__parts_are_kept_for_good_under_their_version),
        TEST(desk__what_is_no_part_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
