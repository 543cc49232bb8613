/* SPDX-License-Identifier: MIT */
/* Goal: the way of a browser: sign in with a key, read and write by the cookie, sign out; and the desk's files. */
#include "desk.h"

static struct router *router;
static const struct route *const tables[] = {http_routes, NULL};

/* The preview's look-ups; no test here asks for one. */
void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out)
{
    (void)self;
    (void)scratch;
    (void)visit;
    *out = (struct verdict){.kind = VERDICT_NO_HOST};
}

static int setup(void **state)
{
    (void)state;
    desk_open();
    desk_add_key(DESK_KEY, SCOPE_LINKS_READ, INT64_MIN);
    router = router_new(&(struct router_opts){.engine = &desk.engine, .tables = tables});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    router_free(router);
    desk_close();
    return 0;
}

static int handle(enum plane plane)
{
    router_handle(router, plane, &desk.request, &desk.reply);
    return desk.reply.status;
}

static int sign_in(const char *type, const char *body)
{
    desk_request(METHOD_POST, "/api/v1/session");
    desk_header("Content-Type", type);
    desk.request.body = str_from_c(body);
    desk.request.body_bytes = (int64_t)strlen(body);
    return handle(PLANE_ADMIN);
}

static void session__is_made_used_and_ended(void **state)
{
    (void)state;
    char cookie[256];
    assert_int_equal(sign_in("application/json", "{\"key\":\"" DESK_KEY "\"}"), 201);
    assert_true(desk_says("{\"csrf\":\""));
    str pair, rest;
    str_cut(desk_answered("Set-Cookie"), ';', &pair, &rest);
    snprintf(cookie, sizeof cookie, STR_FMT, STR_ARG(pair));
    desk_request(METHOD_GET, "/api/v1/session");
    desk_header("Cookie", cookie);
    assert_int_equal(handle(PLANE_ADMIN), 200);
    assert_true(desk_says("{\"by\":\"session\",\"csrf\":\""));
    desk_request(METHOD_DELETE, "/api/v1/session");
    desk_header("Cookie", cookie);
    assert_int_equal(handle(PLANE_ADMIN), 403); /* nobody said that our page asks */
    desk_request(METHOD_DELETE, "/api/v1/session");
    desk_header("Cookie", cookie);
    desk_header("Sec-Fetch-Site", "same-origin");
    assert_int_equal(handle(PLANE_ADMIN), 204);
    desk_request(METHOD_GET, "/api/v1/session");
    desk_header("Cookie", cookie);
    assert_int_equal(handle(PLANE_ADMIN), 401);
}

static void session__wants_a_good_key(void **state)
{
    (void)state;
    assert_int_equal(sign_in("application/x-www-form-urlencoded", "key=" DESK_KEY), 201);
    assert_int_equal(sign_in("application/x-www-form-urlencoded", "key="), 422);
    assert_int_equal(sign_in("application/json", "{}"), 422);
    assert_int_equal(sign_in("application/json", "{"), 400);
    assert_int_equal(sign_in("application/json", "{\"key\":\"lp_wrongwrongwrongwrongwrong\"}"), 401);
    assert_int_equal(desk_answered("Set-Cookie").len, 0);
}

static void preview__guessing_is_slow(void **state)
{
    (void)state;
    for (int i = 0; i < FAILURES_BURST; i++) {
        desk_request(METHOD_GET, "/-/preview");
        desk.request.query = STR("code=a2bC3&host=s.example");
        assert_int_equal(handle(PLANE_PUBLIC), 404);
    }
    desk_request(METHOD_GET, "/-/preview");
    desk.request.query = STR("code=a2bC3&host=s.example");
    assert_int_equal(handle(PLANE_PUBLIC), 429);
    assert_true(str_find(desk_answered("Content-Security-Policy"), STR("script-src"), 0) < 0);
}

static void assets__are_served_to_anyone_by_exact_name(void **state)
{
    (void)state;
    desk_request(METHOD_GET, "/assets/page.css");
    assert_int_equal(handle(PLANE_ADMIN), 200);
    desk_request(METHOD_GET, "/assets/..%2Fpage.css");
    assert_int_equal(handle(PLANE_ADMIN), 404);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(session__is_made_used_and_ended),
        TEST(session__wants_a_good_key),
        TEST(preview__guessing_is_slow),
        TEST(assets__are_served_to_anyone_by_exact_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
