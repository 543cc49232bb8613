/* SPDX-License-Identifier: MIT */
/*
 * Goal: whichever allocation of a request fails, once or from there on, the request succeeds or is answered 503;
 * nothing crashes, nothing is half done, and afterwards everything works and agrees with itself. Under AddressSanitizer
 * nothing leaks either. Our own allocations fail (the linker wraps them), SQLite's, cJSON's, libcurl's and OpenSSL's;
 * GLib's cannot, because it aborts: it is asked for memory only when a time zone is first used.
 */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "engine_fixture.h"
#include "linkpond/api/routes.h"
#include "linkpond/http/redirect.h"
#include "refusing_memory.h"

/* ---- memory that runs out -----------------------------------------------------------------------------------------
 */

static _Atomic int64_t left = -1; /* allocations that still succeed; negative = all */
static atomic_bool for_ever;      /* what fails goes on failing */
static atomic_uint refusals;

static bool refuse(void)
{
    if (atomic_load(&left) < 0 || atomic_fetch_sub(&left, 1) > 0) {
        return false;
    }
    if (atomic_load(&for_ever)) {
        atomic_store(&left, 0);
    } else {
        atomic_store(&left, -1);
    }
    atomic_fetch_add(&refusals, 1);
    return true;
}

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int size)
{
    return refuse() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *memory, int size)
{
    return refuse() ? NULL : sqlite_memory.xRealloc(memory, size);
}

static void take_over_libraries(void)
{
    sqlite3_mem_methods ours;

    assert_int_equal(
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc, free, __wrap_realloc, __wrap_strdup, __wrap_calloc),
        CURLE_OK);
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = __wrap_malloc, .free_fn = free});
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory), SQLITE_OK);
    ours = sqlite_memory;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
}

/* ---- requests -----------------------------------------------------------------------------------------------------
 */

#define FAILURES_MAX 400 /* of one request; what allocates more often is tried up to here */

static struct world {
    struct pond pond;
    struct router *router;
    char bearer[KEY_SECRET_MAX + 8];
    unsigned made;
} world;

struct call {
    enum method method;
    const char *path, *query, *type;
    const char *body;
};

/* Its "%" become a number that was not there before. */
static str fill_body(const struct call *call, char *memory, size_t cap)
{
    str rest = str_from_c(call->body ? call->body : ""), before;
    struct buf out;
    bool more = true;

    buf_init_fixed(&out, memory, cap);
    while (more) {
        more = str_cut(rest, '%', &before, &rest);
        buf_add(&out, before);
        if (more) {
            buf_addf(&out, "%u", world.made);
        }
    }
    assert_false(out.overflow);
    return buf_str(&out);
}

static char said[1024]; /* the end of the last answer */

static int answer(const struct call *call)
{
    char body[1024], piece[4096];
    struct header headers[] = {{STR("Authorization"), str_from_c(world.bearer)},
                               {STR("Content-Type"), str_from_c(call->type ? call->type : "application/json")}};
    struct arena arena;
    struct reply reply;
    ssize_t got = 0;
    struct request request = {.method = call->method,
                              .path = str_from_c(call->path),
                              .query = str_from_c(call->query ? call->query : ""),
                              .headers = headers,
                              .headers_count = ARRAY_LEN(headers),
                              .body = fill_body(call, body, sizeof body),
                              .body_fd = -1,
                              .host = STR("desk.example"),
                              .now_ms = clock_now_ms(),
                              .arena = &arena};

    request.body_bytes = (int64_t)request.body.len;
    arena_init(&arena, LIMIT_ARENA_REQUEST);
    reply_init(&reply);
    router_handle(world.router, PLANE_ADMIN, &request, &reply);
    while (reply.pull && got >= 0) {
        got = reply.pull(reply.pull_arg, piece, sizeof piece);
    }
    int status = reply.status;
    snprintf(said, sizeof said, STR_FMT,
             STR_ARG(str_from(buf_str(&reply.body), reply.body.len - (reply.body.len < 1000 ? reply.body.len : 1000))));
    reply_done(&reply);
    arena_done(&arena);
    return status;
}

