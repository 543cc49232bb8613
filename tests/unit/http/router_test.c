/* SPDX-License-Identifier: MIT */
/* Goal: every request meets its row or a problem that says why, and what a row demands is demanded by the router. */
#include "desk.h"
#include "linkpond/store/idempotency.h"

static struct router *router;
static int calls;
static int next_status;
static bool call_again; /* the handler sends the very request once more while it runs */

static void links_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    reply_text(reply, 200, "text/plain", STR("list"));
}

static void link_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    reply_text(reply, 200, "text/plain", request->params[0]);
    reply_header(reply, request, "X-Second", request->params[1]);
}

static void link_create(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    calls++;
    if (call_again) {
        struct reply second;
        reply_init(&second);
        call_again = false;
        router_handle(router, PLANE_ADMIN, request, &second);
        assert_int_equal(second.status, 409);
        assert_true(str_find(buf_str(&second.body), STR("in-progress"), 0) > 0);
        reply_done(&second);
    }
    reply_text(reply, next_status, "text/plain", arena_f(request->arena, "made %d", calls));
    reply_header(reply, request, "Location", arena_f(request->arena, "/api/v1/links/lnk_%d", calls));
}

static void too_much(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    reply_text(reply, 200, "text/plain", STR("half an answer"));
    arena_alloc(request->arena, LIMIT_ARENA_REQUEST + 1);
}

static void path_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    reply_text(reply, 200, "text/plain", arena_f(request->arena, "rest=" STR_FMT, STR_ARG(request->params[0])));
}

static void health(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    assert_null(request->actor);
    reply_text(reply, 200, "text/plain", STR("ok"));
}

