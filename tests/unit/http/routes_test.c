/* SPDX-License-Identifier: MIT */
/* Goal: strangers may ask for previews and built-in files, and for no more than that. */
#include "desk.h"

static struct router *router;
static const struct route *const tables[] = {http_routes, NULL};

/* The preview's look-ups; no test here asks for one. */
void resolver_foresee(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

void resolver_foresee_link(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

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
        TEST(preview__guessing_is_slow),
        TEST(assets__are_served_to_anyone_by_exact_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