/* Fails the nth allocation of that request for n = 1, 2, 3… until there is none left to fail. */
static void exhaust(const struct call *call, int expected, bool on_and_on)
{
    unsigned before = 0;
    int64_t n = 0;

    do {
        router_free(world.router); /* a new one has not counted this key's calls yet */
        world.router = router_new(&(struct router_opts){.engine = world.pond.engine, .tables = api_route_tables});
        before = atomic_load(&refusals);
        atomic_store(&for_ever, on_and_on);
        atomic_store(&left, n++);
        world.made++;
        int status = answer(call);
        atomic_store(&left, -1);
        if (status != expected && status != 503) {
            fail_msg("%s %s, allocation %lld: %d %s", method_name(call->method), call->path, (long long)n, status,
                     said);
        }
    } while (atomic_load(&refusals) != before && n < FAILURES_MAX);
    world.made++;
    assert_int_equal(answer(call), expected);
    assert_true(n > 1);
}

static const struct call CHECK = {METHOD_POST, "/api/v1/check", NULL, NULL, NULL};

static void check_everything(void)
{
    assert_int_equal(answer(&CHECK), 200);
    for (const char *failed = said; (failed = strstr(failed, "\"status\":\"failed\"")); failed++) {
        /* Lost clicks are told, and that is all that may be wrong. */
        if (!str_ends((str){said, (size_t)(failed - said)}, STR("\"name\":\"losses\","))) {
            fail_msg("%s", said);
        }
    }
}

static void exhaust_both(const struct call *call, int expected)
{
    exhaust(call, expected, false);
    exhaust(call, expected, true);
    check_everything();
}

/* ---- the tests ----------------------------------------------------------------------------------------------------
 */

static void memory__links_are_made_whole_or_not_at_all(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_POST, "/api/v1/links", NULL, NULL,
                                "{\"url\":\"https://www.example.com/%\",\"alias\":\"a%\",\"tags\":[\"t%\",\"u\"],"
                                "\"campaign\":\"c%\",\"channel\":\"k%\",\"max_clicks\":5,\"utm_source\":\"s\"}"},
                 201);
}

static void memory__links_are_changed_whole_or_not_at_all(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_PATCH, "/api/v1/links/lnk_1", NULL, NULL,
                                "{\"title\":\"t%\",\"tags\":[\"x%\",\"y%\"],\"url\":\"https://www.example.com/b%\"}"},
                 200);
}

static void memory__lists_answer_or_say_so(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_GET, "/api/v1/links", "q=example&tag=u&sort=-clicks&limit=20", NULL, NULL}, 200);
}

static void memory__reports_answer_or_say_so(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_GET, "/api/v1/stats",
                                "period=7d&group_by=source,link&interval=day&tz=UTC&metrics=clicks,visitors", NULL,
                                NULL},
                 200);
    exhaust_both(&(struct call){METHOD_GET, "/api/v1/clicks", "class=all&format=ndjson", NULL, NULL}, 200);
}

static void memory__imports_end(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_POST, "/api/v1/import", NULL, "text/csv",
                                "alias,url,tags\ni%a,https://www.example.com/1,x\ni%b,https://www.example.com/2,y\n"
                                "i%c,https://www.example.com/3,z\n"},
                 200);
}

static void memory__the_dictionary_is_changed_whole_or_not_at_all(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_POST, "/api/v1/utm-values", NULL, NULL,
                                "{\"field\":\"utm_source\",\"value\":\"v%\",\"aliases\":[\"a%\",\"b%\"]}"},
                 201);
    exhaust_both(&(struct call){METHOD_POST, "/api/v1/bulk/utm-values", NULL, "text/csv",
                                "field,value,aliases\nutm_medium,m%,x%|y%\nutm_medium,n%,z%\n"},
                 200);
    exhaust_both(&(struct call){METHOD_GET, "/api/v1/utm-values", "q=v&limit=20", NULL, NULL}, 200);
    exhaust_both(&(struct call){METHOD_GET, "/api/v1/stats",
                                "period=7d&group_by=utm_source,utm_medium&metrics=clicks,visitors", NULL, NULL},
                 200);
}

static void memory__links_follow_templates_or_are_not_made(void **state)
{
    (void)state;
    exhaust_both(&(struct call){METHOD_POST, "/api/v1/channels", NULL, NULL,
                                "{\"key\":\"tp%\",\"utm_template\":{\"utm_source\":\"{channel}-{date}\"}}"},
                 201);
    exhaust_both(&(struct call){METHOD_PATCH, "/api/v1/links/lnk_1", NULL, NULL,
                                "{\"channel\":\"tp1\",\"apply_template\":true,\"utm_medium\":\"X Y\"}"},
                 200);
}