static const struct route links_routes[] = {
    {METHOD_GET, "/api/v1/links", PLANE_ADMIN, links_list, SCOPE_LINKS_READ, "List", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/api/v1/links", PLANE_ADMIN, link_create, SCOPE_LINKS_WRITE, "Create", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/api/v1/links/:ref", PLANE_ADMIN, link_get, SCOPE_LINKS_READ, "Fetch", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/api/v1/links/all", PLANE_ADMIN, links_list, SCOPE_LINKS_READ, "A literal", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/api/v1/links/:ref/tags/:tag", PLANE_ADMIN, link_get, SCOPE_LINKS_READ, "Two", 0, ROUTE_QUERY_ANY},
    {METHOD_DELETE, "/api/v1/links/:ref", PLANE_ADMIN, link_create, SCOPE_ADMIN, "Delete", 0, ROUTE_QUERY_ANY},
    {METHOD_PUT, "/import", PLANE_ADMIN, link_create, SCOPE_LINKS_WRITE, "Import", 10, ROUTE_QUERY_ANY},
    {METHOD_GET, "/views/*path", PLANE_ADMIN, path_get, SCOPE_ANYONE, "The rest", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/views/:one", PLANE_ADMIN, link_get, SCOPE_LINKS_READ, "One segment", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/much", PLANE_ADMIN, too_much, SCOPE_ANYONE, "Too much", 0, ROUTE_QUERY_ANY},
    {0},
};
static const struct route other_routes[] = {
    {METHOD_GET, "/-/healthz", PLANE_PUBLIC, health, SCOPE_ANYONE, "Health", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/healthz", PLANE_ADMIN, health, SCOPE_ANYONE, "Health", 0, ROUTE_QUERY_ANY},
    {0},
};
static const struct route *const tables[] = {links_routes, other_routes, NULL};
static const str origins[] = {STR_INIT("https://app.example")};

static int setup(void **state)
{
    (void)state;
    desk_open();
    desk_add_key(DESK_KEY, SCOPE_LINKS_READ | SCOPE_LINKS_WRITE, INT64_MIN);
    router = router_new(&(struct router_opts){.engine = &desk.engine, .tables = tables});
    calls = 0;
    next_status = 201;
    call_again = false;
    return 0;
}

static int setup_cors(void **state)
{
    setup(state);
    router_free(router);
    router = router_new(&(struct router_opts){
        .engine = &desk.engine, .tables = tables, .cors_origins = origins, .cors_origins_count = 1});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    router_free(router);
    desk_close();
    return 0;
}

static struct request *with_key(enum method method, const char *path)
{
    struct request *request = desk_request(method, path);
    desk_header("Authorization", "Bearer " DESK_KEY);
    return request;
}

static int handle(void)
{
    router_handle(router, PLANE_ADMIN, &desk.request, &desk.reply);
    return desk.reply.status;
}

static void route__rest_of_a_path_is_taken_when_no_other_row_fits(void **state)
{
    static const char *const cases[][2] = {
        {"/views/", "rest="},
        {"/views/a/b", "rest=a/b"},
        {"/views/a/", "rest=a/"},
        {"/views/a/b/c/d", "rest=a/b/c/d"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        desk_request(METHOD_GET, cases[i][0]);
        assert_int_equal(handle(), 200);
        assert_str_same(buf_str(&desk.reply.body), str_from_c(cases[i][1]));
    }
    with_key(METHOD_GET, "/views/a");
    assert_int_equal(handle(), 200);
    assert_str(buf_str(&desk.reply.body), "a");
    desk_request(METHOD_GET, "/views");
    assert_int_equal(handle(), 404);
}

static void route__literal_wins_over_a_parameter(void **state)
{
    (void)state;
    with_key(METHOD_GET, "/api/v1/links/all");
    assert_int_equal(handle(), 200);
    assert_true(desk_says("list"));
    with_key(METHOD_GET, "/api/v1/links/abc/tags/x");
    assert_int_equal(handle(), 200);
    assert_str(buf_str(&desk.reply.body), "abc");
    assert_str(desk_answered("X-Second"), "x");
    assert_str(desk_answered("X-Content-Type-Options"), "nosniff");
}

static void route__parameters_are_decoded_after_the_split(void **state)
{
    (void)state;
    with_key(METHOD_GET, "/api/v1/%6cinks/a%2Fb%20%E7%9F%AD");
    desk.request.path = STR("/api/v1/links/a/b 短");
    assert_int_equal(handle(), 200);
    assert_str(buf_str(&desk.reply.body), "a/b 短");
}

static void route__unknown_paths_and_methods_are_told_apart(void **state)
{
    (void)state;
    static const char *const unknown[] = {"/api/v1/nothing", "/api/v1/links/", "/api/v1/links/a/b", "/api", "/",
                                          "/-/healthz"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        with_key(METHOD_GET, unknown[i]);
        assert_int_equal(handle(), 404);
        assert_str(desk_answered("Content-Type"), "application/problem+json");
    }
    with_key(METHOD_PATCH, "/api/v1/links");
    assert_int_equal(handle(), 405);
    assert_str(desk_answered("Allow"), "GET, HEAD, POST");
    with_key(METHOD_OTHER, "/api/v1/links");
    assert_int_equal(handle(), 405);
}

static void route__head_is_get_and_options_lists_methods(void **state)
{
    (void)state;
    with_key(METHOD_HEAD, "/api/v1/links");
    assert_int_equal(handle(), 200);
    desk_request(METHOD_OPTIONS, "/api/v1/links");
    assert_int_equal(handle(), 204);
    assert_str(desk_answered("Allow"), "GET, HEAD, POST, OPTIONS");
    assert_int_equal(desk_answered("Access-Control-Allow-Methods").len, 0);
}

static void route__demands_its_scope(void **state)
{
    (void)state;
    desk_request(METHOD_GET, "/api/v1/links");
    assert_int_equal(handle(), 401);
    assert_true(str_starts(desk_answered("WWW-Authenticate"), STR("Bearer")));
    with_key(METHOD_DELETE, "/api/v1/links/a");
    assert_int_equal(handle(), 403);
    assert_int_equal(calls, 0);
    with_key(METHOD_GET, "/healthz");
    assert_int_equal(handle(), 200);
}

static void route__body_has_its_own_bound(void **state)
{
    (void)state;
    assert_int_equal(router_body_max(router, PLANE_ADMIN, METHOD_PUT, STR("/import")), 10);
    assert_int_equal(router_body_max(router, PLANE_ADMIN, METHOD_POST, STR("/api/v1/links")), LIMIT_BODY);
    assert_int_equal(router_body_max(router, PLANE_ADMIN, METHOD_POST, STR("/nowhere")), LIMIT_BODY);
    with_key(METHOD_PUT, "/import");
    desk.request.body_bytes = 11;
    assert_int_equal(handle(), 413);
    assert_int_equal(calls, 0);
}

static void reply__that_ran_out_of_memory_is_no_answer(void **state)
{
    (void)state;
    desk_request(METHOD_GET, "/much");
    assert_int_equal(handle(), 503);
    assert_int_equal(desk.reply.body.len, 0);
    assert_true(str_find(desk.reply.body_static, STR("out-of-memory"), 0) > 0);
    arena_reset(&desk.arena);
}

static void reserved__are_the_first_segments_once_each(void **state)
{
    (void)state;
    str words[8];
    size_t count = routes_reserved(tables, words, ARRAY_LEN(words));
    assert_int_equal(count, 6);
    assert_str(words[0], "api");
    assert_str(words[1], "import");
    assert_str(words[2], "views");
    assert_str(words[3], "much");
    assert_str(words[4], "-");
    assert_str(words[5], "healthz");
    assert_true(routes_reserved(tables, words, 2) >= 2);
}

/* ---- repeats -------------------------------------------------------------------------------------------------------
 */

static int post(const char *key, const char *body)
{
    with_key(METHOD_POST, "/api/v1/links");
    desk_header("Idempotency-Key", key);
    desk.request.body = str_from_c(body);
    desk.request.body_bytes = (int64_t)strlen(body);
    return handle();
}

static void repeat__gets_the_first_answer_again(void **state)
{
    (void)state;
    assert_int_equal(post("k-1", "{}"), 201);
    assert_true(desk_says("made 1"));
    assert_int_equal(post("k-1", "{}"), 201);
    assert_true(desk_says("made 1"));
    assert_str(desk_answered("Location"), "/api/v1/links/lnk_1");
    assert_str(desk_answered("Idempotency-Replayed"), "true");
    assert_int_equal(calls, 1);
    assert_int_equal(post("k-2", "{}"), 201);
    assert_int_equal(calls, 2);
    assert_int_equal(desk_answered("Idempotency-Replayed").len, 0);
}

static void repeat__with_another_body_or_key_is_refused(void **state)
{
    (void)state;
    char longest[LIMIT_IDEMPOTENCY_KEY + 2];
    memset(longest, 'k', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(post("k-1", "{}"), 201);
    assert_int_equal(post("k-1", "{ }"), 422);
    assert_true(desk_says("idempotency-key-reused"));
    assert_int_equal(post(longest, "{}"), 422);
    assert_int_equal(post("k\t", "{}"), 422);
    assert_int_equal(calls, 1);
}

static void repeat__of_another_key_is_not_a_repeat(void **state)
{
    (void)state;
    desk_add_key("lp_otherotherotherotherotherotherother", SCOPE_LINKS_WRITE, INT64_MIN);
    assert_int_equal(post("k-1", "{}"), 201);
    desk_request(METHOD_POST, "/api/v1/links");
    desk_header("Authorization", "Bearer lp_otherotherotherotherotherotherother");
    desk_header("Idempotency-Key", "k-1");
    assert_int_equal(handle(), 201);
    assert_int_equal(calls, 2);
}

static void repeat__while_the_first_runs_is_told_so(void **state)
{
    (void)state;
    call_again = true;
    assert_int_equal(post("k-1", "{}"), 201);
    assert_int_equal(calls, 1);
}

static void repeat__of_a_failure_of_ours_tries_again(void **state)
{
    (void)state;
    next_status = 503;
    assert_int_equal(post("k-1", "{}"), 503);
    next_status = 201;
    assert_int_equal(post("k-1", "{}"), 201);
    assert_int_equal(calls, 2);
    next_status = 409; /* theirs is kept */
    assert_int_equal(post("k-3", "{}"), 409);
    next_status = 201;
    assert_int_equal(post("k-3", "{}"), 409);
}

static void repeat__is_forgotten_after_a_day(void **state)
{
    (void)state;
    assert_int_equal(post("k-1", "{}"), 201);
    with_key(METHOD_POST, "/api/v1/links");
    desk_header("Idempotency-Key", "k-1");
    desk.request.now_ms = DESK_NOW + 86400000;
    assert_int_equal(handle(), 201);
    assert_int_equal(calls, 2);
}

/* ---- other origins -------------------------------------------------------------------------------------------------
 */

static void cors__is_closed_unless_configured(void **state)
{
    (void)state;
    with_key(METHOD_GET, "/api/v1/links");
    desk_header("Origin", "https://app.example");
    assert_int_equal(handle(), 200);
    assert_int_equal(desk_answered("Access-Control-Allow-Origin").len, 0);
}

static void cors__answers_the_origins_it_was_given(void **state)
{
    (void)state;
    desk_request(METHOD_OPTIONS, "/api/v1/links");
    desk_header("Origin", "https://app.example");
    desk_header("Access-Control-Request-Method", "POST");
    assert_int_equal(handle(), 204);
    assert_str(desk_answered("Access-Control-Allow-Origin"), "https://app.example");
    assert_str(desk_answered("Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
    assert_true(str_find(desk_answered("Access-Control-Allow-Headers"), STR("Authorization"), 0) >= 0);
    assert_int_equal(desk_answered("Access-Control-Allow-Credentials").len, 0);
    with_key(METHOD_GET, "/api/v1/links");
    desk_header("Origin", "https://app.example.evil.example");
    assert_int_equal(handle(), 200);
    assert_int_equal(desk_answered("Access-Control-Allow-Origin").len, 0);
    assert_true(str_find(desk_answered("Vary"), STR("Origin"), 0) >= 0);
    desk_request(METHOD_GET, "/api/v1/links"); /* a problem must be readable for the page as well */
    desk_header("Origin", "https://app.example");
    assert_int_equal(handle(), 401);
    assert_str(desk_answered("Access-Control-Allow-Origin"), "https://app.example");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(route__literal_wins_over_a_parameter),
        TEST(route__rest_of_a_path_is_taken_when_no_other_row_fits),
        TEST(route__parameters_are_decoded_after_the_split),
        TEST(route__unknown_paths_and_methods_are_told_apart),
        TEST(route__head_is_get_and_options_lists_methods),
        TEST(route__demands_its_scope),
        TEST(route__body_has_its_own_bound),
        TEST(reply__that_ran_out_of_memory_is_no_answer),
        TEST(reserved__are_the_first_segments_once_each),
        TEST(repeat__gets_the_first_answer_again),
        TEST(repeat__with_another_body_or_key_is_refused),
        TEST(repeat__of_another_key_is_not_a_repeat),
        TEST(repeat__while_the_first_runs_is_told_so),
        TEST(repeat__of_a_failure_of_ours_tries_again),
        TEST(repeat__is_forgotten_after_a_day),
        TEST(cors__is_closed_unless_configured),
        cmocka_unit_test_setup_teardown(cors__answers_the_origins_it_was_given, setup_cors, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