static uint64_t dropped(void)
{
    struct engine_balance balance;

    engine_balance(world.pond.engine, &balance);
    return balance.dropped;
}

static void visit(struct redirect *redirect, str path, uint64_t *redirected)
{
    static struct redirect_lane lane;
    struct header agent = {STR("User-Agent"), STR(POND_UA_PHONE)};
    struct reply reply;
    struct request request = {.path = path,
                              .raw_path = path,
                              .headers = &agent,
                              .headers_count = 1,
                              .host = STR("s.example.com"),
                              .now_ms = clock_now_ms()};

    reply_init(&reply);
    redirect_handle(redirect, &lane, &request, &reply);
    assert_int_equal(reply.status, 302);
    (*redirected)++;
    reply_done(&reply);
}

static bool is_drained(void)
{
    struct engine_balance balance;
    int64_t deadline_ns = clock_mono_ns() + INT64_C(60000000000);

    do {
        engine_balance(world.pond.engine, &balance);
        sched_yield();
    } while (balance.lag_records > 0 && clock_mono_ns() < deadline_ns);
    return balance.lag_records == 0 && balance.journalled == balance.ingested;
}

static void memory__visits_are_answered_and_counted_or_counted_as_dropped(void **state)
{
    struct redirect *redirect =
        redirect_new(&(struct redirect_opts){.engine = world.pond.engine, .public_url = "https://go.example.com"});
    struct link_result made = CREATE(&world.pond, "url=https://www.example.com/visited");
    struct engine_balance before, balance;
    uint64_t redirected = 0;

    (void)state;
    assert_int_equal(made.err, OK);
    str path = arena_f(&world.pond.arena, "/" STR_FMT, STR_ARG(made.link.code));
    engine_balance(world.pond.engine, &before);
    for (int64_t n = 0; n < 24; n++) {
        uint64_t dropped_before = dropped();
        atomic_store(&for_ever, n % 2 == 1);
        atomic_store(&left, n / 2);
        /* Enough to fill a segment, so that one is made on the way; the writer takes them in meanwhile. */
        for (int i = 0; i < 300; i++) {
            visit(redirect, path, &redirected);
        }
        atomic_store(&left, -1);
        assert_true(n % 2 == 1 || dropped() == dropped_before); /* one failure alone costs nobody's click */
        /* A journal that got no segment tries again a little later. */
        int64_t deadline_ns = clock_mono_ns() + INT64_C(60000000000);
        for (uint64_t seen = dropped() - 1; seen != dropped() && clock_mono_ns() < deadline_ns; sched_yield()) {
            seen = dropped();
            visit(redirect, path, &redirected);
        }
    }
    uint64_t lost = dropped();
    visit(redirect, path, &redirected);
    assert_int_equal(dropped(), lost);
    assert_true(is_drained());
    engine_balance(world.pond.engine, &balance);
    assert_int_equal(balance.answered, redirected);
    assert_int_equal(balance.journalled - before.journalled + balance.dropped, redirected);
    check_everything();
    redirect_free(redirect);
}

static int setup(void **state)
{
    (void)state;
    pond_init(&world.pond, false);
    pond_open(&world.pond);
    snprintf(world.bearer, sizeof world.bearer, "Bearer %s", world.pond.secret);
    struct link_result first = CREATE(&world.pond, "url=https://www.example.com/first");
    assert_int_equal(first.err, OK);
    pond_visit(&world.pond, arena_f(&world.pond.arena, "/" STR_FMT, STR_ARG(first.link.code)));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    router_free(world.router);
    pond_done(&world.pond);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory__links_are_made_whole_or_not_at_all),
        cmocka_unit_test(memory__links_are_changed_whole_or_not_at_all),
        cmocka_unit_test(memory__lists_answer_or_say_so),
        cmocka_unit_test(memory__reports_answer_or_say_so),
        cmocka_unit_test(memory__imports_end),
        cmocka_unit_test(memory__the_dictionary_is_changed_whole_or_not_at_all),
        cmocka_unit_test(memory__links_follow_templates_or_are_not_made),
        cmocka_unit_test(memory__visits_are_answered_and_counted_or_counted_as_dropped),
    };
    take_over_libraries();
    return cmocka_run_group_tests(tests, setup, teardown);
}
